// In the pseudo-language every message stands in brackets: what stands outside of them has escaped the catalogue.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { spanWords } from "../../static/drawing/axes.js";
import { litBy } from "../../static/drawing/lights.js";
import { mapWords } from "../../static/drawing/names.js";
import { cellParts, kernelParts, reachParts, stampParts, stepWords } from "../../static/drawing/readout.js";
import { RULES } from "../../static/drawing/rules.js";
import { textOf } from "../../static/drawing/sentences.js";
import { makeLook } from "../../static/drawing/look.js";
import { Stage } from "../../static/drawing/stage.js";
import { stampOf } from "../../static/drawing/stamp.js";
import { unravel } from "../../static/drawing/tables.js";
import { SUMS, arrowWords, chartTitle, countedWords, mapNames, panelTitle, workNote, workTitle } from "../../static/drawing/titles.js";
import { play } from "../../static/layer_list/layer_list.js";
import * as overview from "../../static/overview/build.js";
import { countWords } from "../../static/overview/grid.js";
import * as flow from "../../static/overview/words.js";
import { buildControls, nameSteps, showScene } from "../../static/player/controls.js";
import { build } from "../../static/viewer/build.js";
import * as maps from "../../static/viewer/words.js";
import { speak } from "../../static/words/catalogue.js";
import { cases } from "../drawing/given.mjs";

const PSEUDO = JSON.parse(readFileSync(join(process.env.CNNVIZ_CASES, "pseudo.json"), "utf8"));
const KEYS = ["Tab", "Enter", "Esc"];
const TORCH = ["divisor_override", "log", "MACs"];
const NUMBER = /[−-]?\d[\d,\u202f]*(e−?\d+)?|\bnan\b|\binf\b/g;

/** Letters that stand in no brackets, without numbers and names that are the same in every language. */
function escaped(text, names = []) {
  let rest = text;
  while (/⁅[^⁅⁆]*⁆/.test(rest)) rest = rest.replace(/⁅[^⁅⁆]*⁆/g, " ");
  for (const name of [...names, ...TORCH, ...KEYS].sort((a, b) => b.length - a.length)) rest = rest.replaceAll(name, " ");
  return rest.replace(NUMBER, " ").match(/\p{L}{2,}/gu) ?? [];
}
const whole = (text, names) => assert.deepEqual(escaped(text, names), [], text);

/** An element as far as words go. */
class Fake {
  constructor() {
    Object.assign(this, { children: [], attributes: {}, style: { setProperty() {} }, dataset: {}, classList: { add() {}, toggle() {} } });
  }
  append(...children) { this.children.push(...children.map((child) => (typeof child === "string" ? Object.assign(new Fake(), { textContent: child }) : child))); }
  replaceChildren(...children) { this.children = []; this.append(...children); }
  replaceWith() {}
  before() {}
  remove() {}
  setAttribute(name, value) { this.attributes[name] = value; }
  addEventListener() {}
  querySelector() { return null; }
  contains() { return false; }
  getRootNode() { return { activeElement: null }; }
  get firstChild() { return this.children[0]; }
  get lastChild() { return this.children.at(-1); }
  get childElementCount() { return this.children.length; }
  get words() {
    const said = ["title", "aria-label", "aria-valuetext"].map((name) => this.attributes[name]);
    return [...said, this.title, this.ariaLabel, this.textContent, ...this.children.flatMap((child) => child.words)].filter((word) => typeof word === "string");
  }
}

before(() => {
  globalThis.document = { createElement: () => new Fake(), createElementNS: () => new Fake() };
  speak(PSEUDO);
});
after(() => speak());

const surface = { hatch: () => "", image: () => null };
function staged({ scene }, stamping) {
  const stage = new Stage(surface);
  stage.load(scene, stamping);
  stage.setTheme(makeLook(surface.hatch, { text: "#000", background: "#fff", font: "x", accent: "#00f", dark: false }), false);
  return stage;
}
const namesIn = ({ meta }) => [meta.function];

