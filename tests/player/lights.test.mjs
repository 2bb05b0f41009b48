import assert from "node:assert/strict";
import { test } from "node:test";
import { litBy, readBy, readsOf } from "../../static/player/lights.js";
import { contentAt, makePanel } from "../../static/player/panels.js";
import { combinations, range, unravel } from "../../static/player/tables.js";
import { cases, sameCells } from "./given.mjs";

/** The stage as far as lights see it: told by windows, or by stamps where there are any. */
function stageOf({ scene, axes, stamps }, stamping) {
  const panel = (name, tables) => makePanel(scene, name, tables);
  return { scene, axes, stamping, input: panel("input", stamping ? null : axes), output: panel("output", stamping ? stamps : null) };
}

const cellsOf = (panel, places) =>
  [...combinations(places)].map((place) => contentAt(panel, 0, place)).filter(({ kind }) => !kind).map(({ cell }) => cell);

const once = (cells) => [...new Map(cells.map((cell) => [String(cell), cell])).values()];

for (const given of cases)
  for (const stamping of given.stamps ? [false, true] : [false]) {
    const { scene, truth } = given;
    const stage = stageOf(given, stamping);
    const name = `${given.name}${stamping ? " by stamps" : ""}`;
    const { input, output } = stage;

    test(`${name}: an output cell lights what its window reads, and itself`, () => {
      for (const { channel, cell, read } of truth.steps) {
        const lit = litBy(stage, { kind: "output", channel, cell });
        sameCells(once(cellsOf(input, lit.input.places)), read);
        if (!stamping) assert.equal([...combinations(lit.input.places)].length, given.axes.reduce((n, axis) => n * axis.taps, 1));
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

for (const given of cases.filter(({ truth }) => truth.padded))
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

for (const { name, scene } of cases)
  test(`${name}: reading and being read are two sides of one relation`, () => {
    const [inputs, outputs] = [scene.tensors.input.shape[0], scene.tensors.output.shape[0]];
    const within = ([first, end], channel) => first <= channel && channel < end;
    for (const i of range(inputs))
      for (const o of range(outputs)) assert.equal(within(readBy(scene, i), o), within(readsOf(scene, o), i));
  });
