// The viewer's elements.

/** An element with properties and children. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  const { data, aria, ...rest } = properties;
  Object.assign(element, rest);
  for (const [name, value] of Object.entries(data ?? {})) element.dataset[name] = value;
  for (const [name, value] of Object.entries(aria ?? {})) element.setAttribute(`aria-${name}`, value);
  element.append(...children);
  return element;
}

const button = (act, text, title) => make("button", { type: "button", title, data: { act } }, text);
const choice = (name, label, options) =>
  make("label", {}, label, make("select", { name }, ...options.map(([value, text]) => make("option", { value }, text))));

export const SORTS = [["index", "number"], ["mean", "mean"], ["max", "largest value"], ["variance", "variance"], ["zeros", "share of zeros"], ["contrast", "marked stretch against the rest"]];
export const SCALES = [["channel", "each channel"], ["layer", "whole layer"], ["percentiles", "layer, 1 to 99 %"]];

/** All parts of a viewer, by name. */
export function build(root) {
  const ui = {
    play: button("play", "▶ Play", "Play or stop (space)"),
    time: make("span", { className: "time" }),
    part: make("span", { className: "part", hidden: true }),
    clip: make("div", { className: "clip" }),
    fill: button("fill", "Fill block by block", "Let the maps appear one after the other"),
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
  };
  ui.hearPart = button("hearPart", "Hear it", "Play the selected part");
  ui.analyse = button("analyse", "Analyse it alone", "Let the network read the selected part only");
  ui.clear = button("clear", "✕", "Clear the selection");
  ui.partWords = make("span");
  ui.part.append(ui.partWords, ui.hearPart, ui.analyse, ui.clear);
  ui.said = make("span", { data: { testid: "unit" } });
  ui.heard = make("p", { className: "heard", role: "status" });
  ui.hearUnit = button("hearUnit", "Hear what it sees", "Play the seconds and the band of this unit's receptive field");
  ui.unit.append(ui.said, ui.hearUnit);
  ui.strip.setAttribute("aria-label", "Stages");
  const sort = choice("sort", "sort by", SORTS);
  const scale = choice("scale", "colours by", SCALES);
  [ui.sort, ui.scale] = [sort.lastChild, scale.lastChild];
  ui.body = make(
    "div",
    { className: "viewer", tabIndex: -1 },
    make("div", { className: "bar" }, ui.play, ui.time, ui.part),
    ui.clip,
    make("div", { className: "bar" }, make("h3", {}, "The network, stage by stage"), ui.fill),
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
  root.append(ui.body);
  return ui;
}

/** A map: an image that fills its frame, with a cursor, room for boxes, and axes if they are wanted. */
export function makeMap(className, label = "") {
  const image = make("img", { alt: "", decoding: "sync", draggable: false });
  const boxes = make("div", { className: "boxes" });
  const cursor = make("i", { className: "cursor" });
  const picture = make("div", { className: "picture" }, image, boxes, cursor);
  const frame = make("div", { className: `map ${className}` }, picture);
  if (label) Object.assign(picture, { role: "img", ariaLabel: label });
  return { frame, picture, image, boxes, cursor };
}

/** Draw boxes of shares on a map: `[{box, kind}]`. */
export function drawBoxes(map, boxes) {
  const shown = boxes.filter(({ box }) => box);
  while (map.boxes.children.length < shown.length) map.boxes.append(make("i"));
  while (map.boxes.children.length > shown.length) map.boxes.lastChild.remove();
  shown.forEach(({ box, kind }, i) => {
    const { style } = map.boxes.children[i];
    map.boxes.children[i].className = kind;
    Object.assign(style, {
      left: `${100 * box.left}%`,
      width: `${100 * (box.right - box.left)}%`,
      bottom: `${100 * box.bottom}%`,
      height: `${100 * (box.top - box.bottom)}%`,
    });
  });
}

/** Marks along a map: `[{at, text}]` with shares from the left, and from the bottom. */
export function drawAxes(map, across, up) {
  map.frame.querySelectorAll(".axis").forEach((axis) => axis.remove());
  const inside = ({ at }) => at >= -0.001 && at <= 1.001;
  const axis = (className, marks, side) =>
    make("div", { className: `axis ${className}`, ariaHidden: "true" }, ...marks.filter(inside).map(({ at, text }) => {
      const mark = make("span", {}, text);
      mark.style[side] = `${100 * at}%`;
      return mark;
    }));
  map.frame.append(axis("across", across, "left"), axis("up", up, "bottom"));
}