for (const given of cases)
  test(`${given.name}: what is said of an output cell, an input cell and a weight`, () => {
    const { scene } = given;
    const stage = staged(given, false);
    const say = (parts) => whole(textOf(parts), namesIn(scene));
    const { input, output } = scene.tensors;
    for (const flat of [0, output.data.length - 1]) {
      const [channel, ...cell] = unravel(flat, output.shape);
      const worked = RULES[scene.meta.rule](scene, stage.axes, channel, cell);
      for (const ok of [true, false]) say(cellParts(stage, { channel, cell }, worked, output.data[flat], ok));
      if (scene.meta.view === "work") whole(SUMS[scene.meta.rule](worked));
      if (stage.gating) stage.gating.strength = 0.5;
      say(cellParts(stage, { channel, cell }, worked, output.data[flat], true));
    }
    for (const flat of [0, input.data.length - 1]) {
      const [channel, ...cell] = unravel(flat, input.shape);
      say(reachParts(stage, { channel, cell }, input.data[flat], litBy(stage, { kind: "input", channel, cell })));
    }
    stage.resize(900, 400, 1);
    stage.select(0, 0);
    for (const map of stage.inputs) for (const words of Object.values(mapNames(stage, map)).flat()) whole(words);
    for (const panel of ["input", "gate", "output"]) for (const words of panelTitle(stage, panel)) whole(words, namesIn(scene));
    if (stage.gating) for (const words of countedWords(stage)) whole(words);
    if (stage.layout.work) for (const words of [workTitle(stage), workNote(stage)]) whole(words);
    for (const name of ["curve", "input", "output"]) whole(chartTitle(stage, { name, mean: 0.5, variance: 2 }), namesIn(scene));
    const at = { kind: "kernel", channel: 0, tap: [0, 0, 0, 0] };
    if (scene.meta.rule === "dot") say(kernelParts(stage, at, 0.5, litBy(stage, at).input));
  });

for (const given of cases.filter(({ stamps }) => stamps))
  test(`${given.name}: what is said of a stamp`, () => {
    const stage = staged(given, true);
    const cell = [0, 0, 0];
    const painted = stampOf(given.scene, stage.stamps, 0, cell);
    for (const ok of [true, false]) whole(textOf(stampParts(stage, { channel: 0, cell }, painted, 1, 3, ok)), namesIn(given.scene));
  });

test("every axis has its words", () => {
  for (const axis of ["rows", "columns", "depth", "length", "examples", "steps", "frame", "mel", "row", "column", "slice", "position", "number", "channel"])
    for (const lists of [[[1]], [[1, 2, 3]]]) whole(spanWords({ axes: [axis] }, lists));
  for (const words of arrowWords(["", "rows", "columns"], true)) whole(words);
  whole(stepWords(4, 36));
});

test("the player's knobs, hints and keys", () => {
  const ui = buildControls(new Fake(), () => {});
  nameSteps(ui, { left: [2, -1], right: [2, 1] });
  for (const given of cases) {
    showScene(ui, given.scene.meta);
    const { title, shapes } = given.scene.meta;
    for (const part of [ui.base, ui.coverageWords]) for (const word of part.words) whole(word, [title, shapes.input, shapes.output]);
  }
  const all = [ui.stage, ui.gates, ui.foot, ui.options, ui.help].flatMap((part) => part.words);
  assert.ok(all.length > 60);
  for (const word of all) whole(word);
});

