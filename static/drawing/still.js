// The still part of a stage: its maps with their names and legends. Drawn once per scene, zoom or theme.
import { axisOf } from "./axes.js";
import { paintCharts } from "./charts.js";
import { keptWords } from "./cast.js";
import { clipTo, dashed, paintLegend, paintMap, paintTag, paintTitle } from "./paint.js";
import { contentAt } from "./panels.js";
import { boxOf } from "./port.js";
import { panelWords } from "./names.js";
import { arrowWords, countedWords, dotted, mapNames, panelTitle, stripNames, workNote, workTitle } from "./titles.js";
import { _ } from "../words/catalogue.js";

/** @param {Stage} stage @param {Ctx} ctx */
export function paintStill(stage, ctx) {
  paintTitles(ctx, stage);
  for (const map of stage.inputs) {
    const { long, short } = mapNames(stage, map);
    paintOne(ctx, stage, map, fitting(ctx, stage.look, map.port, [...withArrows(stage, map, long), dotted(long), dotted(short), `${map.channel}`]));
  }
  for (const map of [...stage.gates, ...stage.outputs]) {
    const depth = stage.output.lines[0].length > 1 ? [axisOf(stage.scene.meta.axes[0]).one(map.depth)] : [];
    paintOne(ctx, stage, map, fitting(ctx, stage.look, map.port, withArrows(stage, map, depth)) || depth.join());
  }
  for (const map of stage.strip) paintOne(ctx, stage, map, fitting(ctx, stage.look, map.port, stripNames(stage.scene.meta, map.channel)));
  paintDropped(ctx, stage);
  paintCharts(ctx, stage);
}

/** A map's name as long as its width allows. @param {Ctx} ctx @param {Look} look @param {Port} port @param {string[]} words */
function fitting(ctx, { font }, port, words) {
  ctx.font = `12px ${font}`;
  return words.find((text) => ctx.measureText(text).width <= port.w) ?? "";
}

/** @param {Ctx} ctx @param {Stage} stage @param {OnStage} map @param {string} tag */
function paintOne(ctx, stage, map, tag) {
  const dressed = stage.dress(map);
  paintMap(ctx, dressed, stage.look);
  if (dressed.counted) hatchUnread(ctx, stage, dressed);
  const { groups } = stage.scene.meta;
  const colour = groups > 1 ? groupColour(stage, stage.groupOf(map.channel, map.panel.channels)) : null;
  paintTag(ctx, map.port, tag, colour, stage.look);
}

/**
 * A map's name with which way its axes run; of several maps only the first says so, for the others are alike.
 * @param {Stage} stage @param {OnStage} map @param {string[]} words
 */
function withArrows(stage, map, words) {
  const { meta } = stage.scene;
  const axes = map.panel.name === "input" ? meta.axes : meta.outAxes;
  const first = [stage.inputs, stage.gates, stage.outputs].some(([one]) => one === map);
  if (!meta.arrows || !axes[1] || !first) return [];
  return [dotted([...words, ...arrowWords(axes, map.panel.turned)])];
}

/** Cells that no window reads are cross-hatched. @param {Ctx} ctx @param {Stage} stage @param {Dressed} map */
function hatchUnread(ctx, { look }, { panel, depth, port }) {
  ctx.fillStyle = look.missing;
  const [, rows, columns] = panel.lines;
  /** @param {number[]} place */
  const never = (place) => {
    const { kind, value } = contentAt(panel, 0, place);
    return !kind && value === 0;
  };
  clipTo(ctx, port, () => {
    for (let r = 0; r < rows.length; r++)
      for (let c = 0; c < columns.length; c++) {
        if (!never([depth, r, c])) continue;
        const { x, y, w, h } = boxOf(port, r, c);
        ctx.fillRect(x, y, w, h);
      }
  });
}

/**
 * The window that rounding up would add, where torch leaves it out: dashed and crossed, one per axis.
 * @param {Ctx} ctx @param {Stage} stage
 */
