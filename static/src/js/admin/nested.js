// Lists of nested forms: adding one from the template, dropping one that was not saved yet.
import { enhance, onEnhance } from "./page.js";

/** Gives the number that no item has yet: names end with it, and the server reads them in any order. */
function nextNumber(list) {
  const taken = [...list.children].map((item) => Number((item.id.match(/-(\d+)$/) ?? [0, -1])[1]));
  return Math.max(-1, ...taken) + 1;
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
  item.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  root.dispatchEvent(new Event("change", { bubbles: true }));
}

onEnhance("[data-nested]", (root) => {
  root.addEventListener("click", (event) => {
    if (event.target.closest("[data-nested]") !== root) {
      return;
    }
    if (event.target.closest("[data-nested-add]")) {
      addNested(root);
    } else if (event.target.closest("[data-nested-drop]")) {
      event.target.closest("[data-nested-item]").remove();
      root.querySelector("[data-nested-add]").focus();
      root.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
});
