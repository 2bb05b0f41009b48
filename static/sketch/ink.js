// Ink on a grid of cells: what a stroke leaves, and the way back. Pure; tested with node.

export const INK = 16; // full
const MOST_PAST = 50;

/** Half the width of a stroke, in cells: as wide on every grid as a pen on scikit-learn's digits and on MNIST's. @param {number} rows @param {number} pen */
export const reach = (rows, pen) => pen * (0.3 + 0.032 * rows);

/**
 * Distance of a point from a straight piece of a stroke.
 * @param {number[]} point @param {number[]} from @param {number[]} to
 */
export function distance([row, column], from, to) {
  const [dr, dc] = [to[0] - from[0], to[1] - from[1]];
  const length = dr * dr + dc * dc;
  const t = length ? Math.max(0, Math.min(1, ((row - from[0]) * dr + (column - from[1]) * dc) / length)) : 0;
  return Math.hypot(row - from[0] - t * dr, column - from[1] - t * dc);
}

/**
 * What a straight piece of a stroke leaves: each cell as dark as it lies near, and never lighter than before.
 * @param {number[]} cells row by row @param {number} columns
 * @param {number[]} from @param {number[]} to [row, column], the centre of the first cell at 0.5
 * @param {number} wide cells from the middle of the stroke to where it fades @param {boolean} rub takes ink away
 */
export function stroked(cells, columns, from, to, wide, rub) {
  return cells.map((level, i) => {
    const away = distance([Math.floor(i / columns) + 0.5, (i % columns) + 0.5], from, to);
    const ink = Math.round(INK * Math.max(0, Math.min(1, wide + 0.5 - away)));
    return rub ? Math.min(level, INK - ink) : Math.max(level, ink);
  });
}

/** A drawing and those before it. */
export class Drawing {
  /** @type {number[][]} */
  past = [];

  /** @param {number[]} cells */
  constructor(cells) {
    this.cells = cells;
  }

  /** Keep what is there now, before it is changed. */
  begin() {
    this.past.push(this.cells);
    if (this.past.length > MOST_PAST) this.past.shift();
  }

  /** @param {number[]} cells */
  change(cells) {
    this.begin();
    this.cells = cells;
  }

  /** Back to what was before the last change; was there anything? */
  undo() {
    const before = this.past.pop();
    if (before) this.cells = before;
    return before !== undefined;
  }

  get empty() {
    return this.cells.every((level) => level === 0);
  }
}

/** Where the largest share is. @param {{ share: number }[]} scores */
export const best = (scores) => scores.reduce((top, { share }, i) => (share > scores[top].share ? i : top), 0);
