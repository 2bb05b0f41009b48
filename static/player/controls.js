// The knobs under the stage. They call back; they decide nothing.
import { aboutLines, tellAbout } from "./about.js";
import { element } from "./element.js";
import { buildStops } from "./stops.js";
import { small, surround } from "./surround.js";
import { select } from "./transport.js";
import { _ } from "../words/catalogue.js";
import { fixed } from "../words/numbers.js";

const zooms = () => [
  ["in", "+", _("Zoom in (+)")],
  ["out", "−", _("Zoom out (−)")],
  ["whole", _("whole"), _("Whole maps (0)")],
];

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
  ["n", _("nudge the cell of x, or the number that a gradient is of")],
  ["d", _("of dY: let this cell alone be the loss")],
  ["Esc", _("let go of the pinned cell; back to the steps")],
  ["?", _("this help")],
];

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

/** @param {string} name @param {string} label @param {(string | number)[][]} options @param {string} value @param {Act} act */
const choice = (name, label, options, value, act) => select(name, label, options, value, act, HINTS[name]());

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
  const label = _("Player. Space plays, arrows step, Tab goes on to other panels, question mark lists the keys.");
  const stops = buildStops(act);
  const parts = surround(act, { label, keys: keys(), stops });
  const view = choice("view", _("told by"), [["stamp", _("stamps")], ["gather", _("windows")]], "stamp", act);
  const zoom = zooms().map(([name, sign, title]) => small(act, `zoom-${name}`, sign, title, { "aria-label": title }));
  const sweep = small(act, "sweep", "▶", _("From all open to as computed"), { "aria-label": _("Animate the strength") });
  const strength = slider("strength", _("strength"), 1, act);
  const gates = element("div", { class: "options gates", hidden: "" }, element("span", { class: "zoom" }, strength, sweep), slider("threshold", _("threshold"), 0.5, act), choice("hand", _("gate"), hands(), "computed", act));
  const ask = small(act, "help", "?", _("Keys (?)"), { "aria-label": _("Keys (?)") });
  const share = small(act, "share", _("share step"), _("Take this step away as a picture or a film"), { hidden: "" });
  const nudge = small(act, "nudge", _("nudge"), _("Move one number a little, and hold what changes against its gradient (n)"), { hidden: "" });
  const loss = small(act, "loss", _("loss here"), _("Let this cell of dY alone be the loss: 1 here, 0 elsewhere (d)"), { hidden: "" });
  const coverage = check("coverage", _("times read"), act);
  const lens = check("lens", _("lens"), act);
  const full = small(act, "full", _("full screen"), _("Full screen (f)"));
  const options = element(
    "div",
    { class: "options" },
    view,
    choice("scale", _("colours per"), scales(), "layer", act),
    coverage,
    lens,
    check("serpentine", _("serpentine"), act),
    element("span", { class: "zoom" }, _("zoom"), " ", ...zoom),
    full,
    loss,
    nudge,
    share,
    ask,
  );
  const about = aboutLines();
  root.replaceChildren(about.above, parts.stage, gates, parts.foot, options, about.below, parts.help, parts.said);
  return { ...parts, about, stops, options, share, nudge, loss, view, gates, strength, coverage, coverageWords: coverage.lastChild ?? coverage, lens: /** @type {HTMLInputElement} */ (lens.firstChild) };
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

/** Only the knobs that a scene has, and what is said of it. @param {Controls} ui @param {SceneMeta} meta */
export function showScene({ about, view, coverage, coverageWords, gates, base }, meta) {
  tellAbout(about, meta);
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
