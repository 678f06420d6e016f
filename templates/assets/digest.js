// Adds what only the reader's clock can know. Without this script every page is complete and correct: it shows absolute times.
(() => {
  "use strict";
  const MINUTE = 60_000;
  const HOUR = 60 * MINUTE;
  const DAY = 24 * HOUR;
  const OLD = 36 * HOUR;
  const LONGEST_TIMER = 2 ** 31 - 1;
  const root = document.documentElement;

  const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

  const left = (milliseconds) => {
    if (milliseconds >= 2 * DAY) return plural(Math.floor(milliseconds / DAY), "day");
    if (milliseconds >= HOUR) return plural(Math.floor(milliseconds / HOUR), "hour");
    return plural(Math.max(1, Math.floor(milliseconds / MINUTE)), "minute");
  };

  // One for all rows, because creating it takes longer than anything else here.
  const ownZone = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });
  const inOwnZone = (instant) => ownZone.format(instant);

  // When the page was made, if it says so. The present cannot be earlier than that, whatever the clock shows.
  const made = () => Date.parse(document.querySelector("[data-as-of]")?.getAttribute("datetime") ?? "") || 0;
  const present = () => Math.max(Date.now(), made());

  const textIn = (element, name, make) => {
    let found = element.querySelector(`[data-${name}]`);
    if (!found) {
      found = make();
      found.dataset[name] = "";
    }
    return found;
  };

  // Elements with a deadline ahead, as far as the page knows: rows of open roles, and the panel of a posting.
  const dated = () => [
    ...[...document.querySelectorAll(".row time.day")].map((day) => day.closest(".row")),
    ...document.querySelectorAll("[data-panel]"),
  ];
  const closing = (element) => Date.parse(element.querySelector("time").getAttribute("datetime"));

  const become = (element, state, word) => {
    const badge = element.querySelector("[data-state]");
    if (!badge || badge.classList.contains(state)) return;
    for (const one of [badge, element]) {
      one.classList.remove("open", "closing");
      one.classList.add(state);
    }
    badge.textContent = word;
  };
  const flip = (element, milliseconds) => {
    if (milliseconds <= 0) become(element, "closed", "Closed");
    else if (milliseconds <= Number(root.dataset.closingDays) * DAY) become(element, "closing", "Closing");
  };

  // A role whose deadline has passed is not open: it moves to the end of the list, under a heading that says so.
  const moveOut = (row) => {
    const list = row.closest("[data-open-list]");
    if (!list || row.closest("[data-gone]")) return;
    const gone = textIn(list, "gone", () => {
      const section = document.createElement("section");
      section.className = "group";
      const heading = document.createElement(list.querySelector(".group > :first-child")?.tagName ?? "h2");
      heading.textContent = "Closed since this page was made";
      const rows = document.createElement("ul");
      rows.className = "rows";
      section.append(heading, rows);
      list.append(section);
      return section;
    });
    const from = row.closest("ul");
    gone.querySelector("ul").append(row);
    if (!from.children.length) (from.closest(".group") ?? from).hidden = true;
  };

  const showRow = (row, now) => {
    const closes = closing(row);
    flip(row, closes - now);
    if (now >= closes) moveOut(row);
    const remaining = textIn(row, "left", () => {
      const span = document.createElement("span");
      row.querySelector(".marks").append(" ", span);
      return span;
    });
    remaining.textContent = now >= closes ? "" : `in ${left(closes - now)}`;
    row.querySelector("time.day").title = `${inOwnZone(closes)} your time`;
  };

  const showPanel = (panel, now) => {
    const closes = closing(panel);
    const over = now >= closes;
    flip(panel, closes - now);
    const own = panel.querySelector("[data-own-time]");
    own.textContent = over
      ? `This role has closed since this page was made: ${inOwnZone(closes)} your time.`
      : `${inOwnZone(closes)} your time, in ${left(closes - now)}.`;
    own.hidden = false;
    if (over) for (const apply of document.querySelectorAll(".apply")) apply.hidden = true;
  };

  const refresh = () => {
    const now = present();
    const ahead = [];
    for (const element of dated()) {
      if ("panel" in element.dataset) showPanel(element, now);
      else showRow(element, now);
      const distance = closing(element) - now;
      if (distance > 0) ahead.push(distance + 1);
    }
    document.dispatchEvent(new CustomEvent("digest:time"));
    setTimeout(refresh, Math.min(MINUTE, ...ahead, LONGEST_TIMER));
  };

  // Says if the digest itself is old: a host may serve a site for months after its last build.
  const showAge = (asOf) => {
    const age = Date.now() - asOf;
    const main = document.querySelector("main");
    if (Number.isNaN(age) || Math.abs(age) < OLD || main.querySelector(".old")) return;
    const note = document.createElement("p");
    note.className = "old";
    note.setAttribute("role", "status");
    note.textContent =
      age > 0
        ? `This digest was last updated ${left(age)} ago. It does not have roles that opened since then.`
        : `Your clock is ${left(-age)} behind this page. The times below are correct, but the time left is not.`;
    main.prepend(note);
  };

  const checkAge = async () => {
    const shown = document.querySelector("[data-as-of]");
    if (shown) return showAge(made());
    if (!dated().length || !location.protocol.startsWith("http")) return;
    try {
      const answer = await fetch(`${root.dataset.home}data/build.json`, { cache: "no-cache" });
      if (answer.ok) showAge(Date.parse((await answer.json()).as_of));
    } catch {
      // Offline: the page stays as it is.
    }
  };

  const offerThemes = () => {
    const place = document.querySelector(".foot");
    try {
      localStorage.getItem("vacancy-digest:theme");
    } catch {
      return;
    }
    const label = document.createElement("label");
    label.className = "theme";
    const choice = document.createElement("select");
    for (const [value, text] of [["", "same as system"], ["light", "light"], ["dark", "dark"]])
      choice.add(new Option(text, value));
    choice.value = root.dataset.theme ?? "";
    choice.addEventListener("change", () => {
      if (choice.value) root.dataset.theme = choice.value;
      else delete root.dataset.theme;
      try {
        if (choice.value) localStorage.setItem("vacancy-digest:theme", choice.value);
        else localStorage.removeItem("vacancy-digest:theme");
      } catch {
        // The choice applies to this page only.
      }
    });
    label.append("Colours: ", choice);
    place.append(label);
  };

  refresh();
  checkAge();
  offerThemes();
})();
