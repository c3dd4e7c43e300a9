"use strict";
// The matrix's filters. Without this script the page is whole.
document.addEventListener("DOMContentLoaded", () => {
  const { byId, terms, remember, recall } = globalThis.efdgenSite;
  const [text, app, place, special, count, none] = ["text", "app", "place", "special", "count", "none"].map((name) => byId(`site:${name}`));
  const matrix = byId("site:matrix");
  const first = matrix.tHead.querySelectorAll("th:not([data-app])").length;
  const names = [...matrix.tHead.rows[0].cells].slice(first);
  const cards = new Map([...document.querySelectorAll(".card")].map((card) => [card.dataset.environment, card]));
  const lines = [...matrix.tBodies[0].rows].map((row) => ({
    row,
    text: `${row.textContent} ${row.dataset.foundBy}`.toLowerCase(),
    cells: [...row.cells].slice(first).map((cell) => ({ cell, isSpecial: cell.classList.contains("special") })),
  }));

  // How long ago an audit looked: the page itself may be old.
  const units = [["day", 86400], ["hour", 3600], ["minute", 60]];
  const ago = (seconds) => {
    const [unit, length] = units.find(([, size]) => seconds >= 2 * size) ?? units.find(([, size]) => seconds >= size) ?? [null, 1];
    const number = Math.floor(seconds / length);
    return unit === null ? "just now" : `${number} ${unit}${number === 1 ? "" : "s"} ago`;
  };
  for (const time of matrix.querySelectorAll(".audit time")) {
    const seconds = (Date.now() - Date.parse(time.dateTime)) / 1000;
    const age = document.createElement("span");
    age.className = "age";
    age.textContent = ago(seconds);
    time.before(age);
    time.parentElement.classList.toggle("stale", seconds > 2 * 86400);
  }

  const apply = () => {
    const wanted = terms(text.value);
    let columns = names.map((name, index) => index).filter((index) => app.value === "" || names[index].dataset.app === app.value);
    let shown = lines.filter((line) => (place.value === "" || line.row.dataset.site === place.value) && wanted.every((term) => line.text.includes(term)));
    if (special.checked) {
      columns = columns.filter((index) => shown.some((line) => line.cells[index].isSpecial));
      shown = shown.filter((line) => columns.some((index) => line.cells[index].isSpecial));
    }
    const isShown = new Set(columns);
    names.forEach((name, index) => { name.hidden = !isShown.has(index); });
    for (const line of lines) {
      const isVisible = shown.includes(line);
      line.row.hidden = !isVisible;
      line.cells.forEach(({ cell }, index) => { cell.hidden = !isShown.has(index); });
      cards.get(line.row.dataset.environment).hidden = !isVisible;
    }
    count.textContent = `${shown.length} of ${lines.length} environments, ${columns.length} of ${names.length} apps`;
    none.hidden = shown.length > 0 && columns.length > 0;
    remember({ text: text.value, app: app.value, site: place.value, special: special.checked ? "1" : "" });
  };
  const choose = (select, value) => { select.value = [...select.options].some((option) => option.value === value) ? value : ""; };
  const read = () => {
    const state = recall();
    text.value = state.get("text") ?? "";
    choose(app, state.get("app") ?? "");
    choose(place, state.get("site") ?? "");
    special.checked = state.get("special") === "1";
    apply();
  };
  text.addEventListener("input", apply);
  for (const each of [app, place, special]) each.addEventListener("change", apply);
  byId("site:clear").addEventListener("click", () => { text.value = app.value = place.value = ""; special.checked = false; apply(); });
  byId("site:filters").addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", () => { if (!byId(location.hash.slice(1))) read(); });
  byId("site:filters").hidden = false;
  read();
});