function paintDropped(ctx, stage) {
  const dropped = stage.scene.meta.dropped ?? [];
  if (!dropped.some((start) => start !== null)) return;
  for (const { port } of stage.inputs)
    clipTo(ctx, port, () => {
      for (const axis of [1, 2]) {
        const start = dropped[axis];
        if (start === null) continue;
        const first = stage.axes.map((a) => a.start[0] + a.low);
        first[axis] = start + stage.axes[axis].low;
        const [tall, wide] = [1, 2].map((i) => Math.max(...stage.axes[i].offset) + 1);
        dashed(ctx, boxOf(port, first[1], first[2], tall, wide), stage.look);
      }
    });
}

/** A group's own colour; of many groups only the selected one has one. @param {Stage} stage @param {number} group @returns {string} */
export function groupColour(stage, group) {
  const { groups } = stage.colours;
  if (stage.scene.meta.groups <= groups.length) return groups[group];
  return group === stage.groupOf(stage.selected, stage.output.channels) ? groups[0] : stage.look.soft;
}

/** @param {Ctx} ctx @param {Stage} stage */
function paintTitles(ctx, stage) {
  const { layout, look, colours, covered } = stage;
  const { meta } = stage.scene;
  const { boxes } = layout;
  const counts = covered ? { ramp: colours.ramps.count, lim: stage.counts.lim } : null;
  /** @param {string | string[]} words */
  const listed = (words) => [words].flat();
  /** @param {Rect} box @param {string | string[]} names @param {string | string[]} notes @param {Partial<Legend> | null} more */
  const title = (box, names, notes, more) => paintTitle(ctx, box, { names: listed(names), notes: listed(notes), ...more }, look);
  const crossed = meta.dropped?.some((start) => start !== null) ? _("crossed: left out") : "";
  const inputNote = stage.stamping ? meta.shapes.input : dotted([meta.shapes.input, meta.padding, crossed, keptInput(stage)]);
  if (covered === "input") title(boxes.input, _("times read"), _("hatched: never read"), counts);
  else title(boxes.input, panelTitle(stage, "input"), inputNote, stage.legend("input", stage.inputs[0].channel));
  if (boxes.work) titleWork(ctx, stage, title);
  if (boxes.gate) title(boxes.gate, panelTitle(stage, "gate"), countedWords(stage), stage.legend("gate", stage.selected));
  if (boxes.gate && boxes.strip) title(boxes.strip, _("{map}: all channels", { map: panelWords(meta, "gate") }), stage.most ? keptStrip(stage) : _("as computed; click one to look at it"), {});
  if (covered === "output") title(boxes.output, _("times painted"), _("how many input cells overlap here"), counts);
  else title(boxes.output, panelTitle(stage, "output"), dotted([meta.shapes.output, cropped(stage) ? _("hatched: cropped") : "", keptStrip(stage)]), stage.legend("output", stage.selected));
}

/** Which maps a page of paper shows, where not all find room. @param {Stage} stage */
const keptInput = ({ gating, input, cast, scene: { meta } }) => (gating ? "" : keptWords(input, cast.channels, cast.depths, meta.axes[0]));
/** @param {Stage} stage */
const keptStrip = ({ output, cast, scene: { meta } }) => keptWords(output, cast.strip, cast.made, meta.outAxes[0]);

/** @param {Ctx} ctx @param {Stage} stage @param {Titled} title */
function titleWork(ctx, stage, title) {
  const { look, scene } = stage;
  const { boxes, work } = /** @type {AtWork} */ (stage).layout;
  const { weighted } = scene.meta;
  title(boxes.work, workTitle(stage), workNote(stage), weighted && !work.upright ? stage.legend("weight") : {});
  if (!weighted || !work.upright || !work.shown) return undefined;
  const w = Math.min(110, boxes.work.w); // under the sum, in the middle: the colours of the weights
  return paintLegend(ctx, { x: boxes.work.x + (boxes.work.w - w) / 2, y: work.bottom + 28, w, h: 8 }, stage.legend("weight"), look);
}

/** Does the output panel show places that padding crops? @param {Stage} stage */
const cropped = ({ output }) => output.lines.some((line, i) => line.length > output.shape[i + 1]);
