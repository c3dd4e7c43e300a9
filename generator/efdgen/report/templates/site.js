"use strict";
// What all pages of the site share: the data, and the search over it. The data is a script beside the page, because a
// page that is a file can't read other files; it is loaded when somebody begins to search.
globalThis.efdgenSite = (() => {
  const byId = (id) => document.getElementById(id);
  let loading = null;
  const data = () => {
    loading ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = byId("site:find").dataset.script;
      script.addEventListener("load", () => resolve(globalThis.efdgenData));
      script.addEventListener("error", () => { loading = null; reject(new Error(`can't load ${script.src}`)); });
      document.head.append(script);
    });
    return loading;
  };
  const terms = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);
  const element = (tag, className = "", ...children) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.append(...children);
    return made;
  };
  const anchor = (href, ...children) => {
    const made = element("a", "", ...children);
    made.href = href;
    return made;
  };
  const valueAddress = (environment, group, path) => `${environment.page}#value:${encodeURIComponent(group)}/${encodeURIComponent(path)}`;

  // -- search
  const MAX_SHOWN = 10;
  const MAX_NAMED = 6;
  let prepared = null;
  const lower = (texts) => texts.map((text) => text.toLowerCase());
  const prepare = (all) => {
    const environments = all.environments.map((each) => `${each.name} ${each.title} ${each.about}`.toLowerCase());
    return { all, environments, groups: lower(all.groups), paths: lower(all.paths), values: lower(all.values) };
  };
  const hits = (texts, wanted) => wanted.map((term) => texts.map((text) => text.includes(term)));

  // The same value of several environments is one result.
  const find = (index, wanted) => {
    const { all } = index;
    const inEnvironment = hits(index.environments, wanted);
    const inGroup = hits(index.groups, wanted);
    const inPath = hits(index.paths, wanted);
    const inValue = hits(index.values, wanted);
    const holds = (number, text) => wanted.every((term, at) => inEnvironment[at][number] || text.includes(term));
    const kinds = { Environments: [], Apps: [], Hosts: [], "Vault paths": [], Values: [], Runbooks: [] };
    all.environments.forEach((each, number) => {
      if (wanted.every((_, at) => inEnvironment[at][number])) kinds.Environments.push({ text: each.title, href: each.page, note: each.name });
      for (const [service, address] of each.services) {
        if (holds(number, `${service} ${address}`.toLowerCase())) kinds.Hosts.push({ text: address.replace(/^https:\/\//, ""), href: `${each.page}#site:facts`, note: `${service}, ${each.name}` });
      }
    });
    for (const [name, chart, version, description] of all.apps) {
      const text = `${name} ${chart} ${version} ${description}`.toLowerCase();
      if (wanted.every((term) => text.includes(term))) {
        kinds.Apps.push({ text: `${name} ${version}`, href: `${byId("site:find").dataset.index}#app=${encodeURIComponent(name)}`, note: description });
      }
    }
    const rowHits = wanted.map((_, at) => {
      const found = new Uint8Array(all.rows.length / 2);
      for (let row = 0; row < found.length; row += 1) found[row] = inGroup[at][all.rows[2 * row]] || inPath[at][all.rows[2 * row + 1]] ? 1 : 0;
      return found;
    });
    const merged = new Map();
    const note = (key, kind, text, href, environment) => {
      let entry = merged.get(key);
      if (!entry) { entry = { ...text(), where: [] }; merged.set(key, entry); kinds[kind(entry)].push(entry); }
      entry.where.push([environment, href]);
    };
    all.environments.forEach((each, number) => {
      const { held, headings } = each;
      for (let at = 0; at < held.length; at += 2) {
        const row = held[at];
        const value = held[at + 1];
        let isFound = true;
        for (let term = 0; term < wanted.length && isFound; term += 1) isFound = rowHits[term][row] === 1 || inValue[term][value] || inEnvironment[term][number];
        if (!isFound) continue;
        const group = all.groups[all.rows[2 * row]];
        const path = all.paths[all.rows[2 * row + 1]];
        note(`${row} ${value}`, () => (/^vault\.secrets\[.*\]\.path$|VaultPath$/.test(path) ? "Vault paths" : "Values"),
          () => ({ text: all.values[value], note: `${group} / ${path}` }), valueAddress(each, group, path), each);
      }
      for (const [heading, id] of headings) {
        if (wanted.every((_, at) => inValue[at][heading] || inEnvironment[at][number])) {
          note(`heading ${heading}`, () => "Runbooks", () => ({ text: all.values[heading], note: "" }), `${each.page}#${encodeURIComponent(all.values[id])}`, each);
        }
      }
    });
    return kinds;
  };

  const show = (panel, kinds) => {
    const parts = [];
    let total = 0;
    for (const [kind, found] of Object.entries(kinds)) {
      if (found.length === 0) continue;
      total += found.length;
      const list = element("ul");
      for (const entry of found.slice(0, MAX_SHOWN)) {
        const href = entry.href ?? entry.where[0][1];
        const text = entry.text.length > 160 ? `${entry.text.slice(0, 160)}…` : entry.text;
        const of = element("span", "of", entry.note ?? "");
        if (entry.where) {
          if (entry.note) of.append(": ");
          for (const [environment, target] of entry.where.slice(0, MAX_NAMED)) of.append(anchor(target, environment.name), " ");
          if (entry.where.length > MAX_NAMED) of.append(`and ${entry.where.length - MAX_NAMED} more`);
        }
        list.append(element("li", "", anchor(href, text || '""'), of));
      }
      parts.push(element("h2", "", `${kind} (${found.length})`), list);
      if (found.length > MAX_SHOWN) parts.push(element("p", "", `and ${found.length - MAX_SHOWN} more: type more to narrow it down`));
    }
    if (total === 0) parts.push(element("p", "", "Nothing is found."));
    panel.replaceChildren(...parts);
    panel.scrollTop = 0;
    panel.hidden = false;
  };

  document.addEventListener("DOMContentLoaded", () => {
    const [form, input, panel] = ["site:find", "site:search", "site:results"].map(byId);
    const close = () => { panel.hidden = true; };
    const update = async () => {
      const text = input.value;
      const wanted = terms(text);
      if (wanted.length === 0) { close(); return; }
      try {
        prepared ??= prepare(await data());
      } catch (error) {
        panel.replaceChildren(element("p", "", String(error.message)));
        panel.hidden = false;
        return;
      }
      if (input.value === text) show(panel, find(prepared, wanted));
    };
    input.addEventListener("focus", () => { data().catch(() => {}); if (input.value) update(); });
    input.addEventListener("input", update);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!panel.hidden) panel.querySelector("a")?.click();
    });
    panel.addEventListener("click", (event) => { if (event.target.closest("a")) close(); });
    document.addEventListener("click", (event) => { if (!form.contains(event.target)) close(); });
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "/" && !event.target.closest("input, select, textarea")) {
        event.preventDefault();
        input.focus();
        input.select();
      } else if (event.key === "Escape" && form.contains(event.target)) {
        close();
        input.value = "";
        input.blur();
      } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && form.contains(event.target) && !panel.hidden) {
        event.preventDefault();
        const stops = [input, ...panel.querySelectorAll("li > a")];
        const next = stops.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1);
        stops[Math.max(0, Math.min(stops.length - 1, next))].focus();
      }
    });
    const isNarrow = matchMedia("(max-width: 40rem)");
    const { placeholder } = input;
    const hint = () => { input.placeholder = isNarrow.matches ? "Search" : placeholder; };
    isNarrow.addEventListener("change", hint);
    hint();
    form.hidden = false;
    for (const each of document.querySelectorAll(".needs-script")) each.hidden = false;
  });

  // The address holds what was chosen: a link shows what its sender saw.
  const remember = (state) => {
    const hash = new URLSearchParams(Object.entries(state).filter(([, value]) => value)).toString();
    if (hash !== location.hash.slice(1)) {
      try { history.replaceState(null, "", `#${hash}`); } catch { /* a page without an address */ }
    }
  };
  const recall = () => new URLSearchParams(location.hash.slice(1));

  return { byId, data, terms, element, anchor, valueAddress, remember, recall };
})();
