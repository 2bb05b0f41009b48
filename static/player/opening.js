// The place at which a link opens a player: a pinned cell as a word, and back.

/** A selection as the address has it: panel, channel and place. */
export const written = (selection) => (selection ? [selection.kind, selection.channel, ...(selection.tap ?? selection.cell)].join("-") : "");

/**
 * The selection that a word names; null where the scene has no such cell.
 *
 * @param {string} word as `written` gives it, or anything else
 * @param {Object<string, {shape: number[]}>} tensors of the scene
 */
export function selected(word, { input, output, weight }) {
  const [kind, ...rest] = word.split("-");
  const numbers = rest.map(Number);
  const shape = { input: input.shape, output: output.shape, kernel: weight && [output.shape[0], ...weight.shape.slice(1)] }[kind];
  const inside = (at, i) => Number.isInteger(at) && at >= 0 && at < shape[i];
  if (!shape || numbers.length !== shape.length || !numbers.every(inside)) return null;
  const [channel, ...place] = numbers;
  return kind === "kernel" ? { kind, channel, tap: place } : { kind, channel, cell: place, own: true };
}
