// Forms: what is saved and what not, said in words and kept from being lost; texts that grow with what is typed.
import { onEnhance, showToast } from "./page.js";

const MINUTE = 60000;

/** Says how long ago a moment was, in the language of the page. */
function longAgo(moment) {
  const speech = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
  const minutes = Math.round((moment - Date.now()) / MINUTE);
  return minutes > -90 ? speech.format(minutes, "minute") : speech.format(Math.round(minutes / 60), "hour");
}

function attachForm(form) {
  const state = form.querySelector("[data-save-state]");
  const words = state?.querySelector("[data-save-text]");
  const faults = form.querySelector("[data-form-errors]");
  // A form that came back with faults, or because it could not be saved, holds what was typed and nothing of it is saved.
  let unsaved = Boolean(faults) || "formUnsaved" in form.dataset;
  let leaving = false;

  const say = () => {
    if (state && unsaved) {
      state.classList.remove("save-state--clean");
      state.classList.add("save-state--unsaved");
      words.textContent = state.dataset.textUnsaved;
    }
  };
  const sayWhenSaved = () => {
    if (!unsaved && !leaving) {
      words.textContent = state.dataset.textSaved.replace("{when}", longAgo(new Date(state.dataset.savedAt)));
    }
  };
  if (state?.dataset.savedAt) {
    setInterval(sayWhenSaved, MINUTE);
  }
  const touched = (event) => {
    if (!event.target.closest("[data-not-saved]")) {
      unsaved = true;
      say();
    }
  };

  form.querySelector("[data-preview]")?.addEventListener("click", (event) => {
    if (unsaved) {
      showToast(event.currentTarget.dataset.textUnsaved, "warning");
    }
  });
  form.addEventListener("input", touched);
  form.addEventListener("change", touched);
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) {
      return;
    }
    leaving = true;
    if (state) {
      words.textContent = state.dataset.textSaving;
    }
  });
  window.addEventListener("beforeunload", (event) => {
    if (unsaved && !leaving) {
      event.preventDefault();
    }
  });
  // Back from the next page: the browser shows this one as it was left.
  window.addEventListener("pageshow", () => {
    leaving = false;
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      event.preventDefault();
      form.requestSubmit(form.querySelector("[data-save]") ?? form.querySelector("button[type=submit]"));
    }
  });
  say();
  if (faults) {
    faults.focus();
  }
}

// What sticks below the bar has to know how tall the bar is: its words take more room in some languages.
for (const bar of document.querySelectorAll(".form-bar")) {
  new ResizeObserver(() => bar.closest("form").style.setProperty("--form-bar", `${bar.offsetHeight}px`)).observe(bar);
}

for (const form of document.querySelectorAll("form[data-form]")) {
  attachForm(form);
}

function growWith(text) {
  if (CSS.supports("field-sizing", "content")) {
    return;
  }
  const grow = () => {
    text.style.blockSize = "auto";
    text.style.blockSize = `${text.scrollHeight}px`;
  };
  text.addEventListener("input", grow);
  grow();
}

onEnhance("[data-autogrow]", growWith);

// A title is one line, however many it takes to show it.
onEnhance("[data-one-line]", (text) => {
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      document.querySelector(".summary-field__input")?.focus();
    }
  });
  text.addEventListener("input", () => {
    if (text.value.includes("\n")) {
      text.value = text.value.replaceAll(/\s*\n\s*/g, " ");
    }
  });
});

// The bar names the document as its title is typed.
for (const echo of document.querySelectorAll("[data-title-echo]")) {
  document.querySelector("[data-title]")?.addEventListener("input", (event) => {
    echo.textContent = event.target.value.trim() || echo.dataset.textEmpty;
  });
}

// Faces, hyphens and the browser's spelling follow the language that is written in, not that of the screen.
for (const text of document.querySelectorAll("[data-content-language]")) {
  const language = text.closest("form").elements.locale;
  const follow = () => {
    text.lang = language.value;
    if ("languageName" in text.dataset) {
      text.textContent = language.selectedOptions[0].text;
    }
  };
  language?.addEventListener("change", follow);
}

// With a moment that is yet to come, publishing is scheduling, and the button says so.
function attachSchedule(button) {
  const moment = document.querySelector('input[name="publish_at"]');
  if (!moment) {
    document.querySelector("[data-schedule]")?.remove();
    return;
  }
  const name = () => {
    const later = moment.value && new Date(moment.value) > new Date();
    button.textContent = later ? button.dataset.textSchedule : button.dataset.textPublish;
  };
  moment.addEventListener("input", name);
  name();
  document.querySelector("[data-schedule]")?.addEventListener("click", () => {
    moment.closest("details").open = true;
    moment.focus();
    try {
      moment.showPicker();
    } catch {
      // Browsers without a picker, or that want a closer gesture: the field has the focus, which is enough.
    }
  });
}

for (const button of document.querySelectorAll("[data-publish]")) {
  attachSchedule(button);
}
