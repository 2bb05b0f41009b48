// Which channel of which stage is looked at. Parts of one page tell one another: all of them are one script.

/** @typedef {{stage: string, channel: number}} Chosen */

/** @type {Set<(chosen: Chosen) => void>} */
const listeners = new Set();

/** @type {Chosen | null} */
let last = null;

/** What was chosen last, if anything was. */
export const lastChosen = () => last;

/** @param {Chosen} chosen */
export function choose(chosen) {
  last = chosen;
  for (const listener of listeners) listener(chosen);
}

/** @param {(chosen: Chosen) => void} listener @returns {() => void} no longer */
export function listen(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
