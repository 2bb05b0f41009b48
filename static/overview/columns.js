// What a column of the row shows: a map with its scale, or bars with their numbers.
import { axisOf, listed } from "../drawing/axes.js";
import { css, level, limits, ramp } from "../drawing/colour.js";
import { limitsOf, mapOf, rangeOf } from "./pictures.js";
import { stateWords } from "../viewer/words.js";
import { _ } from "../words/catalogue.js";
import { brief, count } from "../words/numbers.js";

/** Show the channel of a stage that is looked at. @param {Overview} overview @param {Column} column */
export function showColumn(overview, { i, stage, map, low, high, legend, ramp, channel, name }) {
  const { scene, stops } = overview;
  const shown = overview.channelOf(i);
  const kind = overview.scaleKind;
  name.setAttribute("aria-pressed", String(stage.name === overview.looked));
  const which = shown === null || stage.vector ? "" : axisOf("channel").one(shown);
  const named = listed([stage.name, which]);
  map.picture.setAttribute("aria-label", _("{map}. Arrow keys choose a unit, Enter keeps it, Escape lets go.", { map: named }));
  if (map.bars) return showBars(overview, i, map.bars, channel);
  map.image.src = overview.pictures.of(i, shown, kind);
  if (map.under) map.under.src = overview.pictures.of(0, overview.channelOf(0), "channel");
  const range = shown === null ? scene.meta.colour : limitsOf(scene, i, shown, kind);
  [low.textContent, high.textContent] = (range ?? []).map((value) => brief(value));
  ramp.style.background = `linear-gradient(to right, ${stops[stage.scale].join(", ")})`;
  legend.hidden = shown === null;
  const state = shown === null ? "" : stateWords(stage.states[shown]);
  channel.dataset.words = listed([whichWords(stage, shown), state]);
  channel.textContent = channel.dataset.words;
}

/** @param {FlowStage} stage @param {number | null} shown */
function whichWords({ vector, size: [channels, features], across }, shown) {
  if (vector) return _("{n} numbers, in rows of {across}", { n: count(features), across });
  return shown === null ? _("all 3 channels, in colour") : _("channel {channel} of {channels}", { channel: shown, channels });
}

/**
 * Bars from zero, and numbers; the largest is marked.
 * @param {Overview} overview @param {number} i @param {Bar[]} bars @param {HTMLElement} words
 */
function showBars({ scene, stops, scaleKind: kind }, i, bars, words) {
  const { data } = mapOf(scene, i, 0);
  const range = rangeOf(scene, i, 0);
  const fixed = scene.meta.back && kind === "all";
  const scale = fixed ? limitsOf(scene, i, 0, kind) : limits(Math.min(...range), Math.max(...range), true);
  const signed = data.some((value) => value < 0);
  const colours = ramp(stops.signed ?? stops[scene.meta.stages[i].scale]);
  const sizes = scene.meta.back ? data.map(Math.abs) : data; // of a gradient, either sign counts
  const largest = sizes.indexOf(Math.max(...sizes));
  bars.forEach(({ line, fill, number }, feature) => {
    const share = Number.isFinite(data[feature]) ? data[feature] / scale[1] : 0;
    const [from, size] = signed ? [50 + Math.min(0, share) * 50, Math.abs(share) * 50] : [0, share * 100];
    Object.assign(fill.style, { left: `${from}%`, width: `${size}%`, background: css(colours[Math.max(0, level(data[feature], scale))]) });
    number.textContent = brief(data[feature]);
    line.classList.toggle("largest", feature === largest);
  });
  words.textContent = words.dataset.words = axisOf("number").count(bars.length);
}
