// The dialog that offers the pictures of the media library, and takes new ones by button, drop or paste.
// One dialog for the picture field and for the editor; its words and addresses are on its element.
import { askServer, make, showToast } from "./page.js";

const BROWSE_DELAY = 250;

/** Uploads one file into the media library. Gives {id, location, alt, width, height}. */
export async function uploadPicture(url, file) {
  const body = new FormData();
  body.append("file", file, file.name || "picture.png");
  return askServer(url, { method: "POST", body });
}

class MediaChooser {
  constructor(dialog) {
    this.dialog = dialog;
    this.texts = dialog.dataset;
    this.grid = dialog.querySelector("[data-chooser-grid]");
    this.note = dialog.querySelector("[data-chooser-note]");
    this.more = dialog.querySelector("[data-chooser-more]");
    this.side = dialog.querySelector("[data-chooser-side]");
    this.state = dialog.querySelector("[data-chooser-state]");
    this.use = dialog.querySelector("[data-chooser-use]");
    this.search = dialog.querySelector("[data-chooser-search]");
    this.file = dialog.querySelector("[data-chooser-file]");
    this.listen();
  }

  listen() {
    const { dialog } = this;
    this.search.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.browse(), BROWSE_DELAY);
    });
    this.more.addEventListener("click", () => this.browse(this.next));
    this.grid.addEventListener("click", (event) => this.pick(event.target.closest("[data-picture]")));
    this.grid.addEventListener("dblclick", (event) => {
      if (event.target.closest("[data-picture]") && !this.asksForText) {
        this.finish();
      }
    });
    this.use.addEventListener("click", () => this.finish());
    dialog.querySelector("[data-chooser-upload]").addEventListener("click", () => this.file.click());
    this.file.addEventListener("change", () => this.upload(this.file.files));
    dialog.addEventListener("close", () => this.resolve?.(null));
    dialog.addEventListener("dragover", (event) => {
      event.preventDefault();
      this.grid.parentElement.classList.add("dropping");
    });
    dialog.addEventListener("dragleave", () => this.grid.parentElement.classList.remove("dropping"));
    dialog.addEventListener("drop", (event) => {
      event.preventDefault();
      this.grid.parentElement.classList.remove("dropping");
      this.upload(event.dataTransfer.files);
    });
    dialog.addEventListener("paste", (event) => {
      if (event.clipboardData.files.length) {
        event.preventDefault();
        this.upload(event.clipboardData.files);
      }
    });
  }

  /** Opens the dialog. Gives a promise of the picture {id, url, alt, …}, or of null where none was chosen. */
  open({ asksForText = false, picture = null, shown = null } = {}) {
    this.asksForText = asksForText;
    this.resolve?.(null);
    this.search.value = "";
    this.select(shown);
    this.browse().then(() => {
      if (picture?.id) {
        this.pick(this.grid.querySelector(`[data-picture="${CSS.escape(String(picture.id))}"]`));
      }
    });
    this.dialog.showModal();
    return new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  async browse(page = 1) {
    this.request?.abort();
    this.request = new AbortController();
    const url = new URL(this.texts.browseUrl, window.location.href);
    url.searchParams.set("q", this.search.value.trim());
    url.searchParams.set("page", String(page));
    try {
      const answer = await askServer(url, { signal: this.request.signal });
      if (page === 1) {
        this.grid.replaceChildren();
      }
      this.grid.append(...answer.items.map((item) => this.tile(item)));
      this.next = answer.next;
      this.more.hidden = !answer.next;
      this.say(this.grid.children.length ? "" : this.search.value ? this.texts.textNothing : this.texts.textEmpty);
    } catch (error) {
      if (error.name !== "AbortError") {
        this.say(error.message);
      }
    }
  }

  say(text) {
    this.note.textContent = text;
    this.note.hidden = !text;
  }

  tile(item) {
    const button = make(
      "button",
      { class: "chooser__item", type: "button", "data-picture": String(item.id), "aria-pressed": "false" },
      make("img", { src: item.thumb, alt: item.alt ?? "", loading: "lazy", width: "160", height: "120" }),
      make("span", { dir: "auto" }, item.title),
    );
    button.picture = item;
    return make("li", {}, button);
  }

  pick(button) {
    if (button) {
      this.select(button.picture);
      button.setAttribute("aria-pressed", "true");
      button.scrollIntoView({ block: "nearest" });
    }
  }

  select(picture) {
    for (const button of this.grid.querySelectorAll('[aria-pressed="true"]')) {
      button.setAttribute("aria-pressed", "false");
    }
    this.picture = picture;
    this.use.disabled = !picture;
    this.side.replaceChildren();
    if (picture) {
      this.side.append(
        make("img", { src: picture.thumb, alt: "", width: picture.width, height: picture.height }),
        make("p", { class: "chooser__facts" }, make("strong", { dir: "auto" }, picture.title ?? ""), `${picture.width ?? "?"} × ${picture.height ?? "?"}`),
      );
      if (this.asksForText) {
        this.alt = make("textarea", { class: "input", id: "chooser-alt", rows: "3", maxlength: "400", dir: "auto", "aria-describedby": "chooser-alt-help" });
        this.alt.value = picture.alt ?? "";
        const label = make("label", { class: "field__label", for: "chooser-alt" }, this.texts.textAlt);
        this.caption = make("input", { class: "input", id: "chooser-caption", type: "text", maxlength: "400", dir: "auto", value: picture.caption });
        this.side.append(
          make("div", { class: "field" }, label, this.alt, make("p", { class: "field__help", id: "chooser-alt-help" }, this.texts.textAltHelp)),
          make("div", { class: "field" }, make("label", { class: "field__label", for: "chooser-caption" }, this.texts.textCaption), this.caption),
        );
      }
    }
  }

  async upload(files) {
    for (const file of files) {
      this.state.textContent = this.texts.textUploading.replace("{name}", file.name);
      try {
        const made = await uploadPicture(this.texts.uploadUrl, file);
        const item = { title: file.name, thumb: made.location, url: made.location, ...made };
        this.say("");
        this.grid.querySelector(`[data-picture="${CSS.escape(String(item.id))}"]`)?.closest("li").remove();
        this.grid.prepend(this.tile(item));
        this.pick(this.grid.querySelector("[data-picture]"));
      } catch (error) {
        showToast(error.message, "danger");
        this.say(error.message);
      }
    }
    this.file.value = "";
    this.state.textContent = "";
  }

  finish() {
    if (this.picture) {
      const written = this.asksForText ? { alt: this.alt.value.trim(), caption: this.caption.value.trim() } : {};
      const chosen = { ...this.picture, ...written };
      this.resolve(chosen);
      this.resolve = null;
      this.dialog.close();
    }
  }
}

const chooserElement = document.querySelector("[data-chooser]");
const chooser = chooserElement ? new MediaChooser(chooserElement) : null;

/** Lets somebody choose a picture; see `MediaChooser.open`. */
export function choosePicture(wishes) {
  return chooser.open(wishes);
}

/** Gives where new pictures are sent. */
export function uploadAddress() {
  return chooserElement.dataset.uploadUrl;
}
