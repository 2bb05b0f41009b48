// The player alone on the whole screen, as a projector wants it. Where a frame forbids that, it fills the frame.

export const isFull = (root) => root.classList.contains("full");

/** Into full screen or out of it; `changed` is called when the player has its new size. */
export function toggleFull(root, changed) {
  const { ownerDocument: page } = root;
  if (page.fullscreenElement) page.exitFullscreen();
  else if (isFull(root)) fill(root, false, changed);
  else if (root.requestFullscreen) root.requestFullscreen().catch(() => fill(root, true, changed)); // a frame that may not
  else fill(root, true, changed); // a phone that cannot
}

function fill(root, on, changed) {
  root.classList.toggle("full", on);
  root.classList.toggle("filled", on);
  changed();
}

/** Heed the browser, which may end full screen by itself. */
export function watchFull(root, changed, signal) {
  root.ownerDocument.addEventListener(
    "fullscreenchange",
    () => {
      const on = root.getRootNode().fullscreenElement === root;
      if (on === isFull(root)) return;
      root.classList.toggle("full", on);
      changed();
    },
    { signal },
  );
}

/** Pixels that the stage may be high: what the other parts leave. */
export function roomFor(root, others) {
  return innerHeight - others.reduce((sum, part) => sum + part.offsetHeight, 0) - 44;
}
