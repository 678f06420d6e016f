// Filters, sorting and search for the open roles on the home page. Without this script the list is complete, and every
// filter value has a page of its own.
(() => {
  "use strict";
  const DAY = 24 * 60 * 60_000;
  const list = document.querySelector("[data-open-list]");
  const form = document.querySelector("[data-find]");
  const source = document.querySelector("[data-facets]");
  if (!list || !form || !source) return;
  const { dimensions, opened } = JSON.parse(source.textContent);
  const grades = dimensions.findIndex(({ key }) => key === "grades");
  const rows = [...list.querySelectorAll(".row")].map((row, number) => ({
    row,
    home: row.parentElement,
    opened: opened[number],
    closes: Date.parse(row.querySelector("time.day")?.getAttribute("datetime") ?? ""),
    keys: dimensions.map(({ roles }) => [roles[number]].flat()),
  }));
  const asOf = Date.parse(document.querySelector("[data-as-of]").getAttribute("datetime"));
  const make = (tag, properties, ...children) => {
    const found = Object.assign(document.createElement(tag), properties);
    found.append(...children);
    return found;
  };
  const fields = form.querySelector("[data-fields]");
  const status = form.querySelector("[data-status]");
  const own = form.querySelector("[data-own-page]");
  form.querySelector("[data-search-field] span").textContent = "Search";
  form.querySelector("summary").textContent = "Filter and sort";
  const reset = make("button", { type: "button", hidden: true }, "Show all");
  status.after(" ", reset);
  const feeds = make("a", { href: `${document.documentElement.dataset.home}feeds/` }, "feed");
  const none = make("p", { className: "empty", hidden: true }, "No open roles match. Remove some filters, or follow a ", feeds, " to hear about new roles.");
  const gone = make("ul", {});
  const away = make("section", { hidden: true }, make("h2", {}, "Saved roles that are no longer open"), gone);
  for (const [element, name] of [[reset, "reset"], [none, "none"], [away, "away"]]) element.dataset[name] = "";
  list.before(none);
  list.after(away);
  const notes = [];
  let saved = {};
  let found = null; // the slugs of the roles that the search found

  const WITHIN = [["", "any time"], ["3", "3 days"], ["7", "7 days"], ["14", "14 days"], ["30", "30 days"], ["none", "no date given"]];
  const SORTS = [["", "Closing soonest"], ["newest", "Newest first"], ["grade", "Grade"], ["title", "Title"]];
  const controls = new Map(); // name in the address -> select

  const labelled = (label, control) => {
    const wrap = document.createElement("label");
    const text = document.createElement("span");
    text.textContent = label;
    wrap.append(text, control);
    fields.append(wrap);
    return control;
  };

  const select = (name, label, options) => {
    const control = document.createElement("select");
    for (const [value, text] of options) control.add(new Option(text, value));
    control.addEventListener("change", () => show(true));
    controls.set(name, labelled(label, control));
    return control;
  };

  for (const { key, name, values } of dimensions) select(key, name, [["", "any"], ...values]);
  select("within", "Closes within", WITHIN);
  select("sort", "Sort by", SORTS);
  const search = document.createElement("input");
  search.type = "search";
  search.maxLength = 100;
  form.querySelector("[data-search-field]").append(search);
  const onlySaved = document.createElement("input");
  onlySaved.type = "checkbox";
  const savedLabel = document.createElement("label");
  savedLabel.className = "check";
  const savedText = document.createElement("span");
  savedLabel.append(onlySaved, savedText);
  savedLabel.hidden = true;
  fields.append(savedLabel);

  const slugOf = (row) => row.querySelector(".what a").pathname.split("/").filter(Boolean).pop();

  const closesWithin = ({ closes }, within) => {
    if (!within) return true;
    if (within === "none") return Number.isNaN(closes);
    return closes <= Math.max(Date.now(), asOf) + Number(within) * DAY;
  };

  // Whether a role passes all filters. One of them can be left out, to count what each of its values would give.
  const passes = (one, left) =>
    !one.row.classList.contains("closed") &&
    (!onlySaved.checked || slugOf(one.row) in saved) &&
    (!found || found.has(slugOf(one.row))) &&
    closesWithin(one, left === "within" ? "" : controls.get("within").value) &&
    dimensions.every(({ key, values }, number) => {
      const wanted = key === left ? "" : controls.get(key).value;
      return !wanted || one.keys[number].some((index) => values[index][0] === wanted);
    });

  const details = form.querySelector("details");
  const count = () => {
    if (!details.open) return;
    for (const [number, { key, values }] of dimensions.entries()) {
      const counts = values.map(() => 0);
      for (const one of rows) if (passes(one, key)) for (const index of one.keys[number]) counts[index] += 1;
      const control = controls.get(key);
      for (const option of [...control.options].slice(1)) {
        const index = option.index - 1;
        const text = `${values[index][1]} (${counts[index]})`;
        if (option.textContent !== text) option.textContent = text;
        option.disabled = counts[index] === 0 && option.value !== control.value;
      }
    }
  };

  const ORDERS = {
    newest: (a, b) => b.opened - a.opened,
    grade: (a, b) => a.keys[grades][0] - b.keys[grades][0],
    title: (a, b) => a.row.querySelector(".what a").textContent.localeCompare(b.row.querySelector(".what a").textContent),
  };
  const sorted = document.createElement("ul");
  sorted.className = "rows";
  sorted.hidden = true;
  list.prepend(sorted);

  let ordered;
  const order = () => {
    const by = ORDERS[controls.get("sort").value];
    if (by !== ordered) {
      const here = rows.filter(({ row }) => !row.closest("[data-gone]"));
      for (const { row, home } of by ? here.sort(by) : here) (by ? sorted : home).append(row);
      sorted.hidden = !by;
      ordered = by;
    }
    for (const group of list.querySelectorAll(".group:not([data-gone])"))
      group.hidden = ![...group.querySelectorAll(".row")].some((row) => !row.hidden);
  };

  const address = () => {
    const chosen = new URLSearchParams();
    for (const [name, control] of controls) if (control.value) chosen.set(name, control.value);
    if (search.value.trim()) chosen.set("q", search.value.trim());
    if (onlySaved.checked) chosen.set("saved", "1");
    return chosen;
  };

  // A list filtered by one value has a page of its own, which readers can bookmark and follow.
  const showOwnPage = (chosen) => {
    const [only] = chosen.keys();
    const dimension = chosen.size === 1 && dimensions.find(({ key }) => key === only);
    own.hidden = !dimension;
    if (!dimension) return;
    const [key, name] = dimension.values.find(([value]) => value === chosen.get(only));
    const link = document.createElement("a");
    link.href = `${document.documentElement.dataset.home}${only}/${key}/`;
    link.textContent = `${name} has a page, feeds and a calendar of its own`;
    own.replaceChildren(link);
  };

  const showAway = () => {
    const here = new Set(rows.filter(({ row }) => !row.classList.contains("closed")).map(({ row }) => slugOf(row)));
    const lost = Object.entries(saved).filter(([slug]) => !here.has(slug));
    away.hidden = !onlySaved.checked || !lost.length;
    const items = lost.map(([slug, title]) => {
      const href = `${document.documentElement.dataset.home}postings/${encodeURIComponent(slug)}/`;
      return make("li", {}, make("a", { href }, String(title)));
    });
    gone.replaceChildren(...items);
  };

  const show = (changed) => {
    const chosen = address();
    let shown = 0;
    let open = 0;
    for (const one of rows) {
      if (one.row.closest("[data-gone]")) continue;
      open += 1;
      const fits = passes(one);
      one.row.hidden = !fits;
      if (fits) shown += 1;
    }
    count();
    order();
    none.hidden = shown > 0 || !chosen.size || !open;
    reset.hidden = !chosen.size;
    const said = [...notes, chosen.size || changed ? `${shown} of ${open} open roles shown.` : ""].filter(Boolean).join(" ");
    if (status.textContent !== said) status.textContent = said;
    showOwnPage(chosen);
    showAway();
    if (changed) {
      notes.length = 0;
      const query = chosen.toString();
      history.replaceState(null, "", query ? `?${query}` : location.pathname);
    }
  };

  const readAddress = () => {
    const asked = new URLSearchParams(location.search);
    notes.length = 0;
    for (const [name, control] of controls) {
      const value = asked.get(name) ?? "";
      const known = [...control.options].some((option) => option.value === value);
      control.value = known ? value : "";
      const label = control.previousElementSibling.textContent;
      if (!known) notes.push(`No open role has the value “${value.slice(0, 40)}” for ${label}, so this filter is ignored.`);
    }
    search.value = (asked.get("q") ?? "").slice(0, 100);
    onlySaved.checked = asked.get("saved") === "1";
    if (address().size || notes.length) details.open = true;
  };

  // Letters as people type them whose keyboards do not have the original ones. Letters that Unicode decomposes lose their
  // marks; the others are listed here. The full-text index is made in the same way (generator/data/letters.yaml).
  const LETTERS = {
    "'": "‘’‛ʹʻʼʾʿ′´`",
    "-": "‐‑‒–—―−",
    ae: "æ",
    b: "ɓ",
    d: "ðđɖɗ",
    e: "əǝɛ",
    h: "ħ",
    i: "ı",
    k: "ƙ",
    l: "ł",
    n: "ŋɲ",
    o: "øɔ",
    oe: "œ",
    ss: "ß",
    t: "ŧ",
    th: "þ",
    y: "ƴ",
    σ: "ς",
  };
  const FOLDED = new Map(Object.entries(LETTERS).flatMap(([plain, letters]) => [...letters].map((one) => [one, plain])));
  const folded = (text) => text.replace(/[^\0-\x7f]|`/gu, (letter) => FOLDED.get(letter) ?? letter);
  const plain = (text) => folded(folded(text).normalize("NFKD").replace(/[\p{M}\p{Cf}]/gu, "").toLowerCase());

  // Searches the full texts if the build made an index of them, otherwise only the rows.
  let index;
  const load = async () => {
    if (index === undefined) {
      try {
        const place = new URL(form.dataset.find, location.href);
        const [engine, roles] = await Promise.all([import(place), fetch(new URL("roles.json", place))]);
        await engine.init();
        const slugs = await roles.json();
        index = async (words) => (await engine.search(words)).results.map(({ id }) => slugs[id]);
      } catch {
        index = null;
        notes.push("The full-text index could not be loaded, so the search covers only titles and places.");
      }
    }
    return index;
  };
  const inRows = (words) => {
    const wanted = plain(words).split(/\s+/).filter(Boolean);
    const fits = ({ row }) => wanted.every((word) => plain(row.textContent).includes(word));
    return new Set(rows.filter(fits).map(({ row }) => slugOf(row)));
  };
  let asked = 0;
  const seek = async (changed) => {
    const words = search.value.trim();
    const turn = ++asked;
    let slugs = words ? inRows(words) : null;
    const full = words && form.dataset.find ? await load() : null;
    if (full) for (const slug of await full(plain(words))) slugs.add(slug);
    if (turn !== asked) return;
    found = slugs;
    show(changed);
  };
  let waiting;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => seek(true), 200);
  });
  onlySaved.addEventListener("change", () => show(true));
  details.addEventListener("toggle", count);
  form.addEventListener("submit", (event) => event.preventDefault());
  reset.addEventListener("click", () => {
    for (const control of controls.values()) control.value = "";
    search.value = "";
    onlySaved.checked = false;
    seek(true);
    form.querySelector("summary").focus();
  });
  document.addEventListener("digest:time", () => show(false));
  document.addEventListener("digest:saved", ({ detail }) => {
    saved = detail;
    const number = Object.keys(saved).length;
    savedLabel.hidden = !number && !onlySaved.checked;
    savedText.textContent = `Saved roles only (${number})`;
    show(false);
  });
  addEventListener("popstate", () => {
    readAddress();
    seek(false);
  });

  form.hidden = false;
  readAddress();
  seek(false);
})();
