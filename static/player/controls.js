// The knobs under the stage. They call back; they decide nothing.
import { SPEEDS } from "./clock.js";
import { element } from "./element.js";
import { buildStops } from "./stops.js";
import { _ } from "../words/catalogue.js";
import { fixed } from "../words/numbers.js";

const buttons = () => [
  ["first", _("First step (Home)"), "M6 5v14M19 5L9 12l10 7z"],
  ["back", _("Step back ({key})", { key: "←" }), "M16 5L7 12l9 7z"],
  ["toggle", _("Play or pause (space)"), PLAY],
  ["next", _("Step on ({key})", { key: "→" }), "M8 5l9 7-9 7z"],
  ["last", _("Last step (End)"), "M18 5v14M5 5l10 7-10 7z"],
];
const PLAY = "M8 5l11 7-11 7z";
const zooms = () => [
  ["in", "+", _("Zoom in (+)")],
  ["out", "−", _("Zoom out (−)")],
  ["whole", _("whole"), _("Whole maps (0)")],
];
const PAUSE = "M7 5h3.5v14H7zM13.5 5H17v14h-3.5z";

/** @returns {[key: string, does: string][]} */
const keys = () => [
  [_("space"), _("play or pause")],
  ["← → ↑ ↓", _("move the output cell")],
  ["Tab", _("on to the input's cells and the weights: arrows walk them")],
  ["Enter", _("pin the cell, or let go of it")],
  [_("Home, End"), _("first and last step")],
  [_("Page Up, Page Down"), _("previous and next output channel")],
  ["[ ]", _("slower, faster")],
  ["+ − 0", _("zoom in, out, whole map")],
  [_("m, double click"), _("enlarge one input map, then the next")],
  ["f", _("full screen")],
  ["Esc", _("let go of the pinned cell; back to the steps")],
  ["?", _("this help")],
];

/** @param {string} path */
function icon(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const shape = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  shape.setAttribute("d", path);
  svg.append(shape);
  return svg;
}

/** @param {string} name @param {string} title @param {string} path @param {Act} act */
function button(name, title, path, act) {
  const made = element("button", { type: "button", title, "aria-label": title, "data-act": name }, icon(path));
  made.addEventListener("click", () => act(name));
  return made;
}

/** What a choice does, for whoever rests the pointer on it. @type {Record<string, () => string>} */
const HINTS = {
  view: () => _("Stamps: each input cell paints the kernel. Windows: each output cell reads the input, stuffed with holes."),
  scale: () => _("One range of colours for each map, for all maps of a layer, or for input and output together"),
  coverage: () => _("Count how often each cell is used"),
  lens: () => _("Repeat small cells in large numbers beside the map"),
  serpentine: () => _("Walk every other row backwards"),
  strength: () => _("0 leaves the gate open everywhere, 1 is the gate as computed"),
  threshold: () => _("The caption counts how much of the mask lies below this"),
  hand: () => _("Force every gate open or closed by hand"),
};

const scales = () => [["map", _("map")], ["layer", _("layer")], ["global", _("global")]];
const hands = () => [["computed", _("as computed")], ["open", _("all open")], ["closed", _("all closed")]];

/** @param {string} name @param {string} label @param {(string | number)[][]} options @param {string | number} value @param {Act} act */
function select(name, label, options, value, act) {
  const made = element("select", { "aria-label": label, "data-act": name });
  for (const [key, text] of options) made.append(element("option", { value: key }, String(text)));
  made.value = made.dataset.begins = String(value);
  made.addEventListener("change", () => act(name, made.value));
  return element("label", { title: HINTS[name]?.() ?? label }, `${label} `, made);
}

/** @param {string} name @param {string} label @param {Act} act */
function check(name, label, act) {
  const box = element("input", { type: "checkbox", "data-act": name, "data-begins": "" });
  box.addEventListener("change", () => act(name, box.checked));
  return element("label", { class: "check", title: HINTS[name]() }, box, label);
}

