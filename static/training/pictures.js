// Pictures of kernels, gradients and maps: one pixel for each number, all of a panel on one canvas that is scaled.
import { TOP, css, inks, level } from "../drawing/colour.js";
import { contextOf } from "../drawing/canvas.js";
import { frame } from "../drawing/lines.js";
import { tiles } from "./arrange.js";

const SIDE = 32; // pictures side by side on the canvas

/**
 * A panel with room for the pictures of one kind.
 * @param {import("./course.js").Course} course @param {"kernel" | "gradient" | "map"} name @param {number} r @param {number} layer
 * @param {Rect} box @param {number} side filters side by side, as the kernels have them; 0 leaves it open @returns {TilePanel}
 */
export function arranged(course, name, r, layer, box, side) {
  const { shape } = /** @type {Tensor} */ (course.tensor(name, r, layer));
  const [filters, channels, rows, columns] = name === "map" ? [shape[1], 1, shape[2], shape[3]] : shape.slice(1);
  const bars = rows === 1 && columns > 1;
  const laid = tiles({ filters, channels, rows, columns, bars, turned: course.meta.turned }, box, side);
  return { name, r, box, tiles: laid, lim: course.limits(name, layer, r), scale: name === "kernel" ? "weight" : "signed", sheet: null };
}

/** The canvas of a panel, and its pixels. @param {TilePanel} panel @returns {Sheet} */
function sheetOf(panel) {
  if (panel.sheet) return panel.sheet;
  const { slots, rows, columns, turned } = panel.tiles;
  const [wide, tall] = turned ? [rows, columns] : [columns, rows];
  const canvas = document.createElement("canvas");
  const along = Math.min(SIDE, slots.length);
  [canvas.width, canvas.height] = [wide * along, tall * Math.ceil(slots.length / along)];
  const ctx = contextOf(canvas);
  const image = ctx.createImageData(canvas.width, canvas.height);
  panel.sheet = { canvas, ctx, image, pixels: new Uint32Array(image.data.buffer), along, wide, tall };
  return panel.sheet;
}

/**
 * Draw some numbers as pictures. @param {CanvasRenderingContext2D} ctx @param {TilePanel} panel @param {Float32Array} values
 * @param {RGB[]} ramp @param {Look} look
 */
export function paintTiles(ctx, panel, values, ramp, look) {
  const { slots, bars } = panel.tiles;
  if (bars) return slots.forEach((slot, i) => paintBars(ctx, panel, slot, values, i, ramp, look));
  const { canvas, ctx: own, image, along, wide, tall } = sheetOf(panel);
  fill(panel, values, inks(ramp));
  own.putImageData(image, 0, 0);
  ctx.imageSmoothingEnabled = false;
  slots.forEach(({ x, y, w, h }, i) => ctx.drawImage(canvas, (i % along) * wide, Math.floor(i / along) * tall, wide, tall, x, y, w, h));
  ctx.strokeStyle = look.edge;
  ctx.lineWidth = 1;
  ctx.beginPath();
  for (const { x, y, w, h } of slots) ctx.rect(x - 0.5, y - 0.5, w + 1, h + 1);
  ctx.stroke();
}

/** Numbers to pixels; what is no number stays empty. @param {TilePanel} panel @param {Float32Array} values @param {Uint32Array} inks */
function fill(panel, values, inks) {
  const { slots, rows, columns, turned } = panel.tiles;
  const { pixels, along, wide, tall } = /** @type {Sheet} */ (panel.sheet);
  const [low, scale] = [panel.lim[0], TOP / (panel.lim[1] - panel.lim[0])];
  const line = wide * along;
  for (let i = 0, k = 0; i < slots.length; i++) {
    const first = Math.floor(i / along) * tall * line + (i % along) * wide;
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++, k++) {
        const at = turned ? first + (columns - 1 - column) * line + row : first + row * line + column;
        const l = (values[k] - low) * scale + 0.5;
        pixels[at] = l - l === 0 ? inks[l < 0 ? 0 : l > TOP ? TOP : l | 0] : 0;
      }
  }
}

/** A row of numbers from a middle line. @param {CanvasRenderingContext2D} ctx @param {TilePanel} panel @param {Rect} slot @param {Float32Array} values @param {number} i @param {RGB[]} ramp @param {Look} look */
function paintBars(ctx, { tiles: { columns }, lim }, { x, y, w, h }, values, i, ramp, look) {
  const middle = y + h / 2;
  const wide = w / columns;
  ctx.fillStyle = look.veil;
  ctx.fillRect(x, y, w, h);
  for (let k = 0; k < columns; k++) {
    const value = values[i * columns + k];
    if (!Number.isFinite(value)) continue;
    const size = ((value - (lim[0] + lim[1]) / 2) / ((lim[1] - lim[0]) / 2)) * (h / 2);
    ctx.fillStyle = css(ramp[level(value, lim)]);
    ctx.fillRect(x + k * wide + wide * 0.06, Math.min(middle, middle - size), Math.max(0.8, wide * 0.88), Math.max(1, Math.abs(size)));
    if (wide < 5) continue;
    frame(ctx, { x: x + k * wide + wide * 0.06, y: Math.min(middle, middle - size), w: wide * 0.88, h: Math.abs(size) }, look.edge);
  }
  ctx.fillStyle = look.edge;
  ctx.fillRect(x, middle - 0.5, w, 1);
}

/** The example itself. @param {CanvasRenderingContext2D} ctx @param {TrainingMeta} meta @param {Tensor} example @param {Rect} box @param {RGB[]} ramp @param {Look} look */
export function paintExample(ctx, meta, { shape, data }, box, ramp, look) {
  const [channels, rows, columns] = shape;
  const lim = meta.exampleLimits;
  const colour = meta.colour;
  const shown = { filters: colour ? 1 : channels, channels: 1, rows, columns, bars: rows === 1, turned: meta.turned };
  /** @type {TilePanel} */
  const panel = { name: "map", r: 0, box, tiles: tiles(shown, box), lim, scale: meta.picture, sheet: null };
  if (!colour) return paintTiles(ctx, panel, data, ramp, look);
  const { canvas, ctx: own, image } = sheetOf(panel);
  const size = rows * columns;
  for (let i = 0; i < size; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = 255 * ((data[c * size + i] - lim[0]) / (lim[1] - lim[0]));
    image.data[4 * i + 3] = 255;
  }
  own.putImageData(image, 0, 0);
  const [{ x, y, w, h }] = panel.tiles.slots;
  ctx.imageSmoothingEnabled = false;
  ctx.drawImage(canvas, x, y, w, h);
}
