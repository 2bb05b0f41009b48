// The still part of a stage: its maps with their names and legends. Drawn once per scene, zoom or theme.
import { manyOf, oneOf } from "./axes.js";
import { paintCharts } from "./charts.js";
import { clipTo, dashed, paintLegend, paintMap, paintTag, paintTitle } from "./paint.js";
import { contentAt } from "./panels.js";
import { arrowSigns, boxOf } from "./port.js";

const MOST_COUNTED = 2_000_000; // gates that are counted in all channels at each move of the threshold

export function paintStill(stage, ctx) {
  paintTitles(ctx, stage);
  for (const map of stage.inputs) {
    const words = inputName(stage, map);
    const few = words.map((word) => `${word[0]} ${word.split(" ").at(-1)}`).join(" · ");
    paintOne(ctx, stage, map, fitting(map.port, [...withArrows(stage, map, words), words.join(" · "), few, `${map.channel}`]));
  }
  for (const map of [...stage.gates, ...stage.outputs]) {
    const depth = stage.output.lines[0].length > 1 ? [`${oneOf(stage.scene.meta.axes[0])} ${map.depth}`] : [];
    paintOne(ctx, stage, map, fitting(map.port, withArrows(stage, map, depth)) || depth.join());
  }
  for (const map of stage.strip) paintOne(ctx, stage, map, fitting(map.port, [`${map.channel}`]));
  paintDropped(ctx, stage);
  paintCharts(ctx, stage);
}

/** A map's name as long as its width allows. */
const fitting = (port, words) => words.find((text) => text.length * 6.2 <= port.w) ?? "";

function paintOne(ctx, stage, map, tag) {
  const dressed = stage.dress(map);
  paintMap(ctx, dressed, stage.look);
  if (dressed.counted) hatchUnread(ctx, stage, dressed);
  const { groups } = stage.scene.meta;
  const colour = groups > 1 ? groupColour(stage, stage.groupOf(map.channel, map.panel.channels)) : null;
  paintTag(ctx, map.port, tag, colour, stage.look);
}

/** A map's name with which way its axes run; of several maps only the first says so, for the others are alike. */
function withArrows(stage, map, words) {
  const { meta } = stage.scene;
  const [, rows, columns] = map.panel.name === "input" ? meta.axes : meta.outAxes;
  const first = [stage.inputs, stage.gates, stage.outputs].some(([one]) => one === map);
  if (!meta.arrows || !rows || !first) return [];
  const signs = arrowSigns(map.panel.turned);
  return [[...words, `${manyOf(rows)} ${signs.rows}`, `${manyOf(columns)} ${signs.columns}`].join(" · ")];
}

