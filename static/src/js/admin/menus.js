// Menus are <details> and open without script. Here they close as people expect, stay inside the window,
// and can be walked through with the arrow keys.

function openMenus() {
  return document.querySelectorAll("details[data-menu][open]");
}

function placeMenu(menu) {
  const panel = menu.querySelector(".menu__panel");
  panel.classList.remove("menu__panel--up");
  const below = panel.getBoundingClientRect();
  const bar = menu.getBoundingClientRect();
  if (below.bottom > window.innerHeight && bar.top > below.height) {
    panel.classList.add("menu__panel--up");
  }
  if (below.left < 0 || below.right > window.innerWidth) {
    panel.classList.toggle("menu__panel--end");
  }
}

document.addEventListener(
  "toggle",
  (event) => {
    if (event.target instanceof HTMLElement && event.target.matches("details[data-menu]") && event.target.open) {
      for (const other of openMenus()) {
        if (other !== event.target && !other.contains(event.target)) {
          other.open = false;
        }
      }
      placeMenu(event.target);
    }
  },
  true,
);

document.addEventListener("click", (event) => {
  for (const menu of openMenus()) {
    const chosen = event.target.closest("button.menu__item") && !event.target.closest("[data-filter-field]");
    if (!menu.contains(event.target) || chosen) {
      menu.open = false;
    }
  }
});

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details[data-menu]");
  if (!menu) {
    return;
  }
  if (event.key === "Escape" && menu.open) {
    event.preventDefault();
    menu.open = false;
    menu.querySelector("summary").focus();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const onSummary = document.activeElement.tagName === "SUMMARY";
    menu.open = menu.open || onSummary;
    const items = [...menu.querySelectorAll(".menu__item")].filter((item) => item.offsetParent);
    const at = items.indexOf(document.activeElement);
    if (items.length && (at >= 0 || onSummary)) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      const first = step > 0 ? 0 : items.length - 1;
      items[at < 0 ? first : (at + step + items.length) % items.length].focus();
    }
  }
});

document.addEventListener("focusout", (event) => {
  const menu = event.target.closest?.("details[data-menu][open]");
  if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) {
    menu.open = false;
  }
});
