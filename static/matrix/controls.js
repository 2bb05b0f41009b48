// The elements of the matrices: stage, transport, sentence, options.
import { aboutLines } from "../player/about.js";
import { element } from "../player/element.js";
import { buildTransport, select } from "../player/transport.js";
import { _ } from "../words/catalogue.js";

/** @returns {[key: string, does: string][]} */
const keys = () => [
  [_("space"), _("play or pause")],
  ["← →", _("previous and next column")],
  ["↑ ↓", _("previous and next kernel")],
  ["Tab", _("on to the numbers of each panel: arrows walk them")],
  ["Enter", _("pin the number, or let go of it")],
  [_("Home, End"), _("first and last step")],
  ["[ ]", _("slower, faster")],
  ["f", _("full screen")],
  ["Esc", _("let go of the pinned number; back to the steps")],
  ["?", _("this help")],
];

/** @param {HTMLElement} root @param {Act} act */
export function buildControls(root, act) {
  const base = element("canvas", { class: "base", role: "img" });
  const light = element("canvas", { class: "light", "aria-hidden": "true" });
  const label = _("Matrices. Space plays, arrows step, Tab goes on to the panels, question mark lists the keys.");
  const stage = element("div", { class: "stage matrix", tabindex: "0", role: "application", "aria-label": label }, base, light);
  const { transport, ...run } = buildTransport(act);
  const readout = element("p", { class: "readout", "data-testid": "readout" });
  const said = element("p", { class: "said", role: "status", "data-testid": "said" });
  const foot = element("div", { class: "foot" }, transport, readout);
  /** @param {string} name @param {string} words @param {string} title */
  const small = (name, words, title) => {
    const made = element("button", { type: "button", class: "small", "data-act": name, title }, words);
    made.addEventListener("click", () => act(name));
    return made;
  };
  const kernel = select("row", _("kernel"), [[0, "0"]], 0, act);
  const coverage = element("input", { type: "checkbox", "data-act": "coverage" });
  coverage.addEventListener("change", () => act("coverage", coverage.checked));
  const counts = element("label", { class: "check", title: _("Count how often each input cell is copied") }, coverage, _("times copied"));
  const share = small("share", _("share step"), _("Take this step away as a picture or a film"));
  const options = element("div", { class: "options" }, kernel, counts, small("full", _("full screen"), _("Full screen (f)")), share, small("help", "?", _("Keys (?)")));
  const help = element("dl", { class: "help", hidden: "" }, ...keys().flatMap(([key, what]) => [element("dt", {}, key), element("dd", {}, what)]));
  const about = aboutLines();
  root.replaceChildren(about.above, stage, foot, options, about.below, help, said);
  return { ...run, about, stage, base, light, foot, options, readout, said, help, share, kernel, counts, coverage, row: /** @type {HTMLSelectElement} */ (kernel.lastChild) };
}

/** One focusable place for each panel, over the canvases. @param {HTMLElement} stage @param {MatrixMeta} meta @param {Act} act */
export function buildStops(stage, { panels }, act) {
  for (const old of stage.querySelectorAll(".stop")) old.remove();
  const stops = Object.entries(panels).map(([panel, { title }]) => {
    const label = _("{panel}. Arrows walk, Enter pins, Escape goes back to the steps.", { panel: title });
    const stop = element("div", { class: "stop", tabindex: "0", role: "application", "data-panel": panel, "aria-label": label });
    stop.addEventListener("focus", () => act("enter", panel));
    stop.addEventListener("blur", () => act("leave", panel));
    return stop;
  });
  stage.append(...stops);
  return stops;
}

/** @param {HTMLElement[]} stops @param {Desk} desk @param {number} scale */
export function placeStops(stops, { maps }, scale) {
  for (const stop of stops) {
    const ports = maps[stop.dataset.panel ?? ""].map(({ port }) => port);
    const [x, y] = [Math.min(...ports.map((port) => port.x)), Math.min(...ports.map((port) => port.y))];
    const [right, low] = [Math.max(...ports.map((port) => port.x + port.w)), Math.max(...ports.map((port) => port.y + port.h))];
    for (const [side, size] of Object.entries({ left: x, top: y, width: right - x, height: low - y })) stop.style.setProperty(side, `${size * scale}px`);
  }
}

/** As many kernels to choose from as there are. @param {ReturnType<typeof buildControls>} ui @param {number} kernels */
export function showKernels({ kernel, row }, kernels) {
  kernel.hidden = kernels === 1;
  if (row.options.length !== kernels) row.replaceChildren(...Array.from({ length: kernels }, (_, f) => element("option", { value: f }, String(f))));
}
