// What is said before the link to the dashboard is there, and while it is lost.
(function () {
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
  // Why the dashboard takes no connection of this window: the status, and the problem when it names one. Null when it takes it; throws when nobody answers.
  const refusal = async () => {
    const answer = await fetch("_blazor/negotiate?negotiateVersion=1", { method: "POST", headers: edgemesh.originHeaders });
    return answer.ok ? null : { ...await answer.json().catch(() => null), status: answer.status };
  };
  const look = async () => {
    if (document.querySelector(".shell")) return;
    try {
      const refused = await refusal();
      if (refused?.status === 401) {
        edgemesh.signInAgain();
        return;
      }
      if (document.querySelector(".shell")) return;
      if (refused) {
        tell(refused.title ?? `The dashboard answers with HTTP status ${refused.status}.`, refused.detail, refused.remedy ?? "A proxy in between may have answered in its place.");
      } else if (Date.now() - began > 20000) {
        tell("The live connection does not open.", "The dashboard answers, but neither a WebSocket nor long polling gets through.", "A proxy in between has to pass on both; docs/proxy.md shows how.");
      }
    } catch {
      tell("The dashboard does not answer.", "The page came, but the connection to it is gone.", "Check that EdgeMesh still runs; this page goes on trying.");
    }
    setTimeout(look, 5000);
  };
  if (splash) setTimeout(look, 4000);

  // The banner: Blazor shows and hides it. Whether the dashboard refuses this window is asked here: Blazor would go on trying for ever.
  const banner = document.getElementById("components-reconnect-modal");
  const lookEveryMs = 5000;
  let watch = 0;
  const again = async () => {
    try {
      if (!await Blazor.reconnect()) location.reload();
    } catch {
      // Still no answer: the banner stays, and Blazor goes on trying.
    }
  };
  const show = refused => {
    banner.classList.toggle("is-refused", refused !== null);
    banner.classList.toggle("is-signed-out", refused?.status === 401);
    if (!refused) return;
    const words = refused.status === 401 ? ["You are signed out.", "The session ended, or its key was deleted."] : [refused.title, refused.remedy];
    banner.querySelector("b.when-refused").textContent = words[0];
    banner.querySelector("span.when-refused").textContent = words[1] ?? "";
    const here = location.href.slice(document.baseURI.length).split("#")[0];
    banner.querySelector("a").href = `login?error=again&returnUrl=${encodeURIComponent("/" + here)}`;
  };
  const ask = async () => {
    const mine = watch;
    try {
      const refused = await refusal();
      if (mine !== watch) return;
      // A proxy that answers in place of a dashboard that restarts names no problem.
      show(refused?.status === 401 || refused?.title ? refused : null);
      if (!refused && banner.classList.contains("components-reconnect-failed")) await again();
    } catch {
      if (mine === watch) show(null);
    }
    if (mine === watch) watch = setTimeout(ask, lookEveryMs);
  };
  banner?.addEventListener("components-reconnect-state-changed", e => {
    const state = e.detail.state;
    if (state === "show") {
      document.getElementById("reconnect-since").textContent = new Date().toTimeString().slice(0, 8);
      clearTimeout(watch);
      watch = setTimeout(ask);
    }
    if (state === "hide") {
      clearTimeout(watch);
      watch = 0;
      show(null);
    }
    // The dashboard is back but knows nothing of this window: it begins anew.
    if (state === "rejected") location.reload();
  });
  document.getElementById("reconnect-now")?.addEventListener("click", again);
})();
