import assert from "node:assert/strict";
import { test } from "node:test";
import { isWhole, spansOf } from "../../static/overview/chain.js";
import { cases } from "../viewer/given.mjs";

test("what goes with a unit on every stage is what autograd and an impulse say, and nothing where these say nothing", () => {
  let none = 0;
  for (const { name, truth, ...scene } of cases)
    for (const { at, unit, spans } of truth.units) {
      const found = spansOf(scene, at, unit.map((cell) => [cell, cell]));
      spans.forEach((wanted, i) => {
        assert.deepEqual(found[i], wanted, `${name} ${at} [${unit}] on stage ${i}`);
        none += wanted === null;
      });
    }
  assert.ok(none, "no unit of these cases leads nowhere");
});

test("all channels of a place go where any of them goes", () => {
  const { truth, ...scene } = cases.find(({ name }) => name === "picture");
  const [, , rows, columns] = scene.meta.stages[0].size;
  const spans = spansOf(scene, 0, [[0, 2], [0, 0], [5, 5], [5, 5]]);
  assert.deepEqual(spans[1], [[0, 3], [0, 0], [4, 6], [4, 6]]);
  assert.deepEqual([rows, columns], [12, 11]);
});

test("a stage is whole where every axis is there from its first cell to its last", () => {
  const stage = { size: [2, 1, 3, 4] };
  assert.ok(isWhole([[0, 1], [0, 0], [0, 2], [0, 3]], stage));
  assert.ok(!isWhole([[0, 1], [0, 0], [0, 2], [0, 2]], stage));
  assert.ok(!isWhole([[1, 1], [0, 0], [0, 2], [0, 3]], stage));
  assert.ok(!isWhole(null, stage));
});
