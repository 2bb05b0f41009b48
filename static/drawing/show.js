// The moving part of the stage, redrawn every frame: the veil over what is not computed yet, the window, the work.
import { frame, outset, stroke } from "./lines.js";
import { clipTo, cloak, fontSize, lettering, paintCell, write } from "./paint.js";
import { contentAt, textAt } from "./panels.js";
import { drawnAt, tapAt } from "./pointing.js";
import { blockOf, boxOf, lieOf, middleOf, sidesOf, visible } from "./port.js";
import { NONE, range, ravel } from "./tables.js";
import { SUMS } from "./titles.js";
import { brief, signOf } from "../words/numbers.js";

const OUTLINED = 600; // lit cells up to this number get an outline each
const SIGNS_FROM = 6; // pixels a weight needs to carry its sign, where it has no room for its number

/** Cover what the order has not reached. @param {Ctx} ctx @param {Stage} stage @param {Order} order @param {number} step */
export function veil(ctx, stage, order, step) {
  const perGroup = order.turns;
  /** @param {OnStage} map @param {number} turn @param {number} depth */
  const cover = (map, turn, depth) => {
    for (const block of order.hidden(step, turn, depth)) {
      const [x, y, right, bottom] = sidesOf(map.port, ...block).map((at) => Math.round(at * stage.ratio) / stage.ratio); // whole pixels leave no seams
      cloak(ctx, stage.look, x, y, right - x, bottom - y);
    }
  };
  for (const map of [...stage.outputs, ...stage.strip])
    clipTo(ctx, map.port, () => cover(map, map.channel % perGroup, map.depth));
}

/**
 * In a stamped scene only the channels whose turn has not come are covered: the others fill up by themselves.
 * @param {Ctx} ctx @param {Stage} stage @param {Order} order @param {number} step
 */
export function veilTurns(ctx, stage, order, step) {
  const now = order.at(step).turn;
  for (const map of stage.strip) {
    if (map.channel % order.turns > now) cloak(ctx, stage.look, map.port.x, map.port.y, map.port.w, map.port.h);
  }
}

/**
 * Show one output cell through the veil: the reader asked for it.
 * @param {Ctx} ctx @param {Stage} stage @param {{channel: number, cell: Cell}} at
 */
export function uncover(ctx, stage, { channel, cell }) {
  const map = stage.outputs.find((m) => m.channel === channel && stage.output.lines[0][m.depth] === cell[0]);
  if (!map) return;
  const [row, column] = [1, 2].map((i) => stage.output.lines[i].indexOf(cell[i]));
  const { port } = map;
  const dressed = stage.dress(map);
  const { value } = contentAt(dressed.panel, dressed.channel, [map.depth, row, column]);
  const size = fontSize([brief(value)], port.sx, port.sy, stage.look);
  clipTo(ctx, port, () => paintCell(ctx, boxOf(port, row, column), value, { ...dressed, size }, stage.look));
}

/**
 * Light a set of places on every map of a panel that takes part.
 * @param {Ctx} ctx @param {Stage} stage @param {OnStage[]} maps @param {Places | null | undefined} lit @param {Style} style
 */
export function lightUp(ctx, stage, maps, lit, style) {
  if (!lit) return;
  const [first, end] = lit.channels;
  for (const map of maps) {
    if (map.channel < first || map.channel >= end || !lit.places[0].includes(map.depth)) continue;
    clipTo(ctx, outset(map.port, 3), () => lightMap(ctx, map.port, lit.places, style, stage.look));
  }
}

/** @param {Ctx} ctx @param {Port} port @param {number[][]} places @param {Style} style @param {Look} look */
export function lightMap(ctx, port, [, rows, columns], style, look) {
  if (!rows.length || !columns.length) return;
  const block = blockOf(rows, columns);
  const { x, y, w, h } = boxOf(port, ...block);
  const solid = Math.abs(rows.length * columns.length - block[2] * block[3]) < 1e-6; // places may lie between cells
  ctx.globalAlpha = style.alpha ?? 1;
  ctx.setLineDash(style.dash ?? []);
  if (!solid) {
    ctx.fillStyle = style.wash ?? look.grid;
    ctx.fillRect(x, y, w, h);
  }
  if (rows.length * columns.length <= OUTLINED && port.sx > 4 && !solid)
    for (const r of rows) for (const c of columns) outline(ctx, boxOf(port, r, c), style, look);
  else if (!solid) fillCells(ctx, port, rows, columns, style);
  if (solid || port.sx <= 4) outline(ctx, atLeast({ x, y, w, h }), style, look);
  ctx.setLineDash([]);
  ctx.globalAlpha = 1;
}

