// The sentence: what the shown cell is, in words and coloured numbers, as parts. Text only; nothing is put in as HTML.
import { manyOf, oneOf, placeWords, spanWords } from "./axes.js";
import { exact } from "./colour.js";
import { AT_LENGTH, SENTENCES, chip, part } from "./sentences.js";

const MOST_STAMPED = 80; // products of a stamp that are written out; more are summed up

/** How far the steps are. */
export const stepWords = (step, steps) => `step ${thousands(step + 1)} of ${thousands(steps)}`;

const thousands = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");

/** Where an output cell is. */
export function whereWords({ scene: { meta }, output }, { channel, cell }) {
  const place = [output.channels > 1 ? `channel ${channel}` : "", placeWords(meta, cell, meta.outAxes)];
  return `${[meta.names.output ?? "output", place.filter(Boolean).join(", ")].filter(Boolean).join(" ")}:`;
}

/** What torch says, and whether it is the same. */
export const tick = (torch, ok) => (ok ? `✓ = torch ${exact(torch)}` : `✗ torch says ${exact(torch)}`);

/** How one output cell comes about, its value, and torch's own. */
export function cellParts(stage, { channel, cell }, worked, torch, ok) {
  const badge = { class: ok ? "badge" : "badge wrong", "data-testid": "torch", "data-value": torch };
  return [
    part("span", { class: "where" }, whereWords(stage, { channel, cell })),
    " ",
    part("span", { class: "sum" }, ...SENTENCES[stage.scene.meta.rule](stage, worked, channel, AT_LENGTH)),
    " = ",
    part("strong", { "data-testid": "value", "data-value": worked.value }, exact(worked.value)),
    part("span", badge, tick(torch, ok)),
    worked.slope === undefined ? "" : part("span", { class: "where", "data-testid": "slope", "data-value": worked.slope }, ` slope ${exact(worked.slope)}`),
    ...forced(stage, worked),
  ];
}

/** What hand and strength make of it. */
function forced({ gating }, worked) {
  if (!gating || gating.untouched) return [];
  const [gate, value] = [gating.opened(worked.gate), gating.passed(worked.signal ?? worked.x, worked.gate)];
  return [part("span", { class: "where", "data-testid": "forced" }, ` drawn: gate ${exact(gate)}, product ${exact(value)}`)];
}

/** Who reads an input cell. */
export function reachParts(stage, { channel, cell }, value, lit) {
  const { meta } = stage.scene;
  const name = `${meta.names.input ?? "input"} ${stage.input.channels > 1 ? `channel ${channel}, ` : ""}${placeWords(meta, cell)} = `;
  const words = stage.axes ? readWords(stage, cell, lit) : goesWords(stage, lit);
  return [part("span", {}, name), chip(value, stage.legend("input", channel), "read"), words];
}

function readWords(stage, cell, lit) {
  const { meta } = stage.scene;
  const lists = stage.axes.map((axis, i) => axis.readers(cell[i]));
  const windows = lists.reduce((n, list) => n * list.length, 1);
  const [first, end] = lit.output.channels;
  const maps = end - first > 1 ? ` in each of the output channels ${first} to ${end - 1}` : "";
  if (meta.rule === "norm" && windows * (end - first) === 1) return " is moved by the running mean and variance of its channel.";
  if (meta.rule === "norm") return ` shares its mean and variance with ${windows} cells${maps.replace("output channels", "channels")}: ${spanWords(meta, lists)}.`;
  return windows
    ? ` is read by ${windows} window${windows > 1 ? "s" : ""}${maps}: output ${spanWords(meta, lists)}.`
    : " is read by no window: no output depends on it.";
}

function goesWords({ output, scene: { meta } }, lit) {
  if (!lit.output) return " goes nowhere.";
  const of = output.channels > 1 ? `channel ${lit.output.channels[0]}, ` : "";
  const { places } = lit.output;
  const many = places.reduce((n, list) => n * list.length, 1);
  if (many === 1) return ` goes to output ${of}${placeWords(meta, places.map(([at]) => at), meta.outAxes)}.`;
  const where = places.map((list, i) => meta.outAxes[i] && `${(list.length > 1 ? manyOf : oneOf)(meta.outAxes[i])} ${list.join(" and ")}`);
  return ` goes to ${many} cells of the output: ${of}${where.filter(Boolean).join(", ")}.`;
}

/** What one weight is multiplied with. */
export function kernelParts(stage, { channel, tap }, weight, lit) {
  const at = tap.slice(1);
  const size = (lists) => lists.reduce((n, list) => n * list.length, 1);
  const places = size(lit.input.places);
  const cells = size(lit.input.places.map((list, i) => list.filter((p) => stage.input.lines[i][p] >= 0)));
  const besides = places > cells ? ` (${places - cells} of them hold no cell)` : "";
  const name = `kernel of output channel ${channel}, input channel ${lit.input.channels[0]}, ${placeWords(stage.scene.meta, at)} = `;
  return [
    part("span", {}, name),
    chip(weight, stage.legend("weight"), "weight"),
    ` multiplies ${places} place${places > 1 ? "s" : ""} of the input${besides}, one for each output cell.`,
  ];
}

/** What one input cell paints, and how much of the output is finished. */
export function stampParts(stage, { channel, cell }, painted, value, finished, ok) {
  const { meta } = stage.scene;
  const colours = { read: stage.legend("input", 0), weight: stage.legend("weight"), product: stage.legend("output", channel) };
  const bias = stage.scene.tensors.bias?.data[channel];
  const inside = painted.filter((p) => p.cell);
  const few = painted.length * painted[0].products.length <= MOST_STAMPED;
  const terms = inside.flatMap(({ products, sum, cell: to }, i) => [
    i ? ", " : " ",
    ...(few
      ? products.flatMap(({ read, weight }, k) => [
          k ? " + " : "",
          part("span", { class: "term" }, chip(read, colours.read, "read"), "×", chip(weight, colours.weight, "weight")),
        ])
      : [chip(sum, colours.product, "product")]),
    ` → (${to.slice(3 - meta.ndim).join(", ")})`,
  ]);
  const cropped = painted.length - inside.length;
  return [
    part("span", { class: "where" }, `input ${placeWords(meta, cell)} = `),
    chip(value, colours.read, "read"),
    ` paints ${inside.length} output cell${inside.length === 1 ? "" : "s"}${cropped ? ` (${cropped} cropped)` : ""}:`,
    part("span", { class: "sum" }, ...terms),
    ". ",
    ...(bias ? ["Every cell starts at the bias ", chip(bias, colours.weight, "bias"), ". "] : []),
    part(
      "span",
      { class: ok ? "badge" : "badge wrong", "data-testid": "torch", "data-finished": finished },
      ok ? `✓ ${finished} now complete = torch` : "✗ differs from torch",
    ),
  ];
}
