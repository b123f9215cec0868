// The editor over a text area: HugeRTE with our own dialogs, words and classes. Without script the text area remains.
import { make, showToast } from "./page.js";
import { choosePicture, uploadAddress, uploadPicture } from "./media_chooser.js";
import { keepBlocks, pictureMarkup, showPictureTools, videoMarkup } from "./editor_blocks.js";
import { askForLink, askForVideo } from "./editor_dialogs.js";

const RIGHT_TO_LEFT = ["ar", "fa", "he", "ur"];
const PLUGINS = ["autolink", "autoresize", "code", "codesample", "directionality", "fullscreen", "lists", "searchreplace", "table", "wordcount"];
const TOOLBAR = "styles | bold italic link | bullist numlist blockquote | picture video newtable codesample | undo redo | hr removeformat | ltr rtl | searchreplace code fullscreen";
const PROGRAMMING = ["Bash", "C", "CSS", "Go", "HTML", "Java", "JavaScript", "JSON", "Python", "Ruby", "Rust", "SQL", "TypeScript"];

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function loadScript(address) {
  return new Promise((resolve, reject) => {
    const script = make("script", { src: address });
    script.addEventListener("load", resolve);
    script.addEventListener("error", reject);
    document.head.append(script);
  });
}

/** Gives the styles of text that the public theme knows; what else is pasted in, the server takes away. */
function textStyles(labels) {
  return [
    { title: labels.paragraph, format: "p" },
    { title: labels.heading, format: "h2" },
    { title: labels.subheading, format: "h3" },
    { title: labels.small, format: "h4" },
    { title: labels.lead, block: "p", classes: "lead" },
    { title: labels.note, block: "p", classes: "note" },
    { title: labels.tip, block: "p", classes: "tip" },
    { title: labels.warning, block: "p", classes: "warning" },
    { title: labels.pull, block: "blockquote", classes: "pull-quote", wrapper: true },
  ];
}

/** Everything that would be written as an inline style is a class or an element instead. */
const FORMATS = {
  underline: { inline: "u" },
  strikethrough: { inline: "s" },
  alignleft: { selector: "p,h2,h3,h4,td,th", classes: "text-start" },
  aligncenter: { selector: "p,h2,h3,h4,td,th", classes: "text-center" },
  alignright: { selector: "p,h2,h3,h4,td,th", classes: "text-end" },
};

function followLanguage(editor, field) {
  const apply = () => {
    const code = field?.value || editor.getElement().form.dataset.locale || document.documentElement.lang;
    const direction = RIGHT_TO_LEFT.includes(code.split("-")[0]) ? "rtl" : "ltr";
    const root = editor.getDoc().documentElement;
    root.lang = code;
    root.dir = direction;
    editor.getBody().dir = direction;
  };
  field?.addEventListener("change", apply);
  apply();
}

function followTheme(editor) {
  const apply = () => {
    const [off, on] = isDark() ? ["/oxide/", "/oxide-dark/"] : ["/oxide-dark/", "/oxide/"];
    for (const owner of [document, editor.getDoc()]) {
      for (const sheet of owner.querySelectorAll(`link[rel="stylesheet"][href*="/skins/ui${off}"]`)) {
        sheet.href = sheet.href.replace(off, on);
      }
    }
    editor.getDoc().documentElement.dataset.theme = isDark() ? "dark" : "light";
  };
  new MutationObserver(apply).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", apply);
  apply();
}

/** Takes emptied style attributes away: the editor parses its own markup again and again, and a strict content
 *  security policy reports each of them. */
function dropEmptyStyles(editor) {
  const drop = (element) => {
    if (element.getAttribute("style") === "") {
      element.removeAttribute("style");
    }
  };
  const watcher = new MutationObserver((changes) => {
    for (const { target, addedNodes } of changes) {
      drop(target);
      for (const node of addedNodes) {
        if (node.nodeType === Node.ELEMENT_NODE) {
          drop(node);
          node.querySelectorAll('[style=""]').forEach(drop);
        }
      }
    }
  });
  watcher.observe(editor.getBody(), { subtree: true, childList: true, attributeFilter: ["style"] });

  // The copy that holds the selection of a block has a position of its own; it is not part of the content.
  let copy = null;
  let top = "";
  editor.on("BeforeGetContent", () => {
    copy = editor.getBody().querySelector(".mce-offscreen-selection[style]");
    top = copy?.style.top ?? "";
    copy?.removeAttribute("style");
  });
  editor.on("GetContent", () => {
    if (copy) {
      copy.style.top = top;
    }
  });
}

function addButtons(editor, setup, labels, localeField) {
  const locale = () => localeField?.value ?? editor.getElement().form.dataset.locale ?? document.documentElement.lang;
  const link = () => askForLink(editor, `${setup.linkUrl}?locale=${encodeURIComponent(locale())}`, labels);
  const picture = async () => {
    const chosen = await choosePicture({ asksForText: true });
    editor.focus();
    if (chosen) {
      editor.insertContent(pictureMarkup(chosen));
    }
  };
  const video = async () => {
    const chosen = await askForVideo(labels);
    editor.focus();
    if (chosen) {
      editor.insertContent(videoMarkup(chosen));
    }
  };
  editor.ui.registry.addToggleButton("link", {
    icon: "link",
    tooltip: labels.link,
    onAction: link,
    onSetup: (button) => {
      const show = () => button.setActive(Boolean(editor.dom.getParent(editor.selection.getNode(), "a[href]")));
      editor.on("NodeChange", show);
      return () => editor.off("NodeChange", show);
    },
  });
  editor.ui.registry.addButton("picture", { icon: "image", tooltip: labels.picture, onAction: picture });
  editor.ui.registry.addButton("video", { icon: "embed", tooltip: labels.video, onAction: video });
  // A grid to choose the size from; rows and columns are changed with the tools beside a table.
  editor.ui.registry.addMenuButton("newtable", {
    icon: "table",
    tooltip: labels.table,
    fetch: (show) => {
      const insert = ({ numRows, numColumns }) =>
        editor.execCommand("mceInsertTable", false, { rows: numRows, columns: numColumns, options: { headerRows: 1 } });
      show([{ type: "fancymenuitem", fancytype: "inserttable", onAction: insert }]);
    },
  });
  editor.addShortcut("meta+k", labels.link, link);
  editor.addShortcut("meta+s", "", () => {
    const form = editor.getElement().form;
    form.requestSubmit(form.querySelector("[data-save]") ?? form.querySelector("button[type=submit]"));
  });
  showPictureTools(editor, labels);
}

