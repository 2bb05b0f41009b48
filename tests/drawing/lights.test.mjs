import assert from "node:assert/strict";
import { test } from "node:test";
import { litBy, readBy, readsOf } from "../../static/drawing/lights.js";
import { contentAt } from "../../static/drawing/panels.js";
import { combinations, range, ravel, unravel } from "../../static/drawing/tables.js";
import { moved, sameCells, stageOf, windowed } from "./given.mjs";

const cellsOf = (panel, places) =>
  [...combinations(places)].map((place) => contentAt(panel, 0, place)).filter(({ kind }) => !kind).map(({ cell }) => cell);

const once = (cells) => [...new Map(cells.map((cell) => [String(cell), cell])).values()];

for (const given of windowed)
  for (const stamping of given.stamps ? [false, true] : [false]) {
    const { scene, truth } = given;
    const stage = stageOf(given, stamping);
    const name = `${given.name}${stamping ? " by stamps" : ""}`;
    const { input, output } = stage;

    test(`${name}: an output cell lights what its window reads, and itself`, () => {
      for (const { channel, cell, read } of truth.steps) {
        const lit = litBy(stage, { kind: "output", channel, cell });
        sameCells(once(cellsOf(input, lit.input.places)), read);
        if (!stamping) assert.equal([...combinations(lit.input.places)].length, truth.axes.reduce((n, { taps }, i) => n * taps[cell[i]], 1));
        assert.deepEqual(lit.input.channels, readsOf(scene, channel));
        assert.deepEqual(lit.output.channels, [channel, channel + 1]);
        sameCells(cellsOf(output, lit.output.places), [cell]);
      }
    });

    test(`${name}: an input cell lights every output that reads it, and itself`, () => {
      for (const { cell, readers } of truth.reach) {
        const lit = litBy(stage, { kind: "input", channel: 0, cell });
        sameCells(cellsOf(output, lit.output.places), [...combinations(readers)]);
        assert.deepEqual(lit.output.channels, readBy(scene, 0));
        assert.deepEqual(lit.input.channels, [0, 1]);
        const own = cellsOf(input, lit.input.places);
        assert.ok(own.length > 0 && own.every((found) => String(found) === String(cell)));
      }
    });

    if (scene.meta.rule !== "dot") continue; // no other rule shows a kernel to point at

    test(`${name}: a tap lights every cell that it ever multiplies`, () => {
      const taps = [...combinations(given.axes.map((axis) => range(axis.taps)))];
      for (const [channel, tap] of taps.map((tap, i) => [i % output.channels, tap])) {
        const lit = litBy(stage, { kind: "kernel", channel, tap: [0, ...tap] });
        const sources = tap.map((t, i) => truth.axes[i].source.map((row) => row[t]).filter((at) => at >= 0));
        sameCells(once(cellsOf(input, lit.input.places)), once([...combinations(sources)]));
        const [first] = readsOf(scene, channel);
        assert.deepEqual([lit.input.channels, lit.output, lit.taps], [[first, first + 1], null, [[0, ...tap]]]);
      }
    });
  }

for (const given of windowed.filter(({ truth }) => truth.padded))
  test(`${given.name}: padding holds the cells that torch puts there, and each lights with its cell`, () => {
    const stage = stageOf(given, false);
    const { lines, shape } = stage.input;
    const drawn = [...combinations(lines.map((line) => range(line.length)))]; // every place, in reading order
    for (const { cell } of given.truth.reach) {
      const holds = drawn.filter((_, at) => {
        const flat = given.truth.padded[at];
        return flat >= 0 && String(unravel(flat, shape.slice(1))) === String(cell);
      });
      sameCells([...combinations(litBy(stage, { kind: "input", channel: 0, cell }).input.places)], holds);
    }
  });

for (const { name, scene } of windowed)
  test(`${name}: reading and being read are two sides of one relation`, () => {
    const [inputs, outputs] = [scene.tensors.input.shape[0], scene.tensors.output.shape[0]];
    const within = ([first, end], channel) => first <= channel && channel < end;
    for (const i of range(inputs))
      for (const o of range(outputs)) assert.equal(within(readBy(scene, i), o), within(readsOf(scene, o), i));
  });

const ragged = windowed.filter(({ truth }) => truth.axes.some(({ taps }) => new Set(taps).size > 1));

test("there are ragged windows to light", () => assert.ok(ragged.length > 3));

for (const given of ragged)
  test(`${given.name}: of a ragged window no place is lit that is not read`, () => {
    const stage = stageOf(given);
    for (const { channel, cell, read } of given.truth.steps) {
      const { places } = litBy(stage, { kind: "output", channel, cell }).input;
      const contents = [...combinations(places)].map((place) => contentAt(stage.input, channel, place));
      sameCells(contents.map(({ kind, cell: at }) => [kind, ...at]), read.map((at) => [0, ...at]));
    }
  });

/** Flat indices of everything that is lit on a panel. */
function flatOf(panel, lit) {
  if (!lit) return [];
  const [first, end] = lit.channels;
  return range(end - first).flatMap((c) => [...combinations(lit.places)].map((place) => ravel([first + c, ...place], panel.shape)));
}

const full = (flat, { shape }) => {
  const [channel, ...cell] = unravel(flat, shape);
  return { channel, cell };
};

const told = [...windowed, ...moved].filter(({ truth }) => truth.answers);

test("there are shared statistics and moved cells to light", () =>
  assert.deepEqual(new Set(told.map(({ scene }) => scene.meta.rule)), new Set(["norm", "move"])));

for (const given of told) {
  const { name, scene, truth } = given;
  const stage = stageOf(given);
  const { input, output } = stage;

  test(`${name}: an input cell lights every output that answers to it in torch, and itself`, () =>
    truth.answers.forEach((wanted, flat) => {
      const lit = litBy(stage, { kind: "input", ...full(flat, input) });
      sameCells(flatOf(output, lit.output), wanted);
      assert.deepEqual(flatOf(input, lit.input), [flat]);
    }));

  test(`${name}: an output cell lights every input that it answers to in torch, and itself`, () => {
    for (const flat of range(scene.tensors.output.data.length)) {
      const lit = litBy(stage, { kind: "output", ...full(flat, output) });
      const wanted = range(truth.answers.length).filter((i) => truth.answers[i].includes(flat));
      sameCells(flatOf(input, lit.input), wanted);
      assert.deepEqual(flatOf(output, lit.output), [flat]);
    }
  });
}

test("a cell that goes nowhere lights itself alone, and so does one that comes from nowhere", () => {
  const lost = moved.filter(({ truth }) => truth.answers.some((list) => !list.length));
  const empty = moved.filter(({ truth }) => truth.from.includes(-2));
  assert.ok(lost.length && empty.length);
  for (const given of lost) {
    const flat = given.truth.answers.findIndex((list) => !list.length);
    const stage = stageOf(given);
    assert.equal(litBy(stage, { kind: "input", ...full(flat, stage.input) }).output, null);
  }
  for (const given of empty) {
    const stage = stageOf(given);
    assert.equal(litBy(stage, { kind: "output", ...full(given.truth.from.indexOf(-2), stage.output) }).input, null);
  }
});
