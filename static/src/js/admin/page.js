// What every part of the back office needs of the page: elements, icons, requests, passing messages.

/** Makes an element. Attributes with the value null or false are left out, true gives an empty one. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Draws an icon of the sprite; the sprite's address is taken from an icon that the page shows already. */
export function drawIcon(name) {
  const sprite = document.querySelector("svg.icon use").getAttribute("href").split("#")[0];
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}

/** Gives the token that every write has to carry. */
export function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

/** Lets a part of the page that was added later get its behaviour too; see `onEnhance`. */
export function enhance(root) {
  document.dispatchEvent(new CustomEvent("enhance", { detail: root }));
}

/** Calls `attach` for every element that matches, now and when a part of the page is added. */
export function onEnhance(selector, attach) {
  const visit = (root) => {
    for (const element of root.querySelectorAll(selector)) {
      attach(element);
    }
  };
  visit(document);
  document.addEventListener("enhance", (event) => visit(event.detail));
}

/** Asks the server and gives what it answers: JSON as data, anything else as text.
 *  Throws an Error whose message is a sentence for the reader. */
export async function askServer(url, options = {}) {
  const headers = { Accept: "application/json", "X-Requested-With": "fetch", ...options.headers };
  if (options.method === "POST") {
    headers["X-CSRFToken"] = csrfToken();
  }
  let response;
  try {
    response = await fetch(url, { credentials: "same-origin", ...options, headers });
  } catch (error) {
    if (error.name === "AbortError") {
      throw error;
    }
    throw new Error(document.body.dataset.textFailed);
  }
  const isJson = (response.headers.get("Content-Type") ?? "").includes("json");
  const answer = isJson ? await response.json() : await response.text();
  if (response.status === 401 || (response.redirected && !isJson)) {
    throw new Error(document.body.dataset.textSignedOut);
  }
  if (!response.ok) {
    const said = isJson ? answer.message ?? answer.error : answer;
    const isSentence = typeof said === "string" && said.trim() && said.length < 400 && !said.includes("<");
    throw new Error(isSentence ? said.trim() : document.body.dataset.textFailed);
  }
  return answer;
}

/** Shows a message that passes, and has it read out. `tone` is info, good, warning or danger. */
export function showToast(text, tone = "info") {
  const icons = { good: "good", warning: "warning", danger: "error" };
  const toast = make("div", { class: `message message--${tone}` }, drawIcon(icons[tone] ?? "info"), make("span", { class: "message__text" }, text));
  document.querySelector("[data-toasts]").append(toast);
  setTimeout(() => toast.remove(), tone === "danger" ? 12000 : 6000);
}

for (const message of document.querySelectorAll(".main__messages .message")) {
  const button = make("button", { class: "message__dismiss", type: "button", "aria-label": document.body.dataset.textDismiss }, drawIcon("close"));
  button.addEventListener("click", () => message.remove());
  message.append(button);
}
