"use strict";
// Links to single values. Without this script the page is whole.
document.addEventListener("DOMContentLoaded", () => {
  const { byId } = globalThis.efdgenSite;

  // `#value:<group>/<path>`: the place of one value, which has no anchor of its own.
  const reveal = () => {
    document.querySelector(".found")?.classList.remove("found");
    const match = /^#value:([^/]*)\/(.*)$/.exec(location.hash);
    if (match) {
      const [group, path] = match.slice(1).map(decodeURIComponent);
      const part = [...document.querySelectorAll(".values")].find((each) => each.dataset.group === group);
      const row = part && [...part.querySelectorAll("tr")].find((each) => each.cells[0].textContent === path);
      if (!row) return;
      part.open = true;
      row.classList.add("found");
      row.scrollIntoView({ block: "center" });
    } else if (location.hash.startsWith("#app:")) {
      const app = byId(decodeURIComponent(location.hash.slice(1)));
      app?.querySelector(".values")?.setAttribute("open", "");
    }
  };
  addEventListener("hashchange", reveal);
  reveal();
});
