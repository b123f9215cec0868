// Blocks that are one thing to the writer: a picture with its caption, and a video, which is stored as an <iframe> but
// shown as a still block, so that writing contacts no other host.

import { choosePicture } from "./media_chooser.js";

const ALIGNMENTS = ["align-start", "align-center", "align-end", "wide"];
const YOUTUBE_HOSTS = ["youtube.com", "www.youtube.com", "m.youtube.com", "youtube-nocookie.com", "www.youtube-nocookie.com"];

function escapeMarkup(text) {
  const holder = document.createElement("span");
  holder.textContent = text;
  return holder.innerHTML.replaceAll('"', "&quot;");
}

/** Gives the markup of a picture from the media library. */
export function pictureMarkup({ url, alt, width, height, caption }) {
  const text = caption ? `<figcaption>${escapeMarkup(caption)}</figcaption>` : "";
  return `<figure><img src="${escapeMarkup(url)}" alt="${escapeMarkup(alt ?? "")}" width="${Number(width)}" height="${Number(height)}">${text}</figure><p></p>`;
}

/** Gives the markup that is stored for a video. */
export function videoMarkup({ src, title }) {
  return `<iframe src="${escapeMarkup(src)}" title="${escapeMarkup(title)}"></iframe><p></p>`;
}

/** Gives the address to store for a YouTube address, or null. The server checks again. */
export function videoAddress(typed) {
  let url;
  try {
    url = new URL(typed.trim().includes("://") ? typed.trim() : `https://${typed.trim()}`);
  } catch {
    return null;
  }
  const steps = url.pathname.split("/").filter(Boolean);
  let id = null;
  if (url.hostname.replace("www.", "") === "youtu.be") {
    [id] = steps;
  } else if (YOUTUBE_HOSTS.includes(url.hostname)) {
    id = steps[0] === "watch" ? url.searchParams.get("v") : ["embed", "shorts", "live", "v"].includes(steps[0]) ? steps[1] : null;
  }
  if (!id || !id.match("^[A-Za-z0-9_-]{11}$")) {
    return null;
  }
  const clock = (url.searchParams.get("t") ?? url.searchParams.get("start") ?? "").match("^(?:(\\d+)h)?(?:(\\d+)m)?(?:(\\d+)s?)?$");
  const start = clock ? Number(clock[1] ?? 0) * 3600 + Number(clock[2] ?? 0) * 60 + Number(clock[3] ?? 0) : 0;
  return `https://www.youtube-nocookie.com/embed/${id}${start ? `?start=${start}` : ""}`;
}

function videoBlock(node, labels) {
  const { Node } = window.hugerte.html;
  const block = new Node("div", 1);
  const text = new Node("#text", 3);
  const title = node.attr("title") || node.attr("src") || "";
  block.attr({ class: "video-block", contenteditable: "false", "data-video-src": node.attr("src"), "data-video-title": node.attr("title") ?? "" });
  text.value = labels.videoBlock.replace("{title}", title);
  block.append(text);
  return block;
}

function storedVideo(block) {
  const { Node } = window.hugerte.html;
  const frame = new Node("iframe", 1);
  frame.attr({ src: block.attr("data-video-src"), title: block.attr("data-video-title") });
  return frame;
}

/** Has the editor treat pictures with captions and videos as one block each. */
export function keepBlocks(editor, labels) {
  editor.on("PreInit", () => {
    editor.parser.addNodeFilter("iframe", (nodes) => {
      for (const node of nodes) {
        node.replace(videoBlock(node, labels));
      }
    });
    editor.parser.addNodeFilter("figure", (nodes) => {
      for (const node of nodes) {
        if (node.getAll("img").length) {
          node.attr("contenteditable", "false");
          for (const caption of node.getAll("figcaption")) {
            caption.attr("contenteditable", "true");
          }
        }
      }
    });
    editor.serializer.addNodeFilter("div", (nodes) => {
      for (const node of nodes) {
        if (node.attr("data-video-src")) {
          node.empty().replace(storedVideo(node));
        }
      }
    });
    editor.serializer.addNodeFilter("figure,figcaption", (nodes) => {
      for (const node of nodes) {
        node.attr("contenteditable", null);
      }
    });
  });
}

