// What a pointer, a key or a control can ask of the player.
import { plainStep } from "./arriving.js";
import { asked, standStill } from "./asked.js";
import { stepped } from "./frames.js";
import { free } from "./free.js";
import { lose, nudge } from "./nudging.js";
import { hit as hitAt } from "../drawing/pointing.js";
import { arrowKeys } from "../drawing/port.js";

const WHEEL_ZOOMS_BELOW = 18; // pixels per cell: smaller cells take the wheel, larger ones leave it to the page

/** Everything a control or a key can ask for. @param {Player} player @param {string} name @param {any} [value] */
export function act(player, name, value) {
  const { clock } = player;
  const before = clock.step;
  /** @param {number} step */
  const goTo = (step) => {
    clock.pause();
    pin(player, null);
    clock.go(step);
  };
  /** @type {Record<string, () => void>} */
  const actions = {
    ...asked(player, goTo, value),
    left: () => move(player, "left"),
    right: () => move(player, "right"),
    up: () => move(player, "up"),
    down: () => move(player, "down"),
    "channel-back": () => toChannel(player, Math.max(0, player.here().channel - 1)),
    "channel-next": () => toChannel(player, Math.min(player.stage.output.channels - 1, player.here().channel + 1)),
    free: () => free(player, Boolean(player.cursor.at), player.group),
    pin: () => pinShown(player),
    enter: () => player.cursor.enter(value),
    leave: () => player.cursor.enter(null),
    scale: () => choose(player, () => (player.stage.scaleChoice = value)),
    coverage: () => choose(player, () => (player.stage.coverage = value)),
    lens: () => (player.lens = value),
    strength: () => {
      player.sweep = null;
      regate(player, { strength: value });
    },
    sweep: () => (player.sweep = { since: null }),
    threshold: () => regate(player, { threshold: value }),
    hand: () => regate(player, { hand: value }),
    serpentine: () => retell(player, () => (player.serpentine = value)),
    view: () => retell(player, () => (player.stampWanted = value === "stamp")),
    enlarge: () => enlargeNext(player),
    share: () => {
      standStill(player);
      player.share?.(plainStep(player));
    },
    nudge: () => nudge(player),
    loss: () => lose(player),
    "zoom-in": () => zoomBoth(player, 1.5),
    "zoom-out": () => zoomBoth(player, 1 / 1.5),
    "zoom-whole": () => zoomBoth(player, 0),
  };
  actions[name]();
  if (clock.step !== before) stepped(player);
  player.draw();
}

/**
 * Move the cell one place the way that an arrow points; at the end of a row, on to the next.
 * @param {Player} player @param {"left" | "right" | "up" | "down"} arrow
 */
function move(player, arrow) {
  const [axis, by] = arrowKeys(player.visited.turned)[arrow];
  const { turn, cell } = player.order.at(player.step);
  const next = [...cell];
  next[axis] += by;
  pin(player, null);
  player.clock.pause();
  if (axis === 2 && (next[2] < 0 || next[2] >= player.order.shape[2])) return player.clock.go(player.clock.step + by);
  if (next[axis] < 0 || next[axis] >= player.order.shape[axis]) return undefined;
  return player.clock.go(player.order.stepOf(turn, next));
}

/** @param {Player} player @returns {Gestures} */
export function makeGestures(player) {
  /** @param {number} x @param {number} y @returns {PanelName | null} */
  const panelAt = (x, y) => {
    const area = hitAt(player.stage, x, y)?.area;
    return area === "input" || area === "gate" || area === "output" ? area : null;
  };
  return {
    scale: () => player.scale,
    hover: (x, y) => {
      const next = selectionAt(player, x, y);
      if (JSON.stringify(next) !== JSON.stringify(player.hovered)) {
        player.hovered = next;
        player.draw();
      }
    },
    leave: () => {
      player.hovered = null;
      player.draw();
    },
    tap: (x, y) => tap(player, x, y),
    twice: (x, y) => enlarge(player, x, y),
    pan: (dx, dy, x, y) => {
      const name = panelAt(x, y);
      if (!name || player.stage.views[name].zoom === 1) return;
      player.stage.pan(name, dx, dy);
      player.repaint();
    },
    zoom: (factor, x, y) => {
      const name = panelAt(x, y);
      if (name) zoom(player, name, factor, x, y);
    },
    zoomable: (x, y) => {
      const hit = hitAt(player.stage, x, y);
      return hit?.map !== undefined && hit.area !== "strip" && (hit.map.port.sx < WHEEL_ZOOMS_BELOW || player.stage.views[hit.area].zoom > 1);
    },
  };
}

/**
 * What a pixel of the stage means as a selection; null for none.
 * @param {Player} player @param {number} x @param {number} y @returns {Subject | null}
 */
function selectionAt(player, x, y) {
  const hit = hitAt(player.stage, x, y);
  if (!hit) return null;
  if (hit.area === "kernel") return { kind: "kernel", channel: player.here().channel, tap: hit.tap };
  if (hit.area === "strip" || hit.content.kind) return null;
  const same = player.stage.gating; // signal, gate and product are the same pixels
  return { kind: hit.area === "input" && !same ? "input" : "output", channel: hit.map.channel, cell: hit.content.cell, own: true };
}

