// What a pointer, a key or a control can ask of a training.
import { asked, standStill } from "../player/asked.js";
import { free } from "../player/free.js";
import { WALKS } from "../player/gestures.js";
import { same, walk } from "./walking.js";

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
  /** @param {number} layer */
  const look = (layer) => watching.look(Math.max(0, Math.min(board.meta.layers.length - 1, layer)));
  const every = asked(watching, go, value);
  /** @type {Record<string, () => void>} */
  const actions = {
    ...every,
    toggle: () => {
      watching.touched = true;
      every.toggle();
    },
    up: () => look(board.layer - 1),
    "channel-back": () => look(board.layer - 1),
    down: () => look(board.layer + 1),
    "channel-next": () => look(board.layer + 1),
    layer: () => look(value),
    time: () => {
      board.time = value;
      watching.resize();
    },
    pin: () => pin(watching, watching.cursor),
    free: () => free(watching, Boolean(watching.cursor)),
    enter: () => (watching.cursor = watching.kept[`${value.name}.${value.r}`] ?? { ...value, filter: 0, channel: 0, row: 0, column: 0 }),
    leave: () => watching.putDown(),
    open: () => {
      clock.pause();
      const { stage } = board.meta.layers[board.layer].parts[value];
      watching.tell?.("opened", { recipe: value, stage, step: board.course.stepOf(value, clock.step) });
    },
    share: () => {
      standStill(watching);
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
