// One frame of the moving part: veil, running windows, what is hovered or pinned, the work, the lens.
import { markCharts } from "./charts.js";
import { litBy, readsOf } from "./lights.js";
import { showLens } from "./lens.js";
import { between, lightUp, showLink, showWork, uncover, veil, veilTurns } from "./show.js";
import { groupColour } from "./still.js";

/** Is the output covered where the playhead has not been? Where a cell needs no window, all are there at once. @param {Stage} stage */
export const isVeiled = ({ scene: { meta } }) => meta.view === "work" || meta.rule === "move";

/**
 * Draw the moving part, as the player stands, or whoever else tells the scene.
 * @param {Stage} stage @param {Ctx} ctx @param {Teller} player
 */
export function drawMoving(stage, ctx, player) {
  const { clock, team: group, worked } = player;
  const shown = player.shown();
  if (stage.stamping) veilTurns(ctx, stage, player.order, clock.step);
  else if (isVeiled(stage)) veil(ctx, stage, player.order, player.step);
  if (shown?.kind === "output" && isVeiled(stage)) uncover(ctx, stage, shown);
  lightRunning(ctx, player, shown !== null);
  const subject = player.subject ?? player.here();
  const channel = subject.kind === "input" ? player.here().channel : subject.channel;
  const lit = shown && litBy(stage, shown);
  if (shown && lit) {
    const style = styleOf(stage, shown.kind === "output" ? stage.groupOf(shown.channel, stage.output.channels) : group, true);
    lightUp(ctx, stage, stage.inputs, lit.input, style);
    lightUp(ctx, stage, [...stage.gates, ...stage.outputs, ...stage.strip], lit.output, style);
  }
  const around = lit ?? litBy(stage, player.lookUp(player.here()));
  if (stage.layout.work) showWork(ctx, /** @type {AtWork} */ (stage), worked, channel, lit?.taps);
  const from = sourceOf(stage, worked);
  if (from) showLink(ctx, stage, from, around.output);
  if (worked) markCharts(ctx, stage, worked);
  if (!player.lensed) return;
  const style = styleOf(stage, group, true);
  const { boxes } = stage.layout;
  showLens(ctx, stage, stage.inputs, boxes.input, around.input, style);
  if (boxes.gate) showLens(ctx, stage, stage.gates, boxes.gate, around.output, style);
  showLens(ctx, stage, stage.outputs, boxes.main, around.output, style, (/** @type {Cell} */ place) => player.hides(place));
}

/**
 * The one input cell whose value the shown output cell has: of a maximum its winner, else what was moved there.
 * @param {Stage} stage @param {Worked | null} worked @returns {Places | null}
 */
function sourceOf({ input }, worked) {
  const cell = worked?.winner ? [worked.winner.channel, ...worked.winner.source] : worked?.source;
  if (!cell) return null;
  return { channels: [cell[0], cell[0] + 1], places: cell.slice(1).map((/** @type {number} */ at, /** @type {number} */ i) => [at + input.low[i]]) };
}

/**
 * The running window (or stamp) of every group; a ghost while something else is shown.
 * @param {Ctx} ctx @param {Teller} player @param {boolean} ghost
 */
function lightRunning(ctx, player, ghost) {
  const { stage, clock, scene, order } = player;
  const { from, to, part } = clock.move;
  for (let group = 0; group < scene.meta.groups; group++) {
    /** @param {number} step */
    const at = (step) => {
      const now = player.here(step);
      const channel = group * order.turns + (now.channel % order.turns);
      return { ...litBy(stage, player.lookUp({ ...now, channel })), channel };
    };
    const [a, b] = [at(from), part ? at(to) : null];
    const style = styleOf(stage, group, !ghost);
    /** @param {RunningLit | null} lit */
    const reads = (lit) => lit?.input && { ...lit.input, channels: scene.tensors.from ? lit.input.channels : readsOf(scene, lit.channel) };
    lightUp(ctx, stage, stage.inputs, between(reads(a), reads(b), part), style);
    const outputs = [...stage.gates, ...stage.outputs, ...stage.strip];
    /** @param {RunningLit | null} lit */
    const own = (lit) => lit?.output && { ...lit.output, channels: turnChannels(player, group, player.step) };
    lightUp(ctx, stage, outputs, between(own(a), own(b), stage.stamping ? part : 0), style);
  }
}

/** @param {Teller} player @param {number} group @param {number} step */
function turnChannels({ order }, group, step) {
  const channel = group * order.turns + order.at(step).turn;
  return [channel, channel + 1];
}

/** @param {Stage} stage @param {number} group @param {boolean} strong @returns {Style} */
function styleOf(stage, group, strong) {
  const { look, scene } = stage;
  const colour = scene.meta.groups > 1 ? groupColour(stage, group) : look.text;
  return strong
    ? { colour, width: 2.5, wash: look.grid, fill: colour }
    : { colour, width: 1.5, wash: look.grid, fill: colour, dash: [4, 3], alpha: 0.55 };
}
