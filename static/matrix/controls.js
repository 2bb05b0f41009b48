// The elements of the matrices: stage, transport, sentence, options.
import { aboutLines } from "../player/about.js";
import { element } from "../player/element.js";
import { around, layOver, small, stopAt, surround } from "../player/surround.js";
import { select } from "../player/transport.js";
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
  const label = _("Matrices. Space plays, arrows step, Tab goes on to the panels, question mark lists the keys.");
  const parts = surround(act, { label, keys: keys(), kind: "matrix" });
  const kernel = select("row", _("kernel"), [[0, "0"]], 0, act);
  const coverage = element("input", { type: "checkbox", "data-act": "coverage" });
  coverage.addEventListener("change", () => act("coverage", coverage.checked));
  const counts = element("label", { class: "check", title: _("Count how often each input cell is copied") }, coverage, _("times copied"));
  const share = small(act, "share", _("share step"), _("Take this step away as a picture or a film"));
  const options = element("div", { class: "options" }, kernel, counts, small(act, "full", _("full screen"), _("Full screen (f)")), share, small(act, "help", "?", _("Keys (?)")));
  const about = aboutLines();
  root.replaceChildren(about.above, parts.stage, parts.foot, options, about.below, parts.help, parts.said);
  return { ...parts, about, options, share, kernel, counts, coverage, row: /** @type {HTMLSelectElement} */ (kernel.lastChild) };
}

/** One focusable place for each panel, over the canvases. @param {HTMLElement} stage @param {MatrixMeta} meta @param {Act} act */
export function buildStops(stage, { panels }, act) {
  for (const old of stage.querySelectorAll(".stop")) old.remove();
  const stops = Object.entries(panels).map(([panel, { title }]) => {
    const label = _("{panel}. Arrows walk, Enter pins, Escape goes back to the steps.", { panel: title });
    return stopAt(act, panel, label);
  });
  stage.append(...stops);
  return stops;
}

/** @param {HTMLElement[]} stops @param {Desk} desk @param {number} scale */
export function placeStops(stops, { maps }, scale) {
  for (const stop of stops) {
    layOver(stop, around(maps[stop.dataset.panel ?? ""].map(({ port }) => port)), scale);
  }
}

/** As many kernels to choose from as there are. @param {ReturnType<typeof buildControls>} ui @param {number} kernels */
export function showKernels({ kernel, row }, kernels) {
  kernel.hidden = kernels === 1;
  if (row.options.length !== kernels) row.replaceChildren(...Array.from({ length: kernels }, (_, f) => element("option", { value: f }, String(f))));
}