test("the viewer's elements and sentences", () => {
  const root = new Fake();
  build(root);
  for (const word of root.words) whole(word);
  const unit = { stage: "c1", channel: 7, unit: [10, 4], value: -0.25, seen: [[8, 12], [3, 3]], last: "p2", reached: [[9, 9], [0, 1]], statistical: "", sound: null };
  const sound = { from: 0.064, to: 0.256, low: 40, high: 1234 };
  for (const change of [{}, { sound }, { seen: null }, { reached: null }, { reached: null, stage: "p2" }, { statistical: "n0" }])
    whole(maps.unitSentence({ ...unit, ...change }), ["c1", "p2"]);
  for (const state of ["dead", "constant", "no number"]) whole(maps.stateWords(state));
  for (const plane of ["output", "signal", "gate", "product", "before", "after"]) whole(mapWords(plane));
  for (const [name, value] of maps.statisticsOf(["mean", "min", "max", "variance", "zeros"], [1, 2, 3, 4, 0.5])) whole(`${name} ${value}`);
  for (const text of [maps.seconds(1), maps.secondsAlong(2), maps.hertz(40), maps.hertz(4000), maps.contrastHint(null), maps.contrastHint([0, 1]), maps.sortValue("contrast", 1.5)]) whole(text);
  for (const channels of [1, 4]) whole(maps.kernelWords([channels, 3, 3], [-1, 1]));
  whole(maps.channelOf("c1", 0, 4), ["c1"]);
});

const STAGE = { name: "s1", code: "c", mode: "train", shape: "(1, 3, 5, 4)", scale: "signed", statistical: "n0", states: ["dead", "", ""], exact: false, size: [3, 1, 5, 4], blocks: [1, 1, 1], across: 1, axes: ["row", "column"], vector: false, bars: false, way: "tables" };
const VECTOR = { ...STAGE, name: "v1", shape: "(1, 6)", size: [1, 6, 1, 1], axes: ["number"], vector: true, mode: "eval", states: [""] };

test("the overview's elements and sentences", () => {
  const root = new Fake();
  overview.build(root);
  const made = [STAGE, VECTOR].map((stage, i) => overview.column(stage, i).element);
  const tiles = [[STAGE, 0], [STAGE, null], [VECTOR, 0]].map(([stage, channel]) => overview.tile(stage, channel, false).element);
  const names = ["s1", "v1", "train", "eval", "c"];
  for (const element of [root, ...made, ...tiles]) for (const word of element.words) whole(word, names);
  for (const stage of [STAGE, VECTOR, { ...STAGE, size: [1, 1, 5, 4] }, { ...STAGE, size: [700, 1, 5, 4] }]) whole(countWords(stage), names);
  const stages = [{ ...STAGE, name: "s0" }, STAGE, { ...STAGE, name: "s2" }];
  const all = (n) => [[0, 2], [0, 0], [0, n], [0, 3]];
  const some = [[0, 0], [0, 0], [1, 2], [1, 1]];
  const spans = [[null, some, null], [some, some, null], [all(4), some, all(4)], [some, some, some], [all(4), some, some]];
  for (const lit of spans)
    for (const at of [0, 1, 2])
      for (const value of [{ numbers: [1.5], exactly: true, blocks: [1, 1, 1] }, { numbers: [1.5], exactly: false, blocks: [1, 2, 2] }, { numbers: [1.5], exactly: false, blocks: [1, 1, 1] }])
        whole(flow.unitSentence(stages, { at, channel: 0, cell: [0, 1, 1] }, value, lit), ["s0", "s1", "s2", "n0"]);
  for (const last of [1, 2]) whole(flow.computedWords(stages, last), ["s1"]);
});

test("the list of layers", () => {
  const root = new Fake();
  const row = { name: "c1", code: "Conv2d", mode: "", shape: [4, 3, 3], shown: "(1, 4, 3, 3)", parameters: 40, macs: 1000, sees: "3", error: "" };
  play(root, { rows: [row], input: [1, 5, 5], selected: 0, totals: { parameters: 40, macs: 1000 }, hidden: "", words: PSEUDO }, { tell() {} });
  assert.ok(root.words.length > 20);
  for (const word of root.words) whole(word, ["c1", "Conv2d"]);
});
