// @ts-check
// What a column of the row shows: a map with its scale, or bars with their numbers.
import { brief, css, level, limits, ramp } from "../drawing/colour.js";
import { limitsOf, mapOf, rangeOf } from "./pictures.js";

/** Show the channel of a stage that is looked at. @param {Overview} overview @param {Column} column */
export function showColumn(overview, { i, stage, map, low, high, legend, ramp, channel, name }) {
  const { scene, stops } = overview;
  const shown = overview.channelOf(i);
  const kind = overview.scaleKind;
  name.setAttribute("aria-pressed", String(stage.name === overview.looked));
  const which = shown === null || stage.vector ? "" : `, channel ${shown}`;
  map.picture.setAttribute("aria-label", `${stage.name}${which}. Arrow keys choose a unit, Enter keeps it, Escape lets go.`);
  if (map.bars) return showBars(overview, i, map.bars, channel);
  map.image.src = overview.pictures.of(i, shown, kind);
  const range = shown === null ? scene.meta.colour : limitsOf(scene, i, shown, kind);
  [low.textContent, high.textContent] = (range ?? []).map((value) => brief(value));
  ramp.style.background = `linear-gradient(to right, ${stops[stage.scale].join(", ")})`;
  legend.hidden = shown === null;
  const state = shown === null ? "" : stage.states[shown];
  channel.dataset.words = whichWords(stage, shown) + (state ? `, ${state}` : "");
  channel.textContent = channel.dataset.words;
}

/** @param {FlowStage} stage @param {number | null} shown */
function whichWords({ vector, size: [channels, features], across }, shown) {
  if (vector) return `${features.toLocaleString("en")} numbers, in rows of ${across}`;
  return shown === null ? "all 3 channels, in colour" : `channel ${shown} of ${channels}`;
}

/**
 * Bars from zero, and numbers; the largest is marked.
 * @param {Overview} overview @param {number} i @param {Bar[]} bars @param {HTMLElement} words
 */
function showBars({ scene, stops }, i, bars, words) {
  const { data } = mapOf(scene, i, 0);
  const range = rangeOf(scene, i, 0);
  const scale = limits(Math.min(...range), Math.max(...range), true);
  const signed = data.some((value) => value < 0);
  const colours = ramp(stops.signed ?? stops[scene.meta.stages[i].scale]);
  const largest = data.indexOf(Math.max(...data));
  bars.forEach(({ line, fill, number }, feature) => {
    const share = Number.isFinite(data[feature]) ? data[feature] / scale[1] : 0;
    const [from, size] = signed ? [50 + Math.min(0, share) * 50, Math.abs(share) * 50] : [0, share * 100];
    Object.assign(fill.style, { left: `${from}%`, width: `${size}%`, background: css(colours[Math.max(0, level(data[feature], scale))]) });
    number.textContent = brief(data[feature]);
    line.classList.toggle("largest", feature === largest);
  });
  words.textContent = words.dataset.words = bars.length === 1 ? "1 number" : `${bars.length} numbers`;
}
