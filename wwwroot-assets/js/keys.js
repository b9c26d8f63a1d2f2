// Shortcuts of every page. What is typed after one that opens a place to type belongs to that place, also while it is still on its way.
(function () {
  const PALETTE = ".palette [role=combobox]", START = "[data-start]";
  const patienceMs = 5000;
  const isTyping = e => /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName) || e.target.isContentEditable;
  const hasDialog = () => document.querySelector(".mud-dialog") !== null;

  // The place that keys wait for, and the keys.
  let awaited = null;
  const cease = () => {
    clearTimeout(awaited?.timer);
    awaited = null;
  };
  const expect = place => {
    cease();
    awaited = { place, keys: [], timer: setTimeout(cease, patienceMs) };
  };

  const write = (box, text) => {
    if (!text) return;
    box.setRangeText(text, box.selectionStart, box.selectionEnd, "end");
    box.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertText", data: text }));
  };
  const hand = (box, keys) => {
    let text = "";
    for (const key of keys) {
      if (key.length === 1) text += key;
      else if (key === "Enter" && box.tagName === "TEXTAREA") text += "\n";
      else if (key === "Backspace") text = text.slice(0, -1);
      else {
        write(box, text);
        text = "";
        box.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
      }
    }
    write(box, text);
  };

  addEventListener("keydown", e => {
    const isChord = (e.ctrlKey || e.metaKey || e.altKey) && !e.getModifierState("AltGraph");
    if (!awaited || isChord || !(e.key.length === 1 || /^(Enter|Backspace|Escape|ArrowUp|ArrowDown)$/.test(e.key))) return;
    e.preventDefault();
    e.stopImmediatePropagation();
    awaited.keys.push(e.key);
  }, true);
  // The key that closed a dialog comes up when the dialog may be gone in the dashboard and not yet here: nobody there knows of it any more.
  addEventListener("keyup", e => { if ((e.key === "Enter" || e.key === "Escape") && e.target.closest?.(".mud-dialog")) e.stopImmediatePropagation(); }, true);
  addEventListener("pointerdown", cease, true);
  document.addEventListener("focusin", e => {
    if (!awaited || !e.target.matches(awaited.place)) return;
    const { keys } = awaited;
    cease();
    hand(e.target, keys);
  });
  document.addEventListener("click", e => { if (e.target.closest("button.cmd") && !hasDialog()) expect(PALETTE); }, true);

  document.addEventListener("keydown", e => {
    const command = e.ctrlKey || e.metaKey;
    if (command && !e.shiftKey && !e.altKey && e.key.toLowerCase() === "k") {
      e.preventDefault();
      if (!awaited && !hasDialog()) document.querySelector("button.cmd")?.click();
    }
    if (e.key === "n" && !isTyping(e) && !command && !e.altKey && !hasDialog()) newJob(e);
    if (e.key === "Enter" && command) document.querySelector("button[data-run]:not([disabled])")?.click();
  });

  const newJob = e => {
    const link = document.querySelector("a.new");
    if (!link) return;
    e.preventDefault();
    if (link.getAttribute("aria-current")) {
      document.querySelector(START)?.focus();
    } else {
      expect(START);
      link.click();
    }
  };
})();
