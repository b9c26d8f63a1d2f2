// Sets the theme before the first paint, so nothing flashes. "system" follows the system.
(function () {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const wish = localStorage.getItem("edgemesh-theme");
    document.documentElement.dataset.theme = wish === "dark" || wish === "light" ? wish : dark.matches ? "dark" : "light";
  };
  apply();
  dark.addEventListener("change", apply);
  globalThis.edgemesh = {
    isDark: () => document.documentElement.dataset.theme === "dark",
    setTheme: wish => { localStorage.setItem("edgemesh-theme", wish); apply(); return edgemesh.isDark(); },
    copy: text => navigator.clipboard.writeText(text),
  };
  document.addEventListener("keydown", e => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName);
    if (e.key === "n" && !typing && !e.ctrlKey && !e.metaKey && !e.altKey) document.querySelector("a.new")?.click();
    if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) document.querySelector("button[data-run]:not([disabled])")?.click();
  });
})();
