// The viewer's elements.
import { axisOf, listed } from "../drawing/axes.js";
import { _ } from "../words/catalogue.js";

/**
 * An element with properties and children.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag @param {Properties} properties @param {...(Node | string)} children
 */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  const { data, aria, ...rest } = properties;
  Object.assign(element, rest);
  for (const [name, value] of Object.entries(data ?? {})) element.dataset[name] = value;
  for (const [name, value] of Object.entries(aria ?? {})) element.setAttribute(`aria-${name}`, value);
  element.append(...children);
  return element;
}

/** The nearest element round what an event happened to. @param {Event} event @param {string} selector */
export const around = ({ target }, selector) =>
  target instanceof Element ? /** @type {HTMLElement | null} */ (target.closest(selector)) : null;

/** The element of a component that has the focus. @param {Element} root */
export const focused = (root) =>
  /** @type {HTMLElement | null} */ (/** @type {Document | ShadowRoot} */ (root.getRootNode()).activeElement);

/** By what name it is known, so that it can have the focus again. @param {Element} root */
export const focusIn = (root) => focused(root)?.dataset.focus;

/** Keys go on where they were, though everything is drawn anew. @param {Element} body @param {string | undefined} name */
export function focusAgain(body, name) {
  if (name === undefined) return;
  const all = /** @type {NodeListOf<HTMLElement>} */ (body.querySelectorAll("[data-focus]"));
  [...all].find((one) => one.dataset.focus === name)?.focus({ preventScroll: true });
}

/** What the button says. @param {boolean} playing */
export const playWords = (playing) => (playing ? _("■ Stop") : _("▶ Play"));

/** @param {string} act @param {string} text @param {string} title */
const button = (act, text, title) => make("button", { type: "button", title, data: { act } }, text);
/** @param {string} name @param {string} label @param {string[][]} options */
const choice = (name, label, options) =>
  make("label", {}, label, make("select", { name }, ...options.map(([value, text]) => make("option", { value }, text))));

export const sorts = () => [
  ["index", _("number")],
  ["mean", _("mean")],
  ["max", _("largest value")],
  ["variance", _("variance")],
  ["zeros", _("share of zeros")],
  ["contrast", _("how well it tells the marked stretch")],
];
export const scales = () => [["channel", _("each channel")], ["layer", _("whole layer")], ["percentiles", _("layer, 1 to 99 %")]];

/** All parts of a viewer, by name. @param {HTMLElement} root */
export function build(root) {
  const sort = choice("sort", _("sort by"), sorts());
  const scale = choice("scale", _("colours by"), scales());
  const ui = {
    play: button("play", playWords(false), _("Play or stop (space)")),
    time: make("span", { className: "time" }),
    part: make("span", { className: "part", hidden: true }),
    clip: make("div", { className: "clip" }),
    belief: make("section", { className: "belief", hidden: true }),
    fill: button("fill", _("Fill block by block"), _("Let the maps appear one after the other")),
    strip: make("div", { className: "strip", role: "group" }),
    title: make("h3"),
    planes: make("div", { className: "planes" }),
    unit: make("p", { className: "unit" }),
    statistics: make("dl"),
    histogram: make("canvas", { className: "histogram", role: "img" }),
    kernel: make("div", { className: "kernel" }),
    grid: make("div", { className: "grid", role: "group" }),
    count: make("h3"),
    hint: make("p", { className: "hint" }),
    partWords: make("span"),
    otherWords: make("span", { hidden: true, data: { testid: "other" } }),
    against: button("against", _("Against another"), _("Mark another stretch, from which channels shall tell this one")),
    tells: make("option", { value: "tells", hidden: true }),
    said: make("span", { data: { testid: "unit" } }),
    heard: make("p", { className: "heard", role: "status" }),
    hearUnit: button("hearUnit", _("Hear what it sees"), _("Play the seconds and the band of this unit's receptive field")),
    sort: /** @type {HTMLSelectElement} */ (sort.lastChild),
    scale: /** @type {HTMLSelectElement} */ (scale.lastChild),
  };
  const hearPart = button("hearPart", _("Hear it"), _("Play the selected part"));
  const analyse = button("analyse", _("Analyse it alone"), _("Let the network read the selected part only"));
  ui.part.append(ui.partWords, ui.otherWords, hearPart, analyse, ui.against, button("clear", "✕", _("Clear the selection")));
  ui.sort.append(ui.tells);
  ui.unit.append(ui.said, ui.hearUnit);
  ui.strip.setAttribute("aria-label", _("Stages"));
  const body = make(
    "div",
    { className: "viewer", tabIndex: -1 },
    make("div", { className: "bar" }, ui.play, ui.time, ui.part),
    ui.clip,
    ui.belief,
    make("div", { className: "bar" }, make("h3", {}, _("The network, stage by stage")), ui.fill),
    ui.strip,
    make("div", { className: "bar" }, ui.title),
    ui.planes,
    ui.unit,
    make("div", { className: "about" }, ui.statistics, make("figure", {}, ui.histogram), ui.kernel),
    make("div", { className: "bar" }, ui.count, sort, scale),
    ui.hint,
    ui.grid,
    ui.heard,
  );
  root.append(body);
  return { ...ui, body };
}

