// Places of the stage that Tab visits one after the other: an input's cells, a kernel's weights, a stamped output.
import { around, layOver, stopAt } from "./surround.js";
import { _ } from "../words/catalogue.js";

const words = () => ({
  input: _("Input cells. Arrows walk, Enter pins, Escape goes back to the steps."),
  kernel: _("Weights of the kernel. Arrows walk, Enter pins, Escape goes back to the steps."),
  output: _("Output cells. Arrows walk, Enter pins, Escape goes back to the steps."),
});

/** One focusable place for each panel; `act("enter" or "leave", panel)` follows the focus. @param {Act} act */
export function buildStops(act) {
  return Object.entries(words()).map(([panel, label]) => {
    const stop = stopAt(act, panel, label);
    stop.hidden = true;
    return stop;
  });
}

/**
 * Lay each stop over its panel, in pixels of the stage times `scale`; those that are not in `panels` are left out.
 * @param {HTMLElement[]} stops @param {StageLayout} layout @param {string[]} panels @param {number} scale
 */
export function placeStops(stops, { boxes, work }, panels, scale) {
  /** @type {Record<string, Rect | null | undefined>} */
  const box = { input: boxes.input, kernel: work?.shown ? around(work.grids) : null, output: boxes.main };
  for (const stop of stops) {
    const panel = stop.dataset.panel ?? "";
    const place = panels.includes(panel) ? box[panel] : null;
    stop.hidden = !place;
    if (place) layOver(stop, place, scale);
  }
}
