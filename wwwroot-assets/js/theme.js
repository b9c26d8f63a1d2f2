// Sets the theme before the first paint, so nothing flashes. "system" follows the system.
(function () {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => document.documentElement.dataset.theme === "dark";
  const wished = () => { const wish = localStorage.getItem("edgemesh-theme"); return wish === "dark" || wish === "light" ? wish : "system"; };
  let watcher = null;
  const apply = () => {
    const wish = wished();
    document.documentElement.dataset.theme = wish === "system" ? (dark.matches ? "dark" : "light") : wish;
    watcher?.invokeMethodAsync("ThemeChangedAsync", isDark());
  };
  apply();
  dark.addEventListener("change", apply);
  addEventListener("storage", e => { if (e.key === "edgemesh-theme") apply(); });

  const copyOldWay = text => {
    // Without a secure context (plain HTTP on another address) browsers have no clipboard API.
    const box = Object.assign(document.createElement("textarea"), { value: text });
    document.body.append(box);
    box.select();
    const done = document.execCommand("copy");
    box.remove();
    return done;
  };

  globalThis.edgemesh = {
    isDark,
    // What a clock on this computer shows; the dashboard may run in another zone.
    zone: () => ({ name: Intl.DateTimeFormat().resolvedOptions().timeZone ?? null, offsetMinutes: -new Date().getTimezoneOffset() }),
    theme: wished,
    setTheme: wish => { localStorage.setItem("edgemesh-theme", wish); apply(); return isDark(); },
    keep: (name, value) => localStorage.setItem(`edgemesh-${name}`, value),
    kept: name => localStorage.getItem(`edgemesh-${name}`),
    watchTheme: who => { watcher = who; return isDark(); },
    unwatchTheme: () => { watcher = null; },
    copy: async text => {
      try {
        await navigator.clipboard.writeText(text);
        return true;
      } catch {
        return copyOldWay(text);
      }
    },
  };
})();
