// Gives what a machine can see of a screen's faults, each as one line. HugeRTE's own parts are its makers' matter.
() => {
  const faults = new Set();
  const outline = (element) => element.outerHTML.slice(0, 120);
  const all = (selector) => [...document.querySelectorAll(selector)].filter((element) => !element.closest(".tox"));
  const blame = (elements, what) => elements.forEach((element) => faults.add(`${what}: ${outline(element)}`));

  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  ids.filter((id, at) => ids.indexOf(id) !== at).forEach((id) => faults.add(`id used twice: ${id}`));

  const text = (id) => document.getElementById(id)?.textContent || document.getElementById(id)?.alt || "";
  const isNamed = (element) =>
    [
      element.getAttribute("aria-label"),
      (element.getAttribute("aria-labelledby") || "").split(" ").map(text).join(" "),
      ...[...(element.labels || [])].map((label) => label.textContent),
      element.textContent,
    ].some((name) => name && name.trim());
  const isLabelled = (field) =>
    field.labels?.length || field.ariaLabel || field.getAttribute("aria-labelledby") || field.hidden || field.ariaHidden;
  blame(all("button, a[href], summary").filter((element) => !isNamed(element)), "without a name");
  blame(all("input:not([type=hidden]), select, textarea").filter((field) => !isLabelled(field)), "without a label");
  blame(all("img:not([alt])"), "without a text");

  for (const attribute of ["aria-describedby", "aria-labelledby", "aria-controls", "for"]) {
    const isLost = (element) =>
      element.getAttribute(attribute).split(" ").some((id) => id && !document.getElementById(id));
    blame(all(`[${attribute}]`).filter(isLost), `${attribute} leads nowhere`);
  }

  const heads = document.querySelectorAll("h1").length;
  if (heads !== 1) {
    faults.add(`headings of the first rank: ${heads}`);
  }
  const { lang, dir } = document.documentElement;
  if (!document.title.trim() || !lang || !dir) {
    faults.add("no title, language or direction");
  }

  const isSmall = (element) => {
    const { width, height } = element.getBoundingClientRect();
    return width && height && (width < 24 || height < 24) && !element.closest(".visually-hidden");
  };
  const pressed = "button, summary, .button, select, input:not([type=hidden], [type=checkbox], [type=radio])";
  blame(all(pressed).filter(isSmall), "too small to press");
  return [...faults];
}