// What the media library said of pictures that were pasted or dropped, by their addresses.
const takenPictures = new Map();

/** Sends a pasted or dropped picture to the media library. */
async function takePicture(blob, labels) {
  try {
    const made = await uploadPicture(uploadAddress(), blob.blob());
    takenPictures.set(made.location, made);
    showToast(labels.uploaded, "info");
    return made.location;
  } catch (error) {
    throw { message: error.message, remove: true };
  }
}

/** Gives pasted pictures the size that keeps their place while the page loads. */
function keepSizes(editor) {
  editor.on("PreInit", () => {
    editor.serializer.addNodeFilter("img", (nodes) => {
      for (const node of nodes) {
        const made = takenPictures.get(node.attr("src"));
        if (made && !node.attr("width")) {
          node.attr({ width: String(made.width), height: String(made.height), alt: node.attr("alt") ?? made.alt ?? "" });
        }
      }
    });
  });
}

function editorOptions(area, setup, labels) {
  const language = document.documentElement.lang;
  const localeField = area.form?.elements[area.dataset.localeField];
  const bars = document.querySelector(".top").offsetHeight + (getComputedStyle(document.querySelector(".form-bar")).position === "sticky" ? document.querySelector(".form-bar").offsetHeight : 0);
  return {
    target: area,
    base_url: setup.base,
    suffix: ".min",
    cache_suffix: `?v=${setup.version}`,
    language,
    plugins: PLUGINS,
    toolbar: TOOLBAR,
    toolbar_mode: "sliding",
    toolbar_sticky: true,
    toolbar_sticky_offset: bars,
    menubar: false,
    branding: false,
    promotion: false,
    elementpath: false,
    resize: false,
    contextmenu: false,
    browser_spellcheck: true,
    skin: isDark() ? "oxide-dark" : "oxide",
    content_css: setup.contentCss,
    body_class: "prose",
    placeholder: labels.placeholder,
    iframe_attrs: { title: area.labels?.[0]?.textContent.trim() ?? "" },
    min_height: 460,
    autoresize_bottom_margin: 32,
    autoresize_overflow_padding: 20,
    style_formats: textStyles(labels),
    formats: FORMATS,
    valid_styles: { "*": "" },
    invalid_elements: "font,center,style,script",
    // The title is the heading of the first rank; what is pasted moves below it, as the server does it.
    extended_valid_elements: "h2/h1[class|dir|lang],h4/h5[class|dir|lang],h4/h6[class|dir|lang]",
    table_sizing_mode: "responsive",
    object_resizing: false,
    table_resize_bars: false,
    table_default_styles: {},
    table_default_attributes: {},
    table_header_type: "sectionCells",
    table_toolbar: "tablerowheader tablecolheader | tableinsertrowbefore tableinsertrowafter tabledeleterow | tableinsertcolbefore tableinsertcolafter tabledeletecol | tablemergecells tablesplitcells | tabledelete",
    codesample_languages: [{ text: labels.plain, value: "none" }, ...PROGRAMMING.map((name) => ({ text: name, value: name.toLowerCase() }))],
    convert_urls: false,
    entity_encoding: "raw",
    paste_data_images: true,
    automatic_uploads: true,
    images_upload_handler: (blob) => takePicture(blob, labels),
    setup: (editor) => {
      addButtons(editor, setup, labels, localeField);
      keepBlocks(editor, labels);
      keepSizes(editor);
      // Until its styles are there the editor would take letters, and then put the stored text over them.
      editor.on("PreInit", () => {
        editor.iframeElement.inert = true;
      });
      editor.on("init", () => {
        editor.iframeElement.inert = false;
        followLanguage(editor, localeField);
        followTheme(editor);
        dropEmptyStyles(editor);
      });
      // The form learns that something was typed, and the text area always holds it.
      editor.on("input change undo redo", () => {
        editor.save();
        area.dispatchEvent(new Event("input", { bubbles: true }));
      });
    },
  };
}

async function startEditors(areas) {
  const setup = document.querySelector("[data-editor-setup]").dataset;
  const words = JSON.parse(setup.words);
  const labels = JSON.parse(setup.labels);
  const language = document.documentElement.lang;
  try {
    await loadScript(setup.script);
  } catch {
    // Without the editor the text area shows the markup, and everything can still be written.
    return;
  }
  window.hugerte.addI18n(language, { ...words, _dir: document.documentElement.dir });
  for (const area of areas) {
    await window.hugerte.init(editorOptions(area, setup, labels));
  }
}

const richTexts = document.querySelectorAll("textarea[data-rich-text]");
if (richTexts.length && document.querySelector("[data-editor-setup]")) {
  startEditors(richTexts);
}
