// Sets the theme that the reader chose before anything is painted. Loaded as a classic,
// blocking script in the head; the switch itself is in theme_switch.js.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("theme");
  } catch {
    // Storage may be forbidden; then the theme follows the system.
  }
  if (chosen === "light" || chosen === "dark") {
    document.documentElement.dataset.theme = chosen;
  }
})();
