// Lists: selecting rows, and asking before something is done to all of them.
import { askFirst } from "./dialogs.js";

function attachSelection(list) {
  const all = list.querySelector("[data-select-all]");
  const rows = [...list.querySelectorAll("[data-select-row]")];
  const bar = list.querySelector("[data-bulk]");
  if (!all || !bar) {
    return;
  }
  const count = bar.querySelector("[data-bulk-count]");
  // Everything that the list shows, page after page: offered where all rows of this page are ticked.
  const everything = bar.querySelector("[data-everything]");
  let last = null;

  const refresh = () => {
    const selected = rows.filter((row) => row.checked).length;
    all.checked = selected === rows.length && selected > 0;
    all.indeterminate = selected > 0 && selected < rows.length;
    if (everything && !all.checked) {
      everything.checked = false;
    }
    if (everything?.checked) {
      count.textContent = everything.dataset.textSelected;
      return;
    }
    count.textContent = count.dataset.pattern.replace("{number}", new Intl.NumberFormat(document.documentElement.lang).format(selected));
  };

  const selectAll = (checked) => {
    for (const row of rows) {
      row.checked = checked;
    }
    refresh();
  };
  all.addEventListener("change", () => selectAll(all.checked));
  // On a phone, where the table has no head.
  bar.querySelector("[data-select-page]")?.addEventListener("click", () => selectAll(true));
  everything?.addEventListener("change", refresh);
  for (const row of rows) {
    row.addEventListener("click", (event) => {
      if (event.shiftKey && last) {
        const [from, to] = [rows.indexOf(last), rows.indexOf(row)].sort((a, b) => a - b);
        for (const between of rows.slice(from, to + 1)) {
          between.checked = row.checked;
        }
      }
      last = row;
      refresh();
    });
  }
  bar.querySelector("[data-bulk-clear]").addEventListener("click", () => {
    selectAll(false);
    all.focus();
  });
  bar.addEventListener("submit", async (event) => {
    const button = event.submitter;
    // What is done to everything is asked about on a page of its own.
    if (everything?.checked || !button?.dataset.confirm || button.dataset.agreed) {
      return;
    }
    event.preventDefault();
    const names = rows.filter((row) => row.checked).map((row) => row.closest("tr, [data-row]").querySelector(".list__link").textContent.trim());
    if (await askFirst({ title: button.textContent.trim(), text: button.dataset.confirm, names, yes: button.textContent.trim(), danger: button.value.startsWith("delete") })) {
      button.dataset.agreed = "yes";
      bar.requestSubmit(button);
    }
  });
  refresh();
}

for (const list of document.querySelectorAll("[data-list]")) {
  attachSelection(list);
}
