// Saved roles, stored only in the reader's own browser. If the browser stores nothing, no button is shown.
(() => {
  "use strict";
  const home = document.documentElement.dataset.home;
  const KEY = `vacancy-digest:saved:${home}`;

  const read = () => {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return found && typeof found === "object" && !Array.isArray(found) ? found : {};
  };

  let saved;
  try {
    saved = read();
    localStorage.setItem(KEY, JSON.stringify(saved));
  } catch {
    try {
      localStorage.removeItem(KEY);
      saved = {};
      localStorage.setItem(KEY, "{}");
    } catch {
      return;
    }
  }

  const buttons = [];

  const paint = () => {
    for (const [button, slug] of buttons) {
      button.setAttribute("aria-pressed", String(slug in saved));
    }
    document.dispatchEvent(new CustomEvent("digest:saved", { detail: saved }));
  };

  const toggle = (slug, title) => {
    try {
      saved = read(); // another tab may have changed it
      if (slug in saved) delete saved[slug];
      else saved[slug] = title;
      localStorage.setItem(KEY, JSON.stringify(saved));
    } catch {
      // The change applies to this page only.
    }
    paint();
  };

  const slugOf = (address) => new URL(address, location.href).pathname.split("/").filter(Boolean).pop();

  const add = (place, slug, title) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "save";
    // Its name does not change; only its pressed state does.
    button.textContent = "Save";
    button.setAttribute("aria-label", `Save: ${title}`);
    button.addEventListener("click", () => toggle(slug, title));
    place.append(button);
    buttons.push([button, slug]);
  };

  for (const row of document.querySelectorAll("[data-open-list] .row")) {
    const link = row.querySelector(".what a");
    add(row, slugOf(link.href), link.textContent);
  }
  const tools = document.querySelector("[data-tools]");
  if (tools) {
    const title = document.querySelector("h1").textContent;
    add(tools, slugOf(location.href), title);
    if (navigator.clipboard) {
      const copy = document.createElement("button");
      copy.type = "button";
      copy.textContent = "Copy link";
      copy.addEventListener("click", async () => {
        try {
          await navigator.clipboard.writeText(document.querySelector("link[rel=canonical]")?.href ?? location.href);
          copy.textContent = "Link copied";
        } catch {
          copy.textContent = "The browser did not allow it";
        }
        setTimeout(() => (copy.textContent = "Copy link"), 3000);
      });
      tools.append(copy);
    }
    tools.hidden = false;
  }

  window.addEventListener("storage", (event) => {
    if (event.key !== KEY) return;
    try {
      saved = read();
    } catch {
      saved = {};
    }
    paint();
  });
  paint();
})();
