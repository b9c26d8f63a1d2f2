// Keys of every page, and what is said while the link to the dashboard is lost.
(function () {
  const typing = e => /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName) || e.target.isContentEditable;
  document.addEventListener("keydown", e => {
    const command = e.ctrlKey || e.metaKey;
    if (command && !e.shiftKey && !e.altKey && e.key.toLowerCase() === "k") {
      e.preventDefault();
      if (!document.querySelector(".mud-dialog")) document.querySelector("button.cmd")?.click();
    }
    if (e.key === "n" && !typing(e) && !command && !e.altKey && !document.querySelector(".mud-dialog")) document.querySelector("a.new")?.click();
    if (e.key === "Enter" && command) document.querySelector("button[data-run]:not([disabled])")?.click();
  });

  // The login page has no circuit: its theme button works here.
  document.addEventListener("click", e => {
    if (e.target.closest("[data-flip-theme]")) edgemesh.setTheme(edgemesh.isDark() ? "light" : "dark");
  });

  const banner = document.getElementById("components-reconnect-modal");
  banner?.addEventListener("components-reconnect-state-changed", e => {
    const state = e.detail.state;
    if (state === "show") document.getElementById("reconnect-since").textContent = new Date().toTimeString().slice(0, 8);
    // The dashboard is back but knows nothing of this window: it begins anew.
    if (state === "rejected") location.reload();
  });
  document.getElementById("reconnect-now")?.addEventListener("click", async () => {
    try {
      if (!await Blazor.reconnect()) location.reload();
    } catch {
      // Still no answer: the banner stays, and Blazor goes on trying.
    }
  });
})();
