// The overview's elements.
import { channelButton, make, makeMap } from "../viewer/build.js";
import { mapWords } from "../drawing/names.js";
import { drawnIn } from "./places.js";
import { stateWords } from "../viewer/words.js";
import { normWords } from "./words.js";
import { _ } from "../words/catalogue.js";

export const scales = () => [["channel", _("each channel")], ["layer", _("whole layer")]];
const LINE = 16; // pixels of a bar's line, as in the style sheet
/** @type {Record<Room, number>} */
const ROOM = { column: 132, wide: 224, small: 72, large: 320 }; // pixels of a picture's longer side

/** All parts that stay, by name. @param {HTMLElement} root */
export function build(root) {
  /** @param {string} name @param {string} label */
  const slider = (name, label) => make("input", { type: "range", name, min: 0, step: 1, aria: { label } });
  const ui = {
    play: make("button", { type: "button", title: _("Let the maps fill, layer by layer"), data: { act: "play" } }),
    computed: slider("computed", _("computed up to this stage")),
    computedWords: make("output", { aria: { live: "off" }, data: { testid: "computed" } }),
    channel: slider("channel", _("channel of every stage")),
    channelWords: make("output", { aria: { live: "off" }, data: { testid: "channel" } }),
    fixed: make("option", { value: "all", hidden: true }, _("all stages")),
    scale: make("select", { name: "scale" }, ...scales().map(([value, text]) => make("option", { value }, text))),
    ends: make("p", { className: "ends", hidden: true }),
    columns: make("div", { className: "columns", role: "group", aria: { label: _("Input and stages") } }),
    said: make("p", { className: "unit", data: { testid: "unit" } }),
    heard: make("p", { className: "heard", role: "status" }),
    count: make("h3"),
    hint: make("p", { className: "hint", data: { testid: "sorted" } }),
    grid: make("div", { className: "grid", role: "group", aria: { label: _("All channels of the chosen stage") } }),
  };
  ui.scale.append(ui.fixed);
  const channelLabel = make("label", { className: "slide" }, _("channel"), ui.channel, ui.channelWords);
  const body = make(
    "div",
    { className: "viewer overview", tabIndex: -1 },
    make("div", { className: "bar" }, ui.play, make("label", { className: "slide" }, ui.computed, ui.computedWords)),
    make("div", { className: "bar" }, channelLabel, make("label", {}, _("colours by"), ui.scale)),
    ui.ends,
    ui.columns,
    ui.said,
    make("div", { className: "bar" }, ui.count),
    ui.hint,
    ui.grid,
    ui.heard,
  );
  root.append(body);
  return { ...ui, channelLabel, body };
}

/**
 * The picture of a stage, of another one's shape where it lies over that.
 * @param {FlowStage} stage @param {Room} room @param {FlowStage} shape @returns {FlowMap}
 */
export function stageMap(stage, room, shape = stage) {
  const [wide, tall] = drawnIn(shape, ROOM[room], room === "small" ? 14 : 28);
  /** @type {FlowMap} */
  const map = { ...makeMap(""), room: [wide, tall] }; // so that nobody has to measure it
  Object.assign(map.picture.style, { width: `${wide}px`, height: `${tall}px` });
  map.cursor.remove();
  if (stage.bars && (room === "column" || room === "wide")) barsInstead(map, stage);
  else if (stage.across > 1 && !stage.vector) map.boxes.before(sheets(stage));
  trim(map.image, stage);
  if (stage.over) map.under = underneath(map);
  return map;
}

/** Room for the input beneath a map. @param {DrawnMap} map */
function underneath(map) {
  const under = make("img", { alt: "", className: "under", draggable: false });
  map.image.classList.add("over");
  map.image.before(under);
  return under;
}

/** Lines between the slices of a picture. @param {FlowStage} stage */
function sheets({ across, size: [, depth], blocks: [block] }) {
  const lines = make("i", { className: "sheets" });
  lines.style.backgroundSize = `${100 / across}% ${100 / Math.ceil(Math.ceil(depth / block) / across)}%`;
  return lines;
}