/** A box that can be seen, however small the cells are. @param {Rect} box */
const atLeast = ({ x, y, w, h }) => ({ x, y, w: Math.max(w, 4), h: Math.max(h, 4) });

/** @param {Ctx} ctx @param {Port} port @param {number[]} rows @param {number[]} columns @param {Style} style */
function fillCells(ctx, port, rows, columns, style) {
  const [r0, r1, c0, c1] = visible(port);
  ctx.fillStyle = style.fill ?? style.colour;
  const inside = columns.filter((c) => c >= c0 && c < c1);
  for (const r of rows) {
    if (r < r0 || r >= r1) continue;
    for (const c of inside) {
      const { x, y, w, h } = boxOf(port, r, c);
      ctx.fillRect(x, y, Math.max(w * 0.8, 0.5), Math.max(h * 0.8, 0.5));
    }
  }
}

/** A line round a box, on a pale one. @param {Ctx} ctx @param {Rect} box @param {Style} style @param {Look} look */
export function outline(ctx, box, style, look) {
  frame(ctx, box, look.halo, style.width + 2.5);
  frame(ctx, box, style.colour, style.width);
}

/**
 * Between two lit sets of the same shape, part of the way.
 * @param {Places | null | undefined} a @param {Places | null | undefined} b @param {number} part @returns {Places | null | undefined}
 */
export function between(a, b, part) {
  if (!part || !a || !b) return a;
  /** @param {number[]} from @param {number[]} to */
  const mix = (from, to) => (from.length === to.length ? from.map((p, i) => p + part * (to[i] - p)) : from);
  return { channels: a.channels, places: [b.places[0], mix(a.places[1], b.places[1]), mix(a.places[2], b.places[2])] };
}

/**
 * Window, weights and products in numbers, large enough to read on a projector.
 * @param {Ctx} ctx @param {AtWork} stage @param {Worked | null} worked @param {number} kernelChannel @param {Tap[]} [litTaps]
 */
export function showWork(ctx, stage, worked, kernelChannel, litTaps) {
  const { layout, look } = stage;
  const { work } = layout;
  const { rule, weighted } = stage.scene.meta;
  const still = rule === "dot" ? [1] : []; // the weights of a kernel stand there before anything is read
  for (const row of worked ? (weighted ? [0, 1, 2] : [0]) : still) {
    const grids = work.grids.filter((grid) => grid.row === row);
    if (!grids.length) continue;
    const columns = grids.map((grid) => gridValues(stage, worked, kernelChannel, grid));
    const { size, digits } = lettering((most) => columns.flat().map(({ value }) => brief(value ?? NaN, most)), work.cell, work.cell, look);
    const signed = row === 1 && !size && work.cell >= SIGNS_FROM; // of a weight colour alone does not tell everybody the sign
    const colours = { ...rowColours(stage, worked, kernelChannel, row), ...(signed ? { size: work.cell * 0.85, say: signOf } : { size, say: (/** @type {number} */ value) => brief(value, digits) }) };
    grids.forEach((grid, i) => paintGridCells(ctx, stage, grid, columns[i], colours));
    if (worked) for (const grid of grids) sign(ctx, stage, grid);
    for (const grid of grids) frame(ctx, outset(grid, 0.5), look.edge);
  }
  if (litTaps) lightTaps(ctx, stage, litTaps, 1);
  if (worked?.winner) lightTaps(ctx, stage, [[worked.winner.channel - worked.first, ...worked.winner.tap]], 0);
  showSum(ctx, stage, worked);
}

/**
 * What stands in one grid, place by place as the window lies on the input: {value, kind}.
 * @param {Stage} stage @param {Worked | null} worked @param {number} channel @param {WorkGrid} grid
 */
function gridValues(stage, worked, channel, { row, map }) {
  const { weight } = stage.scene.tensors;
  const [depth, rows, columns] = stage.axes.map((axis) => axis.taps);
  const [c, d] = [Math.floor(map / depth), map % depth];
  return range(rows * columns).map((i) => {
    const tap = tapAt(stage, [d, Math.floor(i / columns), i % columns]);
    const flat = ravel([c, ...tap], [0, depth, rows, columns]);
    const term = worked?.terms[flat];
    const by = term?.weight ?? weight?.data[channel * weight.shape[1] * depth * rows * columns + flat];
    const told = row === 0 || (!weight && term?.kind === NONE); // its kind tells how it is drawn
    return { value: [term?.read, by, term?.product][row] ?? NaN, kind: told ? (term?.kind ?? 0) : 0 };
  });
}

