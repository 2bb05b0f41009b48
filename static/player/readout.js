// The sentence: what the shown cell is, in words and coloured numbers. Text only; nothing is put in as HTML.
import { css, exact, ink, level } from "./colour.js";
import { ravel } from "./tables.js";

const MOST_TERMS = 80; // products written out; more are summed up per channel
const SINGULAR = { rows: "row", columns: "column", length: "position" };
const PLURAL = { depth: "depths", length: "positions" };
const MOST_CHANNELS = 16; // channels written out

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** A number on the colour it has in the drawing. */
function chip(value, { ramp, lim }, name) {
  const made = element("span", { class: `chip ${name}` }, exact(value));
  if (Number.isFinite(value)) {
    const rgb = ramp[level(value, lim)];
    made.style.background = css(rgb);
    made.style.color = ink(rgb);
  }
  return made;
}

/** "row 2, column 3", with the axes' own names. */
export function placeWords(meta, cell) {
  return spanWords(meta, cell.map((at) => [at]));
}

/** "rows 2 to 4, column 1": the span of each list. */
export function spanWords(meta, lists) {
  const words = lists.map((list, i) => {
    const name = meta.axes[i];
    if (!name) return "";
    return list.length > 1 ? `${PLURAL[name] ?? name} ${list[0]} to ${list.at(-1)}` : `${SINGULAR[name] ?? name} ${list[0]}`;
  });
  return words.filter(Boolean).join(", ");
}

/** Sum of products + bias = value, and torch's own. */
export function writeSum(root, stage, { channel, cell }, worked, torch, ok) {
  const { meta } = stage.scene;
  const where = `output ${stage.output.channels > 1 ? `channel ${channel}, ` : ""}${placeWords(meta, cell)}:`;
  const colours = { read: stage.legend("input", worked.first), weight: stage.legend("weight"), product: stage.legend("output", channel) };
  const parts = worked.terms.length <= MOST_TERMS ? productParts(stage, worked, colours) : channelParts(worked, colours);
  if (worked.bias !== null) parts.push(" + bias ", chip(worked.bias, colours.weight, "bias"));
  root.replaceChildren(
    element("span", { class: "where" }, where),
    " ",
    element("span", { class: "sum" }, ...parts),
    " = ",
    element("strong", { "data-testid": "value", "data-value": worked.value }, exact(worked.value)),
    element(
      "span",
      { class: ok ? "badge" : "badge wrong", "data-testid": "torch", "data-value": torch },
      ok ? `✓ = torch ${exact(torch)}` : `✗ torch says ${exact(torch)}`,
    ),
  );
}

/** Every product, in the order in which the window lies on the input. */
function productParts(stage, worked, colours) {
  const size = stage.axes.map((axis) => axis.taps);
  const rank = ({ channel, tap }) => ravel([channel, ...stage.drawnAt(tap)], [0, ...size]);
  const terms = [...worked.terms].sort((a, b) => rank(a) - rank(b));
  return terms.flatMap(({ read, weight, channel }, i) => {
    const before = i === 0 ? "" : terms[i - 1].channel === channel ? " + " : "  +  ";
    return [before, element("span", { class: "term" }, chip(read, colours.read, "read"), "×", chip(weight, colours.weight, "weight"))];
  });
}

/** Sums by input channel; of many channels the first few, then all others together. */
function channelParts({ terms, perChannel, first, last }, colours) {
  const sums = [];
  for (let c = 0; c < last - first; c++)
    sums.push(terms.slice(c * perChannel, (c + 1) * perChannel).reduce((total, { product }) => total + product, 0));
  const few = sums.length > MOST_CHANNELS ? sums.slice(0, MOST_CHANNELS - 1) : sums;
  const parts = [`${terms.length} products, by input channel: `];
  few.forEach((sum, c) => parts.push(c ? " + " : "", element("span", { class: "term" }, chip(sum, colours.product, "product"))));
  if (few.length < sums.length) {
    const rest = sums.slice(few.length).reduce((total, sum) => total + sum, 0);
    parts.push(` + ${sums.length - few.length} more channels `, chip(rest, colours.product, "product"));
  }
  return parts;
}

/** Who reads an input cell. */
export function writeReach(root, stage, { channel, cell }, value, lit) {
  const { meta } = stage.scene;
  const lists = stage.axes.map((axis, i) => axis.readers(cell[i]));
  const windows = lists.reduce((n, list) => n * list.length, 1);
  const name = `input ${stage.input.channels > 1 ? `channel ${channel}, ` : ""}${placeWords(meta, cell)} = `;
  const [first, end] = lit.output.channels;
  const maps = end - first > 1 ? ` in each of the output channels ${first} to ${end - 1}` : "";
  const words = windows
    ? ` is read by ${windows} window${windows > 1 ? "s" : ""}${maps}: output ${spanWords(meta, lists)}.`
    : " is read by no window: no output depends on it.";
  root.replaceChildren(element("span", {}, name), chip(value, stage.legend("input", channel), "read"), words);
}

/** What one weight is multiplied with. */
export function writeKernel(root, stage, { channel, tap }, weight, lit) {
  const at = tap.slice(1);
  const size = (lists) => lists.reduce((n, list) => n * list.length, 1);
  const places = size(lit.input.places);
  const cells = size(lit.input.places.map((list, i) => list.filter((p) => stage.input.lines[i][p] >= 0)));
  const besides = places > cells ? ` (${places - cells} of them hold no cell)` : "";
  const name = `kernel of output channel ${channel}, input channel ${lit.input.channels[0]}, ${placeWords(stage.scene.meta, at)} = `;
  root.replaceChildren(
    element("span", {}, name),
    chip(weight, stage.legend("weight"), "weight"),
    ` multiplies ${places} place${places > 1 ? "s" : ""} of the input${besides}, one for each output cell.`,
  );
}

/** What one input cell paints, and how much of the output is finished. */
export function writeStamp(root, stage, { channel, cell }, painted, value, finished, ok) {
  const { meta } = stage.scene;
  const colours = { read: stage.legend("input", 0), weight: stage.legend("weight"), product: stage.legend("output", channel) };
  const bias = stage.scene.tensors.bias?.data[channel];
  const inside = painted.filter((p) => p.cell);
  const few = painted.length * painted[0].products.length <= MOST_TERMS;
  const terms = inside.flatMap(({ products, sum, cell: to }, i) => [
    i ? ", " : " ",
    ...(few
      ? products.flatMap(({ read, weight }, k) => [
          k ? " + " : "",
          element("span", { class: "term" }, chip(read, colours.read, "read"), "×", chip(weight, colours.weight, "weight")),
        ])
      : [chip(sum, colours.product, "product")]),
    ` → (${to.slice(3 - meta.ndim).join(", ")})`,
  ]);
  const cropped = painted.length - inside.length;
  root.replaceChildren(
    element("span", { class: "where" }, `input ${placeWords(meta, cell)} = `),
    chip(value, colours.read, "read"),
    ` paints ${inside.length} output cell${inside.length === 1 ? "" : "s"}${cropped ? ` (${cropped} cropped)` : ""}:`,
    element("span", { class: "sum" }, ...terms),
    ". ",
    ...(bias ? ["Every cell starts at the bias ", chip(bias, colours.weight, "bias"), ". "] : []),
    element(
      "span",
      { class: ok ? "badge" : "badge wrong", "data-testid": "torch", "data-finished": finished },
      ok ? `✓ ${finished} now complete = torch` : "✗ differs from torch",
    ),
  );
}
