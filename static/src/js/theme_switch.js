// The button that goes through system, light and dark; shared by the site and the back office.

const THEMES = ["system", "light", "dark"];

/** Gives the theme in force: "system", "light" or "dark". */
export function currentTheme() {
  return document.documentElement.dataset.theme ?? "system";
}

/** Puts a theme in force and remembers it where the browser allows. */
export function setTheme(theme) {
  const root = document.documentElement;
  if (theme === "system") {
    delete root.dataset.theme;
  } else {
    root.dataset.theme = theme;
  }
  try {
    if (theme === "system") {
      localStorage.removeItem("theme");
    } else {
      localStorage.setItem("theme", theme);
    }
  } catch {
    // Storage may be forbidden; the choice then holds for this page only.
  }
}

for (const button of document.querySelectorAll("[data-theme-switch]")) {
  const labels = { system: button.dataset.labelSystem, light: button.dataset.labelLight, dark: button.dataset.labelDark };
  const show = () => {
    button.setAttribute("aria-label", labels[currentTheme()]);
    button.title = labels[currentTheme()];
  };
  button.addEventListener("click", () => {
    setTheme(THEMES[(THEMES.indexOf(currentTheme()) + 1) % THEMES.length]);
    show();
  });
  show();
  button.hidden = false;
}
