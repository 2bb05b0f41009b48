// One frame after the other: time passes, the playhead moves, and what differs is drawn.
import { emptied } from "./canvases.js";
import { paintStamps, sweeps } from "./growing.js";
import { litBy } from "../drawing/lights.js";
import { drawMoving } from "../drawing/moving.js";
import { report } from "./report.js";

/**
 * Let the time pass. Where the window stands still between two moves, what is drawn already stays.
 * @param {Player} player @param {number} now
 */
export function frame(player, now) {
  const { clock, stage, scene } = player;
  player.pending = null;
  if (!scene || !stage.layout) return;
  const moving = [clock.frame(now), sweeps(player, now)].some(Boolean);
  if (player.step !== player.at) stepped(player);
  report(player, now);
  const { from, to, part } = clock.move;
  const place = `${player.written} ${from} ${part && `${to} ${part}`}`;
  if (player.stale || place !== player.drawn) drawMoving(stage, emptied(player.ui.light, stage), player);
  Object.assign(player, { drawn: place, stale: false });
  if (moving) for (const one of player.group) one.ask();
}

/** After the playhead has moved: another channel or another stamp redraws the still part, too. @param {Player} player */
export function stepped(player) {
  const { stage, paintings } = player;
  const { channel, cell } = player.here();
  player.at = player.step;
  const other = channel !== stage.selected || (!stage.stamping && cell[0] !== stage.depth && stage.strip.length);
  if (other) stage.select(channel, stage.stamping ? 0 : cell[0]);
  if (other || follow(player) || paintings.length) {
    paintStamps(player);
    player.paintStill();
  }
}

/** Keep the running window in a zoomed view, unless the reader is looking at something else. @param {Player} player */
export function follow(player) {
  if (player.shown()) return false;
  const { stage } = player;
  const lit = litBy(stage, player.lookUp(player.here()));
  return [stage.follow("input", lit.input?.places), stage.follow("output", lit.output?.places)].some(Boolean);
}