/** @param {Stage} stage @param {Worked | null} worked @param {number} channel @param {number} row */
const rowColours = (stage, worked, channel, row) =>
  [() => stage.legend("input", worked?.first), () => stage.legend("weight"), () => stage.legend("output", channel)][row]();

/** @param {Ctx} ctx @param {Stage} stage @param {WorkGrid} grid @param {{value: number, kind: number}[]} values @param {CellColours} colours */
function paintGridCells(ctx, { axes, look }, grid, values, colours) {
  const columns = axes[2].taps;
  values.forEach(({ value, kind }, i) => {
    const box = boxOf(grid, Math.floor(i / columns), i % columns);
    if (kind === NONE) {
      ctx.fillStyle = look.veil;
      ctx.fillRect(box.x, box.y, box.w, box.h);
    } else paintCell(ctx, box, value, colours, look, kind !== 0);
  });
}

/** The × and = between the grids. @param {Ctx} ctx @param {AtWork} stage @param {WorkGrid} grid */
function sign(ctx, { layout: { work }, look }, grid) {
  if (!grid.row) return;
  const text = ["", "×", "="][grid.row];
  const [x, y] = work.upright ? [grid.x + grid.w / 2, grid.y - 13] : [grid.x - 13, grid.y + grid.h / 2];
  write(ctx, text, x, y, { font: `600 20px ${look.font}`, colour: look.text });
}

/** @param {Ctx} ctx @param {AtWork} stage @param {Tap[]} taps @param {number} row */
function lightTaps(ctx, stage, taps, row) {
  const { axes, look } = stage;
  const { work } = stage.layout;
  for (const [channel, ...tap] of taps) {
    const [d, r, c] = drawnAt(stage, tap);
    const grid = work.grids.find((g) => g.row === row && g.map === channel * axes[0].taps + d);
    if (!grid) continue;
    outline(ctx, boxOf(grid, r, c), { colour: look.text, width: 2.5 }, look);
  }
}

/** @param {Ctx} ctx @param {AtWork} stage @param {Worked | null} worked */
function showSum(ctx, stage, worked) {
  const { layout: { work, boxes }, look } = stage;
  if (!worked || worked.painted) return;
  const text = SUMS[stage.scene.meta.rule]?.(worked) ?? "";
  ctx.font = `600 14px ${look.font}`;
  const size = Math.min(14, (14 * (boxes.work.w + 40)) / ctx.measureText(text).width); // it may lean into the gaps, not over them
  write(ctx, text, boxes.work.x + boxes.work.w / 2, work.bottom + 15, { font: `600 ${size}px ${look.font}`, colour: look.text });
}

/**
 * The one input cell that an output cell is: outlined, with a line to where its value goes.
 * @param {Ctx} ctx @param {Stage} stage @param {Places} from @param {Places | null} lit
 */
export function showLink(ctx, stage, from, lit) {
  /** @param {OnStage[]} maps @param {Places} where */
  const places = (maps, where) => maps.filter(({ channel, depth }) => where.channels[0] <= channel && channel < where.channels[1] && where.places[0].includes(depth));
  const [source] = places(stage.inputs, from);
  const [target] = lit ? places(stage.outputs, lit) : [];
  if (!source) return;
  const style = { colour: stage.look.accent, width: 3 };
  const [r, c] = [from.places[1][0], from.places[2][0]];
  clipTo(ctx, outset(source.port, 3), () => outline(ctx, atLeast(boxOf(source.port, r, c)), style, stage.look));
  if (!target) return;
  /** @param {OnStage} map @param {number} row @param {number} column @returns {[number, number]} */
  const middle = ({ port }, row, column) => {
    const [x, y] = middleOf(port, row, column);
    return [Math.max(port.x, Math.min(port.x + port.w, x)), Math.max(port.y, Math.min(port.y + port.h, y))];
  };
  if (!lit) return;
  ctx.globalAlpha = 0.7;
  stroke(ctx, { colour: stage.look.accent, width: 2, dash: [2, 4] }, [middle(source, r, c), middle(target, lit.places[1][0], lit.places[2][0])]);
  ctx.globalAlpha = 1;
}
