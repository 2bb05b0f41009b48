// What is made anew while steps run: outputs that are being painted, and a gate whose strength grows.
import { showSlider } from "./controls.js";

const SWEEP = 2500; // milliseconds that the strength takes from 0 to 1

/** In a stamped scene the output holds what each group has painted so far, and torch's values before and after. @param {Player} player */
export function paintStamps(player) {
  if (!player.paintings.length) return;
  const { output } = player.stage;
  const torch = player.scene.tensors.output.data;
  const per = torch.length / output.channels;
  output.data.set(torch);
  const { turn } = player.order.at(player.step);
  const whole = (player.step + 1) % player.order.cells === 0;
  for (const group of player.paintings.keys()) {
    const channel = group * player.order.turns + turn;
    const { sums, touched } = paintingAt(player, channel);
    output.data.set(whole ? sums : sums.map((sum, i) => (touched[i] ? sum : NaN)), channel * per); // NaN: not painted yet
  }
  player.stage.forget("output");
}

/** The painting of an output channel after the stamps up to the playhead. @param {Player} player @param {number} channel */
export function paintingAt(player, channel) {
  const { paintings, order, clock } = player;
  const painting = paintings[Math.floor(channel / order.turns)];
  return painting.upTo(channel, clock.step % order.cells, (step) => order.at(step).cell);
}

/** Let the gate's strength grow from 0 to 1. Returns true while it does. @param {Player} player @param {number} now */
export function sweeps(player, now) {
  if (!player.sweep || !player.stage.gating) return false;
  player.sweep.since ??= now;
  const strength = Math.min(1, (now - player.sweep.since) / SWEEP);
  if (strength === 1) player.sweep = null;
  showSlider(player.ui.strength, strength);
  Object.assign(player.stage.gating, { strength });
  player.stage.regate();
  player.paintStill();
  player.stale = true;
  return player.sweep !== null;
}
