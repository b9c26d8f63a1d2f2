// What the job pages need from the browser: files dropped, text that follows its end, lists by keyboard, copy and save.
(function () {
  const atEnd = new WeakMap();
  const isAtEnd = box => box.scrollHeight - box.scrollTop - box.clientHeight < 12;

  // A box follows its text only while the reader is at its end.
  const follow = () => document.querySelectorAll("[data-follow]").forEach(box => {
    if (atEnd.get(box) !== false) box.scrollTop = box.scrollHeight;
  });
  document.addEventListener("scroll", e => {
    if (e.target instanceof Element && e.target.matches("[data-follow]")) atEnd.set(e.target, isAtEnd(e.target));
  }, true);

  // The next page of a list is fetched when its button comes into view; the button works without it too.
  const seen = new IntersectionObserver(entries => entries.forEach(e => { if (e.isIntersecting) e.target.click(); }), { rootMargin: "400px" });
  const watched = new WeakSet();
  new MutationObserver(() => {
    follow();
    document.querySelectorAll("button[data-autoload]").forEach(b => { if (!watched.has(b)) { watched.add(b); seen.observe(b); } });
  }).observe(document.documentElement, { childList: true, subtree: true, characterData: true });

  const copy = text => edgemesh.copy(text);

  document.addEventListener("click", async e => {
    const button = e.target.closest?.("button[data-copy-code]");
    if (!button) return;
    await copy(button.closest(".em-code").querySelector("code").textContent);
    button.textContent = "Copied";
    setTimeout(() => button.textContent = "Copy", 2000);
  });

  // A file dropped on the form is given to its file input.
  const zone = e => e.target.closest?.("[data-drop]");
  document.addEventListener("dragover", e => { const box = zone(e); if (box && e.dataTransfer.types.includes("Files")) { e.preventDefault(); box.classList.add("drag"); } });
  document.addEventListener("dragleave", e => { const box = zone(e); if (box && !box.contains(e.relatedTarget)) box.classList.remove("drag"); });
  document.addEventListener("drop", e => {
    const box = zone(e);
    if (!box || !e.dataTransfer.files.length) return;
    e.preventDefault();
    box.classList.remove("drag");
    const input = box.querySelector("input[type=file]");
    const one = new DataTransfer();
    one.items.add(e.dataTransfer.files[0]);
    input.files = one.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });

  // J and K move in a list, Enter opens (it is a link), / goes to the search field.
  document.addEventListener("keydown", e => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === "Escape" && e.target.matches?.("[data-search]")) { e.target.blur(); return; }
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName)) return;
    if (e.key === "/") {
      const search = document.querySelector("[data-search]");
      if (search) { e.preventDefault(); search.focus(); search.select(); }
      return;
    }
    const down = e.key === "j", up = e.key === "k";
    if (!down && !up) return;
    const rows = [...document.querySelectorAll("a[data-row]")];
    if (!rows.length) return;
    const at = rows.indexOf(document.activeElement);
    const next = rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + (down ? 1 : -1)))];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  });

  globalThis.edgemeshJobs = {
    copy,
    save: (name, type, text) => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([text], { type }));
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    },
  };
})();