/** A map: an image that fills its frame, with a cursor, room for boxes, and axes if they are wanted. @param {string} className */
export function makeMap(className, label = "") {
  const image = make("img", { alt: "", decoding: "sync", draggable: false });
  const boxes = make("div", { className: "boxes" });
  const cursor = make("i", { className: "cursor" });
  const picture = make("div", { className: "picture" }, image, boxes, cursor);
  const frame = make("div", { className: `map ${className}` }, picture);
  if (label) Object.assign(picture, { role: "img", ariaLabel: label });
  return { frame, picture, image, boxes, cursor };
}

/**
 * A small map of a channel to choose, and room for the number by which it stands there; null is all channels in colour.
 * @param {DrawnMap} map @param {number | null} channel @param {string} state what is odd about it
 */
export function channelButton(map, channel, state) {
  const value = make("span", { className: "value" });
  const words = make("small", {}, channel === null ? _("in colour") : String(channel), value);
  if (state) words.append(make("em", {}, state));
  const open = make("button", { type: "button", data: { channel: channel ?? "colour", focus: `channel ${channel}` } }, map.frame, words);
  open.setAttribute("aria-label", listed([channel === null ? _("in colour") : axisOf("channel").one(channel), state]));
  return { open, value };
}

/** Draw boxes of shares on a map: `[{box, kind}]`. @param {DrawnMap} map @param {{box: Box | null, kind: string}[]} boxes */
export function drawBoxes(map, boxes) {
  const shown = boxes.flatMap(({ box, kind }) => (box ? [{ box, kind }] : []));
  while (map.boxes.children.length < shown.length) map.boxes.append(make("i"));
  while (map.boxes.children.length > shown.length) map.boxes.lastElementChild?.remove();
  shown.forEach(({ box, kind }, i) => {
    const mark = /** @type {HTMLElement} */ (map.boxes.children[i]);
    mark.className = kind;
    Object.assign(mark.style, {
      left: `${100 * box.left}%`,
      width: `${100 * (box.right - box.left)}%`,
      bottom: `${100 * box.bottom}%`,
      height: `${100 * (box.top - box.bottom)}%`,
    });
  });
}

/**
 * Marks along a map: `[{at, text}]` with shares from the left, and from the bottom.
 * @param {DrawnMap} map @param {Mark[]} across @param {Mark[]} up
 */
export function drawAxes(map, across, up) {
  map.frame.querySelectorAll(".axis").forEach((axis) => axis.remove());
  /** @param {Mark} mark */
  const inside = ({ at }) => at >= -0.001 && at <= 1.001;
  /** @param {string} className @param {Mark[]} marks @param {"left" | "bottom"} side */
  const axis = (className, marks, side) =>
    make("div", { className: `axis ${className}`, ariaHidden: "true" }, ...marks.filter(inside).map(({ at, text }) => {
      const mark = make("span", {}, text);
      mark.style[side] = `${100 * at}%`;
      return mark;
    }));
  map.frame.append(axis("across", across, "left"), axis("up", up, "bottom"));
}
