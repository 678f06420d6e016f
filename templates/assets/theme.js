// Before anything is painted: the reader's own choice of light or dark, and room for what the other scripts will show, so
// that nothing on the page moves when they do.
document.documentElement.classList.add("js");
try {
  const theme = localStorage.getItem("vacancy-digest:theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // The browser stores nothing for us: the system's choice applies.
}
