// A long text does not travel with every key: a text box marked data-edit tells what changed since it last told, when typing rests.
(function () {
  const restMs = 120;
  const told = new WeakMap();
  const timers = new WeakMap();
  const isBox = e => e.target instanceof HTMLTextAreaElement && e.target.hasAttribute("data-edit");

  // The change between two texts as one replaced part; surrogate pairs stay whole.
  const change = (before, now) => {
    const most = Math.min(before.length, now.length);
    let start = 0;
    while (start < most && before.charCodeAt(start) === now.charCodeAt(start)) start++;
    if (start > 0 && (now.charCodeAt(start - 1) & 0xfc00) === 0xd800) start--;
    let end = 0;
    while (end < most - start && before.charCodeAt(before.length - 1 - end) === now.charCodeAt(now.length - 1 - end)) end++;
    if (end > 0 && (now.charCodeAt(now.length - end) & 0xfc00) === 0xdc00) end--;
    return { start, removed: before.length - start - end, inserted: now.slice(start, now.length - end), length: now.length };
  };

  const tell = box => {
    clearTimeout(timers.get(box));
    timers.delete(box);
    const before = told.get(box), now = box.value;
    if (before === now || !box.isConnected) return;
    told.set(box, now);
    const detail = before === undefined ? { start: 0, removed: -1, inserted: now, length: now.length } : change(before, now);
    // Of its parent: an event of the box itself would take the whole text along.
    box.parentElement.dispatchEvent(new CustomEvent("textedit", { bubbles: true, detail }));
  };

  const remember = e => { if (isBox(e) && !told.has(e.target)) told.set(e.target, e.target.value); };
  document.addEventListener("focusin", remember, true);
  document.addEventListener("beforeinput", remember, true);
  document.addEventListener("input", e => {
    if (!isBox(e)) return;
    clearTimeout(timers.get(e.target));
    timers.set(e.target, setTimeout(tell, restMs, e.target));
  }, true);

  // Whoever leaves the box, or runs the job from within it, has told everything before.
  const flush = e => { if (isBox(e)) tell(e.target); };
  document.addEventListener("focusout", flush, true);
  document.addEventListener("keydown", e => { if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) flush(e); }, true);

  Blazor.registerCustomEventType("textedit", { createEventArgs: e => e.detail });
  globalThis.edgemeshTyping = { text: box => { told.set(box, box.value); return box.value; } };
})();
