// "Add filter": choose a field, how to compare, and with what. The server's own filters are offered, nothing else.
import { drawIcon, enhance, make } from "./page.js";

/** Makes the control for a filter's value, by what the server says it takes. */
function valueControl(filter, texts, id) {
  const common = { class: "input", id, "data-filter-value": true };
  if (filter.options) {
    const select = make("select", common);
    for (const [value, label] of filter.options) {
      select.append(make("option", { value }, String(label)));
    }
    return [select];
  }
  if (filter.lookup) {
    // The server tells the id of a row from words by what stands before it.
    return [make("input", { ...common, "data-combobox": true, "data-mark": "id:", "data-lookup-url": filter.lookup, "data-placeholder": texts.textSearch, "data-words": texts.textWords })];
  }
  const kind = { datepicker: "date", daterangepicker: "date", datetimepicker: "datetime-local", datetimerangepicker: "datetime-local", timepicker: "time", timerangepicker: "time" }[filter.type];
  if (kind && filter.type.includes("range")) {
    return [
      make("input", { ...common, type: kind, "aria-label": texts.textFrom }),
      make("input", { ...common, id: `${id}-to`, type: kind, "aria-label": texts.textTo }),
    ];
  }
  if (kind) {
    return [make("input", { ...common, type: kind })];
  }
  return [make("input", { ...common, type: "text", maxlength: "200", placeholder: filter.type === "select2-tags" ? texts.textCommas : null })];
}

/** Gives a value as the server's filters read it: "2026-11-20 08:00:00", ranges joined by " to ". */
function filterValue(controls) {
  const values = [...controls].map((control) => {
    if (control.type === "datetime-local" && control.value) {
      return `${control.value.replace("T", " ")}:00`;
    }
    return control.type === "time" && control.value ? `${control.value}:00` : control.value;
  });
  return values.join(" to ");
}

function attachFilterMenu(menu) {
  const groups = JSON.parse(menu.dataset.groups);
  const form = menu.querySelector("[data-filter-form]");
  const inputs = menu.querySelector("[data-filter-inputs]");
  const fields = menu.querySelector("[data-filter-fields]");
  const title = menu.querySelector("[data-filter-title]");
  const plainTitle = title.textContent;
  const texts = menu.dataset;

  const back = () => {
    form.hidden = true;
    fields.hidden = false;
    title.textContent = plainTitle;
  };

  const choose = (label) => {
    const filters = groups[label];
    const id = "filter-value";
    const how = make("select", { class: "input", "aria-label": texts.textHow });
    filters.forEach((filter, at) => how.append(make("option", { value: String(at) }, String(filter.operation))));
    const value = make("div", { class: "field" });
    const showValue = () => {
      value.replaceChildren(make("label", { class: "visually-hidden", id: `${id}-label`, for: id }, texts.textValue), ...valueControl(filters[Number(how.value)], texts, id));
      enhance(value);
    };
    how.addEventListener("change", showValue);
    showValue();
    const again = make("button", { class: "button button--quiet", type: "button" }, drawIcon("arrow-left"), texts.textBack);
    again.querySelector(".icon").classList.add("icon--points");
    again.addEventListener("click", () => {
      back();
      fields.querySelector("button").focus();
    });
    inputs.replaceChildren(how, value, make("button", { class: "button button--primary", type: "submit" }, texts.textApply), again);
    // Where there is one way to compare, there is nothing to choose.
    how.hidden = filters.length === 1;
    title.textContent = how.hidden ? `${label} ${filters[0].operation}` : label;
    fields.hidden = true;
    form.hidden = false;
    form.onformdata = (event) => {
      const filter = filters[Number(how.value)];
      event.formData.append(`flt${texts.next}_${filter.arg}`, filterValue(value.querySelectorAll("[data-filter-value]")));
    };
    (how.hidden ? value.querySelector("input:not([type=hidden]), select") : how).focus();
  };

  menu.addEventListener("click", (event) => {
    const button = event.target.closest("[data-filter-field]");
    if (button) {
      choose(button.dataset.filterField);
    }
  });
  menu.addEventListener("toggle", () => {
    if (!menu.open) {
      back();
    }
  });
}

for (const menu of document.querySelectorAll("[data-filter-menu]")) {
  attachFilterMenu(menu);
}
