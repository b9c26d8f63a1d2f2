// The second secret of a session, kept for this origin only: the cookie alone goes to every port of this host. Starts the live connection with it.
(function () {
  const base = new URL(document.baseURI);
  const place = `edgemesh-origin:${base.pathname}`;
  const came = /^#em-origin=([a-z0-9]+)(?:&to=(.*))?$/.exec(location.hash);
  if (came) {
    localStorage.setItem(place, came[1]);
    history.replaceState(history.state, "", location.pathname + location.search + (came[2] ? `#${came[2]}` : ""));
  }
  const secret = localStorage.getItem(place);
  const header = "X-EdgeMesh-Origin";
  const here = location.pathname.slice(base.pathname.length - 1) + location.search;
  // One object for all: a window that waits comes back with the secret of a login in another tab.
  edgemesh.originHeaders = secret ? { [header]: secret } : {};
  addEventListener("storage", e => { if (e.key === place && e.newValue) edgemesh.originHeaders[header] = e.newValue; });
  // The cookie may still be good: signing in gives this origin a secret of its own.
  edgemesh.signInAgain = () => location.replace(`login?error=again&returnUrl=${encodeURIComponent(here)}`);

  if (document.getElementById("splash") && !secret) {
    edgemesh.signInAgain();
    return;
  }
  Blazor.start({ circuit: { configureSignalR: builder => builder.withUrl("_blazor", { headers: edgemesh.originHeaders }) } });
})();
