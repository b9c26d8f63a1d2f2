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
    if (e.target.closest("[data-reload]")) { e.preventDefault(); location.reload(); }
    if (e.target.closest("[data-flip-theme]")) edgemesh.setTheme(edgemesh.isDark() ? "light" : "dark");
  });

  // The first sight of a page is the splash, until the circuit draws the page. When that takes long, or is refused, the splash says why.
  const splash = document.getElementById("splash");
  const began = Date.now();
  const tell = (title, detail, remedy) => {
    splash.querySelector("b").textContent = title;
    splash.querySelector("p").textContent = [detail, remedy].filter(Boolean).join(" ");
    splash.querySelector("a").hidden = false;
  };
  const look = async () => {
    if (document.querySelector(".shell")) return;
    try {
      const answer = await fetch("_blazor/negotiate?negotiateVersion=1", { method: "POST" });
      if (document.querySelector(".shell")) return;
      if (answer.ok) {
        if (Date.now() - began > 20000) {
          tell("The live connection does not open.", "The dashboard answers, but neither a WebSocket nor long polling gets through.", "A proxy in between has to pass on both; docs/proxy.md shows how.");
        }
      } else {
        const problem = await answer.json().catch(() => null);
        tell(problem?.title ?? `The dashboard answers with HTTP status ${answer.status}.`, problem?.detail, problem?.remedy ?? "A proxy in between may have answered in its place.");
      }
    } catch {
      tell("The dashboard does not answer.", "The page came, but the connection to it is gone.", "Check that EdgeMesh still runs; this page goes on trying.");
    }
    setTimeout(look, 5000);
  };
  if (splash) setTimeout(look, 4000);

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
