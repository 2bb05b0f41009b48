// The cursor that keys walk over the numbers of a panel: what a pointer shows, without one.
import { MAPS, litBy } from "./lit.js";

/** The number at which the cursor enters a panel: one that is lit at the playhead. @param {Desk} desk @param {string} panel @param {number} step @param {number} row @returns {Spot} */
export function enter(desk, panel, step, row) {
  const { model } = desk;
  if (panel === "output") return { panel, at: [row, ...model.placeOf(step)] };
  const [first, end] = model.seen(row);
  if (MAPS.includes(panel)) {
    const found = Array.from({ length: end - first }, (_, k) => model.source(first + k, step)).filter((i) => i >= 0);
    return { panel, at: found.length ? model.cellOf(found[Math.floor(found.length / 2)]) : [0, 0, 0, 0] };
  }
  const lit = litBy(model, { panel: "product", at: [row, step] })[/** @type {"columns"} */ (panel)];
  return { panel, at: lit?.length ? lit[0].slice(0, 2) : [0, 0] };
}

/**
 * One step of the cursor; it stays inside its panel.
 * @param {number[]} size of the panel @param {Spot} spot @param {string} key @returns {Spot}
 */
export function walk(size, { panel, at }, key) {
  const next = [...at];
  const [down, right] = [at.length - 2, at.length - 1];
  /** @type {Record<string, () => void>} */
  const moves = {
    left: () => (next[right] -= 1),
    right: () => (next[right] += 1),
    up: () => (next[down] -= 1),
    down: () => (next[down] += 1),
    first: () => next.fill(0, down),
    last: () => ([next[down], next[right]] = [size[down] - 1, size[right] - 1]),
    "channel-back": () => turn(next, size, -1),
    "channel-next": () => turn(next, size, 1),
  };
  moves[key]?.();
  return { panel, at: next.map((one, i) => Math.max(0, Math.min(size[i] - 1, one))) };
}

/** Another map; of a matrix, ten rows on. @param {number[]} at @param {number[]} size @param {number} by */
function turn(at, size, by) {
  if (at.length === 2) return void (at[0] += 10 * by);
  const map = Math.max(0, Math.min(size[0] * size[1] - 1, at[0] * size[1] + at[1] + by));
  [at[0], at[1]] = [Math.floor(map / size[1]), map % size[1]];
}

/** A number as the address has it. @param {Spot | null} spot */
export const written = (spot) => (spot ? [spot.panel, ...spot.at].join("-") : "");

/** The number that a word names; null where the scene has no such number. @param {Desk} desk @param {string} word @returns {Spot | null} */
export function selected(desk, word) {
  const [panel, ...at] = word.split("-");
  const spot = { panel, at: at.map(Number) };
  return word && desk.has(spot) ? spot : null;
}
