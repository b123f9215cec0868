// Questions that are asked before something is done: deletion by name, and any button with data-ask.
import { make } from "./page.js";

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-dialog-close]")) {
    event.target.closest("dialog").close();
  } else if (event.target.matches("dialog.dialog")) {
    // A click on the dialog element itself, not on what is in it, is one on the backdrop.
    event.target.close();
  }
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-delete]");
  const dialog = document.querySelector("[data-delete-dialog]");
  if (button && dialog) {
    dialog.querySelector("[data-delete-name]").textContent = button.dataset.name;
    dialog.querySelector("[data-delete-id]").value = button.dataset.delete;
    for (const text of dialog.querySelectorAll("[data-for-good]")) {
      text.hidden = "trash" in button.dataset;
    }
    for (const text of dialog.querySelectorAll("[data-for-trash]")) {
      text.hidden = !("trash" in button.dataset);
    }
    dialog.showModal();
  }
});

/** Asks with a title, a text and names; `danger` colours what agrees. Gives a promise of true (do it) or false. */
export function askFirst({ title, text, names = [], yes, danger = false }) {
  const dialog = document.querySelector("[data-confirm-dialog]");
  dialog.querySelector("[data-confirm-title]").textContent = title;
  dialog.querySelector("[data-confirm-text]").textContent = text;
  dialog.querySelector("[data-confirm-names]").replaceChildren(...names.map((name) => make("li", {}, make("bdi", {}, name))));
  const button = dialog.querySelector("[data-confirm-yes]");
  button.textContent = yes;
  button.classList.toggle("button--danger", danger);
  button.classList.toggle("button--primary", !danger);
  return new Promise((resolve) => {
    const agree = () => {
      dialog.returnValue = "yes";
      dialog.close("yes");
    };
    dialog.returnValue = "";
    button.addEventListener("click", agree, { once: true });
    dialog.addEventListener(
      "close",
      () => {
        button.removeEventListener("click", agree);
        resolve(dialog.returnValue === "yes");
      },
      { once: true },
    );
    dialog.showModal();
  });
}

const agreedButtons = new WeakSet();

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-ask]");
  if (!button || agreedButtons.has(button)) {
    return;
  }
  event.preventDefault();
  if (await askFirst({ title: button.dataset.askTitle, text: button.dataset.ask, yes: button.textContent.trim(), danger: button.matches("[class*=danger]") })) {
    agreedButtons.add(button);
    button.click();
  }
});
