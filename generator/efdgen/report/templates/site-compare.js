"use strict";
// Values side by side. Rows have the same numbers in all environments, and each environment holds its own in turn.
document.addEventListener("DOMContentLoaded", async () => {
  const { byId, data, terms, element, anchor, valueAddress, remember, recall } = globalThis.efdgenSite;
  const [left, right, text, all, count, none, result] = ["left", "right", "text", "all", "count", "none", "result"].map((name) => byId(`compare:${name}`));
  let known;
  try {
    known = await data();
  } catch (error) {
    none.textContent = error.message;
    none.hidden = false;
    return;
  }
  const environments = new Map(known.environments.map((each) => [each.name, each]));
  for (const select of [left, right]) {
    for (const name of environments.keys()) select.append(new Option(name, name));
  }

  // An order differs where what both sides have does; with an item more on one side it is the same.
  const isOrder = (row) => path(row).endsWith(" (order)");
  const inConflict = (sides) => {
    if (sides.includes(null)) return false;
    try {
      const [one, other] = sides.map((value) => JSON.parse(known.values[value]));
      const kept = other.filter((name) => one.includes(name));
      return one.filter((name) => other.includes(name)).some((name, index) => name !== kept[index]);
    } catch { /* a name with characters that nobody sees */
      return sides[0] !== sides[1];
    }
  };
  const path = (row) => known.paths[known.rows[2 * row + 1]];

  // Pairs of values, by app: one side may be missing.
  const pairs = (one, other) => {
    const groups = new Map();
    let i = 0;
    let j = 0;
    while (i < one.length || j < other.length) {
      const row = Math.min(one[i] ?? Infinity, other[j] ?? Infinity);
      const pair = { row, sides: [one[i] === row ? one[i + 1] : null, other[j] === row ? other[j + 1] : null] };
      if (one[i] === row) i += 2;
      if (other[j] === row) j += 2;
      if (isOrder(row) && !inConflict(pair.sides)) continue;
      const group = known.groups[known.rows[2 * row]];
      if (!groups.has(group)) groups.set(group, []);
      groups.get(group).push(pair);
    }
    return groups;
  };

  // A line can end between the steps of a path.
  const steps = (text, previous = "") => {
    const parts = text.split(/(?<=[./])(?=[A-Za-z])|(?<=\w)(?=\[)/).flatMap((part) => [element("wbr"), part]);
    return /[./]$/.test(previous) && /^[A-Za-z]/.test(text) ? parts : parts.slice(1);
  };

  // What differs within two texts, as whole words, unless most does.
  const mark = (own, other) => {
    const [mine, theirs] = [own, other].map((side) => side.match(/\w+|\W/g) ?? []);
    const shorter = Math.min(mine.length, theirs.length);
    let head = 0;
    while (head < shorter && mine[head] === theirs[head]) head += 1;
    let tail = 0;
    while (tail < shorter - head && mine.at(-1 - tail) === theirs.at(-1 - tail)) tail += 1;
    const [before, middle, after] = [mine.slice(0, head), mine.slice(head, mine.length - tail), mine.slice(mine.length - tail)].map((part) => part.join(""));
    if (2 * (before.length + after.length) < Math.max(own.length, other.length)) return steps(own);
    return [...steps(before), ...(middle ? [element("mark", "", ...steps(middle, before))] : []), ...steps(after, before + middle)];
  };
  const cell = (value, other) => {
    if (value === null) return element("td", "missing", "not set");
    if (other === null || value === other) return element("td", "", ...steps(known.values[value]));
    return element("td", "", ...mark(known.values[value], known.values[other]));
  };

  const table = (group, found, sides) => {
    const body = element("tbody");
    for (const pair of found) {
      const where = sides[pair.sides[0] === null ? 1 : 0];
      const head = element("th", "", isOrder(pair.row) ? path(pair.row) : anchor(valueAddress(where, group, path(pair.row)), ...steps(path(pair.row))));
      head.scope = "row";
      const isEqual = pair.sides[0] === pair.sides[1];
      body.append(element("tr", isEqual ? "" : "differs", head, cell(pair.sides[0], pair.sides[1]), cell(pair.sides[1], pair.sides[0])));
    }
    const names = ["Path", sides[0].name, sides[1].name].map((name) => { const head = element("th", "", name); head.scope = "col"; return head; });
    return element("table", "", element("thead", "", element("tr", "", ...names)), body);
  };

  const apply = () => {
    const sides = [environments.get(left.value), environments.get(right.value)];
    const groups = pairs(sides[0].held, sides[1].held);
    const wanted = terms(text.value);
    const parts = [];
    let differing = 0;
    let shown = 0;
    for (const [group, found] of [...groups].sort(([one], [other]) => (one < other ? -1 : 1))) {
      const different = found.filter((pair) => pair.sides[0] !== pair.sides[1]);
      differing += different.length;
      const kept = (all.checked ? found : different).filter((pair) => {
        const words = [group, path(pair.row), ...pair.sides.map((value) => (value === null ? "" : known.values[value]))].join(" ").toLowerCase();
        return wanted.every((term) => words.includes(term));
      });
      if (kept.length === 0) continue;
      shown += kept.length;
      const onlyIn = [0, 1].find((side) => found.every((pair) => pair.sides[1 - side] === null));
      const extent = onlyIn === undefined ? `${kept.length} of ${found.length}` : `only in ${sides[onlyIn].name}, ${kept.length} of ${found.length}`;
      const section = element("details", "diff", element("summary", "", element("h2", "", group), " ", element("span", "dim", extent)));
      section.dataset.group = group;
      section.open = onlyIn === undefined || wanted.length > 0;
      section.append(table(group, kept, sides));
      parts.push(section);
    }
    result.replaceChildren(...parts);
    count.textContent = `${differing} ${differing === 1 ? "value differs" : "values differ"}, ${shown} shown`;
    none.hidden = shown > 0;
    none.textContent = left.value === right.value ? "Choose two different environments." : wanted.length > 0 ? "Nothing matches." : "Nothing differs.";
    remember({ left: left.value, right: right.value, text: text.value, all: all.checked ? "1" : "" });
  };
  const read = () => {
    const state = recall();
    const names = [...environments.keys()];
    left.value = environments.has(state.get("left")) ? state.get("left") : names[0];
    right.value = environments.has(state.get("right")) ? state.get("right") : names.find((name) => name !== left.value) ?? names[0];
    text.value = state.get("text") ?? "";
    all.checked = state.get("all") === "1";
    apply();
  };
  byId("compare:swap").addEventListener("click", () => { [left.value, right.value] = [right.value, left.value]; apply(); });
  byId("compare:controls").addEventListener("submit", (event) => event.preventDefault());
  text.addEventListener("input", apply);
  for (const each of [left, right, all]) each.addEventListener("change", apply);
  addEventListener("hashchange", () => { if (!byId(location.hash.slice(1))) read(); });
  byId("compare:controls").hidden = false;
  if (environments.size === 0) return;
  read();
});
