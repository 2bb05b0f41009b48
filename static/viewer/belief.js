// What the network says it hears, class by class, beside the true events: curves in time with the sound.
import { drawn } from "../player/element.js";
import { make, makeMap } from "./build.js";
import { cellOf, shareOf } from "./places.js";
import { seconds } from "./words.js";
import { _ } from "../words/catalogue.js";
import { fixed } from "../words/numbers.js";
import { transport } from "./sound.js";

/** Rows of classes, or nothing where the network scores none. @param {Viewer} viewer */
export function drawBelief(viewer) {
  const { belief } = viewer.scene.meta;
  viewer.likely = [];
  viewer.heardAt = -1;
  viewer.ui.belief.hidden = !belief;
  viewer.ui.body.classList.toggle("hearing", Boolean(belief));
  if (!belief) return viewer.ui.belief.replaceChildren();
  const rows = belief.classes.map((_class, row) => drawRow(viewer, belief, row));
  const words = belief.told
    ? _("Filled: how likely the network finds each class in each frame, from 0 to 1. Outlined: the true events.")
    : _("Filled: how likely the network finds each class in each frame, from 0 to 1. Nobody has marked what is truly there.");
  const title = make("div", { className: "bar" }, make("h3", {}, _("What it hears")));
  viewer.ui.belief.replaceChildren(title, make("p", { className: "hint" }, words), ...rows);
}

/** One class: its name, its curve, and its probability at the cursor. @param {Viewer} viewer @param {Belief} belief @param {number} row */
function drawRow(viewer, belief, row) {
  const { name, events } = belief.classes[row];
  const stage = viewer.stages[belief.stage];
  const values = rowOf(viewer.scene.tensors, row);
  const map = viewer.keep(makeMap("", rowWords(name, values, events, belief.told)), stage);
  map.image.replaceWith(curve(values));
  const [from, to] = [events.map(([onset]) => onset), events.map(([, offset]) => offset)];
  map.boxes.before(make("div", { className: "truth" }, ...from.map((onset, i) => bar(eventShares(stage, [onset, to[i]], viewer.step)))));
  const number = make("span", { className: "number" });
  const open = make("button", { type: "button", title: _("Look at this class"), data: { focus: `class ${row}` } }, name);
  open.setAttribute("aria-pressed", String(viewer.scene.meta.stage === belief.stage && viewer.scene.meta.channel === row));
  open.addEventListener("click", () => viewer.tell("class", row));
  viewer.likely.push(number);
  return make("div", { className: "row" }, open, number, map.frame);
}

/** The probabilities of one class. @param {MapsTensors} tensors @param {number} row */
export function rowOf({ belief }, row) {
  if (!belief) return new Float32Array();
  const frames = belief.shape[1];
  return belief.data.subarray(row * frames, (row + 1) * frames);
}

/**
 * Where an event begins and ends on a map of a stage, as shares of its length.
 * @param {StageWords} stage @param {Limits} event @param {number} step seconds from frame to frame of the input
 */
export function eventShares({ lies, shape }, event, step) {
  return event.map((t) => Math.max(0, Math.min(1, shareOf(lies[0], shape[1], t / step))));
}

/** @param {Limits} shares */
function bar([left, right]) {
  const mark = make("i");
  Object.assign(mark.style, { left: `${100 * left}%`, width: `${100 * (right - left)}%` });
  return mark;
}

/** Values from 0 to 1 as the outline of a filled curve, one step for each frame, drawn from the top. @param {ArrayLike<number>} values */
export const outline = (values) =>
  `M0 1${Array.from(values, (value, i) => `V${+(1 - value).toFixed(4)}H${i + 1}`).join("")}V1Z`;

/** @param {Float32Array} values */
function curve(values) {
  const [path, half] = [drawn("path", { d: outline(values) }), drawn("line", { x1: 0, x2: values.length, y1: 0.5, y2: 0.5 })];
  return drawn("svg", { viewBox: `0 0 ${values.length} 1`, preserveAspectRatio: "none", "aria-hidden": "true" }, path, half);
}

/** A row in a sentence. @param {string} name @param {ArrayLike<number>} values @param {Limits[]} events @param {boolean} told */
export function rowWords(name, values, events, told) {
  const places = { name, most: fixed(Math.max(...Array.from(values)), 2) };
  if (!told) return _("{name}: at most {most}.", places);
  if (!events.length) return _("{name}: at most {most}; truly not there.", places);
  const times = events.map(([from, to]) => _("{from} to {to}", { from: seconds(from), to: seconds(to) })).join(", ");
  return _("{name}: at most {most}; truly there {times}.", { ...places, times });
}

/** The probabilities at the cursor, written when it comes to another frame. @param {Viewer} viewer */
export function tellBelief(viewer) {
  const { belief } = viewer.scene.meta;
  if (!belief) return;
  const { lies, shape } = viewer.stages[belief.stage];
  const at = cellOf(shareOf(lies[0], shape[1], transport.time / viewer.step), shape[1]);
  if (at === viewer.heardAt) return;
  viewer.heardAt = at;
  viewer.likely.forEach((number, row) => (number.textContent = fixed(rowOf(viewer.scene.tensors, row)[at], 2)));
}
