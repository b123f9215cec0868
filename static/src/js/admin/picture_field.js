// A field that holds one picture of the media library: shown, changed, removed, dropped onto.
import { drawIcon, make, onEnhance, showToast } from "./page.js";
import { choosePicture, uploadAddress, uploadPicture } from "./media_chooser.js";

function attachPicture(holder) {
  const texts = document.body.dataset;
  const { id } = holder;
  const described = holder.getAttribute("aria-describedby");
  const frame = make("button", { class: "picture-field__frame", type: "button", id, "aria-describedby": described, "aria-labelledby": `${id}-label ${id}-says` });
  const caption = make("p", { class: "picture-field__text", dir: "auto" });
  const change = make("button", { class: "button", type: "button" }, texts.textPictureChange);
  const remove = make("button", { class: "button button--quiet", type: "button" }, texts.textPictureRemove);
  const actions = make("div", { class: "picture-field__actions" }, change, remove);
  const root = make("div", { class: "picture-field" }, frame, caption, actions);
  holder.id = `${id}-id`;
  holder.type = "hidden";
  holder.dataset.pictureReady = "";
  holder.after(root);

  const show = (picture) => {
    frame.classList.toggle("picture-field__frame--filled", Boolean(picture));
    actions.hidden = !picture;
    caption.classList.toggle("picture-field__text--missing", Boolean(picture && !picture.alt));
    if (picture) {
      frame.replaceChildren(make("img", { src: picture.thumb ?? picture.url, alt: picture.alt || picture.title || "", id: `${id}-says` }));
      caption.textContent = picture.alt || texts.textPictureNoAlt;
    } else {
      frame.replaceChildren(make("span", { class: "picture-field__empty" }, drawIcon("image"), make("span", { id: `${id}-says` }, texts.textPictureChoose)));
      caption.textContent = "";
    }
  };
  const set = (picture) => {
    holder.value = picture ? String(picture.id) : "";
    show(picture);
    holder.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const choose = async () => {
    const picture = await choosePicture({ picture: { id: holder.value } });
    if (picture) {
      set(picture);
    }
    frame.focus();
  };

  frame.addEventListener("click", choose);
  change.addEventListener("click", choose);
  remove.addEventListener("click", () => {
    set(null);
    frame.focus();
  });
  root.addEventListener("dragover", (event) => {
    event.preventDefault();
    frame.classList.add("dropping");
  });
  root.addEventListener("dragleave", () => frame.classList.remove("dropping"));
  root.addEventListener("drop", async (event) => {
    event.preventDefault();
    frame.classList.remove("dropping");
    const [file] = event.dataTransfer.files;
    if (file) {
      try {
        const made = await uploadPicture(uploadAddress(), file);
        set({ thumb: made.location, ...made });
      } catch (error) {
        showToast(error.message, "danger");
      }
    }
  });
  show(JSON.parse(holder.dataset.selected || "null"));
}

onEnhance("[data-media-chooser]:not([data-picture-ready])", attachPicture);
