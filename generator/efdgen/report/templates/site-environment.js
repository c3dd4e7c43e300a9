"use strict";
// Buttons that copy commands, and links to single values. Without this script the page is whole.
document.addEventListener("DOMContentLoaded", () => {
  const { byId, element } = globalThis.efdgenSite;

  const copy = async (code) => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      return true;
    } catch {
      // No clipboard without a secure connection: what is selected can be copied all the same.
      getSelection().selectAllChildren(code);
      return document.execCommand("copy");
    }
  };
  for (const pre of document.querySelectorAll(".text pre")) {
    const code = pre.querySelector("code");
    if (!code) continue;
    const button = element("button", "", "Copy");
    button.type = "button";
    button.addEventListener("click", async () => {
      button.textContent = (await copy(code)) ? "Copied" : "Selected";
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
    const block = element("div", "block");
    pre.tabIndex = 0;
    pre.replaceWith(block);
    block.append(pre, button);
  }

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
  if (matchMedia("(max-width: 60rem)").matches) document.querySelector(".contents details").open = false;
});
