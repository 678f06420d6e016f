// Adds what only the reader's clock can know. Without this script every page is complete and true: it tells absolute times.
(() => {
  "use strict";
  const MINUTE = 60_000;
  const HOUR = 60 * MINUTE;
  const DAY = 24 * HOUR;
  const LONGEST_TIMER = 2 ** 31 - 1;

  const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

  const left = (milliseconds) => {
    if (milliseconds >= 2 * DAY) return plural(Math.floor(milliseconds / DAY), "day");
    if (milliseconds >= HOUR) return plural(Math.floor(milliseconds / HOUR), "hour");
    return plural(Math.max(1, Math.floor(milliseconds / MINUTE)), "minute");
  };

  const ownTime = (instant) =>
    new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" }).format(instant);

  const show = (element, now) => {
    const closes = Date.parse(element.dataset.closes);
    const state = element.querySelector("[data-state]");
    if (!state || !["open", "closing", "closed"].some((word) => state.classList.contains(word))) return;
    const over = now >= closes;
    if (over && !state.classList.contains("closed")) {
      state.classList.remove("open", "closing");
      state.classList.add("closed");
      state.textContent = "Closed";
      element.classList.add("closed");
    }
    if (!("panel" in element.dataset)) return;
    const own = element.querySelector("[data-own-time]");
    own.hidden = false;
    own.textContent = over
      ? `This role closed while this page was out of date: ${ownTime(closes)} on your clock.`
      : `${ownTime(closes)} on your clock, in ${left(closes - now)}.`;
    if (over) for (const apply of document.querySelectorAll(".apply")) apply.hidden = true;
  };

  const refresh = () => {
    const now = Date.now();
    const rows = [...document.querySelectorAll("[data-closes]")];
    for (const row of rows) show(row, now);
    const ahead = rows.map((row) => Date.parse(row.dataset.closes) - now).filter((distance) => distance > 0);
    setTimeout(refresh, Math.min(MINUTE, ...ahead.map((distance) => distance + 1), LONGEST_TIMER));
  };

  refresh();
})();