/**
 * Pin what is under the finger, or go to a channel of the strip; a second tap on the same cell lets go.
 * @param {Player} player @param {number} x @param {number} y
 */
function tap(player, x, y) {
  player.ui.stage.focus({ preventScroll: true });
  const hit = hitAt(player.stage, x, y);
  if (hit?.area === "strip") return toChannel(player, hit.map.channel);
  player.hovered = null;
  pinOrFree(player, selectionAt(player, x, y));
  player.draw();
}

/** @param {Subject | null} a @param {Subject | null} b */
const alike = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** @param {Player} player @param {Subject | null} selection */
function pinOrFree(player, selection) {
  pin(player, alike(selection, player.pinned) ? null : selection);
  if (player.pinned) player.clock.pause(); // whoever explains a cell wants it to stand still
}

/**
 * Pin a cell here, and the same cell in the players that go together with this one, where they have it; null frees all.
 * @param {Player} player @param {Subject | null} selection
 */
function pin(player, selection) {
  for (const one of player.group) one.pinned = one === player || isOn(one, player, selection) ? selection : null;
}

/**
 * Has another player a tensor of the same shape where this one's selection lies?
 * @param {Player} other @param {Player} player @param {Subject | null} selection
 */
function isOn(other, player, selection) {
  if (!selection) return false;
  const name = selection.kind === "kernel" ? "weight" : selection.kind;
  /** @param {Player} player */
  const shapeIn = ({ scene }) => String(scene?.tensors[name]?.shape);
  const points = !other.stage.gating || name === "output"; // signal, gate and product are all pointed at as the output
  return points && shapeIn(other) === shapeIn(player);
}

/** The key that pins: the cell under the cursor, or the playhead's. A stamp is no cell. @param {Player} player */
function pinShown(player) {
  const here = player.here();
  const found = player.cursor.at ?? (here.kind === "output" ? { ...here, own: true } : null);
  if (found) pinOrFree(player, found);
}

/**
 * A key: in a panel that Tab has gone to, it moves the cursor there; else it is a control like any other.
 * @param {Player} player @param {string} name
 */
export const press = (player, name) => player.cursor.takes(name) || act(player, name);

/**
 * Fill the input panel with the map under a pixel, or show all of them again.
 * @param {Player} player @param {number} x @param {number} y
 */
function enlarge(player, x, y) {
  const { stage } = player;
  const hit = hitAt(stage, x, y);
  if (hit?.area !== "input") return;
  const index = stage.inputMaps().findIndex((map) => map.channel === hit.map.channel && map.depth === hit.map.depth);
  fill(player, stage.enlarged === null ? index : null);
}

/** The same by key: one map after the other, then all of them. @param {Player} player */
function enlargeNext(player) {
  const next = (player.stage.enlarged ?? -1) + 1;
  fill(player, next < player.stage.inputMaps().length ? next : null);
}

/** @param {Player} player @param {number | null} index */
function fill(player, index) {
  if (player.stage.inputMaps().length === 1 || player.stage.gating) return;
  player.stage.enlarged = index;
  pin(player, null);
  player.resize();
}

/** @param {Player} player @param {PanelName} name @param {number} factor @param {number} [x] @param {number} [y] */
function zoom(player, name, factor, x, y) {
  player.stage.zoom(name, factor, x, y);
  player.ui.stage.style.touchAction = ["input", "output"].some((n) => player.stage.views[n].zoom > 1) ? "none" : "pan-y";
  player.repaint();
}

/** Panels that a zoom by key is for: signal, gate and product go together. @param {Stage} stage @returns {PanelName[]} */
const zoomed = ({ gating }) => (gating ? ["input"] : ["input", "output"]);

/** @param {Player} player @param {number} factor */
function zoomBoth(player, factor) {
  if (factor) for (const name of zoomed(player.stage)) zoom(player, name, factor);
  else {
    player.stage.wholeViews();
    player.stage.place();
  }
  player.repaint();
}

/** Go to an output channel, and to its group. @param {Player} player @param {number} channel */
function toChannel(player, channel) {
  player.team = Math.floor(channel / player.order.turns);
  player.clock.go(player.order.stepOf(channel % player.order.turns, player.order.at(player.step).cell));
  player.clock.glide = null;
  player.select();
}

/** A choice that changes colours only. @param {Player} player @param {() => void} change */
function choose(player, change) {
  change();
  player.theme();
}

/**
 * A choice that changes the order of the steps: the playhead keeps its channel and, where it can, its cell.
 * @param {Player} player @param {() => void} change
 */
function retell(player, change) {
  const { turn, cell } = player.order.at(player.step);
  change();
  player.hovered = player.pinned = null;
  player.tell();
  player.reorder({ turn, cell });
  player.theme();
}

/**
 * Another strength, threshold or hand: the gate's pictures are made anew, here alone.
 * @param {Player} player @param {Partial<Gating>} change
 */
function regate(player, change) {
  Object.assign(player.stage.gating ?? {}, change);
  player.stage.regate();
  player.repaint();
}