/** A slider from 0 to 1 with its value beside it. @param {string} name @param {string} label @param {number} value @param {Act} act */
function slider(name, label, value, act) {
  const input = element("input", { type: "range", min: "0", max: "1", step: "0.01", value: String(value), "data-begins": String(value), "data-act": name, "aria-label": label });
  const shown = element("output", { "aria-live": "off" }, fixed(value, 2));
  input.addEventListener("input", () => {
    shown.textContent = fixed(Number(input.value), 2);
    act(name, Number(input.value));
  });
  return element("label", { class: "slider", title: HINTS[name]() }, label, input, shown);
}

/**
 * Builds everything once; `act(name, value)` is called for every use. Returns what the player needs to reach.
 * @param {HTMLElement} root @param {Act} act
 */
export function buildControls(root, act) {
  const base = element("canvas", { class: "base", role: "img" });
  const light = element("canvas", { class: "light", "aria-hidden": "true" });
  const stops = buildStops(act);
  const stage = element(
    "div",
    { class: "stage", tabindex: "0", role: "application", "aria-label": _("Player. Space plays, arrows step, Tab goes on to other panels, question mark lists the keys.") },
    base,
    light,
    ...stops,
  );
  const scrub = element("input", { type: "range", min: "0", step: "1", "aria-label": _("Step"), "data-act": "scrub" });
  scrub.addEventListener("input", () => act("scrub", Number(scrub.value)));
  const ticks = element("div", { class: "ticks", "aria-hidden": "true" });
  const count = element("span", { class: "count", "data-testid": "step" });
  const steps = buttons().map(([name, title, path]) => button(name, title, path, act));
  const speed = select("speed", _("speed"), SPEEDS.map((s) => [s, `${s}×`]), 1, act);
  const transport = element("div", { class: "transport" }, ...steps, element("div", { class: "scrub" }, scrub, ticks), count, speed);
  const readout = element("p", { class: "readout", "data-testid": "readout" });
  const said = element("p", { class: "said", role: "status", "data-testid": "said" });
  const foot = element("div", { class: "foot" }, transport, readout);
  const view = select("view", _("told by"), [["stamp", _("stamps")], ["gather", _("windows")]], "stamp", act);
  const zoom = zooms().map(([name, sign, title]) => {
    const made = element("button", { type: "button", class: "small", "data-act": `zoom-${name}` }, sign);
    made.title = title;
    made.setAttribute("aria-label", title);
    made.addEventListener("click", () => act(`zoom-${name}`));
    return made;
  });
  const sweep = element("button", { type: "button", class: "small", "data-act": "sweep", title: _("From all open to as computed"), "aria-label": _("Animate the strength") }, "▶");
  sweep.addEventListener("click", () => act("sweep"));
  const strength = slider("strength", _("strength"), 1, act);
  const gates = element("div", { class: "options gates", hidden: "" }, element("span", { class: "zoom" }, strength, sweep), slider("threshold", _("threshold"), 0.5, act), select("hand", _("gate"), hands(), "computed", act));
  const ask = element("button", { type: "button", class: "small", "data-act": "help", title: _("Keys (?)"), "aria-label": _("Keys (?)") }, "?");
  ask.addEventListener("click", () => act("help"));
  const share = element("button", { type: "button", class: "small", "data-act": "share", title: _("Take this step away as a picture or a film"), hidden: "" }, _("share step"));
  share.addEventListener("click", () => act("share"));
  const coverage = check("coverage", _("times read"), act);
  const lens = check("lens", _("lens"), act);
  const full = element("button", { type: "button", class: "small", "data-act": "full", title: _("Full screen (f)") }, _("full screen"));
  full.addEventListener("click", () => act("full"));
  const options = element(
    "div",
    { class: "options" },
    view,
    select("scale", _("colours per"), scales(), "layer", act),
    coverage,
    lens,
    check("serpentine", _("serpentine"), act),
    element("span", { class: "zoom" }, _("zoom"), " ", ...zoom),
    full,
    share,
    ask,
  );
  const help = element("dl", { class: "help", hidden: "" }, ...keys().flatMap(([key, what]) => [element("dt", {}, key), element("dd", {}, what)]));
  root.replaceChildren(stage, gates, foot, options, help, said);
  return { stage, base, light, stops, foot, options, said, scrub, ticks, count, readout, help, share, view, gates, strength, coverage, coverageWords: coverage.lastChild ?? coverage, lens: /** @type {HTMLInputElement} */ (lens.firstChild), back: steps[1], toggle: steps[2], next: steps[3], speed: /** @type {HTMLSelectElement} */ (speed.lastChild) };
}

