// The player alone on the whole screen, as a projector wants it. Where a frame forbids that, it fills the frame.

/** @param {Element} root */
export const isFull = (root) => root.classList.contains("full");

/**
 * Into full screen or out of it; `changed` is called when the player has its new size.
 * @param {HTMLElement} root @param {() => void} changed
 */
export function toggleFull(root, changed) {
  const { ownerDocument: page } = root;
  if (page.fullscreenElement) page.exitFullscreen();
  else if (isFull(root)) fill(root, false, changed);
  else if (root.requestFullscreen) root.requestFullscreen().catch(() => fill(root, true, changed)); // a frame that may not
  else fill(root, true, changed); // a phone that cannot
}

/** @param {HTMLElement} root @param {boolean} on @param {() => void} changed */
function fill(root, on, changed) {
  root.classList.toggle("full", on);
  root.classList.toggle("filled", on);
  changed();
}

/**
 * Heed the browser, which may end full screen by itself.
 * @param {HTMLElement} root @param {() => void} changed @param {AbortSignal} signal
 */
export function watchFull(root, changed, signal) {
  root.ownerDocument.addEventListener(
    "fullscreenchange",
    () => {
      const on = /** @type {Document | ShadowRoot} */ (root.getRootNode()).fullscreenElement === root;
      if (on === isFull(root)) return;
      root.classList.toggle("full", on);
      changed();
    },
    { signal },
  );
}

/** Pixels that the stage may be high: what the other parts leave. @param {HTMLElement[]} others */
function roomFor(others) {
  return innerHeight - others.reduce((sum, part) => sum + part.offsetHeight, 0) - 44;
}

/** Pixels that the maps may be high: others, or charts below them, need room as well. @param {Player} player */
export function tallFor({ ui, root, scene, joins }) {
  const charted = scene.meta.charts.length > 0;
  if (isFull(root)) return Math.max(240, roomFor([ui.gates, ui.foot, ui.options]) / (charted ? 1.35 : 1));
  const part = joins || charted ? 0.38 : 0.54;
  const least = Math.max(160, Math.min(innerHeight - 190, 300)); // in a low window, the transport and the sentence stay in sight
  return Math.round(Math.max(least, Math.min(innerHeight * part, 760)));
}
