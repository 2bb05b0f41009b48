import assert from "node:assert/strict";
import { test } from "node:test";
import { readsOf } from "../../static/drawing/lights.js";
import { combinations, range } from "../../static/drawing/tables.js";
import { enter, stays, walk, walkable } from "../../static/player/walking.js";
import { cases, caseOf, sameCells, stageOf } from "../drawing/given.mjs";

/** Every cursor that keys reach from the first cell: each map row by row. */
function* reached(stage, kind, owner) {
  const step = (cursor, key) => {
    const next = walk(stage, cursor, key, owner);
    return JSON.stringify(next) === JSON.stringify(cursor) ? null : next;
  };
  const { turned } = kind === "output" ? stage.output : stage.input;
  const [on, below] = turned ? ["up", "right"] : ["right", "down"]; // torch's columns, and its rows
  let map = walk(stage, enter(stage, kind, owner, { kind: "output", channel: owner, cell: [0, 0, 0] }), "first", owner);
  for (let back = map; back; back = step(back, "channel-back")) map = back;
  for (; map; map = step(map, "channel-next"))
    for (let row = map; row; row = step(row, below)) for (let cursor = row; cursor; cursor = step(cursor, on)) yield cursor;
}

for (const given of cases)
  for (const stamping of given.stamps ? [false, true] : [false]) {
    const stage = stageOf(given, stamping);
    for (const kind of walkable(stage)) {
      const owner = stage.output.channels - 1;
      const found = [...reached(stage, kind, owner)];

      test(`${given.name}${stamping ? " by stamps" : ""}: keys reach all there is of ${kind}, each once`, () => {
        if (kind === "kernel") {
          const [first, end] = readsOf(given.scene, owner);
          const taps = [...combinations(stage.axes.map((axis) => range(axis.taps)))];
          sameCells(found.map(({ tap }) => tap), range(end - first).flatMap((c) => taps.map((tap) => [c, ...tap])));
          assert.ok(found.every(({ channel }) => channel === owner));
        } else {
          const { shape } = stage[kind];
          const cells = range(shape[0]).flatMap((c) => [...combinations(shape.slice(1).map(range))].map((cell) => [c, ...cell]));
          sameCells(found.map(({ channel, cell }) => [channel, ...cell]), cells);
          assert.ok(found.every((cursor) => cursor.own && stays(stage, cursor, owner)));
        }
      });
    }
  }

test("the cursor enters the input within the window of the step", () => {
  for (const name of ["2d", "dilated", "grouped", "max", "transposed"]) {
    const { scene, truth } = caseOf(name);
    const stage = stageOf(caseOf(name));
    for (const { channel, cell, read } of truth.steps) {
      const found = enter(stage, "input", channel, { kind: "output", channel, cell });
      if (read.length) assert.ok(read.some((at) => String(at) === String(found.cell)), `${name} ${found.cell}`);
      assert.equal(found.channel, readsOf(scene, channel)[0]);
    }
  }
});

test("in a kernel that is drawn turned round, right goes to the weight that is drawn on the right", () => {
  const stage = stageOf(caseOf("transposed"));
  const first = enter(stage, "kernel", 0, null);
  const drawn = (tap) => stage.axes[2].offset[tap];
  assert.ok(drawn(walk(stage, first, "right", 0).tap[3]) > drawn(first.tap[3]));
});

test("a cursor of a larger scene does not stay", () => {
  const stage = stageOf(caseOf("2d"));
  assert.ok(!stays(stage, { kind: "input", channel: 2, cell: [0, 0, 0] }, 0));
  assert.ok(!stays(stage, { kind: "kernel", channel: 0, tap: [0, 0, 3, 0] }, 0));
});

test("nothing but the step is walked where signal, gate and product are the same cells", () => {
  assert.deepEqual(walkable({ scene: caseOf("glu").scene, stamping: false }), []);
  assert.deepEqual(walkable({ scene: caseOf("max").scene, stamping: false }), ["input"]);
});
