// The side navigation: a drawer on a phone, a column that folds to its icons elsewhere.

const sideNavigation = document.querySelector("[data-side]");

function setDrawer(open) {
  const opener = document.querySelector("[data-side-open]");
  sideNavigation.classList.toggle("side--open", open);
  document.querySelector(".admin-body").inert = open;
  opener.setAttribute("aria-expanded", String(open));
  if (open) {
    sideNavigation.querySelector("[data-side-close]").focus();
  } else {
    opener.focus();
  }
}

if (sideNavigation) {
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-side-open]")) {
      setDrawer(true);
    } else if (event.target.closest("[data-side-close]")) {
      setDrawer(false);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && sideNavigation.classList.contains("side--open")) {
      setDrawer(false);
    }
  });

  // Where the column is longer than the window, one still sees where one is.
  const column = sideNavigation.querySelector(".side__nav");
  const current = column.querySelector("[aria-current]");
  if (current && current.offsetTop + current.offsetHeight > column.offsetTop + column.clientHeight) {
    column.scrollTop = column.scrollHeight;
  }

  const fold = sideNavigation.querySelector("[data-side-collapse]");
  fold.addEventListener("click", () => {
    const narrow = document.body.classList.toggle("admin--narrow");
    fold.setAttribute("aria-pressed", String(narrow));
    // The server draws the column folded from the start, so nothing moves when the next screen opens.
    document.cookie = `side=${narrow ? "narrow" : "wide"}; path=/admin; max-age=31536000; samesite=lax`;
  });
}
