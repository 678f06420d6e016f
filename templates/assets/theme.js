// The reader's own choice of light or dark, before anything is painted. It waits for nothing and is therefore short.
try {
  const theme = localStorage.getItem("vacancy-digest:theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // The browser keeps nothing for us: the system's choice stands.
}
