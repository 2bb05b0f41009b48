// The unit that is spoken of: what it sees and reaches, drawn on every map and said in a sentence.
import { drawBoxes } from "../viewer/build.js";
import { spansOf } from "./chain.js";
import { numberOf } from "./pictures.js";
import { atLeast, boxesOf } from "./places.js";
import { explained } from "./sums.js";
import { channelWords, unitSentence } from "./words.js";
import { _ } from "../words/catalogue.js";

const LEAST = 8; // pixels that a box is wide and high, at least
const hintBack = () => _("Point at a cell of any map: how much the loss changes with it. The dashed boxes are the cells of later stages that its gradient comes from. Click to keep it.");
const hintSum = () => _("Point at a cell of any map: its number, what it is made of, and the cells of the input that it speaks of. Click to keep it.");
const hint = () => _("Point at a cell of any map: the solid boxes are what it sees of earlier stages, the dashed ones what it reaches of later ones. Click to keep it.");

/** Draw and say what the unit that is spoken of sees and reaches. @param {Overview} overview */
export function showUnit(overview) {
  const { place, stages } = overview;
  const later = place && overview.filling.share(place.at) < 1;
  const spans = place && !later ? spansOfPlace(overview, place) : stages.map(() => null);
  overview.columns.forEach((one) => drawColumnBoxes(overview, one, place, spans));
  overview.grid.tiles.forEach(({ map }) => {
    const here = map === overview.hoveredMap && place;
    if (here) drawBoxes(map, sized(map, stages[place.at], spans[place.at], "unit"));
    else if (map.boxes.children.length) drawBoxes(map, []);
  });
  const back = Boolean(overview.scene.meta.back);
  const explains = overview.scene.meta.explains !== undefined;
  const sentence = !place ? (explains ? hintSum() : back ? hintBack() : hint()) : later ? _("{stage} is not computed yet.", { stage: stages[place.at].name }) : (explains ? explained(overview.scene, place, valueOf(overview, place), spans) : unitSentence(stages, place, valueOf(overview, place), spans, back));
  overview.ui.said.textContent = sentence;
  overview.herald.say(sentence);
}

/** @param {Overview} overview @param {FlowPlace} place */
function spansOfPlace(overview, { at, channel, cell }) {
  const channels = channel === null ? [0, overview.stages[at].size[0] - 1] : [channel, channel];
  return spansOf(overview.scene, at, [channels, ...cell.map((one) => [one, one])]);
}

/** @param {Overview} overview @param {FlowPlace} place */
function valueOf(overview, { at, channel, cell }) {
  const { exact, blocks, size } = overview.stages[at];
  const channels = channel === null ? Array.from({ length: size[0] }, (_, c) => c) : [channel];
  return { numbers: channels.map((one) => numberOf(overview.scene, at, one, cell)), exactly: exact, blocks };
}

/** @param {Overview} overview @param {Column} column @param {FlowPlace | null} place @param {(Spans | null)[]} spans */
function drawColumnBoxes(overview, { i, stage, map, channel }, place, spans) {
  const span = spans[i];
  const shown = overview.channelOf(i);
  const apart = span && shown !== null && (shown < span[0][0] || shown > span[0][1]); // the map that is shown is not among them
  const kind = `${place && i > place.at ? "reach" : "unit"}${apart ? " apart" : ""}`;
  drawBoxes(map, span ? sized(map, stage, span, kind) : []);
  channel.textContent = apart ? _("goes with {channels}", { channels: channelWords(stage, span) }) : (channel.dataset.words ?? "");
}

/**
 * Boxes of a span on a map, none too small to be seen.
 * @param {FlowMap} map @param {FlowStage} stage @param {Spans | null} span @param {string} kind
 */
function sized(map, stage, span, kind) {
  if (!span) return [];
  const [wide, tall] = map.room;
  return boxesOf(stage, span).map((box) => ({ box: atLeast(box, LEAST / wide, LEAST / tall), kind }));
}
