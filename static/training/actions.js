// What a pointer, a key or a control can ask of a training.
import { SPEEDS } from "../player/clock.js";
import { free } from "../player/free.js";
import { isFull, toggleFull } from "../player/full.js";
import { same, walk } from "./walking.js";

const WALKS = new Set(["left", "right", "up", "down", "first", "last", "channel-back", "channel-next"]);

/** A key: on pictures that Tab has gone to, it moves the cursor there. @param {Watching} watching @param {string} name */
export function press(watching, name) {
  const { cursor, board } = watching;
  const tiles = cursor && board.panel(cursor.name, cursor.r)?.tiles;
  if (!cursor || !tiles || !WALKS.has(name)) return act(watching, name);
  watching.cursor = walk({ ...tiles, filters: tiles.slots.length / tiles.channels }, cursor, name);
  watching.hovered = null;
  return watching.draw();
}

/** Everything that a control or a key can ask for. @param {Watching} watching @param {string} name @param {any} [value] */
export function act(watching, name, value) {
  const { clock, ui, root, board } = watching;
  /** @param {number} tick */
  const go = (tick) => {
    watching.touched = true;
    clock.pause();
    clock.go(tick);
  };
  /** @param {number} by */
  const faster = (by) => (clock.speed = SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, SPEEDS.indexOf(clock.speed) + by))]);
  /** @param {number} layer */
  const look = (layer) => watching.look(Math.max(0, Math.min(board.meta.layers.length - 1, layer)));
  /** @type {Record<string, () => void>} */
  const actions = {
    toggle: () => {
      watching.touched = true;
      if (clock.playing) clock.pause();
      else clock.play();
    },
    first: () => go(0),
    back: () => go(clock.step - 1),
    left: () => go(clock.step - 1),
    next: () => go(clock.step + 1),
    right: () => go(clock.step + 1),
    last: () => go(clock.steps - 1),
    scrub: () => go(value),
    up: () => look(board.layer - 1),
    "channel-back": () => look(board.layer - 1),
    down: () => look(board.layer + 1),
    "channel-next": () => look(board.layer + 1),
    layer: () => look(value),
    time: () => {
      board.time = value;
      watching.resize();
    },
    slower: () => faster(-1),
    faster: () => faster(1),
    speed: () => (clock.speed = Number(value)),
    pin: () => pin(watching, watching.cursor),
    free: () => free(watching, Boolean(watching.cursor)),
    enter: () => (watching.cursor = watching.kept[`${value.name}.${value.r}`] ?? { ...value, filter: 0, channel: 0, row: 0, column: 0 }),
    leave: () => watching.putDown(),
    help: () => (ui.help.hidden = !ui.help.hidden),
    full: () => toggleFull(root, () => watching.resize()),
    open: () => {
      clock.pause();
      const { stage } = board.meta.layers[board.layer].parts[value];
      watching.tell?.("opened", { recipe: value, stage, step: board.course.stepOf(value, clock.step) });
    },
    share: () => {
      clock.pause();
      if (isFull(root)) toggleFull(root, () => watching.resize());
      watching.tell?.("shared", watching.opening());
    },
  };
  actions[name]?.();
  watching.draw();
}

/** Keep a number; the one that is kept already is let go. @param {Watching} watching @param {TrainingSpot | null} spot */
function pin(watching, spot) {
  watching.pinned = same(spot, watching.pinned) ? null : spot;
}

/** @param {Watching} watching @returns {Gestures} */
export function gesturesOf(watching) {
  const { board } = watching;
  /** @param {number} x @param {number} y */
  const seek = (x, y) => {
    const tick = board.tickAt(x, y);
    if (tick !== null && tick !== watching.clock.step) act(watching, "scrub", tick);
    return tick !== null;
  };
  return {
    scale: () => watching.scale,
    hover: (x, y) => point(watching, board.hit(x, y)),
    leave: () => point(watching, null),
    tap: (x, y) => {
      watching.ui.stage.focus({ preventScroll: true });
      if (seek(x, y)) return;
      watching.hovered = null;
      pin(watching, board.hit(x, y));
      watching.draw();
    },
    twice: () => {},
    pan: (_dx, _dy, x, y) => void seek(x, y),
    zoom: () => {},
    zoomable: () => false,
  };
}

/** @param {Watching} watching @param {TrainingSpot | null} spot */
function point(watching, spot) {
  if (same(spot, watching.hovered)) return;
  watching.hovered = spot;
  watching.draw();
}
