// The two parts of the picture: what stands still, and what moves with the playhead.
import { dot, frame, outset, stroke } from "../drawing/lines.js";
import { paintTitle, write } from "../drawing/paint.js";
import { boxAt, filterBox } from "./arrange.js";
import { letterOf, paintScores, paintUpdateFrame, paintUpdates } from "./bars.js";
import { heightOf, paintFrames } from "./curves.js";
import { paintExample, paintTiles } from "./pictures.js";
import { titles } from "./sentences.js";

const LATER = 0.28; // how much is seen of curves beyond the playhead

/** @param {CanvasRenderingContext2D} ctx @param {Board} board */
export function paintStill(ctx, board) {
  const { layout, look, meta, colours } = board;
  paintFrames(ctx, board);
  ctx.globalAlpha = LATER;
  const bright = board.bright;
  if (bright) ctx.drawImage(bright, 0, 0, board.width, layout.height);
  ctx.globalAlpha = 1;
  layout.bands.forEach((band, r) => {
    const words = titles(board, r);
    if (layout.bands.length > 1) paintName(ctx, board, r);
    for (const name of /** @type {const} */ (["input", "kernel", "gradient", "map", "scores"])) {
      const box = band[name];
      if (!box) continue;
      const panel = board.panel(name, r);
      const legend = panel && box.w > 150 ? { ramp: colours.ramps[panel.scale], lim: /** @type {Limits} */ (meta.layers[board.layer].limits[panel.name]) } : {};
      paintTitle(ctx, box, { ...words[name], ...legend }, look);
    }
    paintExample(ctx, meta, board.course.tensors.example, band.input, colours.ramps[meta.picture], look);
    paintUpdateFrame(ctx, board, r);
    for (const name of ["kernel", "map", "gradient"]) paintNumbers(ctx, board, name, r);
  });
}

/** Whose pictures these are: a letter, the line of its curves, its name. @param {CanvasRenderingContext2D} ctx @param {Board} board @param {number} r */
function paintName(ctx, board, r) {
  const { look, layout, meta } = board;
  const { x, y } = layout.bands[r].name;
  const { colour, dash } = board.pen(r);
  write(ctx, letterOf(r), x, y, { font: `700 17px ${look.font}`, colour: look.text, align: "left" });
  stroke(ctx, { colour, width: 3.5, dash }, [[x + 20, y], [x + 62, y]]);
  const size = layout.narrow ? 13 : 15;
  write(ctx, meta.recipes[r].name, x + 72, y, { font: `600 ${size}px ${look.font}`, colour: look.text, align: "left" });
}

/** The number of each filter, under it. @param {CanvasRenderingContext2D} ctx @param {Board} board @param {string} name @param {number} r */
function paintNumbers(ctx, board, name, r) {
  const panel = board.panel(name, r);
  if (!panel || panel.tiles.size.w < 22 || panel.tiles.size.h < 22) return;
  const filters = panel.tiles.slots.length / panel.tiles.channels;
  for (let filter = 0; filter < filters; filter++) {
    const { x, y, h } = filterBox(panel.tiles, filter);
    write(ctx, String(filter), x, y + h + 7, { font: `10px ${board.look.font}`, colour: board.look.soft, align: "left" });
  }
}

/** @param {CanvasRenderingContext2D} ctx @param {Board} board @param {Move} move @param {TrainingSpot | null} shown */
export function paintMoving(ctx, board, move, shown) {
  const { course, colours, look } = board;
  for (const panel of board.panels) paintTiles(ctx, panel, course.between(panel.name, panel.r, move, board.layer), colours.ramps[panel.scale], look);
  for (const r of course.recipes) {
    paintScores(ctx, board, r, move);
    paintUpdates(ctx, board, r, move);
  }
  paintPlayhead(ctx, board, move);
  if (shown) paintShown(ctx, board, shown);
}

/** The curves up to the playhead, and the line itself. @param {CanvasRenderingContext2D} ctx @param {Board} board @param {Move} move */
function paintPlayhead(ctx, board, { from, to, part }) {
  const { course, layout, look, ratio, bright } = board;
  const [a, b] = [from, to].map((tick) => board.shareOf(course.ticks[tick]));
  const share = a + (b - a) * part;
  for (const [name, { x, y, w, h }] of Object.entries(layout.charts)) {
    const chart = /** @type {"loss" | "accuracy" | "rate"} */ (name);
    const at = x + share * w;
    const [left, top, wide, tall] = [x - 4, y - 4, at - x + 4, h + 8];
    if (bright && wide > 0) ctx.drawImage(bright, left * ratio, top * ratio, wide * ratio, tall * ratio, left, top, wide, tall);
    ctx.fillStyle = look.text;
    ctx.fillRect(at - 1, y - 4, 2, h + 8);
    if (chart === "rate") continue;
    for (const r of course.recipes) {
      const curve = board.curve(r, `${name}_test`);
      const value = curve[course.moment(r, from)] * (1 - part) + curve[course.moment(r, to)] * part;
      ctx.fillStyle = look.background;
      dot(ctx, at, heightOf(board, chart, value), 7);
      ctx.fillStyle = board.pen(r).colour;
      dot(ctx, at, heightOf(board, chart, value), 5.2);
    }
  }
}

/** The filter that is pointed at, in all panels, and the cell. @param {CanvasRenderingContext2D} ctx @param {Board} board @param {TrainingSpot} shown */
function paintShown(ctx, board, shown) {
  const { look } = board;
  if (shown.name === "scores") return;
  for (const { name, r, tiles } of board.panels) {
    if (shown.filter * tiles.channels >= tiles.slots.length) continue;
    frame(ctx, outset(filterBox(tiles, shown.filter), 3), look.accent, 2.5);
    if (name !== shown.name || r !== shown.r) continue;
    const cell = boxAt(tiles, shown);
    frame(ctx, cell, look.halo, 4);
    frame(ctx, cell, look.text, 2);
  }
}
