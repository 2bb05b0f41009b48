// The still part of the stage: maps, padding, grids, numbers, names and legends. Drawn once per scene, zoom or theme.
import { fitted } from "./captions.js";
import { TOP, css, ink, level } from "./colour.js";
import { frame, outset, stroke } from "./lines.js";
import { contentAt, textAt } from "./panels.js";
import { boxOf, drawnCells, pixelOf, visible } from "./port.js";
import { NONE } from "./tables.js";
import { brief } from "../words/numbers.js";

const NUMBERS_FROM = 20; // pixels a cell needs to carry a number
const GRID_FROM = 7; // ... and a grid line
const MOST_NUMBERS = 4000;
const BARS = 0.7; // part of a one-row map that its bars take; the number stands below

/** @param {Ctx} ctx @param {Rect} port @param {() => void} draw */
export function clipTo(ctx, port, draw) {
  ctx.save();
  ctx.beginPath();
  ctx.rect(port.x, port.y, port.w, port.h);
  ctx.clip();
  draw();
  ctx.restore();
}

/**
 * Cover what is not computed yet.
 * @param {Ctx} ctx @param {Look} look @param {number} x @param {number} y @param {number} w @param {number} h
 */
export function cloak(ctx, look, x, y, w, h) {
  for (const fill of [look.veil, look.mask]) {
    ctx.fillStyle = fill;
    ctx.fillRect(x, y, w, h);
  }
}

/** @param {Port} port @param {(row: number, column: number) => void} visit */
const eachVisible = (port, visit) => {
  const [r0, r1, c0, c1] = visible(port);
  for (let r = r0; r < r1; r++) for (let c = c0; c < c1; c++) visit(r, c);
};

/** @param {Port} port */
const seen = (port) => {
  const [r0, r1, c0, c1] = visible(port);
  return (r1 - r0) * (c1 - c0);
};

/** One map: image, texture of the padding, grid, numbers. @param {Ctx} ctx @param {Dressed} map @param {Look} look */
export function paintMap(ctx, map, look) {
  const { port, image } = map;
  clipTo(ctx, port, () => {
    ctx.imageSmoothingEnabled = port.sx < 1;
    ctx.globalAlpha = port.bars ? 0.22 : 1; // behind bars a tint is enough
    const { x, y, w, h } = boxOf(port, 0, 0, port.rows, port.columns);
    ctx.drawImage(image, x, y, w, h);
    ctx.globalAlpha = 1;
    if (!map.panel.blank) paintTexture(ctx, map, look);
    if (Math.min(port.sx, port.sy) >= GRID_FROM) paintGrid(ctx, port, look);
    if (port.bars) paintBars(ctx, map, look);
    if (!map.panel.blank) paintNumbers(ctx, map, look);
  });
  frame(ctx, outset(port, 0.5), look.edge);
}

/**
 * Padding is hatched, holes are empty but for a dot, cells without a number are cross-hatched.
 * @param {Ctx} ctx @param {Dressed} map @param {Look} look
 */
function paintTexture(ctx, { panel, channel, depth, port }, look) {
  const [, low, left] = panel.low;
  if (Math.min(port.sx, port.sy) < 3 || seen(port) > 40000) {
    bands(port, low, left, panel).forEach((band) => {
      const { x, y, w, h } = boxOf(port, ...band);
      ctx.fillStyle = look.padding;
      ctx.fillRect(x, y, w, h);
    });
    return;
  }
  eachVisible(port, (r, c) => {
    const { kind, mirrored, value, unpainted } = contentAt(panel, channel, [depth, r, c]);
    const { x, y } = boxOf(port, r, c);
    if (unpainted && !kind) {
      if (!panel.empty) cloak(ctx, look, x, y, port.sx, port.sy); // what is empty is as paper
    } else if (kind === NONE) {
      ctx.fillStyle = look.faint;
      ctx.fillRect(x + port.sx / 2 - 1, y + port.sy / 2 - 1, 2, 2);
    } else if (kind || mirrored || !Number.isFinite(value)) {
      ctx.fillStyle = kind || mirrored ? look.padding : look.missing;
      ctx.fillRect(x, y, port.sx, port.sy);
    }
  });
}

/**
 * The padding as rectangles [row, column, rows, columns], for maps too large to look at each place.
 * @param {Port} port @param {number} low @param {number} left @param {Panel} panel @returns {Block[]}
 */
function bands(port, low, left, panel) {
  const [, rows, columns] = panel.extent;
  /** @type {Block[]} */
  const all = [
    [0, 0, low, port.columns],
    [low + rows, 0, port.rows - low - rows, port.columns],
    [low, 0, rows, left],
    [low, left + columns, rows, port.columns - left - columns],
  ];
  return all.filter(([, , tall, wide]) => tall > 0 && wide > 0);
}

