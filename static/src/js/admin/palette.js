// Search and go to (Ctrl K): screens and "add" from the side navigation, documents from the server.
import { askServer, drawIcon, make } from "./page.js";

const palette = document.querySelector("[data-palette]");
const SEARCH_DELAY = 180;

function placesToGo() {
  const places = [];
  for (const link of document.querySelectorAll("[data-nav-link]")) {
    const name = link.querySelector(".side__text").textContent.trim();
    const glyph = link.querySelector("use").getAttribute("href").split("#")[1];
    places.push({ section: palette.dataset.labelScreens, text: name, note: link.dataset.navGroup, icon: glyph, url: link.href });
    if (link.dataset.createUrl) {
      places.push({ section: palette.dataset.labelCreate, text: link.dataset.createText, note: "", icon: "plus", url: link.dataset.createUrl });
    }
  }
  return places;
}

/** Takes accents and case away, so that "paginas" finds "Páginas". */
function foldText(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();
}

function matchingPlaces(places, words) {
  const wanted = foldText(words).split(/\s+/).filter(Boolean);
  return places.filter((place) => wanted.every((word) => foldText(`${place.text} ${place.note}`).includes(word)));
}

function attachPalette() {
  const input = palette.querySelector("[data-palette-input]");
  const list = palette.querySelector("[data-palette-list]");
  const places = placesToGo();
  let options = [];
  let active = 0;
  let request = null;
  let timer = 0;

  const mark = (index) => {
    active = options.length ? (index + options.length) % options.length : 0;
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === active)));
    if (options[active]) {
      input.setAttribute("aria-activedescendant", options[active].id);
      options[active].scrollIntoView({ block: "nearest" });
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  };

  const show = (found) => {
    list.replaceChildren();
    let section = "";
    options = found.map((place, at) => {
      if (place.section !== section) {
        section = place.section;
        list.append(make("div", { class: "palette__heading", role: "presentation" }, section));
      }
      const option = make(
        "div",
        { class: "palette__option", role: "option", id: `palette-option-${at}`, "data-url": place.url },
        drawIcon(place.icon),
        make("span", { class: "palette__text", dir: "auto" }, place.text),
        place.note ? make("span", { class: "palette__note" }, place.note) : null,
      );
      list.append(option);
      return option;
    });
    if (!found.length) {
      list.append(make("p", { class: "palette__none" }, palette.dataset.labelNone));
    }
    mark(0);
  };

  const sorted = (found) => [...found].sort((a, b) => (a.section === b.section ? 0 : a.section === palette.dataset.labelScreens ? -1 : b.section === palette.dataset.labelScreens ? 1 : 0));

  const search = async (words) => {
    const near = sorted(matchingPlaces(places, words));
    show(near);
    request?.abort();
    if (!palette.dataset.searchUrl || words.trim().length < 2) {
      return;
    }
    request = new AbortController();
    try {
      const url = `${palette.dataset.searchUrl}?q=${encodeURIComponent(words)}`;
      const found = await askServer(url, { signal: request.signal });
      const documents = found.map((item) => ({ section: palette.dataset.labelDocuments, text: item.title, note: item.note, icon: item.icon, url: item.url }));
      show([...near, ...documents]);
    } catch (error) {
      if (error.name !== "AbortError") {
        list.append(make("p", { class: "palette__none", role: "alert" }, error.message));
      }
    }
  };

  const open = () => {
    if (!palette.open) {
      palette.showModal();
      input.value = "";
      show(sorted(places));
      input.focus();
    }
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => search(input.value), SEARCH_DELAY);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      mark(active + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && options[active]) {
      event.preventDefault();
      window.location.assign(options[active].dataset.url);
    } else if (event.key === "Escape") {
      // A search field would first be emptied by it.
      event.preventDefault();
      palette.close();
    }
  });
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[data-url]");
    if (option) {
      window.location.assign(option.dataset.url);
    }
  });
  palette.addEventListener("click", (event) => {
    if (event.target === palette) {
      palette.close();
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-palette-open]")) {
      open();
    }
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && !event.altKey && !event.shiftKey) {
      event.preventDefault();
      open();
    }
  });
}

if (palette) {
  attachPalette();
}
