// Changing a text in place, in a list: Enter saves, Escape leaves it as it was.
import { askServer, csrfToken, make, showToast } from "./page.js";

function editInPlace(place) {
  const shown = place.querySelector("[data-inline-value]");
  const button = place.querySelector("[data-inline-edit]");
  const texts = place.dataset;
  const input = make("input", { class: "input", type: "text", value: shown.textContent.trim(), "aria-label": texts.textLabel, dir: "auto" });
  const save = make("button", { class: "button button--primary", type: "submit" }, texts.textSave);
  const cancel = make("button", { class: "button button--quiet", type: "button" }, texts.textCancel);
  const form = make("form", { class: "inline-form", novalidate: true }, input, save, cancel);

  const leave = () => {
    form.remove();
    shown.hidden = false;
    button.hidden = false;
    button.focus();
  };
  const complain = (text) => {
    form.querySelector(".field__error")?.remove();
    form.append(make("p", { class: "field__error", role: "alert" }, text));
    input.setAttribute("aria-invalid", "true");
    save.disabled = false;
    input.focus();
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    save.disabled = true;
    const body = new URLSearchParams({ list_form_pk: texts.id, [texts.name]: input.value, csrf_token: csrfToken() });
    try {
      const said = await askServer(texts.url, { method: "POST", body });
      shown.textContent = input.value;
      leave();
      showToast(typeof said === "string" ? said : said.message, "good");
    } catch (error) {
      complain(error.message);
    }
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      leave();
    }
  });
  cancel.addEventListener("click", leave);
  shown.hidden = true;
  button.hidden = true;
  place.append(form);
  input.select();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-inline-edit]");
  if (button) {
    editInPlace(button.closest("[data-inline]"));
  }
});
