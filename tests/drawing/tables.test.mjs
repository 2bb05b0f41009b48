import assert from "node:assert/strict";
import { test } from "node:test";
import { combinations, range, ravel, unravel } from "../../static/drawing/tables.js";
import { lots, windowed } from "./given.mjs";

const grid = (axis, look) => range(axis.windows).map((o) => range(axis.taps).map((t) => look(o, t)));

for (const { name, scene, axes, stamps, truth } of windowed) {
  for (const [told, own] of [["axes", axes], ["stamps", stamps]])
    if (own)
      test(`${name}: ${told} hold Python's tables`, () =>
        own.forEach((axis, i) => {
          const wanted = truth[told][i];
          assert.deepEqual([axis.low, axis.places], [wanted.low, wanted.places]);
          assert.deepEqual(grid(axis, (o, t) => axis.place(o, t)), wanted.place);
          assert.deepEqual(grid(axis, (o, t) => axis.source(o, t)), wanted.source);
          assert.deepEqual(range(axis.windows).map((o) => axis.tapsOf(o)), wanted.taps);
        }));

  test(`${name}: readers are the windows that Python reaches`, () => {
    for (const { cell, readers } of truth.reach) assert.deepEqual(cell.map((at, i) => axes[i].readers(at)), readers);
  });

  test(`${name}: counts multiply to the coverage`, () => {
    const counts = axes.map((axis, i) => axis.counts(scene.tensors.input.shape[i + 1]));
    assert.deepEqual([...combinations(counts)].map(([d, r, c]) => d * r * c), truth.coverage);
  });

  test(`${name}: a tap visits the places of its column`, () =>
    axes.forEach((axis, i) => {
      const { place, places, taps } = truth.axes[i];
      for (const t of range(axis.taps)) {
        assert.deepEqual(axis.visited(t), place.filter((_, o) => t < taps[o]).map((row) => row[t]));
        assert.ok(axis.visited(t).every((p) => p >= 0 && p < places));
      }
    }));

  test(`${name}: filled counts the taps on cells`, () =>
    axes.forEach((axis, i) =>
      assert.deepEqual(axis.filled(), truth.axes[i].source.map((row) => row.filter((s) => s >= 0).length)),
    ));
}

test("ravel and unravel undo each other, in reading order", () => {
  const lot = lots(1);
  for (let run = 0; run < 200; run++) {
    const shape = range(lot.whole(1, 4)).map(() => lot.whole(1, 7));
    const size = shape.reduce((a, b) => a * b);
    const flat = lot.whole(0, size - 1);
    const cell = unravel(flat, shape);
    assert.equal(ravel(cell, shape), flat);
    assert.ok(cell.every((at, i) => at >= 0 && at < shape[i]));
  }
  assert.deepEqual([...combinations([[0, 1], [0, 1, 2], [0, 1]])], range(12).map((flat) => unravel(flat, [2, 3, 2])));
});

test("there are ragged windows to test", () => {
  const ragged = windowed.filter(({ truth }) => truth.axes.some(({ taps }) => new Set(taps).size > 1));
  assert.ok(ragged.length > 3);
});
