// Where the focus goes: groups of radio buttons by arrow keys, dialogs that hold it, and back to where it was.
(function () {
  const dialogs = () => document.querySelectorAll(".mud-dialog-container");
  const CONTROLS = "a[href],button:not(:disabled),input:not(:disabled):not([type=hidden]),select:not(:disabled),textarea:not(:disabled),summary,[tabindex='0']";
  const isSentinel = e => e.tabIndex >= 0 && !e.matches("a,button,input,select,textarea,summary") && !e.textContent.trim();
  const isControl = e => e.matches(CONTROLS) && !isSentinel(e) && !e.querySelector(".mud-dialog-content");
  // Those that Tab stops at; arrow keys lead to others too.
  const controls = dialog => [...dialog.querySelectorAll(CONTROLS)].filter(e => e.tabIndex >= 0 && e.checkVisibility() && isControl(e));

  // The choice moves with the focus, as in groups that browsers make themselves.
  const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
  document.addEventListener("keydown", e => {
    const step = STEPS[e.key];
    const radio = step && !e.ctrlKey && !e.metaKey && !e.altKey ? e.target.closest?.("[role=radio]") : null;
    if (!radio) return;
    const all = [...radio.closest("[role=radiogroup]").querySelectorAll("[role=radio]:not(:disabled)")];
    const next = all[(all.indexOf(radio) + step + all.length) % all.length];
    e.preventDefault();
    next.focus();
    next.click();
  });

  // A list under a text box: up and down belong to the list.
  document.addEventListener("keydown", e => {
    if ((e.key === "ArrowDown" || e.key === "ArrowUp") && e.target.matches?.("[role=combobox]")) e.preventDefault();
  });

  // MudBlazor's dialogs begin and end with empty elements that take the focus; nobody should ever stand on one.
  document.addEventListener("keydown", e => {
    const dialog = e.key === "Tab" ? e.target.closest?.(".mud-dialog-container") : null;
    const all = dialog ? controls(dialog) : [];
    if (!all.length) return;
    const at = all.indexOf(document.activeElement);
    if (at < 0 || at === (e.shiftKey ? 0 : all.length - 1)) {
      e.preventDefault();
      all[e.shiftKey ? all.length - 1 : 0].focus();
    }
  }, true);

  // What had the focus before the first dialog; null when nothing had it.
  let before = null;
  document.addEventListener("focusin", e => {
    const dialog = e.target.closest(".mud-dialog-container");
    if (!dialog) {
      if (!dialogs().length) before = e.target;
    } else if (!isControl(e.target)) {
      controls(dialog)[0]?.focus();
    }
  });
  document.addEventListener("focusout", e => {
    if (!e.relatedTarget && !dialogs().length && document.hasFocus()) before = null;
  });

  let open = 0;
  new MutationObserver(() => {
    const now = dialogs();
    if (now.length > open && !now[now.length - 1].contains(document.activeElement)) controls(now[now.length - 1])[0]?.focus();
    if (now.length === 0 && open > 0) {
      const back = before;
      // After MudBlazor, which gives the focus back to what it saw, if that is still there.
      requestAnimationFrame(() => { if (back?.isConnected && !dialogs().length && (document.activeElement === document.body || isSentinel(document.activeElement))) back.focus(); });
    }
    open = now.length;
  }).observe(document.documentElement, { childList: true, subtree: true });

  // A sheet closes when something in it is chosen: the page under it may stay the same window.
  document.addEventListener("click", e => { if (e.target.closest("[popover] a")) e.target.closest("[popover]").hidePopover(); });

  edgemesh.reveal = id => document.getElementById(id)?.scrollIntoView({ block: "nearest" });
  edgemesh.signOut = () => document.getElementById("sign-out")?.requestSubmit();
})();
