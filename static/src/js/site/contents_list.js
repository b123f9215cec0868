// The table of contents: open where it stands beside the text, and showing where the reader is.

const contents = document.querySelector("details[data-contents]");

function markCurrentSection(list) {
  const links = new Map();
  for (const link of list.querySelectorAll("a[href^='#']")) {
    const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (heading) {
      links.set(heading, link);
    }
  }
  const headings = [...links.keys()];
  const mark = () => {
    const passed = headings.filter((heading) => heading.getBoundingClientRect().top < 100);
    const current = passed.at(-1) ?? headings[0];
    for (const [heading, link] of links) {
      if (heading === current) {
        link.setAttribute("aria-current", "true");
      } else {
        link.removeAttribute("aria-current");
      }
    }
  };
  let waiting = false;
  const markSoon = () => {
    if (!waiting) {
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        mark();
      });
    }
  };
  window.addEventListener("scroll", markSoon, { passive: true });
  mark();
}

if (contents) {
  const beside = window.matchMedia("(min-width: 76rem)");
  const follow = () => {
    contents.open = beside.matches;
  };
  beside.addEventListener("change", follow);
  follow();
  markCurrentSection(contents);
}
