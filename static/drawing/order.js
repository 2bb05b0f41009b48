// In which order the cells are visited: one turn per output channel of a group, in each turn every cell once.
import { ravel, unravel } from "./tables.js";

/** @param {number[]} numbers */
const product = (numbers) => numbers.reduce((a, b) => a * b, 1);

/**
 * @param {number} turns output channels per group; all groups take their turn together
 * @param {number[]} shape cells that are visited: (depth, rows, columns)
 * @param {boolean} serpentine every other row is walked backwards
 */
export function makeOrder(turns, shape, serpentine = false) {
  const cells = product(shape);
  const steps = cells * turns;
  /** @param {Cell} cell @returns {Cell} */
  const fold = ([d, r, c]) => [d, r, serpentine && (d * shape[1] + r) % 2 ? shape[2] - 1 - c : c];
  return {
    cells,
    turns,
    shape,
    steps,
    /** The same place of a clock that goes further: in the last turn, at the same cell. @param {number} step */
    within: (step) => (step < steps ? step : steps - cells + (step % cells)),
    at: (/** @type {number} */ step) => ({ turn: Math.floor(step / cells), cell: fold(unravel(step % cells, shape)) }),
    /** @param {number} turn @param {Cell} cell */
    stepOf: (turn, cell) => turn * cells + ravel(fold(cell), shape),
    /**
     * The part of one plane that is not reached yet, as rectangles [row, column, rows, columns].
     * @param {number} step @param {number} turn @param {number} d @returns {Block[]}
     */
    hidden(step, turn, d) {
      const now = this.at(step);
      if (turn !== now.turn || d !== now.cell[0]) {
        const later = turn > now.turn || (turn === now.turn && d > now.cell[0]);
        return later ? [[0, 0, shape[1], shape[2]]] : [];
      }
      const [, r, c] = now.cell;
      const backwards = fold([d, r, 0])[2] !== 0;
      /** @type {Block} */
      const rest = backwards ? [r, 0, 1, c] : [r, c + 1, 1, shape[2] - c - 1];
      /** @type {Block[]} */
      const blocks = [rest, [r + 1, 0, shape[1] - r - 1, shape[2]]];
      return blocks.filter(([, , h, w]) => h > 0 && w > 0);
    },
  };
}

/**
 * The same place after a setting has changed: the turn and the cell, pulled back inside.
 * @param {Order} order @param {Playhead} playhead @returns {Playhead}
 */
export function clampTo(order, { turn, cell }) {
  return {
    turn: Math.min(turn, order.turns - 1),
    cell: cell.map((at, i) => Math.min(at, order.shape[i] - 1)),
  };
}
