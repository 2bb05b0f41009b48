// The place at which a link opens a player: a pinned cell as a word, and back.

/** A selection as the address has it: panel, channel and place. @param {Subject | null} selection */
export const written = (selection) => (selection ? [selection.kind, selection.channel, ...(selection.tap ?? selection.cell)].join("-") : "");

/**
 * The selection that a word names; null where the scene has no such cell.
 *
 * @param {string} word as `written` gives it, or anything else
 * @param {{input: {shape: number[]}, output: {shape: number[]}, weight?: {shape: number[]}}} tensors of the scene
 * @returns {Subject | null}
 */
export function selected(word, { input, output, weight }) {
  const [kind, ...rest] = word.split("-");
  const numbers = rest.map(Number);
  /** @type {Record<string, number[] | undefined>} */
  const shapes = { input: input.shape, output: output.shape, kernel: weight && [output.shape[0], ...weight.shape.slice(1)] };
  const shape = shapes[kind];
  /** @param {number} at @param {number} i */
  const inside = (at, i) => Number.isInteger(at) && at >= 0 && shape !== undefined && at < shape[i];
  if (!shape || numbers.length !== shape.length || !numbers.every(inside)) return null;
  const [channel, ...place] = numbers;
  if (kind === "kernel") return { kind, channel, tap: place };
  return { kind: kind === "input" ? "input" : "output", channel, cell: place, own: true };
}
