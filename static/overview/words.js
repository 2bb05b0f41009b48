// Words of the overview: what a unit is, sees and reaches.
import { axisOf, listed, spanOf } from "../drawing/axes.js";
import { statisticsWords } from "../viewer/words.js";
import { _, plural } from "../words/catalogue.js";
import { brief, exact, fine } from "../words/numbers.js";
import { isWhole } from "./chain.js";

/** The axes that torch has, of the four of a span. @param {FlowStage} stage @param {Spans} span */
function own({ vector, axes, turned, size }, span) {
  if (vector) return [span[1]];
  if (!turned) return span.slice(4 - axes.length);
  const [, , [top, bottom], frames] = span;
  return [frames, [size[2] - 1 - bottom, size[2] - 1 - top]];
}

/** "3 rows × 4 columns". @param {FlowStage} stage @param {Spans} span */
export const sizeWords = (stage, span) =>
  own(stage, span).map(([first, last], i) => axisOf(stage.axes[i]).count(last - first + 1)).join(" × ");

/** "rows 4 to 13 and column 8". @param {FlowStage} stage @param {Spans} span */
export function placeWords(stage, span) {
  const words = own(stage, span).map(([first, last], i) => spanOf(stage.axes[i], first, last));
  const [others, last] = [words.slice(0, -1), words[words.length - 1]];
  return others.length ? _("{places} and {last}", { places: listed(others), last }) : last;
}

/** "channels 0 to 47" of a stage of several, if these are not all; else nothing. @param {FlowStage} stage @param {Spans} span */
export function channelWords({ size: [channels] }, [[first, last]]) {
  return last - first === channels - 1 ? "" : spanOf("channel", first, last);
}

/**
 * A unit as torch writes it: "pool1[0, 3, 5, 7]"; all channels are ":".
 * @param {FlowStage} stage @param {number | null} channel @param {number[]} cell
 */
export function unitName(stage, channel, cell) {
  const places = stage.turned ? [cell[2], stage.size[2] - 1 - cell[1]] : cell.slice(3 - stage.axes.length);
  const index = stage.vector ? [cell[0]] : [channel ?? ":", ...places];
  return `${stage.name}[0, ${index.join(", ")}]`;
}

/** Its number, or that of the block of cells that it lies in. @param {Value} value @param {(number: number) => string} written */
export function valueWords({ numbers, exactly, blocks }, written = exact) {
  const value = numbers.map(written).join(", ");
  if (exactly) return value;
  const size = blocks.slice(blocks[0] > 1 ? 0 : 1).join(" × ");
  return blocks.some((n) => n > 1) ? _("about {value} (the mean of {size} cells)", { value, size }) : _("about {value}", { value });
}

/** @param {FlowStage[]} stages @param {number} at @param {(Spans | null)[]} spans */
function seen(stages, at, spans) {
  if (!at) return "";
  const [input, span] = [stages[0], spans[0]];
  if (!span) return _("It reads padding alone.");
  const size = sizeWords(input, span);
  if (isWhole(span, input)) return _("It sees all of the input ({size}).", { size });
  const places = placeWords(input, span);
  const channels = channelWords(input, span);
  return channels
    ? _("It sees {places} of the input ({size}, {channels}).", { places, size, channels })
    : _("It sees {places} of the input ({size}).", { places, size });
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
  const [span, end] = [spans[next], spans[last]]; // a span that has ended does not begin again
  const stage = stages[next].name;
  if (!span) return _("Nothing of {stage} depends on it.", { stage });
  const size = sizeWords(stages[next], span);
  const from = wholeFrom(stages, at, spans);
  const whole = stages[from]?.name;
  if (from === last) return from === next ? _("It reaches everything of {whole}.", { whole }) : _("It reaches {size} of {stage} and everything of {whole}.", { size, stage, whole });
  if (from === next) return _("It reaches everything from {whole} on.", { whole });
  if (from < last) return _("It reaches {size} of {stage} and everything from {whole} on.", { size, stage, whole });
  if (last === next) return _("It reaches {size} of {stage}.", { size, stage });
  if (!end) return _("It reaches {size} of {stage}, and nothing of {gone}.", { size, stage, gone: stages[spans.indexOf(null, next)].name });
  return _("It reaches {size} of {stage} and {lastSize} of {last}.", { size, stage, lastSize: sizeWords(stages[last], end), last: stages[last].name });
}

/**
 * What a unit is, what it sees of the input and what of the later stages it reaches.
 * @param {FlowStage[]} stages @param {FlowPlace} place @param {Value} value @param {(Spans | null)[]} spans
 * @param {boolean} back the number is how much the loss changes with it
 */
export function unitSentence(stages, { at, channel, cell }, value, spans, back = false) {
  const name = unitName(stages[at], channel, cell);
  const unit = `${back ? `∂loss/∂${name}` : name} = ${valueWords(value, back ? fine : exact)}.`;
  return [unit, seen(stages, at, spans), reached(stages, at, spans), statisticsWords(stages[at].statistical)].filter(Boolean).join(" ");
}

/** How far a gradient has come back. @param {FlowStage[]} stages @param {number} first */
export function backWords(stages, first) {
  return first === 0 ? plural("back through the one stage", "back through all {n} stages", stages.length - 1) : _("back to {stage}", { stage: stages[first].name });
}

/** The scale of the bars, from one power of ten to another. @param {FlowBack | undefined} back */
export const endsWords = (back) => (back ? _("Bars: the norm of each gradient, on a logarithmic scale from {low} to {high}.", { low: brief(10 ** back.ends[0]), high: brief(10 ** back.ends[1]) }) : "");

/** The norm of a gradient, and of that by a stage's parameters. @param {FlowStage} stage */
export function normWords({ norm, weights }) {
  const own = norm === null || norm === undefined ? _("norm: no number") : _("norm {norm}", { norm: brief(norm) });
  return weights === null || weights === undefined ? own : _("{norm}, of its weights {weights}", { norm: own, weights: brief(weights) });
}

/** How far a network is computed. @param {FlowStage[]} stages @param {number} last */
export function computedWords(stages, last) {
  const whole = stages.length - 1;
  return last === whole ? plural("the one stage", "all {n} stages", whole) : _("up to {stage}, {last} of {stages} stages", { stage: stages[last].name, last, stages: whole });
}
