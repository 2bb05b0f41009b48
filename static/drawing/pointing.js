// What lies under a pixel of the stage, and which tap of the kernel is drawn where.
import { contentAt } from "./panels.js";
import { placeAt } from "./port.js";

/**
 * What is under a pixel: {area, map, place, content} on a map, {area: "kernel", tap}, or null.
 * @param {Stage} stage @param {number} x @param {number} y @returns {Hit | null}
 */
export function hit(stage, x, y) {
  const areas = { input: stage.inputs, gate: stage.gates, output: stage.outputs, strip: stage.strip };
  for (const [area, maps] of Object.entries(areas))
    for (const map of maps) {
      const at = placeAt(map.port, x, y);
      if (at) {
        const place = [map.depth, ...at];
        return { area: /** @type {"input"} */ (area), map, place, content: contentAt(map.panel, map.channel, place) };
      }
    }
  return stage.scene.meta.rule === "dot" ? hitKernel(stage, x, y) : null;
}

/** @param {Stage} stage @param {number} x @param {number} y @returns {Hit | null} */
function hitKernel(stage, x, y) {
  const grids = stage.layout.work?.grids ?? [];
  const grid = grids.find((g) => placeAt(g, x, y));
  const at = grid && placeAt(grid, x, y);
  if (!at) return null;
  const depth = stage.axes[0].taps;
  const place = [grid.map % depth, ...at];
  return { area: "kernel", tap: [Math.floor(grid.map / depth), ...tapAt(stage, place)] };
}

/**
 * The tap that is drawn at a place of the kernel's grid, and back: the grids show the window as it lies.
 * @param {{axes: Axis[], stamping: boolean}} stage @param {Cell} place @returns {Cell}
 */
export const tapAt = ({ axes, stamping }, place) => place.map((at, i) => (stamping ? at : axes[i].drawn[at]));
/** @param {{axes: Axis[], stamping: boolean}} stage @param {Cell} tap @returns {Cell} */
export const drawnAt = ({ axes, stamping }, tap) => tap.map((t, i) => (stamping ? t : axes[i].drawn.indexOf(t)));
