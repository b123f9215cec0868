// A combobox over an input that holds ids: one or several of many, looked up while typing.
// Where words are a value too (`data-words`), they stand for all that are called so.
// The pattern is the ARIA Authoring Practices' editable combobox with a list box.
import { askServer, drawIcon, make, onEnhance } from "./page.js";

const LOOKUP_LIMIT = 20;
const LOOKUP_DELAY = 150;
let comboCount = 0;

class Combobox {
  constructor(holder) {
    this.holder = holder;
    this.texts = holder.dataset;
    this.multiple = holder.dataset.multiple === "yes";
    this.words = document.body.dataset;
    this.chosen = new Map(JSON.parse(holder.dataset.selected || "[]").map(([id, label]) => [String(id), String(label)]));
    this.options = [];
    this.active = -1;
    this.number = (comboCount += 1);
    this.build();
    this.listen();
    this.showChosen();
  }

  build() {
    const { holder } = this;
    const id = holder.id;
    holder.id = `${id}-ids`;
    holder.type = "hidden";
    holder.dataset.comboReady = "";
    this.list = make("div", { class: "combo__list", id: `combo-${this.number}`, role: "listbox", "aria-labelledby": `${id}-label`, hidden: true });
    if (this.multiple) {
      this.list.setAttribute("aria-multiselectable", "true");
    }
    this.input = make("input", {
      class: "combo__input",
      type: "text",
      id,
      role: "combobox",
      autocomplete: "off",
      dir: "auto",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": this.list.id,
      "aria-describedby": holder.getAttribute("aria-describedby"),
      "aria-invalid": holder.getAttribute("aria-invalid"),
      maxlength: this.texts.words ? "200" : null,
      placeholder: this.texts.placeholder,
    });
    this.clear = make("button", { class: "combo__clear", type: "button", "aria-label": this.words.textClear, hidden: true }, drawIcon("close"));
    this.box = make("div", { class: "input combo__box" }, this.input, this.clear);
    this.root = make("div", { class: "combo" }, this.box, this.list);
    holder.after(this.root);
  }

