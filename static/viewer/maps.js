// The maps of a viewer: the input, a small one of every stage, and large ones of the selected channel.
import { axisOf } from "../drawing/axes.js";
import { mapWords } from "../drawing/names.js";
import { drawAxes, make, makeMap } from "./build.js";
import { listenClip, listenPlane } from "./hands.js";
import { finiteRange, levelsOf, print, relevel, scaleOf } from "./picture.js";
import { apartOf, shareOf } from "./places.js";
import { channelOf, hertz, secondsAlong } from "./words.js";
import { _ } from "../words/catalogue.js";
import { brief } from "../words/numbers.js";

/** The input, on which the cursor is moved and a stretch marked. @param {Viewer} viewer */
export function drawClip(viewer) {
  const { tensors, meta } = viewer.scene;
  const stage = viewer.stages.input;
  const map = viewer.keep(makeMap("axes", _("The input: time runs to the right, frequency upwards. Arrow keys move the cursor.")), stage);
  print(map.image, levelsOf(tensors.input.data, limitsOf(viewer, "input", stage.range)), stage.shape.slice(1), viewer.inks[meta.scales.input]);
  viewer.clipMap = map;
  drawAxesOf(viewer, map);
  map.picture.tabIndex = 0;
  map.picture.dataset.focus = "input";
  const words = { role: "slider", "aria-valuemin": "0", "aria-valuemax": viewer.sound.length.toFixed(2) };
  for (const [name, word] of Object.entries(words)) map.picture.setAttribute(name, word);
  viewer.ui.clip.replaceChildren(map.frame);
  listenClip(viewer, map);
}

/** @param {Viewer} viewer @param {string} name @param {Limits} range */
function limitsOf(viewer, name, range) {
  if (viewer.scene.meta.scales[name] === "gate") return [0, 1];
  return scaleOf("channel", range, null, null, viewer.isDiverging(name));
}

/** @param {Viewer} viewer @param {StageMap} map */
function drawAxesOf(viewer, map) {
  const { shape: [, frames, mels], lies } = map.stage;
  const { clip } = viewer.scene.meta;
  const cells = viewer.stages.input.shape[1];
  const length = cells * viewer.step;
  const width = viewer.ui.body.clientWidth - (viewer.scene.meta.belief ? 128 : 52); // as viewer.css has it
  const apart = apartOf(length, width, map === viewer.clipMap ? 1 : viewer.scene.meta.planes.length);
  const times = Array.from({ length: Math.floor(length / apart) + 1 }, (_, i) => i * apart);
  const across = clip.step
    ? times.map((t) => ({ at: shareOf(lies[0], frames, t / viewer.step), text: secondsAlong(t) }))
    : [0, frames - 1].map((f) => ({ at: (f + 0.5) / frames, text: axisOf("frame").one(f) }));
  const up = clip.hertz.length
    ? clip.hertz.map(([f, mel]) => ({ at: shareOf(lies[1], mels, mel), text: hertz(f) }))
    : [0, mels - 1].map((m) => ({ at: (m + 0.5) / mels, text: axisOf("mel").one(m) }));
  drawAxes(map, across, up);
}

/** A small map of every stage. @param {Viewer} viewer */
export function drawStrip(viewer) {
  const { meta, tensors } = viewer.scene;
  const left = viewer.ui.strip.scrollLeft;
  /** @param {string} name */
  const block = (name) => name.match(/\d+$/)?.[0];
  const buttons = meta.stages.slice(1).map((stage, i) => {
    const map = viewer.keep(makeMap(""), stage);
    const levels = tensors[`strip.${stage.name}`];
    const table = relevel(stage.range, limitsOf(viewer, "maps", stage.range));
    print(map.image, levels.data, levels.shape, viewer.inks.signed, table);
    const shape = make("small", {}, stage.shape.join(" × "));
    const open = make("button", { type: "button", title: stage.layer, data: { stage: stage.name, at: i, focus: `stage ${stage.name}` } }, make("b", {}, stage.name), map.frame, shape);
    open.setAttribute("aria-pressed", String(stage.name === meta.stage));
    open.style.setProperty("--step", String(i));
    if (i && block(stage.name) !== block(meta.stages[i].name)) open.classList.add("block");
    open.addEventListener("click", () => viewer.tell("stage", stage.name));
    return open;
  });
  viewer.ui.strip.replaceChildren(...buttons);
  viewer.ui.strip.scrollLeft = left;
  if (viewer.shownStage !== meta.stage) {
    const chosen = buttons.find((one) => one.dataset.stage === meta.stage);
    if (chosen) viewer.ui.strip.scrollLeft = chosen.offsetLeft - viewer.ui.strip.clientWidth / 2;
    viewer.shownStage = meta.stage;
  }
}

/** The large maps of the selected channel. @param {Viewer} viewer */
export function drawPlanes(viewer) {
  const { meta, tensors } = viewer.scene;
  viewer.ui.title.textContent = channelOf(meta.stage, meta.channel, viewer.stage.shape[0]);
  viewer.ui.planes.dataset.count = String(meta.planes.length);
  viewer.planes = meta.planes.map((name) => plane(viewer, name));
  viewer.ui.planes.replaceChildren(...viewer.planes.map(({ element }) => element));
}

/** One large map, with its name and its scale. @param {Viewer} viewer @param {string} name @returns {Plane} */
function plane(viewer, name) {
  const { meta, tensors } = viewer.scene;
  const { data, shape } = tensors[`plane.${name}`];
  const own = finiteRange(data);
  const kind = name === meta.planes.at(-1) ? viewer.scaleKind : "channel";
  const scale = meta.scales[name] === "gate" ? [0, 1] : scaleOf(kind, own, viewer.layerRange(), meta.percentiles, viewer.isDiverging(name));
  const where = shape[0] === viewer.stage.shape[1] && shape[1] === viewer.stage.shape[2] ? viewer.stage : before(viewer);
  const map = viewer.keep(makeMap("axes", _("{map} of channel {channel}. Arrow keys choose a unit, Enter keeps it.", { map: mapWords(name), channel: meta.channel })), where);
  print(map.image, levelsOf(data, scale), shape, viewer.inks[meta.scales[name]]);
  drawAxesOf(viewer, map);
  const legend = make("span", { className: "legend" });
  legend.style.background = `linear-gradient(to right, ${viewer.stops[meta.scales[name]].join(", ")})`;
  /** @param {number} value */
  const number = (value) => make("span", { className: "number" }, brief(value));
  const header = make("header", {}, make("b", {}, mapWords(name)), number(scale[0]), legend, number(scale[1]));
  if (where === viewer.stage) {
    map.picture.tabIndex = 0;
    map.picture.dataset.focus = `plane ${name}`;
    map.picture.setAttribute("role", "application");
    listenPlane(viewer, map);
  }
  return { name, map, values: data, element: make("div", { className: "plane" }, header, map.frame) };
}

/** The stage before the chosen one. @param {Viewer} viewer */
function before(viewer) {
  const { stages } = viewer.scene.meta;
  return stages[stages.indexOf(viewer.stage) - 1];
}
