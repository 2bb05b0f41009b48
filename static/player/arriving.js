// Where the playhead stands when a scene comes, and how a link or a file names the place.
import { knobs, setKnob } from "./controls.js";
import { selected, written } from "./opening.js";
import { makeOrder } from "../drawing/order.js";

const LOOKS = ["view", "scale", "coverage", "serpentine", "strength", "threshold", "hand"]; // knobs that a link carries, as in cnnviz/scenes/opening.py

/**
 * Where a scene sends the playhead, unless the scene before it has sent it there already.
 * @template T @param {T} at @param {T | undefined} before @returns {T | null}
 */
export const sentTo = (at, before) => (JSON.stringify(at) === JSON.stringify(before) ? null : at);

/**
 * Is it the very scene that is on stage? A page that is drawn again sends it again, and what is pinned there stays.
 * @param {Uint8Array | undefined} before @param {Uint8Array} bytes
 */
export const isAgain = (before, bytes) => before?.length === bytes.length && before.every((one, i) => one === bytes[i]);

/**
 * Stand still at an output cell that Python names. Stamps have no step for it: there it is pinned.
 * @param {Player} player @param {{channel: number, cell: Cell}} at @returns {Playhead}
 */
export function arrive(player, { channel, cell }) {
  const { output } = player.scene.tensors;
  const [own, ...place] = [channel, ...cell].map((at, i) => Math.min(at, output.shape[i] - 1));
  if (player.leads) player.clock.pause();
  player.team = Math.floor(own / player.turns());
  if (!player.stage.stamping) return { turn: own % player.turns(), cell: place };
  player.pinned = { kind: "output", channel: own, cell: place };
  return { turn: own % player.turns(), cell: [0, 0, 0] };
}

/**
 * Set the player's own knobs as a link has them. Returns true if there are any.
 * @param {Player} player @param {Record<string, string>} [look] @returns {boolean}
 */
export function dress(player, look = {}) {
  for (const name of LOOKS) if (name in look) setKnob(player.root, name, look[name]);
  const enlarged = Number(look.enlarged);
  if ("enlarged" in look && !player.stage.gating && enlarged < player.stage.inputMaps().length) player.stage.enlarged = enlarged;
  return Object.keys(look).length > 0;
}

/**
 * Stand still at the step, and with the pin, that a link names.
 * @param {Player} player @param {{step: number | null, pin: string}} link @param {Playhead} held @returns {Playhead}
 */
export function open(player, { step, pin }, held) {
  if (player.leads) player.clock.pause();
  player.pinned = selected(pin, player.scene.tensors);
  const order = plainOrder(player);
  return step === null ? held : order.at(Math.min(step, order.steps - 1));
}

/** Where a link opens the player so that it looks as it does now. @param {Player} player */
export function opening(player) {
  const { turn, cell } = player.order.at(player.step);
  const { enlarged } = player.stage;
  const look = { ...knobs(player.root, LOOKS), ...(enlarged === null ? {} : { enlarged: String(enlarged) }) };
  return { at: plainOrder(player).stepOf(turn, cell), pin: written(player.pinned), look };
}

/** The order of the steps if no row is walked backwards. @param {Player} player */
function plainOrder(player) {
  return makeOrder(player.turns(), player.scene.tensors[player.visitedName].shape.slice(1));
}

/**
 * The step as files count it, output cells row by row: of the pinned cell, else of the playhead; of stamps the last.
 * @param {Player} player
 */
export function plainStep(player) {
  const { kind, channel, cell } = player.pinned?.kind === "output" ? player.pinned : player.here();
  const order = makeOrder(player.turns(), player.scene.tensors.output.shape.slice(1));
  return kind === "output" ? order.stepOf(channel % order.turns, cell) : order.steps - 1;
}
