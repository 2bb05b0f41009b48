// What every playhead can be asked for: its steps, its speed, help, the whole screen.
import { SPEEDS } from "./clock.js";
import { isFull, toggleFull } from "./full.js";

/**
 * By the names of keys and controls.
 * @param {Playing} part @param {(step: number) => void} go @param {any} value what the control says
 * @returns {Record<string, () => void>}
 */
export function asked(part, go, value) {
  const { clock, ui, root } = part;
  /** @param {number} by */
  const faster = (by) => (clock.speed = SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, SPEEDS.indexOf(clock.speed) + by))]);
  return {
    toggle: () => (clock.playing ? clock.pause() : clock.play()),
    first: () => go(0),
    back: () => go(clock.step - 1),
    left: () => go(clock.step - 1),
    next: () => go(clock.step + 1),
    right: () => go(clock.step + 1),
    last: () => go(clock.steps - 1),
    scrub: () => go(value),
    slower: () => faster(-1),
    faster: () => faster(1),
    speed: () => (clock.speed = Number(value)),
    help: () => (ui.help.hidden = !ui.help.hidden),
    full: () => toggleFull(root, () => part.resize()),
  };
}

/** Stand still and small: the page has the rest of what is shared. @param {Playing} part */
export function standStill(part) {
  part.clock.pause();
  if (isFull(part.root)) toggleFull(part.root, () => part.resize());
}