  listen() {
    this.box.addEventListener("click", (event) => {
      if (!event.target.closest("button")) {
        this.input.focus();
        this.open();
      }
    });
    // A press on a button must not blur the input first: that would draw the buttons anew under the pointer.
    this.box.addEventListener("mousedown", (event) => {
      if (event.target.closest("button")) {
        event.preventDefault();
      }
    });
    this.input.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.look(this.input.value), LOOKUP_DELAY);
    });
    this.input.addEventListener("keydown", (event) => this.onKey(event));
    this.input.addEventListener("blur", () => {
      this.close();
      this.takeWords();
      this.showChosen();
    });
    this.clear.addEventListener("click", () => {
      this.chosen.clear();
      this.changed();
      this.input.focus();
    });
    // The list must not take the focus from the input.
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) {
        this.choose(this.options.indexOf(option));
      }
    });
  }

  onKey(event) {
    const open = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (open) {
        this.mark(this.active + (event.key === "ArrowDown" ? 1 : -1));
      } else {
        this.open();
      }
    } else if (event.key === "Enter" && open) {
      event.preventDefault();
      this.choose(this.active);
    } else if (event.key === "Enter" && this.texts.words && this.input.value.trim()) {
      // The form is sent.
      this.takeWords();
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.open();
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
      this.showChosen();
    } else if (event.key === "Backspace" && !this.input.value && this.multiple && this.chosen.size) {
      this.chosen.delete([...this.chosen.keys()].at(-1));
      this.changed();
    }
  }

  open() {
    if (this.list.hidden) {
      if (!this.multiple) {
        this.input.select();
      }
      this.look("");
    }
  }

  close() {
    clearTimeout(this.timer);
    this.request?.abort();
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    this.active = -1;
  }

  async look(words) {
    this.request?.abort();
    this.request = new AbortController();
    const url = new URL(this.texts.lookupUrl, window.location.href);
    url.searchParams.set("query", words.trim());
    url.searchParams.set("offset", "0");
    url.searchParams.set("limit", String(LOOKUP_LIMIT));
    // What a document names is in its own language; only kinds that have languages heed it.
    const form = this.input.form;
    const locale = form.elements.locale?.value ?? form.dataset.locale;
    if (locale) {
      url.searchParams.set("locale", locale);
    }
    try {
      this.showOptions(await askServer(url, { signal: this.request.signal }));
    } catch (error) {
      if (error.name !== "AbortError") {
        this.showNote(error.message, "alert");
      }
    }
  }

  showOptions(found) {
    this.found = found.map(([id, label]) => [`${this.texts.mark ?? ""}${id}`, String(label)]);
    this.options = this.found.map(([id, label], at) =>
      make(
        "div",
        { class: "combo__option", role: "option", id: `combo-${this.number}-${at}`, "aria-selected": String(this.chosen.has(id)), dir: "auto" },
        make("span", {}, label),
        this.chosen.has(id) ? drawIcon("check") : null,
      ),
    );
    if (this.options.length) {
      this.list.replaceChildren(...this.options);
    } else {
      this.list.replaceChildren(make("p", { class: "combo__note", role: "status" }, this.words.textNone));
    }
    this.offerWords();
    this.offerNew();
    this.reveal();
    this.mark(0);
  }

  /** Offers what was typed, where several are called so. */
  offerWords() {
    const words = this.input.value.trim();
    if (this.texts.words && words && this.options.length > 1 && ![...this.chosen.values()].includes(words)) {
      const option = make(
        "div",
        { class: "combo__option combo__option--words", role: "option", id: `combo-${this.number}-words`, "aria-selected": "false", dir: "auto" },
        make("span", {}, this.texts.words.replace("{words}", words)),
      );
      this.found.push([words, words]);
      this.options.push(option);
      this.list.append(option);
    }
  }

  /** Lets what was typed be the value, where words are one and nothing was chosen instead. */
  takeWords() {
    const words = this.input.value.trim();
    if (this.texts.words && words !== ([...this.chosen.values()][0] ?? "")) {
      this.chosen = new Map(words ? [[words, words]] : []);
      this.changed();
    }
  }

  /** Offers to add what is missing, as the last option; it opens beside this form, which stays as it is. */
  offerNew() {
    if (this.texts.createUrl) {
      const option = make(
        "div",
        { class: "combo__option combo__option--create", role: "option", id: `combo-${this.number}-new`, "aria-selected": "false", "data-create": true },
        drawIcon("plus"),
        make("span", {}, this.words.textCreate),
      );
      this.options.push(option);
      this.list.append(option);
    }
  }

  showNote(text, role) {
    this.options = [];
    this.list.replaceChildren(make("p", { class: "combo__note", role }, text));
    this.reveal();
  }

  reveal() {
    if (document.activeElement === this.input) {
      this.list.hidden = false;
      this.input.setAttribute("aria-expanded", "true");
    }
  }

  mark(index) {
    if (!this.options.length) {
      return;
    }
    this.active = (index + this.options.length) % this.options.length;
    this.options.forEach((option, at) => option.classList.toggle("combo__option--active", at === this.active));
    this.input.setAttribute("aria-activedescendant", this.options[this.active].id);
    this.options[this.active].scrollIntoView({ block: "nearest" });
  }

  choose(index) {
    if (this.options[index]?.hasAttribute("data-create")) {
      this.close();
      window.open(this.texts.createUrl, "_blank", "noopener");
      return;
    }
    const picked = this.options.length ? this.found?.[index] : null;
    if (!picked) {
      return;
    }
    const [id, label] = picked;
    if (!this.multiple) {
      this.chosen.clear();
      this.chosen.set(id, label);
    } else if (!this.chosen.delete(id)) {
      this.chosen.set(id, label);
    }
    this.close();
    this.changed();
  }

  changed() {
    this.holder.value = [...this.chosen.keys()].join(",");
    this.showChosen();
    this.holder.dispatchEvent(new Event("change", { bubbles: true }));
  }

  showChosen() {
    for (const token of this.box.querySelectorAll(".combo__token")) {
      token.remove();
    }
    if (!this.multiple) {
      this.input.value = [...this.chosen.values()][0] ?? "";
      this.clear.hidden = !this.chosen.size || "required" in this.texts;
      return;
    }
    this.input.value = "";
    this.input.placeholder = this.chosen.size ? "" : this.texts.placeholder ?? "";
    for (const [id, label] of this.chosen) {
      const drop = make("button", { class: "combo__remove", type: "button", "aria-label": this.words.textRemove.replace("{name}", label) }, drawIcon("close"));
      drop.addEventListener("click", () => {
        this.chosen.delete(id);
        this.changed();
        this.input.focus();
      });
      this.input.before(make("span", { class: "combo__token" }, make("span", { class: "combo__token-text", dir: "auto" }, label), drop));
    }
  }
}

onEnhance("[data-combobox]:not([data-combo-ready])", (holder) => {
  if (!holder.closest("template")) {
    new Combobox(holder);
  }
});
