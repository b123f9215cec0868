// The editor's own questions: where a link leads, and which video.
import { askServer, make } from "./page.js";
import { videoAddress } from "./editor_blocks.js";

const LINK_SEARCH_DELAY = 200;

/** Whether what was typed is meant as an address rather than as words to search for. */
function isAddress(text) {
  return Boolean(text.match("^(/|#|\\?|[a-z][a-z0-9+.-]*:|www\\.)", "i")) || Boolean(text.match("^[^\\s/]+\\.[a-z]{2,}(/|$)", "i"));
}

function completed(text) {
  if (text.match("^www\\.", "i") || (!text.startsWith("/") && text.match("^[^\\s/:]+\\.[a-z]{2,}(/|$)", "i"))) {
    return `https://${text}`;
  }
  return text.match("^[^\\s@/:]+@[^\\s@/]+$") ? `mailto:${text}` : text;
}

class LinkQuestion {
  constructor(dialog, labels) {
    this.dialog = dialog;
    this.labels = labels;
    this.address = dialog.querySelector("[data-link-address]");
    this.text = dialog.querySelector("[data-link-text]");
    this.found = dialog.querySelector("[data-link-found]");
    this.active = -1;
    this.options = [];
    this.address.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.search(), LINK_SEARCH_DELAY);
    });
    this.address.addEventListener("keydown", (event) => this.onKey(event));
    this.found.addEventListener("click", (event) => {
      const option = event.target.closest("[data-url]");
      if (option) {
        this.take(option);
      }
    });
  }

  onKey(event) {
    if (this.found.hidden || !this.options.length) {
      return;
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      this.mark(this.active + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && this.active >= 0) {
      event.preventDefault();
      this.take(this.options[this.active]);
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.hide();
    }
  }

  mark(index) {
    this.active = (index + this.options.length) % this.options.length;
    this.options.forEach((option, at) => option.setAttribute("aria-selected", String(at === this.active)));
    this.address.setAttribute("aria-activedescendant", this.options[this.active].id);
    this.options[this.active].scrollIntoView({ block: "nearest" });
  }

  take(option) {
    this.address.value = option.dataset.url;
    if (!this.text.value) {
      this.text.value = option.dataset.title;
    }
    this.hide();
    this.text.focus();
  }

  hide() {
    this.found.hidden = true;
    this.address.setAttribute("aria-expanded", "false");
    this.address.removeAttribute("aria-activedescendant");
  }

  async search() {
    const words = this.address.value.trim();
    this.request?.abort();
    if (words.length < 2 || isAddress(words)) {
      this.hide();
      return;
    }
    this.request = new AbortController();
    try {
      const items = await askServer(`${this.url}&q=${encodeURIComponent(words)}`, { signal: this.request.signal });
      this.show(items);
    } catch (error) {
      if (error.name !== "AbortError") {
        this.found.replaceChildren(make("li", { class: "combo__note", role: "presentation" }, error.message));
        this.found.hidden = false;
      }
    }
  }

  show(items) {
    this.active = -1;
    this.options = items.map((item, at) =>
      make(
        "li",
        { class: "link-found__item", role: "option", id: `link-found-${at}`, "aria-selected": "false", "data-url": item.url, "data-title": item.title },
        make("span", { class: "link-found__title", dir: "auto" }, item.title),
        make("span", { class: "quiet" }, item.kind ?? ""),
      ),
    );
    this.found.replaceChildren(...this.options);
    if (!items.length) {
      this.found.append(make("li", { class: "combo__note", role: "presentation" }, this.labels.none));
    }
    this.found.hidden = false;
    this.address.setAttribute("aria-expanded", "true");
  }

  /** Asks. Gives a promise of {href, text}, of {remove: true}, or of null. */
  ask(url, { href, text }) {
    this.url = url;
    this.address.value = href;
    this.text.value = text;
    this.hide();
    const remove = this.dialog.querySelector("[data-link-remove]");
    remove.hidden = !href;
    let removed = false;
    const drop = () => {
      removed = true;
      this.dialog.close();
    };
    remove.addEventListener("click", drop, { once: true });
    this.dialog.returnValue = "";
    this.dialog.showModal();
    return new Promise((resolve) => {
      this.dialog.addEventListener(
        "close",
        () => {
          remove.removeEventListener("click", drop);
          const typed = this.address.value.trim();
          const agreed = this.dialog.returnValue === "yes" && typed;
          resolve(removed ? { remove: true } : agreed ? { href: completed(typed), text: this.text.value.trim() } : null);
        },
        { once: true },
      );
    });
  }
}

let linkQuestion = null;

/** Asks where the selected text should lead, and makes, changes or removes the link. */
export async function askForLink(editor, url, labels) {
  const dialog = document.querySelector("[data-link-dialog]");
  linkQuestion ??= new LinkQuestion(dialog, labels);
  const anchor = editor.dom.getParent(editor.selection.getNode(), "a[href]");
  if (anchor) {
    editor.selection.select(anchor);
  }
  const selected = editor.selection.getContent({ format: "text" });
  const answer = await linkQuestion.ask(url, { href: anchor?.getAttribute("href") ?? "", text: selected });
  editor.focus();
  if (!answer) {
    return;
  }
  if (answer.remove) {
    editor.execCommand("unlink");
  } else if (selected && (!answer.text || answer.text === selected.trim())) {
    editor.execCommand("mceInsertLink", false, { href: answer.href });
  } else {
    const link = editor.dom.createHTML("a", { href: answer.href }, editor.dom.encode(answer.text || answer.href));
    editor.insertContent(link);
  }
}

/** Asks for a video. Gives a promise of {src, title}, or of null. */
export function askForVideo(labels) {
  const dialog = document.querySelector("[data-video-dialog]");
  const form = dialog.querySelector("[data-video-form]");
  const address = dialog.querySelector("[data-video-address]");
  const name = dialog.querySelector("[data-video-name]");
  const fault = dialog.querySelector("[data-video-error]");
  address.value = "";
  name.value = "";
  fault.hidden = true;
  let chosen = null;
  form.onsubmit = (event) => {
    const src = videoAddress(address.value);
    if (src) {
      chosen = { src, title: name.value.trim() };
    } else {
      event.preventDefault();
      fault.querySelector("span").textContent = labels.notVideo;
      fault.hidden = false;
      address.focus();
    }
  };
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(chosen), { once: true });
  });
}
