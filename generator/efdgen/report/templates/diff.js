"use strict";
// Search and filters. Without this script the page is whole: everything is in it, and groups fold by themselves.
document.addEventListener("DOMContentLoaded", () => {
  const controls = document.getElementById("controls");
  if (!controls) return;
  const byId = (id) => document.getElementById(id);
  const [search, environment, app, count, none, fold] = ["search", "environment", "app", "count", "none", "fold"].map(byId);
  const chips = [...document.querySelectorAll("[data-environment]")];
  const number = new Intl.NumberFormat("en");

  const text = (element) => (element ? element.textContent.toLowerCase() : "");
  const set = (element, name) => new Set(element ? element.dataset[name].split(" ") : []);
  // What an entry shares with its neighbours is read once. An entry that shares nothing is its own container.
  const containers = [];
  const known = new Map();
  const shared = (element, selector, read) => {
    const container = element.closest(selector);
    if (!known.has(selector)) known.set(selector, new Map());
    const found = known.get(selector);
    if (!found.has(container)) {
      found.set(container, { element: container, shown: 0, ...read(container) });
      containers.push(found.get(container));
    }
    return found.get(container);
  };
  const names = (element) => (element ? [...element.querySelectorAll(":scope > summary h3, :scope > .all p")].map(text).join(" ") : "");
  const entries = [...document.querySelectorAll(".entry")].map((element) => ({
    element,
    text: text(element),
    group: shared(element, "[data-environments]", (at) => ({ environments: set(at, "environments"), text: at.matches(".group") ? names(at) : "" })),
    block: shared(element, "[data-apps]", (at) => ({ apps: set(at, "apps"), text: text(at.querySelector("h4")) })),
    listing: shared(element, ".listing", () => ({})),
    isShown: true,
  }));
  const groups = [...document.querySelectorAll(".group")];
  let opened = null;

  const apply = () => {
    const terms = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const isActive = terms.length > 0 || environment.value !== "" || app.value !== "";
    let shown = 0;
    for (const container of containers) container.shown = 0;
    for (const entry of entries) {
      const { group, block, listing } = entry;
      const isShown = (environment.value === "" || group.environments.has(environment.value))
        && (app.value === "" || block.apps.has(app.value))
        && terms.every((term) => entry.text.includes(term) || block.text.includes(term) || group.text.includes(term));
      if (isShown) { shown += 1; group.shown += 1; block.shown += 1; listing.shown += 1; }
      if (isShown !== entry.isShown) { entry.element.hidden = !isShown; entry.isShown = isShown; }
    }
    for (const container of containers) {
      if (!container.element.matches(".entry")) container.element.hidden = container.shown === 0;
    }
    // What matches is unfolded; afterwards all is as it was.
    if (isActive) {
      opened ??= groups.map((group) => group.open);
      for (const group of groups) group.open = true;
    } else if (opened) {
      groups.forEach((group, index) => { group.open = opened[index]; });
      opened = null;
    }
    for (const chip of chips) chip.setAttribute("aria-pressed", String(chip.dataset.environment === environment.value));
    count.textContent = `${number.format(shown)} of ${number.format(entries.length)}`;
    none.hidden = shown > 0;
    relabel();
    remember();
  };

  const relabel = () => { fold.textContent = groups.some((group) => group.open) ? "Fold all" : "Unfold all"; };

  // The address holds the filters: a link shows what its sender saw.
  const chosen = (select) => (select.value === "" ? "" : select.selectedOptions[0].textContent);
  const remember = () => {
    const state = new URLSearchParams();
    for (const [key, value] of [["search", search.value], ["environment", chosen(environment)], ["app", chosen(app)]]) {
      if (value) state.set(key, value);
    }
    const hash = state.toString();
    if (hash === location.hash.slice(1)) return;
    try { history.replaceState(null, "", `#${hash}`); } catch { /* a page without an address */ }
  };
  const recall = () => {
    const state = new URLSearchParams(location.hash.slice(1));
    search.value = state.get("search") ?? "";
    for (const select of [environment, app]) {
      const option = [...select.options].find((each) => each.value !== "" && each.textContent === state.get(select.id));
      select.value = option ? option.value : "";
    }
  };
  const clear = () => { search.value = environment.value = app.value = ""; apply(); };

  for (const chip of chips) {
    chip.disabled = false;
    chip.addEventListener("click", () => {
      environment.value = chip.dataset.environment === environment.value ? "" : chip.dataset.environment;
      apply();
    });
  }
  fold.hidden = groups.length === 0;
  fold.addEventListener("click", () => {
    const open = !groups.some((group) => group.open);
    for (const group of groups) group.open = open;
    relabel();
  });
  for (const group of groups) group.addEventListener("toggle", relabel);
  search.addEventListener("input", apply);
  environment.addEventListener("change", apply);
  app.addEventListener("change", apply);
  controls.addEventListener("submit", (event) => event.preventDefault());
  byId("clear").addEventListener("click", () => { clear(); search.focus(); });
  addEventListener("hashchange", () => {
    if (document.getElementById(location.hash.slice(1))) return; // a place in the page, such as #main
    recall();
    apply();
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/" && !event.target.closest("input, select, textarea")) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "Escape" && event.target === search) {
      clear();
      search.blur();
    }
  });
  controls.hidden = false;
  recall();
  apply();
});
