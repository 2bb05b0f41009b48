// @ts-check
// Words of the overview: what a unit is, sees and reaches.
import { exact } from "../drawing/colour.js";
import { isWhole } from "./chain.js";

/** @param {number} count @param {string} one */
const many = (count, one) => `${count.toLocaleString("en")} ${one}${count === 1 ? "" : "s"}`;

/** The axes that torch has, of the four of a span. @param {FlowStage} stage @param {Spans} span */
const own = ({ vector, axes }, span) => (vector ? [span[1]] : span.slice(4 - axes.length));

/** "3 rows × 4 columns". @param {FlowStage} stage @param {Spans} span */
export const sizeWords = (stage, span) => own(stage, span).map(([first, last], i) => many(last - first + 1, stage.axes[i])).join(" × ");

/** "rows 4 to 13 and column 8". @param {FlowStage} stage @param {Spans} span */
export function placeWords(stage, span) {
  const words = own(stage, span).map(([first, last], i) => (first === last ? `${stage.axes[i]} ${first}` : `${stage.axes[i]}s ${first} to ${last}`));
  return [words.slice(0, -1).join(", "), ...words.slice(-1)].filter(Boolean).join(" and ");
}

/** "channels 0 to 47" of a stage of several, if these are not all; else nothing. @param {FlowStage} stage @param {Spans} span */
export function channelWords({ size: [channels] }, [[first, last]]) {
  if (last - first === channels - 1) return "";
  return first === last ? `channel ${first}` : `channels ${first} to ${last}`;
}

/**
 * A unit as torch writes it: "pool1[0, 3, 5, 7]"; all channels are ":".
 * @param {FlowStage} stage @param {number | null} channel @param {number[]} cell
 */
export function unitName(stage, channel, cell) {
  const index = stage.vector ? [cell[0]] : [channel ?? ":", ...cell.slice(3 - stage.axes.length)];
  return `${stage.name}[0, ${index.join(", ")}]`;
}

/** Its number, or that of the block of cells that it lies in. @param {Value} value */
export function valueWords({ numbers, exactly, blocks }) {
  const told = numbers.map(exact).join(", ");
  if (exactly) return told;
  const cells = blocks.filter((n) => n > 1);
  return cells.length ? `about ${told} (the mean of ${blocks.slice(blocks[0] > 1 ? 0 : 1).join(" × ")} cells)` : `about ${told}`;
}

/** @param {FlowStage[]} stages @param {number} at @param {(Spans | null)[]} spans */
function seen(stages, at, spans) {
  if (!at) return "";
  const [input, span] = [stages[0], spans[0]];
  if (!span) return " It reads padding alone.";
  if (isWhole(span, input)) return ` It sees all of the input (${sizeWords(input, span)}).`;
  const channels = channelWords(input, span);
  return ` It sees ${placeWords(input, span)} of the input (${sizeWords(input, span)}${channels ? `, ${channels}` : ""}).`;
}

/**
 * From where on every stage is reached as a whole; behind the last where none is.
 * @param {FlowStage[]} stages @param {number} at @param {(Spans | null)[]} spans
 */
function wholeFrom(stages, at, spans) {
  let from = stages.length;
  while (from - 1 > at && isWhole(spans[from - 1], stages[from - 1])) from--;
  return from;
}

/** @param {FlowStage[]} stages @param {number} at @param {(Spans | null)[]} spans */
function reached(stages, at, spans) {
  const [next, last] = [at + 1, stages.length - 1];
  if (next > last) return "";
  if (!spans[next]) return ` Nothing of ${stages[next].name} depends on it.`;
  const from = wholeFrom(stages, at, spans);
  const all = from === last ? `everything of ${stages[last].name}` : `everything from ${stages[from]?.name} on`;
  if (from === next) return ` It reaches ${all}.`;
  const first = `${sizeWords(stages[next], spans[next])} of ${stages[next].name}`;
  if (from <= last) return ` It reaches ${first} and ${all}.`;
  if (last === next) return ` It reaches ${first}.`;
  const end = spans[last]; // a span that has ended does not begin again
  if (!end) return ` It reaches ${first}, and nothing of ${stages[spans.indexOf(null, next)].name}.`;
  return ` It reaches ${first} and ${sizeWords(stages[last], end)} of ${stages[last].name}.`;
}

/**
 * What a unit is, what it sees of the input and what of the later stages it reaches.
 * @param {FlowStage[]} stages @param {FlowPlace} place @param {Value} value @param {(Spans | null)[]} spans
 */
export function unitSentence(stages, { at, channel, cell }, value, spans) {
  const stage = stages[at];
  const also = stage.statistical ? ` The statistics of ${stage.statistical} make it depend a little on the whole input as well.` : "";
  return `${unitName(stage, channel, cell)} = ${valueWords(value)}.${seen(stages, at, spans)}${reached(stages, at, spans)}${also}`;
}