function pictureOf(editor) {
  const node = editor.selection.getNode();
  return editor.dom.is(node, "img") ? node : editor.dom.select("img", editor.dom.getParent(node, "figure") ?? node)[0];
}

async function changePicture(editor) {
  const image = pictureOf(editor);
  const figure = editor.dom.getParent(image, "figure");
  const caption = figure && editor.dom.select("figcaption", figure)[0];
  const shown = { url: image.getAttribute("src"), thumb: image.getAttribute("src"), alt: image.alt, width: image.getAttribute("width"), height: image.getAttribute("height"), caption: caption?.textContent };
  const chosen = await choosePicture({ asksForText: true, shown });
  editor.focus();
  if (!chosen) {
    return;
  }
  editor.undoManager.transact(() => {
    editor.dom.setAttribs(image, { src: chosen.url, "data-mce-src": chosen.url, alt: chosen.alt, width: chosen.width, height: chosen.height });
    if (chosen.caption && caption) {
      editor.dom.setHTML(caption, escapeMarkup(chosen.caption));
    } else if (chosen.caption && figure) {
      editor.dom.add(figure, "figcaption", { contenteditable: "true" }, escapeMarkup(chosen.caption));
    } else if (caption) {
      editor.dom.remove(caption);
    }
  });
  editor.nodeChanged();
}

function alignBlock(editor, name) {
  const block = editor.dom.getParent(editor.selection.getNode(), "figure") ?? pictureOf(editor);
  const on = !editor.dom.hasClass(block, name);
  editor.undoManager.transact(() => {
    for (const other of ALIGNMENTS) {
      editor.dom.removeClass(block, other);
    }
    if (on) {
      editor.dom.addClass(block, name);
    }
  });
  editor.nodeChanged();
}

/** Shows tools beside a selected picture: change it and its texts, place it, remove it. */
export function showPictureTools(editor, labels) {
  const { registry } = editor.ui;
  registry.addButton("picturechange", { icon: "edit-image", text: labels.edit, onAction: () => changePicture(editor) });
  registry.addButton("pictureremove", {
    icon: "remove",
    tooltip: labels.remove,
    onAction: () => {
      const node = editor.selection.getNode();
      editor.undoManager.transact(() => editor.dom.remove(editor.dom.getParent(node, "figure,.video-block") ?? node));
      editor.focus();
    },
  });
  const places = { "align-start": ["align-left", labels.alignStart], "align-center": ["align-center", labels.alignCenter], "align-end": ["align-right", labels.alignEnd], wide: ["resize", labels.wide] };
  for (const [name, [glyph, tooltip]] of Object.entries(places)) {
    registry.addToggleButton(`picture-${name}`, {
      icon: glyph,
      tooltip,
      onAction: () => alignBlock(editor, name),
      onSetup: (button) => {
        const show = () => button.setActive(Boolean(editor.dom.getParent(editor.selection.getNode(), `.${name}`)));
        editor.on("NodeChange", show);
        show();
        return () => editor.off("NodeChange", show);
      },
    });
  }
  const isPicture = (node) => editor.dom.is(node, "figure,img") && Boolean(pictureOf(editor));
  registry.addContextToolbar("picturetools", {
    predicate: isPicture,
    items: "picturechange | picture-align-start picture-align-center picture-align-end picture-wide | pictureremove",
    position: "node",
    scope: "node",
  });
  registry.addContextToolbar("videotools", { predicate: (node) => editor.dom.is(node, ".video-block"), items: "pictureremove", position: "node", scope: "node" });
}
