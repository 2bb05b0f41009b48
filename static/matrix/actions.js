// What a pointer, a key or a control can ask of the matrices.
import { asked, standStill } from "../player/asked.js";
import { free } from "../player/free.js";
import { WALKS } from "../player/gestures.js";
import { walk } from "./walking.js";

/** A key: in a panel that Tab has gone to, it moves the cursor there. @param {Matrix} matrix @param {string} name */
export function press(matrix, name) {
  const { cursor, desk } = matrix;
  const size = cursor && desk.sizeOf(cursor.panel);
  if (!cursor || !size || !WALKS.has(name)) return act(matrix, name);
  matrix.kept[cursor.panel] = walk(size, cursor, name);
  matrix.hovered = null;
  return matrix.draw();
}

/** Everything that a control or a key can ask for. @param {Matrix} matrix @param {string} name @param {any} [value] */
export function act(matrix, name, value) {
  const { clock, ui, root } = matrix;
  /** @param {number} step */
  const go = (step) => {
    clock.pause();
    matrix.pinned = null;
    clock.go(step);
  };
  /** @param {number} row */
  const turn = (row) => (matrix.row = Math.max(0, Math.min(matrix.desk.model.kernels - 1, row)));
  /** @type {Record<string, () => void>} */
  const actions = {
    ...asked(matrix, go, value),
    up: () => turn(matrix.row - 1),
    "channel-back": () => turn(matrix.row - 1),
    down: () => turn(matrix.row + 1),
    "channel-next": () => turn(matrix.row + 1),
    row: () => turn(Number(value)),
    coverage: () => {
      matrix.desk.coverage = value;
      matrix.resize();
    },
    pin: () => matrix.pin(matrix.cursor ?? { panel: "output", at: [matrix.row, ...matrix.desk.model.placeOf(matrix.step)] }),
    free: () => free(matrix, Boolean(matrix.panel)),
    enter: () => (matrix.panel = value),
    leave: () => (matrix.panel = null),
    share: () => {
      standStill(matrix);
      matrix.share?.(matrix.step);
    },
  };
  actions[name]?.();
  matrix.draw();
}
