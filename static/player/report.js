// What is shown, in numbers and words: the arithmetic of the subject, the sentence, the state of the controls.
import { say } from "./element.js";
import { paintingAt } from "./growing.js";
import { litBy, readsOf } from "../drawing/lights.js";
import { axisOf, listed, placeWords } from "../drawing/axes.js";
import { kernelOf } from "../drawing/names.js";
import { cellParts, kernelParts, reachParts, stampParts, stepWords } from "../drawing/readout.js";
import { RULES, agrees, torchValue } from "../drawing/rules.js";
import { stampOf } from "../drawing/stamp.js";
import { ravel } from "../drawing/tables.js";
import { early, showState, write } from "./writing.js";
import { _ } from "../words/catalogue.js";

const TOLD_EVERY = 1000; // milliseconds between two values of the slider that a screen reader is told while it runs

/**
 * The arithmetic of the shown cell; null where the subject is not one output cell or one stamp.
 * @param {Player} player @param {Subject} subject @returns {Worked | null}
 */
function workedOut(player, { kind, channel, cell }) {
  const { scene, stage } = player;
  if (kind === "output") return RULES[scene.meta.rule](scene, stage.axes, channel, cell);
  if (kind === "input" && stage.stamping) {
    const owner = player.here().channel;
    const painted = stampOf(scene, stage.stamps, owner, cell);
    const [first, last] = readsOf(scene, owner);
    const terms = painted[0].products.flatMap((_, c) => painted.map((p) => p.products[c]));
    const sum = terms.reduce((total, { product }) => total + product, 0);
    return { first, last, perChannel: painted.length, terms, sum, bias: null, value: sum, painted };
  }
  return null;
}

/**
 * Choose the subject of sentence, counter and work area, and write it down. In a fast run the subject changes a few
 * times a second, for all three at once: what stands together on the stage belongs together.
 * @param {Player} player @param {number} now
 */
export function report(player, now) {
  const { clock, stage } = player;
  showPlayhead(player);
  const subject = player.shown() ?? player.here();
  const { strength, hand } = stage.gating ?? {};
  const key = JSON.stringify([subject, stage.stamping ? clock.step : 0, stage.scaleChoice, player.pinned, player.loaded, strength, hand, clock.playing]);
  if (key === player.written && stage.look === player.wroteLook) return;
  if (player.subject && !player.shown() && early(player, now)) return;
  Object.assign(player, { subject, worked: workedOut(player, subject), written: key, wroteAt: now, wroteLook: stage.look });
  count(player, now);
  writeAbout(player, subject);
  write(player, null, player.pinned !== null && JSON.stringify(subject) === JSON.stringify(player.pinned));
}

/** Where it stands, if that has changed. @param {Player} player */
function showPlayhead(player) {
  const { clock } = player;
  const state = `${clock.step} ${clock.steps} ${clock.playing} ${clock.speed}`;
  if (state === player.state) return;
  player.state = state;
  showState(player);
}

/** @param {Player} player @param {number} now */
function count(player, now) {
  const { ui, step, order, scene, clock } = player;
  const { turn, cell } = order.at(step);
  ui.count.textContent = stepWords(step, order.steps);
  if (clock.playing && now - player.toldAt < TOLD_EVERY) return;
  player.toldAt = now;
  const weights = kernelOf(scene.meta, player.stage.selected);
  const mapWords = weights ? _("kernel {kernel}, channel {channel}", weights) : axisOf("channel").one(turn);
  ui.scrub.setAttribute("aria-valuetext", listed([ui.count.textContent ?? "", mapWords, placeWords(scene.meta, cell)]));
}

/** @param {Player} player @param {Subject} subject */
function writeAbout(player, subject) {
  const { ui, scene, stage, worked } = player;
  if (subject.kind === "output" && worked) {
    const torch = torchValue(scene, subject.channel, subject.cell);
    say(ui.readout, cellParts(stage, subject, worked, torch, agrees(scene, worked, torch)));
  } else if (subject.kind === "kernel") {
    const lit = litBy(stage, subject);
    const { weight } = scene.tensors;
    if (lit.input) say(ui.readout, kernelParts(stage, subject, weight.data[ravel([subject.channel, ...subject.tap], weight.shape)], lit.input));
  } else {
    const { input } = scene.tensors;
    const looked = player.lookUpCell(subject);
    const value = input.data[ravel([looked.channel, ...looked.cell], input.shape)];
    if (stage.stamping && !subject.own) writeStamped(player, subject, value);
    else say(ui.readout, reachParts(stage, looked, value, litBy(stage, looked)));
  }
}

/**
 * A stamp, and whether every cell that it finished agrees with torch.
 * @param {Player} player @param {CellAt} subject @param {number} value
 */
function writeStamped(player, subject, value) {
  const { scene, stage, order, clock, ui } = player;
  const { channel } = player.here();
  /** @type {Painted[]} */
  const painted = player.worked?.painted;
  const { sums } = paintingAt(player, channel);
  const done = clock.step % order.cells;
  const finished = painted.flatMap(({ cell }) => (cell && lastPainter(stage, order, cell) <= done ? [cell] : []));
  const ok = finished.every((cell) => {
    const { terms } = RULES[scene.meta.rule](scene, stage.axes, channel, cell);
    return agrees(scene, { value: sums[ravel(cell, scene.tensors.output.shape.slice(1))], terms }, torchValue(scene, channel, cell));
  });
  say(ui.readout, stampParts(stage, { channel, cell: subject.cell }, painted, value, finished.length, ok));
}

/** The step at which an output cell is painted for the last time. @param {Stage} stage @param {Order} order @param {Cell} cell */
function lastPainter(stage, order, cell) {
  const readers = cell.map((o, i) => {
    const axis = stage.axes[i];
    const found = [];
    for (let t = 0; t < axis.taps; t++) if (axis.source(o, t) >= 0) found.push(axis.source(o, t));
    return found;
  });
  let last = -1;
  for (const d of readers[0]) for (const r of readers[1]) for (const c of readers[2]) last = Math.max(last, order.stepOf(0, [d, r, c]));
  return last;
}
