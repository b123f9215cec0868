// The address follows the title until somebody changes it; the server makes it, so that every script is transliterated
// in one way. Below the field stands the address as readers will see it.
import { askServer, make } from "./page.js";

const SLUG_DELAY = 350;

function attachSlug(box) {
  const input = box.querySelector("[data-slug-input]");
  const preview = box.querySelector("[data-slug-preview]");
  const title = document.querySelector("[data-title]");
  const language = input.form.elements.locale;
  let follows = box.dataset.fixed !== "yes" && !input.value;
  let timer = 0;
  let request = null;

  const show = () => {
    const code = language?.value;
    const prefix = code ? box.dataset.prefix.replace(/^\/[^/]+\//, `/${code}/`) : box.dataset.prefix;
    preview.replaceChildren();
    if (input.value) {
      preview.append(prefix, make("strong", {}, input.value));
    }
  };

  const follow = async () => {
    request?.abort();
    if (!follows || !title.value.trim() || !box.dataset.slugUrl) {
      return;
    }
    request = new AbortController();
    const url = new URL(box.dataset.slugUrl, window.location.href);
    url.searchParams.set("title", title.value);
    url.searchParams.set("locale", language?.value ?? input.form.dataset.locale);
    try {
      const answer = await askServer(url, { signal: request.signal });
      if (follows) {
        input.value = answer.slug;
        show();
      }
    } catch {
      // Without an answer the field stays as it is; the server makes the address when the document is saved.
    }
  };

  input.addEventListener("input", () => {
    follows = !input.value;
    show();
    if (follows) {
      follow();
    }
  });
  title?.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(follow, SLUG_DELAY);
  });
  language?.addEventListener("change", () => {
    show();
    follow();
  });
  show();
}

for (const box of document.querySelectorAll("[data-slug]")) {
  attachSlug(box);
}
