// A video is a link until the reader asks for it: only then is the other host contacted.

document.addEventListener("click", (event) => {
  const still = event.target.closest("a[data-embed]");
  if (!still || event.ctrlKey || event.metaKey || event.shiftKey) {
    return;
  }
  event.preventDefault();
  const player = document.createElement("iframe");
  player.src = still.dataset.embed;
  player.title = still.dataset.title;
  player.allow = "autoplay; encrypted-media; fullscreen; picture-in-picture";
  player.allowFullscreen = true;
  player.referrerPolicy = "strict-origin-when-cross-origin";
  still.replaceWith(player);
  player.focus();
});