/**
 * The last block of an axis may hold fewer cells than the others: what sticks out is cut off.
 * @param {HTMLElement} image @param {FlowStage} stage
 */
function trim(image, { across, size: [, , rows, columns], blocks: [, tall, wide] }) {
  if (across > 1) return;
  Object.assign(image.style, { width: `${(100 * Math.ceil(columns / wide) * wide) / columns}%`, height: `${(100 * Math.ceil(rows / tall) * tall) / rows}%` });
}

/** A short vector: a bar and a number for each feature, instead of the image. @param {FlowMap} map @param {FlowStage} stage */
function barsInstead(map, stage) {
  map.bars = Array.from({ length: stage.size[1] }, (_, i) => {
    const [fill, number] = [make("i"), make("output")];
    const line = make("div", { className: "feature", data: { feature: i } }, make("span", {}, stage.classes?.[i] ?? String(i)), make("span", { className: "track" }, fill), number);
    return { line, fill, number };
  });
  map.image.replaceWith(...map.bars.map(({ line }) => line));
  Object.assign(map.picture.style, { width: "100%", height: "auto" });
  map.room = [ROOM.column, LINE * map.bars.length];
  map.picture.classList.add("bars", ...(stage.classes ? ["named"] : []));
  map.frame.classList.add("scrolls");
}

/**
 * One column of the row: a stage, its map, what is shown of it, and the way in.
 * @param {FlowStage} stage @param {number} i @param {FlowStage} input @param {boolean} explains
 */
export function column(stage, i, input, explains) {
  const map = stageMap(stage, explains ? "wide" : "column", stage.over || stage.turned ? input : stage);
  const veil = make("i", { className: "veil", hidden: true }); // over what is not computed yet
  map.boxes.before(veil);
  map.picture.tabIndex = 0;
  map.picture.dataset.focus = `map ${stage.name}`;
  map.picture.setAttribute("role", "application");
  const mode = stage.mode ? [make("em", { title: _("This layer is in {mode} mode", { mode: stage.mode }) }, stage.mode)] : [];
  const name = make("button", { type: "button", className: "name", title: stage.code, data: { look: i, focus: `name ${stage.name}` } }, make("b", {}, stage.says === undefined ? stage.name : mapWords(stage.name), ...mode), make("small", {}, stage.says || stage.shape));
  const [low, high] = [0, 1].map(() => make("span", { className: "number" }));
  const ramp = make("span", { className: "legend" });
  const legend = make("div", { className: "scale", hidden: stage.bars }, low, ramp, high);
  const channel = make("small", { className: "which" });
  const open = make("button", { type: "button", className: "open", data: { open: i, focus: `open ${stage.name}` } }, _("Open in the player"));
  open.setAttribute("aria-label", _("Open in the player: {stage}", { stage: stage.name }));
  const element = make("section", { className: "column", data: { stage: stage.name } }, name, map.frame, legend, channel, ...norms(stage), ...((stage.opens ?? i > 0) ? [open] : []));
  return { stage, i, map, veil, share: NaN, element, name, low, high, legend, ramp, channel };
}

/** How large the gradient is at a stage, in words and as a bar. @param {FlowStage} stage */
function norms(stage) {
  if (stage.share === undefined) return [];
  const bar = make("i");
  bar.style.width = `${100 * stage.share}%`;
  return [make("div", { className: "norm", data: { testid: "norm" } }, make("small", {}, normWords(stage)), make("span", { className: "track" }, bar))];
}

/**
 * One picture of the grid: a channel of the chosen stage; null is all of them in their own colours.
 * @param {FlowStage} stage @param {number | null} channel @param {boolean} large @param {string} value by which it stands there @returns {Tile}
 */
export function tile(stage, channel, large, value = "") {
  const map = stageMap(stage, large ? "large" : "small");
  const made = channelButton(map, channel, channel === null ? "" : stateWords(stage.states[channel]));
  made.value.textContent = value;
  return { channel, map, element: made.open, painted: false };
}
