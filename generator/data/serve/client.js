// The bar of `vacancy-digest serve`: reloads the page when the site was built again, shows problems, and lets an editor look
// at another day. It is not part of the site.
(() => {
  "use strict";
  const HERE = "/__serve/";
  const SCROLL = "vacancy-digest-serve:scroll";
  const HIDDEN = "vacancy-digest-serve:hidden";
  const DAY = 24 * 60 * 60_000;
  const RANGE = 90; // days to either side
  let state = JSON.parse(document.currentScript.dataset.state);

  const element = (name, text = "", className = "") => {
    const made = document.createElement(name);
    made.textContent = text;
    made.className = className;
    return made;
  };

  const bar = element("aside", "", "serve-bar");
  bar.setAttribute("aria-label", "vacancy-digest serve");
  const told = element("output", "", "serve-told");
  const slider = element("input");
  Object.assign(slider, { type: "range", min: -RANGE, max: RANGE, step: 1, value: 0 });
  slider.setAttribute("aria-label", "Days from now");
  const today = element("button", "Now");
  const hide = element("button", "Hide");
  bar.append(told, slider, today, hide);
  const overlay = element("section", "", "serve-overlay");
  overlay.setAttribute("role", "alert");
  overlay.hidden = true;

  // The server builds for the instant that is in the address of a requested page, until another request changes it.
  const look = (instant) => {
    const address = new URL(location.href);
    address.searchParams.set("now", instant);
    keepScroll();
    location.replace(address);
  };
  const chosen = () => new Date(Date.parse(state.clock) + Number(slider.value) * DAY);
  const day = (instant) => new Date(instant).toISOString().slice(0, 16).replace("T", " ");

  // A page that reloads before its scroll position was restored does not overwrite the stored one.
  let restored = false;
  const keepScroll = () => {
    if (!restored) return;
    try {
      sessionStorage.setItem(SCROLL, JSON.stringify([location.pathname, scrollX, scrollY]));
    } catch {
      // The page starts at its top.
    }
  };
  const restoreScroll = () => {
    try {
      const [path, x, y] = JSON.parse(sessionStorage.getItem(SCROLL) ?? "[]");
      sessionStorage.removeItem(SCROLL);
      if (path === location.pathname) scrollTo(x, y);
    } catch {
      // As above.
    }
    restored = true;
  };

  const show = () => {
    const problems = state.problems.length;
    told.textContent = `${state.frozen ? "as of" : "now"} ${day(state.now)} UTC${problems ? `, ${problems} to fix` : ""}`;
    slider.value = state.frozen ? Math.round((Date.parse(state.now) - Date.parse(state.clock)) / DAY) : 0;
    today.hidden = !state.frozen;
    overlay.hidden = !problems;
    const list = element("ul");
    for (const problem of state.problems.slice(0, 100)) list.append(element("li", problem));
    const title = problems === 1 ? "One problem; the page below is from before it" : `${problems} problems; the page below is from before them`;
    overlay.replaceChildren(element("h2", title), list);
  };

  slider.addEventListener("input", () => (told.textContent = `as of ${day(chosen())} UTC`));
  slider.addEventListener("change", () => look(chosen().toISOString().slice(0, 19) + "Z"));
  today.addEventListener("click", () => look(""));
  hide.addEventListener("click", () => {
    bar.hidden = true;
    try {
      sessionStorage.setItem(HIDDEN, "1");
    } catch {
      // It comes back with the next page.
    }
  });

  const listen = () => {
    const events = new EventSource(`${HERE}events?after=${state.number}`);
    events.addEventListener("state", ({ data }) => {
      const next = JSON.parse(data);
      if (next.built !== state.built) {
        keepScroll();
        location.reload();
        return;
      }
      state = next;
      show();
    });
    // The reader is leaving for another page, and a reload would bring this one back. After a download the page stays.
    const leave = () => {
      events.close();
      setTimeout(listen, 3000);
    };
    addEventListener("beforeunload", leave, { once: true });
  };

  const start = () => {
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = `${HERE}client.css`;
    document.head.append(style);
    try {
      bar.hidden = sessionStorage.getItem(HIDDEN) === "1";
    } catch {
      // It is shown.
    }
    document.body.append(overlay, bar);
    show();
    // Wait until the page has its full height, and the browser has made its own attempt.
    if (document.readyState === "complete") restoreScroll();
    else addEventListener("load", () => setTimeout(restoreScroll));
    const address = new URL(location.href);
    if (address.searchParams.has("now")) {
      address.searchParams.delete("now");
      history.replaceState(null, "", address);
    }
    listen();
  };
  if (document.body) start();
  else addEventListener("DOMContentLoaded", start);
})();
