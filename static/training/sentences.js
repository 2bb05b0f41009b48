// All that is said of a training: what panels are called, the step, a number that is pointed at.
import { axisOf, listed } from "../drawing/axes.js";
import { chip, part } from "../drawing/sentences.js";
import { _, filled } from "../words/catalogue.js";
import { brief, count, exact, percent } from "../words/numbers.js";
import { letterOf } from "./bars.js";

/** Names and notes of the panels of a recipe, the longest wording first. @param {Board} board @param {number} r @returns {Record<string, {names: string[], notes: string[]}>} */
export function titles(board, r) {
  const { course, layer, meta } = board;
  const { stage, key, all } = meta.layers[layer].parts[r];
  const { shape } = /** @type {Tensor} */ (course.tensor("kernel", r, layer));
  const truth = meta.truth === null ? "" : meta.classes[meta.truth];
  const some = [shape[1] < all[0] && _("{shown} of {all} filters", { shown: shape[1], all: all[0] }), shape[2] < all[1] && _("{shown} of {all} channels", { shown: shape[2], all: all[1] })];
  const bounded = listed(some.map((one) => one || ""));
  const short = key.split(".").slice(-2).join(".");
  return {
    input: { names: [_("example")], notes: [truth ? _("it is: {name}", { name: truth }) : _("a test sound"), truth] },
    kernel: { names: [_("kernels of {stage}", { stage }), stage], notes: [bounded || key, bounded || short, ""] },
    gradient: { names: [_("their gradient"), _("gradient")], notes: [_("where the loss goes up"), ""] },
    map: { names: [_("maps of {stage}", { stage }), _("maps")], notes: [_("what they make of the example"), _("of the example"), ""] },
    scores: meta.events
      ? { names: [_("what it hears"), _("scores")], notes: [_("line: when it sounds"), ""] }
      : { names: [_("what it says"), _("scores")], notes: [_("framed: what it is"), ""] },
  };
}

/** Where the playhead stands, of all the training. @param {Board} board @param {number} tick */
export const stepWords = ({ course, mostSteps }, tick) => _("step {step} of {steps}", { step: count(course.ticks[tick]), steps: count(mostSteps) });

/** @param {string} text @param {string} [name] */
const strong = (text, name = "number") => part("strong", { class: name }, text);

/** The numbers of a step, a line for each recipe. @param {Board} board @param {number} tick @returns {Part[]} */
export const stepParts = (board, tick) =>
  board.course.recipes.flatMap((r) => [part("span", { class: "line", "data-recipe": r }, ...recipeParts(board, r, tick))]);

/** @param {Board} board @param {number} r @param {number} tick @returns {Part[]} */
function recipeParts(board, r, tick) {
  const { course, meta } = board;
  const [lossTrain, lossTest, train, test] = course.at("curves", r, tick);
  const rate = rateAt(board, r, tick);
  const places = {
    step: strong(count(course.stepOf(r, tick))),
    loss: strong(brief(lossTest)),
    training: brief(lossTrain),
    right: strong(percent(test, 1)),
    known: percent(train, 1),
    rate: brief(rate),
  };
  const letter = course.recipes.length > 1 ? [part("span", { class: "letter" }, letterOf(r)), " "] : [];
  const text = meta.events
    ? _("Step {step}: loss {loss} on the test part ({training} in training), F1 {right} ({known}), learning rate {rate}.")
    : _("Step {step}: loss {loss} on the test part ({training} in training), right {right} ({known}), learning rate {rate}.");
  return [...letter, ...filled(text, places), ...(meta.events ? [] : [" ", ...answerParts(board, r, tick)])];
}

/** The learning rate of the step after a place of the playhead. @param {Board} board @param {number} r @param {number} tick */
function rateAt({ course, meta }, r, tick) {
  const { data } = /** @type {Tensor} */ (course.tensor("rate", r));
  const step = course.stepOf(r, tick);
  return step < data.length ? data[step] : meta.recipes[r].rate;
}

/** What it takes the example for. @param {Board} board @param {number} r @param {number} tick @returns {Part[]} */
function answerParts({ course, meta }, r, tick) {
  const answer = course.answer(r, tick);
  const share = course.at("shares", r, tick)[answer];
  const right = answer === meta.truth;
  const said = _("It says {name}, {share}.", { name: meta.classes[answer], share: percent(share, 1) });
  const words = right ? _("✓ right") : _("✗ it is {name}", { name: meta.classes[meta.truth ?? 0] });
  return [said, " ", part("span", { class: right ? "badge" : "badge miss" }, words)];
}

/** A number that is pointed at. @param {Board} board @param {TrainingSpot} spot @param {number} tick @returns {Part[]} */
export function spotParts(board, spot, tick) {
  const { course, layer } = board;
  const letter = course.recipes.length > 1 ? [part("span", { class: "letter" }, letterOf(spot.r)), " "] : [];
  if (spot.name === "scores") return [...letter, ...scoreParts(board, spot, tick)];
  const tile = /** @type {TileSpot} */ (spot);
  const value = course.valueOf(tile, tick, layer);
  const { key, stage } = board.meta.layers[layer].parts[spot.r];
  const scale = spot.name === "kernel" ? "weight" : "signed";
  const number = chip(value, { ramp: board.colours.ramps[scale], lim: /** @type {Limits} */ (board.meta.layers[layer].limits[tile.name]) }, scale);
  const step = strong(count(course.stepOf(spot.r, tick)));
  if (tile.name === "map") {
    const place = { map: tile.filter, place: placeWords(board, tile) };
    const words = course.levelled("map", tile.r, layer) ? _("Step {step}: map {map} of {stage}, {place}: about {value}.") : _("Step {step}: map {map} of {stage}, {place}: {value}.");
    return [...letter, ...filled(words, { step, map: String(place.map), stage, place: place.place, value: number })];
  }
  const place = course.placeOf(tile, layer);
  if (!place) return [...letter, _("Nothing stands here: the row of numbers is folded, and ends before.")];
  const cell = part("code", {}, `${key}[${place.join(", ")}]`);
  const words = tile.name === "kernel" ? _("Step {step}: {cell} = {value}.") : _("Step {step}: gradient of {cell} = {value}.");
  return [...letter, ...filled(words, { step, cell, value: number })];
}

/** @param {Board} board @param {TileSpot} spot */
function placeWords({ meta, course, layer }, { r, row, column }) {
  const { shape } = /** @type {Tensor} */ (course.tensor("map", r, layer));
  const [rows, columns] = shape.slice(2);
  const axes = meta.events ? ["frame", "mel"] : ["row", "column"];
  if (rows * columns === 1) return _("its one number");
  return rows === 1 ? axisOf("position").one(column) : listed([axisOf(axes[0]).one(row), axisOf(axes[1]).one(column)]);
}

/** @param {Board} board @param {TrainingSpot} spot @param {number} tick @returns {Part[]} */
function scoreParts(board, { r, filter, column }, tick) {
  const { course, meta } = board;
  const at = meta.events ? filter * board.frames(r) + column : filter;
  const places = { step: strong(count(course.stepOf(r, tick))), name: meta.classes[filter], share: strong(percent(course.at("shares", r, tick)[at], 2)), score: exact(course.at("scores", r, tick)[at]) };
  if (!meta.events) return filled(_("Step {step}: {name} {share}, a score of {score}."), places);
  return filled(_("Step {step}: {name} in frame {frame}: {share}, a score of {score}."), { ...places, frame: String(column) });
}
