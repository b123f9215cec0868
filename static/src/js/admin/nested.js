// Lists of nested forms: adding one from the template, dropping one that was not saved yet, moving one up or down.
import { enhance, onEnhance } from "./page.js";

/** Gives the number that no item has yet: names end with it, and the server reads them in any order. */
function nextNumber(list) {
  const taken = [...list.children].map((item) => Number((item.id.match(/-(\d+)$/) ?? [0, -1])[1]));
  return Math.max(-1, ...taken) + 1;
}

/** Writes down where each item stands, in lists that have an order. */
function renumber(root) {
  const items = [...root.querySelector("[data-nested-list]").children];
  items.forEach((item, at) => {
    for (const place of item.querySelectorAll("[data-nested-position]")) {
      place.value = at;
    }
    for (const button of item.querySelectorAll("[data-nested-move]")) {
      button.disabled = at === (button.dataset.nestedMove === "up" ? 0 : items.length - 1);
    }
  });
}

/** Lets an item change places with its neighbour, and says where it is now. */
function moveNested(root, button) {
  const item = button.closest("[data-nested-item]");
  // The neighbour moves, so that the button keeps the focus.
  if (button.dataset.nestedMove === "up") {
    item.after(item.previousElementSibling);
  } else {
    item.before(item.nextElementSibling);
  }
  renumber(root);
  if (button.disabled) {
    item.querySelector("[data-nested-move]:not(:disabled)").focus();
  }
  item.scrollIntoView({ block: "nearest" });
  const told = root.querySelector("[data-nested-told]");
  const place = [...item.parentElement.children].indexOf(item) + 1;
  told.textContent = told.dataset.text.replace("{place}", place).replace("{count}", item.parentElement.children.length);
  root.dispatchEvent(new Event("change", { bubbles: true }));
}

function addNested(root) {
  const list = root.querySelector("[data-nested-list]");
  const prefix = `${root.dataset.prefix}-${nextNumber(list)}`;
  const item = root.querySelector("[data-nested-template]").content.firstElementChild.cloneNode(true);
  item.id = prefix;
  for (const field of item.querySelectorAll("[name]")) {
    field.name = `${prefix}-${field.name.replace(/^-/, "")}`;
  }
  for (const element of item.querySelectorAll("[id]")) {
    element.id = `${prefix}-${element.id.replace(/^-/, "")}`;
  }
  for (const name of ["for", "aria-describedby"]) {
    for (const element of item.querySelectorAll(`[${name}]`)) {
      element.setAttribute(name, `${prefix}-${element.getAttribute(name).replace(/^-/, "")}`);
    }
  }
  list.append(item);
  enhance(item);
  renumber(root);
  item.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  root.dispatchEvent(new Event("change", { bubbles: true }));
}

onEnhance("[data-nested]", (root) => {
  root.addEventListener("click", (event) => {
    if (event.target.closest("[data-nested]") !== root) {
      return;
    }
    const mover = event.target.closest("[data-nested-move]");
    if (mover) {
      event.preventDefault();
      moveNested(root, mover);
    } else if (event.target.closest("[data-nested-add]")) {
      addNested(root);
    } else if (event.target.closest("[data-nested-drop]")) {
      event.target.closest("[data-nested-item]").remove();
      renumber(root);
      root.querySelector("[data-nested-add]").focus();
      root.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
});
