// Background work: the part of a page that says how far it is asks for itself anew while the work goes on.

const EVERY = 1500;
const LONGEST = 15000;

function follow(card) {
  const told = document.querySelector("[data-job-told]");
  let wait = EVERY;

  const ask = async () => {
    try {
      const answer = await fetch(card.dataset.job, { headers: { "X-Requested-With": "fetch" } });
      if (answer.redirected || !answer.ok) {
        throw new Error(String(answer.status));
      }
      show(await answer.text());
      wait = EVERY;
    } catch {
      wait = Math.min(wait * 2, LONGEST);
      told.textContent = card.dataset.textLost;
    }
    if (isMoving(card)) {
      setTimeout(ask, document.hidden ? LONGEST : wait);
    }
  };

  const show = (text) => {
    const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("[data-job-state]");
    const held = card.contains(document.activeElement) ? document.activeElement.textContent : null;
    const before = card.querySelector(".chip")?.textContent;
    card.replaceChildren(fresh);
    if (held !== null) {
      // Whoever was about to press a button still is.
      [...card.querySelectorAll("button, a")].find((one) => one.textContent === held)?.focus();
    }
    const now = card.querySelector(".chip")?.textContent;
    if (now !== before) {
      told.textContent = `${now} ${card.querySelector(".job__count").textContent}`;
    }
  };

  setTimeout(ask, EVERY);
}

function isMoving(card) {
  return card.querySelector("[data-job-state]")?.dataset.jobState === "moving";
}

for (const card of document.querySelectorAll("[data-job]")) {
  if (isMoving(card)) {
    follow(card);
  }
}
