import assert from "node:assert/strict";
import { test } from "node:test";
import { clampTo, makeOrder } from "../../static/drawing/order.js";
import { combinations, range } from "../../static/drawing/tables.js";
import { lots } from "./given.mjs";

/** Small orders of any shape, straight and serpentine. */
function* orders(seed, runs = 40) {
  const lot = lots(seed);
  for (let run = 0; run < runs; run++) {
    const shape = range(3).map(() => lot.whole(1, 4));
    for (const serpentine of [false, true]) yield { lot, order: makeOrder(lot.whole(1, 3), shape, serpentine), serpentine };
  }
}

test("at and stepOf undo each other, and every cell comes once a turn", () => {
  for (const { order } of orders(1)) {
    const seen = new Set();
    for (let step = 0; step < order.steps; step++) {
      const { turn, cell } = order.at(step);
      assert.equal(order.stepOf(turn, cell), step);
      assert.ok(cell.every((at, i) => at >= 0 && at < order.shape[i]) && turn < order.turns);
      seen.add(`${turn}:${cell}`);
    }
    assert.equal(seen.size, order.steps);
  }
});

test("a straight order reads as a page does", () => {
  const cells = range(12).map((step) => makeOrder(1, [2, 2, 3]).at(step).cell);
  assert.deepEqual(cells, [...combinations([[0, 1], [0, 1], [0, 1, 2]])]);
});

test("a serpentine order goes on to a neighbouring column", () => {
  for (const { order, serpentine } of orders(2)) {
    if (!serpentine) continue;
    for (let step = 1; step < order.cells; step++) {
      const [a, b] = [order.at(step - 1).cell, order.at(step).cell];
      assert.equal(Math.abs(a[2] - b[2]), a[0] === b[0] && a[1] === b[1] ? 1 : 0);
    }
  }
});

test("hidden covers exactly the cells that are not visited yet, each once", () => {
  for (const { lot, order } of orders(3)) {
    const step = lot.whole(0, order.steps - 1);
    for (let turn = 0; turn < order.turns; turn++)
      for (let d = 0; d < order.shape[0]; d++) {
        const rectangles = order.hidden(step, turn, d);
        for (const [, r, c] of combinations([[d], range(order.shape[1]), range(order.shape[2])])) {
          const covers = rectangles.filter(([y, x, h, w]) => r >= y && r < y + h && c >= x && c < x + w).length;
          assert.equal(covers, order.stepOf(turn, [d, r, c]) > step ? 1 : 0, `step ${step}, ${turn}: ${[d, r, c]}`);
        }
      }
  }
});

test("clampTo keeps what is inside and pulls the rest to the border", () => {
  const order = makeOrder(2, [1, 3, 4]);
  assert.deepEqual(clampTo(order, { turn: 1, cell: [0, 2, 1] }), { turn: 1, cell: [0, 2, 1] });
  assert.deepEqual(clampTo(order, { turn: 7, cell: [5, 1, 9] }), { turn: 1, cell: [0, 1, 3] });
});
