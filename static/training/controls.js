// The elements of a training: layers, stage, transport, sentence, options.
import { element } from "../player/element.js";
import { layOver, small, stopAt, surround } from "../player/surround.js";
import { select } from "../player/transport.js";
import { _ } from "../words/catalogue.js";
import { letterOf } from "./bars.js";

/** @returns {[key: string, does: string][]} */
const keys = () => [
  [_("space"), _("play or pause")],
  ["← →", _("previous and next moment")],
  ["↑ ↓", _("previous and next layer")],
  ["Tab", _("on to the pictures: arrows walk their numbers, Page Up and Page Down their filters")],
  ["Enter", _("pin the number, or let go of it")],
  [_("Home, End"), _("first and last moment")],
  ["[ ]", _("slower, faster")],
  ["f", _("full screen")],
  ["Esc", _("let go of the pinned number; back to the steps")],
  ["?", _("this help")],
];

/** @param {HTMLElement} root @param {Act} act */
export function buildControls(root, act) {
  const label = _("Training. Space plays, arrows step through training time and layers, Tab goes on to the pictures, question mark lists the keys.");
  const parts = surround(act, { label, keys: keys(), kind: "training" });
  const layers = element("div", { class: "layers", role: "group", "aria-label": _("Layer that is shown") });
  const time = select("time", _("time"), [["log", _("early steps wide")], ["even", _("all steps alike")]], "log", act);
  const share = small(act, "share", _("share step"), _("Put this step and layer into the link"));
  const options = element("div", { class: "options" }, time, small(act, "full", _("full screen"), _("Full screen (f)")), share, small(act, "help", "?", _("Keys (?)")));
  root.replaceChildren(layers, parts.stage, parts.foot, options, parts.help, parts.said);
  return { ...parts, options, share, layers, time: /** @type {HTMLSelectElement} */ (time.lastChild) };
}

/**
 * A button for each layer; behind them those that open the one that is shown, at the playhead's step.
 * @param {HTMLElement} room @param {Board} board @param {boolean} opens is there who opens? @param {Act} act
 */
export function showLayers(room, { meta, layer }, opens, act) {
  const held = /** @type {HTMLElement | null} */ (room.querySelector(":focus"))?.dataset.layer;
  const choices = meta.layers.map(({ parts }, j) => {
    const names = [...new Set(parts.map(({ stage }) => stage))];
    const made = element("button", { type: "button", class: "small", "data-layer": j, "aria-pressed": String(j === layer), title: parts.map(({ code }) => code).join(" · ") }, names.join(" · "));
    made.addEventListener("click", () => act("layer", j));
    return made;
  });
  const { parts } = meta.layers[layer];
  const opening = parts.map(({ stage }, r) => {
    const words = parts.length > 1 ? _("{recipe}: open {stage} at this step", { recipe: letterOf(r), stage }) : _("open {stage} at this step", { stage });
    const made = element("button", { type: "button", class: "small open", "data-act": "open", "data-recipe": r }, `${words} ↗`);
    made.addEventListener("click", () => act("open", r));
    return made;
  });
  room.replaceChildren(element("span", { class: "name" }, _("layer")), ...choices, ...(opens ? [element("span", { class: "gap" }), ...opening] : []));
  if (held !== undefined) /** @type {HTMLElement | null} */ (room.querySelector(`[data-layer="${held}"]`))?.focus({ preventScroll: true });
}

/** One focusable place for each panel of pictures, over the canvases. @param {HTMLElement} stage @param {Board} board @param {number} scale @param {Act} act */
export function placeStops(stage, board, scale, act) {
  const names = /** @type {Record<string, () => string>} */ ({ kernel: () => _("Kernels"), gradient: () => _("Gradient"), map: () => _("Maps") });
  const wanted = board.panels.map(({ name, r }) => `${name}.${r}`);
  const stops = /** @type {HTMLElement[]} */ ([...stage.querySelectorAll(".stop")]);
  for (const old of stops) if (!wanted.includes(old.dataset.panel ?? "")) old.remove();
  board.panels.forEach(({ name, r, box }, i) => {
    let stop = stops.find((one) => one.dataset.panel === wanted[i]);
    if (!stop) {
      const letter = board.course.recipes.length > 1 ? `${letterOf(r)}, ` : "";
      const label = _("{panel}. Arrows walk, Enter pins, Escape goes back to the steps.", { panel: letter + names[name]() });
      stop = stopAt(act, wanted[i], label, { name, r });
    }
    stage.append(stop);
    layOver(stop, box, scale);
  });
}
