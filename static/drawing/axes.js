// The names of axes, and of places on them.

const SINGULAR = { rows: "row", columns: "column", length: "position", examples: "example", steps: "step" };
const PLURAL = { depth: "depths", length: "positions", frame: "frames", mel: "mels" };

/** One cell of an axis: "row" of "rows". */
export const oneOf = (axis) => SINGULAR[axis] ?? axis;

/** Several cells of an axis. */
export const manyOf = (axis) => PLURAL[axis] ?? axis;

/** "row 2, column 3", with the axes' own names. */
export function placeWords(meta, cell, axes = meta.axes) {
  return spanWords(meta, cell.map((at) => [at]), axes);
}

/** "rows 2 to 4, column 1": the span of each list. */
export function spanWords(meta, lists, axes = meta.axes) {
  const words = lists.map((list, i) => {
    const name = axes[i];
    if (!name) return "";
    return list.length > 1 ? `${manyOf(name)} ${list[0]} to ${list.at(-1)}` : `${oneOf(name)} ${list[0]}`;
  });
  return words.filter(Boolean).join(", ");
}
