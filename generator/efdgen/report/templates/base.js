"use strict";
// Light or dark: what the system says, until somebody says otherwise. Storage may be forbidden; then it is forgotten.
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const stored = () => {
    try { return localStorage.getItem("efdgen-theme"); } catch { return null; }
  };
  const store = (theme) => {
    try { localStorage.setItem("efdgen-theme", theme); } catch { /* forgotten */ }
  };
  const use = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  };
  use(stored());
  document.addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    const other = () => ((root.dataset.theme || (system.matches ? "dark" : "light")) === "dark" ? "light" : "dark");
    const label = () => { button.textContent = other() === "dark" ? "Dark" : "Light"; };
    button.title = "Switch between light and dark";
    button.addEventListener("click", () => { const theme = other(); use(theme); store(theme); label(); });
    system.addEventListener("change", label);
    label();
    button.hidden = false;
  });
})();
