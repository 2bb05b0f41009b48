// What a pointer, a key or a control can ask of a training.
import { asked, standStill } from "../player/asked.js";
import { free } from "../player/free.js";
import { WALKS } from "../player/gestures.js";
import { walk } from "./walking.js";

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
    pin: () => watching.pin(watching.cursor),
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
