// Escape, alike in every component with a stage.
import { isFull, toggleFull } from "./full.js";

/**
 * Let go of what is pinned; else leave the panel that the keys walk, then the full screen.
 * @param {{ui: {help: HTMLElement, stage: HTMLElement}, root: HTMLElement, pinned: any, hovered: any, resize(): void}} shown
 * @param {boolean} inside do the keys walk a panel?
 * @param {Iterable<{pinned: any, hovered: any}>} all whose pins go: those of components that are compared go together
 */
export function free(shown, inside, all = [shown]) {
  const { ui, root } = shown;
  const held = shown.pinned ?? shown.hovered;
  const open = !ui.help.hidden;
  ui.help.hidden = true;
  for (const one of all) one.pinned = one.hovered = null;
  if (held || open) return;
  if (inside) ui.stage.focus({ preventScroll: true });
  else if (isFull(root)) toggleFull(root, () => shown.resize());
}