/** @param {Ctx} ctx @param {Port} port @param {Look} look */
function paintGrid(ctx, port, look) {
  const [[left, right], [top, bottom]] = drawnCells(port);
  /** @type {[number, number][][]} */
  const lines = [];
  for (let at = top; at <= bottom; at++) {
    const y = Math.round(pixelOf(port, 0, at)[1]) + 0.5;
    lines.push([[port.x, y], [port.x + port.w, y]]);
  }
  for (let at = left; at <= right; at++) {
    const x = Math.round(pixelOf(port, at, 0)[0]) + 0.5;
    lines.push([[x, port.y], [x, port.y + port.h]]);
  }
  stroke(ctx, { colour: look.grid, width: 1 }, ...lines);
}

/**
 * One-row maps show their values as bars from a middle line, so that a signal looks like one.
 * @param {Ctx} ctx @param {Dressed} map @param {Look} look
 */
function paintBars(ctx, { panel, channel, depth, port, lim, ramp }, look) {
  const most = Math.max(Math.abs(lim[0]), Math.abs(lim[1]));
  const half = (port.sy * BARS) / 2;
  ctx.strokeStyle = look.edge;
  eachVisible(port, (r, c) => {
    const { kind, value } = contentAt(panel, channel, [depth, r, c]);
    if (kind || !Number.isFinite(value)) return;
    const { x, y } = boxOf(port, r, c);
    const middle = y + half;
    const tall = (value / most) * (half - 2);
    /** @type {Block} */
    const box = [x + port.sx * 0.12, Math.min(middle, middle - tall), port.sx * 0.76, Math.abs(tall)];
    ctx.fillStyle = css(ramp[level(value, lim)]);
    ctx.fillRect(...box);
    if (port.sx > 5) ctx.strokeRect(...box);
  });
  ctx.fillStyle = look.edge;
  ctx.fillRect(port.x, boxOf(port, 0, 0).y + half - 0.5, port.w, 1);
}

/** @param {Ctx} ctx @param {Dressed} map @param {Look} look */
function paintNumbers(ctx, { panel, channel, depth, port, ramp, lim }, look) {
  if (port.sx < NUMBERS_FROM || port.sy < 15 || seen(port) > MOST_NUMBERS) return;
  /** @type {{r: number, c: number, content: Content}[]} */
  const cells = [];
  eachVisible(port, (r, c) => {
    const content = contentAt(panel, channel, [depth, r, c]);
    if (textAt(content)) cells.push({ r, c, content });
  });
  const room = port.bars ? 1 - BARS : 1;
  const tall = port.sy * room * (port.bars ? 1.7 : 1);
  const { size, digits } = lettering((most) => cells.map(({ content }) => textAt(content, most)), port.sx, tall, look);
  if (!size) return;
  for (const { r, c, content } of cells) {
    const pale = content.kind || content.mirrored;
    const { x, y } = boxOf(port, r, c);
    write(ctx, textAt(content, digits), x + port.sx / 2, y + port.sy * (1 - room / 2), {
      font: `${pale ? "italic " : ""}${size}px ${look.font}`,
      colour: port.bars ? look.text : inkOn(content.value, ramp, lim, look),
    });
  }
}

/** @param {number} value @param {RGB[]} ramp @param {Limits} lim @param {Look} look */
const inkOn = (value, ramp, lim, look) => (Number.isFinite(value) ? ink(ramp[level(value, lim)]) : look.text);

/** @param {Ctx} ctx @param {string} text @param {number} x @param {number} y @param {{font: string, colour: string, align?: CanvasTextAlign, baseline?: CanvasTextBaseline}} how */
export function write(ctx, text, x, y, { font, colour, align = "center", baseline = "middle" }) {
  ctx.font = font;
  ctx.fillStyle = colour;
  ctx.textAlign = align;
  ctx.textBaseline = baseline;
  ctx.fillText(text, x, y);
}

/**
 * Font size at which the longest of these texts fits into a cell; 0 where none can be read, or none is wanted.
 * @param {string[]} texts @param {number} w @param {number} h @param {Look} look
 */
export function fontSize(texts, w, h, look) {
  if (look.bare) return 0;
  const widest = texts.reduce((most, text) => Math.max(most, look.ems(text)), look.ems("00"));
  const size = Math.min(h * 0.46, (w - 3) / widest, look.largest);
  return size < look.smallest ? 0 : size;
}

/**
 * Font size for the longest of some numbers, and their digits: fewer where more cannot be read.
 * @param {(digits: number) => string[]} textsOf @param {number} w @param {number} h @param {Look} look
 */
