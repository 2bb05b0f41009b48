// What a pointer, a key or a control can ask of the player.
import { SPEEDS } from "./clock.js";
import { isFull, toggleFull } from "./full.js";
import { hit as hitAt } from "../drawing/pointing.js";
import { arrowKeys } from "../drawing/port.js";

const WHEEL_ZOOMS_BELOW = 18; // pixels per cell: smaller cells take the wheel, larger ones leave it to the page

/** Everything a control or a key can ask for. */
export function act(player, name, value) {
  const { clock } = player;
  const before = clock.step;
  const faster = (by) => (clock.speed = SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, SPEEDS.indexOf(clock.speed) + by))]);
  const goTo = (step) => {
    clock.pause();
    pin(player, null);
    clock.go(step);
  };
  const actions = {
    toggle: () => (clock.playing ? clock.pause() : clock.play()),
    first: () => goTo(0),
    back: () => goTo(clock.step - 1),
    next: () => goTo(clock.step + 1),
    last: () => goTo(clock.steps - 1),
    scrub: () => goTo(value),
    left: () => move(player, name),
    right: () => move(player, name),
    up: () => move(player, name),
    down: () => move(player, name),
    "channel-back": () => player.toChannel(Math.max(0, player.here().channel - 1)),
    "channel-next": () => player.toChannel(Math.min(player.stage.output.channels - 1, player.here().channel + 1)),
    slower: () => faster(-1),
    faster: () => faster(1),
    speed: () => (clock.speed = Number(value)),
    free: () => free(player),
    pin: () => pinShown(player),
    full: () => toggleFull(player.root, () => player.resize()),
    enter: () => player.cursor.enter(value),
    leave: () => player.cursor.enter(null),
    help: () => (player.ui.help.hidden = !player.ui.help.hidden),
    scale: () => player.choose(() => (player.stage.scaleChoice = value)),
    coverage: () => player.choose(() => (player.stage.coverage = value)),
    lens: () => (player.lens = value),
    strength: () => {
      player.sweep = null;
      player.regate({ strength: value });
    },
    sweep: () => (player.sweep = { since: null }),
    threshold: () => player.regate({ threshold: value }),
    hand: () => player.regate({ hand: value }),
    serpentine: () => player.retell(() => (player.serpentine = value)),
    view: () => player.retell(() => (player.stampWanted = value === "stamp")),
    enlarge: () => enlargeNext(player),
    share: () => {
      clock.pause();
      if (isFull(player.root)) toggleFull(player.root, () => player.resize()); // the page has the rest
      player.share?.(player.plainStep());
    },
    "zoom-in": () => zoomBoth(player, 1.5),
    "zoom-out": () => zoomBoth(player, 1 / 1.5),
    "zoom-whole": () => zoomBoth(player, 0),
  };
  actions[name]();
  if (clock.step !== before) player.stepped();
  player.draw();
}

/** Move the cell one place the way that an arrow points; at the end of a row, on to the next. */
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

export function makeGestures(player) {
  const panelAt = (x, y) => {
    const area = hitAt(player.stage, x, y)?.area;
    return ["input", "gate", "output"].includes(area) ? area : null;
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
      return Boolean(hit?.map) && hit.area !== "strip" && (hit.map.port.sx < WHEEL_ZOOMS_BELOW || player.stage.views[hit.area].zoom > 1);
    },
  };
}

/** What a pixel of the stage means as a selection; null for none. */
function selectionAt(player, x, y) {
  const hit = hitAt(player.stage, x, y);
  if (!hit) return null;
  if (hit.area === "kernel") return { kind: "kernel", channel: player.here().channel, tap: hit.tap };
  if (hit.area === "strip" || hit.content.kind) return null;
  const same = player.stage.gating; // signal, gate and product are the same pixels
  return { kind: same ? "output" : hit.area, channel: hit.map.channel, cell: hit.content.cell, own: true };
}

/** Pin what is under the finger, or go to a channel of the strip; a second tap on the same cell lets go. */
function tap(player, x, y) {
  player.ui.stage.focus({ preventScroll: true });
  const hit = hitAt(player.stage, x, y);
  if (hit?.area === "strip") return player.toChannel(hit.map.channel);
  player.hovered = null;
  pinOrFree(player, selectionAt(player, x, y));
  player.draw();
}

const alike = (a, b) => JSON.stringify(a) === JSON.stringify(b);

function pinOrFree(player, selection) {
  pin(player, alike(selection, player.pinned) ? null : selection);
  if (player.pinned) player.clock.pause(); // whoever explains a cell wants it to stand still
}

/** Pin a cell here, and the same cell in the players that go together with this one, where they have it; null frees all. */
function pin(player, selection) {
  for (const one of player.group) one.pinned = one === player || isOn(one, player, selection) ? selection : null;
}

/** Has another player a tensor of the same shape where this one's selection lies? */
function isOn(other, player, selection) {
  const name = selection?.kind === "kernel" ? "weight" : selection?.kind;
  const shapeIn = ({ scene }) => String(scene?.tensors[name]?.shape);
  const points = !other.stage.gating || name === "output"; // signal, gate and product are all pointed at as the output
  return Boolean(selection) && points && shapeIn(other) === shapeIn(player);
}

/** The key that pins: the cell under the cursor, or the playhead's. A stamp is no cell. */
function pinShown(player) {
  const here = player.here();
  const found = player.cursor.at ?? (here.kind === "output" ? { ...here, own: true } : null);
  if (found) pinOrFree(player, found);
}

/** Let go of what is pinned; else leave the panel that the keys walk, then the full screen. */
function free(player) {
  const { ui, root } = player;
  const held = player.pinned ?? player.hovered;
  const open = !ui.help.hidden;
  ui.help.hidden = true;
  for (const one of player.group) one.pinned = one.hovered = null;
  if (held || open) return;
  if (player.cursor.at) ui.stage.focus({ preventScroll: true });
  else if (isFull(root)) toggleFull(root, () => player.resize());
}

/** A key: in a panel that Tab has gone to, it moves the cursor there; else it is a control like any other. */
export const press = (player, name) => player.cursor.takes(name) || act(player, name);

/** Fill the input panel with the map under a pixel, or show all of them again. */
function enlarge(player, x, y) {
  const { stage } = player;
  const hit = hitAt(stage, x, y);
  if (hit?.area !== "input") return;
  const index = stage.inputMaps().findIndex((map) => map.channel === hit.map.channel && map.depth === hit.map.depth);
  fill(player, stage.enlarged === null ? index : null);
}

/** The same by key: one map after the other, then all of them. */
function enlargeNext(player) {
  const next = (player.stage.enlarged ?? -1) + 1;
  fill(player, next < player.stage.inputMaps().length ? next : null);
}

function fill(player, index) {
  if (player.stage.inputMaps().length === 1 || player.stage.gating) return;
  player.stage.enlarged = index;
  pin(player, null);
  player.resize();
}

function zoom(player, name, factor, x, y) {
  player.stage.zoom(name, factor, x, y);
  player.ui.stage.style.touchAction = ["input", "output"].some((n) => player.stage.views[n].zoom > 1) ? "none" : "pan-y";
  player.repaint();
}

function zoomBoth(player, factor) {
  if (factor) for (const name of player.stage.gating ? ["input"] : ["input", "output"]) zoom(player, name, factor, null, null);
  else {
    player.stage.wholeViews();
    player.stage.place();
  }
  player.repaint();
}
