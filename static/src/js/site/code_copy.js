// A copy button on each code block. Its words come from the page (data-copy, data-copied), which knows the language.

function addCopyButton(block, words) {
  const box = document.createElement("div");
  box.className = "code-box";
  block.before(box);
  box.append(block);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.textContent = words.copy;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(block.textContent);
    button.textContent = words.copied;
    setTimeout(() => {
      button.textContent = words.copy;
    }, 2000);
  });
  box.append(button);
}

// The clipboard exists on secure addresses only.
if (navigator.clipboard) {
  for (const text of document.querySelectorAll("[data-copy]")) {
    for (const block of text.querySelectorAll("pre")) {
      addCopyButton(block, text.dataset);
    }
  }
}