export function lettering(textsOf, w, h, look) {
  for (const digits of [3, 2]) {
    const size = fontSize(textsOf(digits), w, h, look);
    if (size) return { size, digits };
  }
  return { size: 0, digits: 3 };
}

/**
 * One number in its own coloured box: the work area's cells, and the lens's. `say` is how it is written.
 * @param {Ctx} ctx @param {Rect} box @param {number} value @param {CellColours} colours @param {Look} look @param {boolean} [faint]
 */
export function paintCell(ctx, { x, y, w, h }, value, { ramp, lim, size, say = brief }, look, faint = false) {
  ctx.fillStyle = Number.isFinite(value) ? css(ramp[level(value, lim)]) : faint ? look.veil : look.missing;
  ctx.fillRect(x, y, w, h);
  if (faint) {
    ctx.fillStyle = look.padding;
    ctx.fillRect(x, y, w, h);
  }
  frame(ctx, outset({ x, y, w, h }, -0.5), look.grid);
  if (size)
    write(ctx, say(value), x + w / 2, y + h / 2, {
      font: `${faint ? "italic " : ""}${size}px ${look.font}`,
      colour: inkOn(value, ramp, lim, look),
    });
}

/**
 * A panel's name over its box, with a legend at the right end, and a note under both. `names` and `notes` are wordings, the
 * longest first: nothing is cut by the legend.
 * @param {Ctx} ctx @param {Rect} box @param {{names: string[], notes: string[]} & Partial<Legend>} title @param {Look} look
 */
export function paintTitle(ctx, box, { names, notes, ramp, lim }, look) {
  const legend = ramp ? Math.max(60, Math.min(120, box.w * 0.3)) : 0;
  const lean = legend ? 0 : 16; // into the gap, where no legend stands
  /** @param {string[]} wordings @param {number[]} sizes @param {number} room @param {string} weight @param {number} y @param {string} colour */
  const line = (wordings, sizes, room, weight, y, colour) => {
    /** @param {string} text @param {number} size */
    const widthOf = (text, size) => {
      ctx.font = `${weight}${size}px ${look.font}`;
      return ctx.measureText(text).width;
    };
    const { text, size } = fitted(widthOf, wordings, sizes, room);
    write(ctx, text, box.x, y, { font: `${weight}${size}px ${look.font}`, colour, align: "left" });
  };
  line(names, [15, 14, 13, 12], box.w + lean - (legend ? legend + 10 : 0), "600 ", box.y - 27, look.text);
  line(notes, [13, 12, 11], box.w + lean, "", box.y - 9, look.soft);
  if (ramp && lim) paintLegend(ctx, { x: box.x + box.w - legend, y: box.y - 39, w: legend, h: 8 }, { ramp, lim }, look);
}

/** @param {Ctx} ctx @param {Rect} box @param {Legend} legend @param {Look} look */
export function paintLegend(ctx, { x, y, w, h }, { ramp, lim }, look) {
  const gradient = ctx.createLinearGradient(x, 0, x + w, 0);
  for (let i = 0; i <= 16; i++) gradient.addColorStop(i / 16, css(ramp[Math.round((i / 16) * TOP)]));
  ctx.fillStyle = gradient;
  ctx.fillRect(x, y, w, h);
  frame(ctx, outset({ x, y, w, h }, -0.5), look.edge);
  const style = { font: `11px ${look.font}`, colour: look.soft };
  ctx.font = style.font;
  const digits = [3, 2].find((most) => ctx.measureText(lim.map((one) => brief(one, most)).join(" ")).width <= w) ?? 1; // side by side
  write(ctx, brief(lim[0], digits), x, y + h + 8, { ...style, align: "left" });
  write(ctx, brief(lim[1], digits), x + w, y + h + 8, { ...style, align: "right" });
  if (lim[0] < 0 && lim[1] > 0 && w > 80) write(ctx, "0", x + (w * -lim[0]) / (lim[1] - lim[0]), y + h + 8, style);
}

/**
 * A map's own small name, under it.
 * @param {Ctx} ctx @param {Port} port @param {string} text @param {string | null} colour @param {Look} look
 */
export function paintTag(ctx, port, text, colour, look) {
  write(ctx, text, port.x, port.y + port.h + 9, { font: `12px ${look.font}`, colour: colour ?? look.soft, align: "left" });
}

/** What is left out: a dashed box, crossed. @param {Ctx} ctx @param {Rect} box @param {Look} look */
export function dashed(ctx, { x, y, w, h }, look) {
  ctx.setLineDash([5, 4]);
  frame(ctx, { x: x + 1, y: y + 1, w: w - 2, h: h - 2 }, look.soft, 1.5);
  stroke(ctx, { colour: look.soft, width: 1.5, dash: [5, 4] }, [[x, y], [x + w, y + h]], [[x + w, y], [x, y + h]]);
}
