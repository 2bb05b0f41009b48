// One frame of the moving part: veil, running windows, what is hovered or pinned, the work, the lens.
import { litBy, readsOf } from "./lights.js";
import { between, lightUp, showLens, showWork, uncover, veil, veilTurns } from "./show.js";

/** Draw the moving part. */
export function drawMoving(player) {
  const { stage, clock, group } = player;
  const ctx = player.ui.light.getContext("2d");
  ctx.setTransform(stage.ratio, 0, 0, stage.ratio, 0, 0);
  ctx.clearRect(0, 0, stage.width, stage.layout.height);
  if (stage.stamping) veilTurns(ctx, stage, player.order, clock.step);
  else veil(ctx, stage, player.order, clock.step);
  const shown = player.shown();
  if (shown?.kind === "output") uncover(ctx, stage, shown);
  lightRunning(ctx, player, shown !== null);
  const { subject } = player;
  const channel = subject.kind === "input" ? player.here().channel : subject.channel;
  const lit = shown ? litBy(stage, shown) : null;
  if (lit) {
    const style = styleOf(stage, shown.kind === "output" ? stage.groupOf(shown.channel, stage.output.channels) : group, true);
    lightUp(ctx, stage, stage.inputs, lit.input, style);
    lightUp(ctx, stage, [...stage.outputs, ...stage.strip], lit.output, style);
  }
  showWork(ctx, stage, player.worked, channel, lit?.taps);
  const around = lit ?? litBy(stage, player.lookUp(player.here()));
  const style = styleOf(stage, group, true);
  if (!player.lens) return;
  showLens(ctx, stage, stage.inputs, stage.layout.boxes.input, around.input, style);
  showLens(ctx, stage, stage.outputs, stage.layout.boxes.main, around.output, style, (place) => player.hides(place));
}

/** The running window (or stamp) of every group; a ghost while something else is shown. */
function lightRunning(ctx, player, ghost) {
  const { stage, clock, scene, order } = player;
  const { from, to, part } = clock.move;
  for (let group = 0; group < scene.meta.groups; group++) {
    const at = (step) => {
      const now = player.here(step);
      const channel = group * order.turns + (now.channel % order.turns);
      return litBy(stage, player.lookUp({ ...now, channel }));
    };
    const [a, b] = [at(from), part ? at(to) : null];
    const style = styleOf(stage, group, !ghost);
    const reads = (lit) => lit && { ...lit.input, channels: readsOf(scene, group * order.turns) };
    lightUp(ctx, stage, stage.inputs, between(reads(a), reads(b), part), style);
    const outputs = [...stage.outputs, ...stage.strip];
    const own = (lit) => lit && { ...lit.output, channels: turnChannels(player, group, clock.step) };
    lightUp(ctx, stage, outputs, between(own(a), own(b), stage.stamping ? part : 0), style);
  }
}

function turnChannels({ order }, group, step) {
  const channel = group * order.turns + order.at(step).turn;
  return [channel, channel + 1];
}

function styleOf(stage, group, strong) {
  const { look, scene } = stage;
  const colour = scene.meta.groups > 1 ? stage.groupColour(group) : look.text;
  return strong
    ? { colour, width: 2.5, wash: look.grid, fill: colour }
    : { colour, width: 1.5, wash: look.grid, fill: colour, dash: [4, 3], alpha: 0.55 };
}
