// What drawing asks of a browser: hatches to fill with, and maps as images. In files a recorder gives both: recorder.js.
import { TOP, inks, level } from "./colour.js";
import { drawnSize, pixelSteps } from "./port.js";
import { NONE } from "./tables.js";

/** What draws on a canvas. @param {HTMLCanvasElement} canvas */
export const contextOf = (canvas) => /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));

/**
 * A repeating hatch. `step` in pixels; `cross` draws both diagonals.
 * @param {string} colour @param {number} [step] @param {boolean} [cross]
 */
function hatch(colour, step = 7, cross = false) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = step;
  const t = contextOf(tile);
  t.strokeStyle = colour;
  t.lineWidth = 1;
  t.beginPath();
  for (const shift of [-step, 0, step]) {
    t.moveTo(shift, step);
    t.lineTo(shift + step, 0);
    if (cross) {
      t.moveTo(shift, 0);
      t.lineTo(shift + step, step);
    }
  }
  t.stroke();
  return t.createPattern(tile, "repeat");
}

/**
 * One map as an image of one pixel per place, or of one in `every` so many along each axis.
 * @param {Panel} panel @param {number} channel @param {number} depth @param {Legend & {every?: number}} how
 */
function image(panel, channel, depth, { ramp, lim, every = 1 }) {
  const [rows, columns] = panel.lines.slice(1).map((line) => (every > 1 ? line.filter((_, i) => i % every === 0) : line));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = drawnSize(rows.length, columns.length, panel.turned);
  const ctx = contextOf(canvas);
  const made = ctx.createImageData(canvas.width, canvas.height);
  const pixels = new Uint32Array(made.data.buffer);
  const packed = inks(ramp);
  const [, nd, nr, nc] = panel.shape;
  const d = panel.lines[0][depth];
  const padding = Number.isFinite(panel.padValue) ? packed[level(panel.padValue, lim)] : 0;
  const [low, scale] = [lim[0], TOP / (lim[1] - lim[0])];
  const { data } = panel;
  const steps = pixelSteps(rows.length, columns.length, panel.turned);
  for (let i = 0; i < rows.length; i++) {
    const r = rows[i];
    const row = (((panel.single ? 0 : channel) * nd + d) * nr + r) * nc; // where the row's first cell lies
    let at = steps.first + i * steps.row;
    for (let j = 0; j < columns.length; j++, at += steps.column) {
      const c = columns[j];
      if (d < 0 || r < 0 || c < 0) pixels[at] = d === NONE || r === NONE || c === NONE ? 0 : padding;
      else {
        const value = data[row + c];
        const l = (value - low) * scale + 0.5;
        pixels[at] = value - value === 0 ? packed[l < 0 ? 0 : l > TOP ? TOP : l | 0] : 0; // NaN and Inf stay empty
      }
    }
  }
  ctx.putImageData(made, 0, 0);
  return canvas;
}

export const CANVAS = { hatch, image };