/** @param {HTMLElement} root @param {string} name @returns {HTMLInputElement | HTMLSelectElement | null} */
const knob = (root, name) => root.querySelector(`:is(input, select)[data-act="${name}"]`);

/** @param {HTMLInputElement | HTMLSelectElement} one */
const valueOf = (one) => (one.type === "checkbox" ? (/** @type {HTMLInputElement} */ (one).checked ? "on" : "") : one.value);

/** The knobs of these names that are not as they begin. @param {HTMLElement} root @param {string[]} names @returns {Record<string, string>} */
export function knobs(root, names) {
  /** @type {Record<string, string>} */
  const moved = {};
  for (const name of names) {
    const one = knob(root, name);
    if (one && valueOf(one) !== one.dataset.begins) moved[name] = valueOf(one);
  }
  return moved;
}

/** Turn a knob as a hand would. @param {HTMLElement} root @param {string} name @param {string} value */
export function setKnob(root, name, value) {
  const one = knob(root, name);
  if (!one) return;
  if (one.type === "checkbox") /** @type {HTMLInputElement} */ (one).checked = value === "on";
  else one.value = value;
  one.dispatchEvent(new Event(one.type === "range" ? "input" : "change"));
}

/** @type {Record<string, string>} */
const SIGNS = { left: "←", right: "→", up: "↑", down: "↓" };

/**
 * Name the buttons of a single step after the arrow keys that go the same way: back and on along torch's columns.
 * @param {Controls} ui @param {Record<string, number[]>} keys
 */
export function nameSteps({ back, next }, keys) {
  const key = (/** @type {number} */ by) => SIGNS[Object.keys(keys).find((one) => keys[one][0] === 2 && keys[one][1] === by) ?? ""];
  back.title = _("Step back ({key})", { key: key(-1) });
  next.title = _("Step on ({key})", { key: key(1) });
  for (const made of [back, next]) made.setAttribute("aria-label", made.title);
}

/** Only the knobs that a scene has. @param {Controls} ui @param {SceneMeta} meta */
export function showScene({ view, coverage, coverageWords, gates, base }, meta) {
  view.hidden = !meta.stamp;
  coverage.hidden = meta.view !== "work";
  gates.hidden = meta.view !== "gate";
  base.setAttribute("aria-label", _("{layer}: input {input}, output {output}. The sentence below says what is lit.", { layer: meta.title, ...meta.shapes }));
  coverageWords.textContent = meta.stamp ? _("times painted") : _("times read");
}

/** Put a slider where its value is. @param {HTMLElement} label @param {number} value */
export function showSlider(label, value) {
  const [input, shown] = [label.querySelector("input"), label.querySelector("output")];
  if (input) input.value = String(value);
  if (shown) shown.textContent = fixed(value, 2);
}

/** @param {HTMLElement} toggle @param {boolean} playing */
export function showPlaying(toggle, playing) {
  toggle.querySelector("path")?.setAttribute("d", playing ? PAUSE : PLAY);
  toggle.setAttribute("aria-pressed", String(playing));
}

/** One tick at the start of each output channel. @param {HTMLElement} ticks @param {number} turns */
export function showTicks(ticks, turns) {
  if (ticks.childElementCount === turns) return;
  ticks.replaceChildren(
    ...Array.from({ length: turns > 1 ? turns : 0 }, (_, i) => {
      const mark = element("span");
      mark.style.left = `${(100 * i) / turns}%`;
      return mark;
    }),
  );
}
