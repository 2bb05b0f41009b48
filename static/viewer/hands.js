// Pointer and keys of the viewer.
import { around } from "./build.js";
import { transport } from "./sound.js";
import { tellStretches } from "./stretches.js";

const NEAR = 5; // pixels that a click may wander before it is a drag
/** @type {Record<string, number[]>} */
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };

/** Shares of a map under a pointer: from the left, and from the bottom. @param {DrawnMap} map @param {MouseEvent} event */
function under(map, event) {
  const box = map.picture.getBoundingClientRect();
  return [(event.clientX - box.left) / box.width, 1 - (event.clientY - box.top) / box.height];
}

/** The input: click to move the cursor, drag to select, arrows to step. @param {Viewer} viewer @param {DrawnMap} map */
export function listenClip(viewer, map) {
  /** @type {{x: number, time: number} | null} */
  let from = null;
  const { picture } = map;
  picture.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    from = { x: event.clientX, time: viewer.timeOf(under(map, event)[0]) };
    picture.setPointerCapture(event.pointerId);
  });
  picture.addEventListener("pointermove", (event) => {
    if (!from || Math.abs(event.clientX - from.x) < NEAR) return;
    const to = viewer.timeOf(under(map, event)[0]);
    viewer.select([Math.min(from.time, to), Math.max(from.time, to)]);
  });
  picture.addEventListener("pointerup", (event) => {
    if (from && Math.abs(event.clientX - from.x) < NEAR) {
      viewer.select(null);
      transport.seek(from.time);
    }
    if (from) tellStretches(viewer);
    from = null;
  });
  picture.addEventListener("pointercancel", () => (from = null));
  picture.addEventListener("keydown", (event) => {
    const move = MOVES[event.key]?.[0];
    if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    transport.seek(Math.max(0, Math.min(viewer.sound.length, transport.time + move * (event.shiftKey ? 1 : 0.1))));
  });
}

/** A map of the chosen stage: point at a unit, click to keep it, or walk with the arrows. @param {Viewer} viewer @param {DrawnMap} map */
export function listenPlane(viewer, map) {
  const { picture } = map;
  /** @param {MouseEvent} event */
  const at = (event) => {
    const [share, height] = under(map, event);
    return viewer.unitOf(share, height);
  };
  picture.addEventListener("pointermove", (event) => viewer.point(at(event)));
  picture.addEventListener("pointerleave", () => viewer.point(null));
  picture.addEventListener("click", (event) => viewer.choose(viewer.hovered ?? at(event))); // what was shown is what is taken
  picture.addEventListener("blur", () => viewer.point(null));
  picture.addEventListener("keydown", (event) => {
    const move = MOVES[event.key];
    if (!move && event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Enter") return viewer.hovered && viewer.choose(viewer.hovered);
    if (event.key === "Escape") return viewer.point(null);
    const [, frames, mels] = viewer.stage.shape;
    const [f, m] = viewer.unit ?? [Math.floor(frames / 2), Math.floor(mels / 2)];
    const step = event.shiftKey ? 10 : 1;
    viewer.point([clamp(f + step * move[0], frames), clamp(m + step * move[1], mels)]);
  });
}

/** @param {number} n @param {number} most */
const clamp = (n, most) => Math.max(0, Math.min(most - 1, n));

/**
 * Space plays and stops, wherever in the viewer the focus is. Streamlit has keys of its own, so ours stay inside.
 * @param {Viewer} viewer
 */
export function listenKeys(viewer) {
  viewer.ui.body.addEventListener("keydown", (event) => {
    if (around(event, "select, input")) return;
    if (event.key === " " && !around(event, "button")) {
      event.preventDefault();
      viewer.act("play");
    }
    event.stopPropagation();
  });
}
