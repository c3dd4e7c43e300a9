"use strict";
// Buttons that copy commands. Without this script the page is whole.
document.addEventListener("DOMContentLoaded", () => {
  const { element } = globalThis.efdgenSite;

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
  if (matchMedia("(max-width: 60rem)").matches) document.querySelector(".contents details").open = false;
});
