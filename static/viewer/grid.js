// All channels of the stage, small, in the order that is asked for.
import { channelButton, makeMap } from "./build.js";
import { areas, column, insideOf, ordered } from "./order.js";
import { print, relevel, scaleOf } from "./picture.js";
import { contrastHint, sortValue, stateWords, tellsHint } from "./words.js";
import { plural } from "../words/catalogue.js";

export const CHANCE = 0.5; // of an AUC

/** A button with a map for each channel. @param {Viewer} viewer */
export function fillGrid(viewer) {
  const { meta, tensors } = viewer.scene;
  const { shape, data } = tensors.small;
  const [channels, ...size] = shape;
  const cells = size[0] * size[1];
  const ranges = tensors["small.range"].data;
  viewer.forget(({ small }) => small);
  viewer.thumbnails = Array.from({ length: channels }, (_, channel) => {
    const own = [ranges[2 * channel], ranges[2 * channel + 1]];
    const map = viewer.keep(makeMap(""), viewer.stage, true);
    const scale = scaleOf(viewer.scaleKind, own, viewer.layerRange(), meta.percentiles, viewer.isDiverging("maps"));
    print(map.image, data.subarray(channel * cells, (channel + 1) * cells), size, viewer.inks.signed, relevel(own, scale));
    const made = channelButton(map, channel, stateWords(meta.states[channel]));
    made.open.setAttribute("aria-pressed", String(channel === meta.channel));
    made.open.addEventListener("click", () => viewer.tell("channel", channel));
    return made;
  });
  viewer.ui.count.textContent = plural("The one channel of {stage}", "All {n} channels of {stage}", channels, { stage: meta.stage });
  sortGrid(viewer);
}

/** Put the channels in order, each with the number by which it stands there. @param {Viewer} viewer */
export function sortGrid(viewer) {
  const by = viewer.ui.sort.value;
  const values = valuesBy(viewer, by);
  viewer.thumbnails.forEach(({ value }, channel) => {
    value.textContent = values ? sortValue(by, values[channel]) : "";
  });
  viewer.ui.hint.textContent = by === "contrast" ? contrastHint(viewer.selection, viewer.other) : by === "tells" ? tellsHint() : "";
  const order = ordered(values, viewer.thumbnails.length, by === "contrast" || by === "tells" ? CHANCE : null);
  viewer.ui.grid.replaceChildren(...order.map((channel) => viewer.thumbnails[channel].open));
}

/** The number of each channel by which it is sorted; null where it is its own. @param {Viewer} viewer @param {string} by */
function valuesBy(viewer, by) {
  const { meta, tensors } = viewer.scene;
  if (by === "tells") return (meta.tells?.values ?? []).map((value) => value ?? NaN);
  if (by !== "contrast") return column(tensors.statistics.data, meta.statistics, by);
  if (!viewer.selection) return null;
  const { data, shape } = tensors.small;
  /** @param {Limits} part */
  const framesOf = ([from, to]) => insideOf(viewer.stage, shape[1], from / viewer.step, to / viewer.step);
  const inside = framesOf(viewer.selection);
  return areas(data, shape, inside, viewer.other ? framesOf(viewer.other) : inside.map((one) => !one));
}