/** Cells that no window reads are cross-hatched. */
function hatchUnread(ctx, { look }, { panel, depth, port }) {
  ctx.fillStyle = look.missing;
  const [, rows, columns] = panel.lines;
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

/** The window that rounding up would add, where torch leaves it out: dashed and crossed, one per axis. */
function paintDropped(ctx, stage) {
  const dropped = stage.scene.meta.dropped ?? [];
  if (!dropped.some((start) => start !== null)) return;
  for (const { port } of stage.inputs)
    clipTo(ctx, port, () => {
      for (const axis of [1, 2]) {
        if (dropped[axis] === null) continue;
        const first = stage.axes.map((a) => a.start[0] + a.low);
        first[axis] = dropped[axis] + stage.axes[axis].low;
        const size = [1, 2].map((i) => stage.axes[i].offset.at(-1) + 1);
        dashed(ctx, boxOf(port, first[1], first[2], ...size), stage.look);
      }
    });
}

function inputName(stage, { channel, depth }) {
  const { groups, axes, view } = stage.scene.meta;
  const words = [];
  if (groups > 1) words.push(`group ${stage.groupOf(channel, stage.input.channels)}`);
  if (stage.input.channels > 1 && view !== "gate") words.push(`channel ${channel}`);
  if (stage.input.lines[0].length > 1) {
    const at = depth - stage.input.low[0];
    words.push(stage.input.lines[0][depth] >= 0 ? `${oneOf(axes[0])} ${at}` : "padding");
  }
  return words;
}

/** A group's own colour; of many groups only the selected one has one. */
export function groupColour(stage, group) {
  const { groups } = stage.colours;
  if (stage.scene.meta.groups <= groups.length) return groups[group];
  return group === stage.groupOf(stage.selected, stage.output.channels) ? groups[0] : stage.look.soft;
}

function paintTitles(ctx, stage) {
  const { layout, look, colours, covered } = stage;
  const { meta } = stage.scene;
  const { boxes } = layout;
  const counts = covered ? { ramp: colours.ramps.count, lim: stage.counts.lim } : null;
  const listed = (words) => [words].flat();
  const title = (box, names, notes, more) => paintTitle(ctx, box, { names: listed(names), notes: listed(notes), ...more }, look);
  const crossed = meta.dropped?.some((start) => start !== null) ? "crossed: left out" : "";
  const inputNote = stage.stamping ? meta.shapes.input : [meta.shapes.input, meta.padding, crossed].filter(Boolean).join(" · ");
  if (covered === "input") title(boxes.input, "times read", "hatched: never read", counts);
  else title(boxes.input, named(stage, "input"), inputNote, stage.legend("input", stage.inputs[0].channel));
  if (boxes.work) titleWork(ctx, stage, title);
  if (boxes.gate) title(boxes.gate, named(stage, "gate"), shortened(countedWords(stage)), stage.legend("gate", stage.selected));
  if (boxes.gate && boxes.strip) title(boxes.strip, `${meta.names.gate ?? "gate"}s of all channels`, "as computed; click one to look at it", {});
  if (covered === "output") title(boxes.output, "times painted", "how many input cells overlap here", counts);
  else title(boxes.output, named(stage, "output"), cropped(stage) ? `${meta.shapes.output} · hatched: cropped` : meta.shapes.output, stage.legend("output", stage.selected));
}

/** A panel's name, with its channel where there are several; in two wordings. */
function named(stage, panel) {
  const name = stage.scene.meta.names[panel] ?? panel;
  const one = panel === "output" || stage.gating;
  return one && stage.output.channels > 1 ? ["channel", "ch"].map((word) => `${name} · ${word} ${stage.selected}`) : name;
}

/** How much of a mask lies below the threshold, or was dropped: in the selected channel and in all. */
export function countedWords(stage) {
  const { gating, output, scene, planes } = stage;
  const percent = (n, of) => `${Math.round((1000 * n) / of) / 10} %`;
  const counted = scene.meta.rule === "drop" ? "dropped" : `below ${gating.threshold.toFixed(2)}`; // of a leaky mask, nothing is closed
  const here = `${percent(gating.below(planes.gate), planes.gate.length)} ${counted}`;
  if (output.channels === 1 || scene.tensors.output.data.length > MOST_COUNTED) return here;
  return `${here} · of all channels ${percent(gating.belowOfAll(), scene.tensors.output.data.length)}`;
}

const shortened = (counted) => [counted, counted.replace("of all channels", "of all")];

function titleWork(ctx, stage, title) {
  const { layout, look, scene } = stage;
  const { boxes, work } = layout;
  if (!scene.meta.weighted) return title(boxes.work, "window", workNote(stage), {});
  const what = scene.meta.rule === "blend" ? "window × weights" : stage.stamping ? "value × kernel" : "window × kernel";
  title(boxes.work, what, workNote(stage), work.upright ? {} : stage.legend("weight"));
  if (!work.upright || !work.shown) return undefined;
  const w = Math.min(110, boxes.work.w); // under the sum, in the middle: the colours of the weights
  return paintLegend(ctx, { x: boxes.work.x + (boxes.work.w - w) / 2, y: work.bottom + 28, w, h: 8 }, stage.legend("weight"), look);
}

function workNote(stage) {
  const { meta } = stage.scene;
  const size = stage.axes.slice(3 - meta.ndim).map((axis) => axis.taps);
  const { maps } = stage.kernelSize();
  const { shown } = stage.layout.work;
  const words = [
    stage.output.channels > 1 ? `of channel ${stage.selected}` : size.join(" × "),
    meta.flipped || (stage.stamps && !stage.stamping) ? "turned round" : "",
    shown < maps ? (shown ? `${shown} of ${maps} maps` : "too large to write out") : "",
  ];
  return words.filter(Boolean).join(", ");
}

/** Does the output panel show places that padding crops? */
const cropped = ({ output }) => output.lines.some((line, i) => line.length > output.shape[i + 1]);
