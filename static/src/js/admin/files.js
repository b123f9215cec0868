// The file manager: files dropped anywhere are uploaded, details open beside the grid, addresses are copied.
import { enhance, showToast } from "./page.js";

function attachUploads(files) {
  const form = document.querySelector("[data-upload-form]");
  const input = form.querySelector("input[type=file]");

  for (const button of document.querySelectorAll("[data-choose-files]")) {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      input.click();
    });
  }
  input.addEventListener("change", () => {
    if (input.files.length) {
      form.requestSubmit();
    }
  });

  const holdsFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  document.addEventListener("dragover", (event) => {
    if (holdsFiles(event)) {
      event.preventDefault();
      files.classList.add("files--dropping");
    }
  });
  document.addEventListener("dragleave", (event) => {
    // Leaving an element for another one inside the window is no leaving.
    if (!event.relatedTarget) {
      files.classList.remove("files--dropping");
    }
  });
  document.addEventListener("drop", (event) => {
    if (holdsFiles(event)) {
      event.preventDefault();
      files.classList.remove("files--dropping");
      input.files = event.dataTransfer.files;
      if (input.files.length) {
        form.requestSubmit();
      }
    }
  });
}

function attachPanel(files) {
  const side = files.querySelector("[data-file-side]");

  const mark = (link) => {
    for (const other of files.querySelectorAll("[data-file-link][aria-current]")) {
      other.removeAttribute("aria-current");
    }
    link?.setAttribute("aria-current", "true");
  };

  files.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) {
      return;
    }
    const close = event.target.closest("[data-file-panel-close]");
    const link = event.target.closest("[data-file-link]");
    if (close) {
      event.preventDefault();
      const opener = files.querySelector("[data-file-link][aria-current]");
      side.replaceChildren();
      files.classList.remove("files--with-panel");
      history.replaceState(null, "", close.href);
      mark(null);
      opener?.focus();
    } else if (link) {
      event.preventDefault();
      try {
        const response = await fetch(link.href, { credentials: "same-origin" });
        const page = new DOMParser().parseFromString(await response.text(), "text/html");
        const panel = page.querySelector("[data-file-panel]");
        if (!response.ok || !panel) {
          throw new Error("no panel");
        }
        side.replaceChildren(document.adoptNode(panel));
        files.classList.add("files--with-panel");
        history.replaceState(null, "", link.href);
        mark(link);
        showCopyButtons(side);
        enhance(side);
        // Where there is one column, the panel stands above the grid; beside it, the page stays where it is.
        const { top } = panel.getBoundingClientRect();
        if (top < 0 || top > window.innerHeight) {
          panel.scrollIntoView({ block: "nearest" });
        }
        panel.focus({ preventScroll: true });
      } catch {
        // Whatever is wrong, the page itself says it.
        window.location.assign(link.href);
      }
    }
  });
}

function showCopyButtons(root) {
  for (const button of root.querySelectorAll("[data-copy]")) {
    button.hidden = !navigator.clipboard;
  }
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) {
    await navigator.clipboard.writeText(new URL(button.dataset.copy, window.location.href).href);
    showToast(button.dataset.textCopied, "good");
  }
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open-dialog]");
  const dialog = opener && document.querySelector(`[data-dialog="${opener.dataset.openDialog}"]`);
  if (dialog) {
    event.preventDefault();
    dialog.showModal();
  }
});

for (const files of document.querySelectorAll("[data-files]")) {
  attachUploads(files);
  attachPanel(files);
  showCopyButtons(files);
}
