// "Can I apply?": compares a reader's answers with what the notice states. No answer leaves the browser.
(() => {
  "use strict";
  const details = document.querySelector("[data-match]");
  const source = document.querySelector("[data-notice]");
  if (!details || !source) return;
  const notice = JSON.parse(source.textContent);
  const KEY = "vacancy-digest:reader";

  const yes = (text) => ({ fits: true, text });
  const no = (text) => ({ fits: false, text });
  const unknown = (text) => ({ fits: null, text });

  // Who may apply at all.
  const judgeWho = (reader) => {
    const { open_to: open, stations } = notice;
    if (!open.length) return notice.tiers.length ? null : unknown("As recorded here, the notice does not say who may apply.");
    if (open.includes("internationals")) return yes("The notice is open to all nationalities.");
    if (open.includes("internal") && reader.internal) return yes("The notice is open to internal candidates.");
    if (open.includes("nationals")) {
      if (!reader.nationality) return unknown("The notice is for nationals of the country of the duty station. You have not chosen yours.");
      if (!stations.length) return unknown("The notice is for nationals, but does not state the country.");
      if (stations.includes(reader.nationality)) return yes("The notice is for nationals of the country of the duty station.");
      return no("The notice is for nationals of the country of the duty station only.");
    }
    if (open.includes("roster")) return unknown("The notice is for members of a roster. Only you know whether you are on it.");
    return no("The notice is for internal candidates only.");
  };

  // The reader's tier: one that names the nationality or mentions internal candidates, otherwise one for everyone else.
  const judgeTier = (reader) => {
    const tiers = [...notice.tiers].sort((a, b) => a.tier - b.tier);
    if (!tiers.length) return null;
    for (const { tier, who, countries } of tiers) {
      if (reader.nationality && countries.includes(reader.nationality)) return { tier, ...yes(`Tier ${tier} names your nationality: ${who}.`) };
      if (reader.internal && /\binternal\b/i.test(who)) return { tier, ...yes(`Tier ${tier}: ${who}.`) };
    }
    if (!reader.nationality) return { tier: 0, ...unknown("The notice has tiers by nationality. You have not chosen yours.") };
    for (const { tier, who, countries } of tiers) {
      if (!countries.length && /\b(all|any|every)\b.*\b(other|nationalit|candidate)|\bothers\b/i.test(who)) return { tier, ...yes(`Tier ${tier}: ${who}.`) };
    }
    const open = tiers.filter(({ countries }) => !countries.length);
    if (open.length) return { tier: 0, ...unknown(`Only you know whether you belong to one of these: ${open.map(({ tier, who }) => `tier ${tier}, ${who}`).join("; ")}.`) };
    return { tier: 0, ...no("None of the tiers in the notice names your nationality.") };
  };

  const judgeDegree = (reader) => {
    const { education } = notice;
    if (!education.length) return unknown("As recorded here, the notice does not state a degree or years of experience.");
    const text = education.map((one) => one.text).join("; or ");
    if (reader.level === null) return unknown(`You have not chosen your degree. The notice asks for: ${text}.`);
    const fits = education.map(({ level, years }) => {
      if (level !== null && reader.level < level) return false;
      if (level === null) return null;
      if (!years) return true;
      return reader.years === null ? null : reader.years >= years;
    });
    if (fits.includes(true)) return yes(`Your degree and experience are enough: ${education[fits.indexOf(true)].text}.`);
    if (fits.includes(null)) return unknown(`Compare this yourself: ${text}.`);
    return no(`Your degree and experience are below what the notice asks for: ${text}.`);
  };

  const judgeLanguages = (reader) => {
    if (!notice.languages.length) return unknown("As recorded here, the notice does not state any languages.");
    const missing = notice.languages.filter(([code]) => !reader.languages.includes(code)).map(([, name]) => name);
    return missing.length ? no(`Required, but not among your languages: ${missing.join(", ")}.`) : yes("You have all the required languages.");
  };

  const ORDINALS = ["", "First", "Second", "Third", "Fourth", "Fifth"];
  const judge = (reader) => {
    const tier = judgeTier(reader);
    const reasons = [judgeWho(reader), tier, judgeDegree(reader), judgeLanguages(reader)].filter(Boolean);
    if (reasons.some(({ fits }) => fits === false)) return ["Not eligible", reasons];
    if (reasons.some(({ fits }) => fits === null)) {
      const so = tier?.fits ? `, ${ORDINALS[tier.tier]?.toLowerCase() ?? tier.tier} tier if the rest fits` : "";
      return [`Unclear${so}`, reasons];
    }
    if (!tier) return ["You can apply: the notice has no tiers", reasons];
    return [`${ORDINALS[tier.tier] ?? tier.tier} tier`, reasons];
  };

  const make = (tag, properties, ...children) => {
    const found = Object.assign(document.createElement(tag), properties);
    found.append(...children);
    return found;
  };
  const labelled = (text, control) => make("label", {}, make("span", {}, text), " ", control);
  const choice = (name, options) => make("select", { name }, new Option("choose", ""), ...options);
  const tick = (text, properties) =>
    make("label", { className: "check" }, make("input", { type: "checkbox", ...properties }), ` ${text}`);
  const trouble = make("p", { className: "aside", hidden: true }, "The list of countries could not be loaded. Open this section again when you are online.");
  const forget = make("button", { type: "button" }, "Forget my answers");
  const answer = make("div", { className: "answer" });
  answer.setAttribute("role", "status");
  answer.dataset.answer = "";
  const known = notice.languages.map(([value, name]) => tick(name, { name: "language", value }));
  const form = make(
    "form",
    {},
    make("p", { className: "aside" }, "This compares your answers with what the notice states. Your answers stay in your browser."),
    labelled("Nationality", choice("nationality", [])),
    trouble,
    labelled("Highest degree", choice("level", Object.entries(notice.levels).sort((a, b) => a[1] - b[1]).map(([name, level]) => new Option(name, level)))),
    labelled("Years of relevant experience", make("input", { type: "number", name: "years", min: "0", max: "60", inputMode: "numeric" })),
    ...(known.length ? [make("fieldset", {}, make("legend", {}, "Languages you know"), ...known)] : []),
    tick(`I work for ${notice.employer} now, so I am an internal candidate`, { name: "internal" }),
    make("p", {}, make("button", {}, "Compare"), " ", forget),
    answer,
  );
  details.querySelector("summary").textContent = "Can I apply?";
  details.append(form);

  const fields = form.elements;
  const boxes = [...form.querySelectorAll("[name=language]")];

  const remember = (reader) => {
    try {
      localStorage.setItem(KEY, JSON.stringify(reader));
    } catch {
      // The answers apply to this page only.
    }
  };
  const remembered = () => {
    try {
      const found = JSON.parse(localStorage.getItem(KEY) ?? "{}");
      return found && typeof found === "object" ? found : {};
    } catch {
      return {};
    }
  };

  const number = (text) => (text === "" || Number.isNaN(Number(text)) ? null : Number(text));
  const readerNow = () => {
    const here = boxes.filter((box) => box.checked).map((box) => box.value);
    const asked = boxes.map((box) => box.value);
    const before = Array.isArray(remembered().languages) ? remembered().languages : [];
    return {
      nationality: fields.nationality.value,
      internal: fields.internal.checked,
      level: number(fields.level.value),
      years: number(fields.years.value),
      languages: [...before.filter((code) => !asked.includes(code)), ...here],
    };
  };

  const MARKS = new Map([[true, "Fits"], [false, "Does not fit"], [null, "Unclear"]]);
  const show = () => {
    const reader = readerNow();
    remember(reader);
    const [verdict, reasons] = judge(reader);
    const heading = document.createElement("p");
    heading.className = "verdict";
    heading.textContent = `${verdict}.`;
    const listed = document.createElement("ul");
    for (const { fits, text } of reasons) {
      const item = document.createElement("li");
      const mark = document.createElement("strong");
      mark.textContent = `${MARKS.get(fits)}: `;
      item.append(mark, text);
      listed.append(item);
    }
    answer.replaceChildren(heading, listed);
  };

  // Loads the names of all countries when a reader opens the form.
  const fill = async (chosen) => {
    const select = fields.nationality;
    if (select.options.length > 1) return;
    try {
      const found = await (await fetch(details.dataset.match)).json();
      for (const [code, name] of Object.entries(found)) select.add(new Option(name, code));
      select.value = chosen ?? "";
    } catch {
      trouble.hidden = false;
    }
  };

  details.addEventListener("toggle", () => {
    if (details.open) fill(remembered().nationality);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    show();
  });
  forget.addEventListener("click", () => {
    form.reset();
    answer.replaceChildren();
    try {
      localStorage.removeItem(KEY);
    } catch {
      // Nothing was stored.
    }
  });

  const before = remembered();
  fields.internal.checked = before.internal === true;
  if (Number.isInteger(before.level)) fields.level.value = String(before.level);
  if (Number.isInteger(before.years)) fields.years.value = String(before.years);
  for (const box of boxes) box.checked = Array.isArray(before.languages) && before.languages.includes(box.value);
  details.hidden = false;
})();
