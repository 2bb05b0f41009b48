// Pointer and keys of the overview.
import { cellAt, moved } from "./places.js";

/** @type {Record<string, number[]>} */
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** The cell of a stage under a pointer. @param {DrawnMap} map @param {FlowStage} stage @param {MouseEvent} event */
function under(map, stage, event) {
  const box = map.picture.getBoundingClientRect();
  return cellAt(stage, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
}

/**
 * A map of the row: point at a unit, click or tap to keep it, or walk with the arrows.
 * @param {Overview} overview @param {Column} column
 */
export function listenColumn(overview, { i, stage, map }) {
  const { picture } = map;
  /** @param {MouseEvent} event */
  const at = (event) => overview.placeIn(i, under(map, stage, event));
  picture.addEventListener("pointermove", (event) => overview.point(at(event)));
  picture.addEventListener("pointerleave", () => overview.point(null));
  picture.addEventListener("click", (event) => overview.pin(overview.hovered?.at === i ? overview.hovered : at(event)));
  picture.addEventListener("blur", () => overview.point(null));
  picture.addEventListener("keydown", (event) => {
    const move = MOVES[event.key];
    if (!move && event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Enter") return overview.pin(overview.place);
    if (event.key === "Escape") return overview.free();
    const here = overview.place?.at === i ? overview.place.cell : null;
    const [right, down] = move.map((step) => step * (event.shiftKey ? 10 : 1));
    const cell = here ? moved(stage, here, right, down) : cellAt(stage, 0.5, stage.vector ? 0 : 0.5);
    overview.point(overview.placeIn(i, cell));
    if (cell) map.bars?.[cell[0]].line.scrollIntoView({ block: "nearest" });
  });
}

/** A picture of the grid: point at a unit of that channel. @param {Overview} overview @param {number} i @param {Tile} tile */
export function listenTile(overview, i, { map, channel }) {
  const { picture } = map;
  const stage = overview.stages[i];
  picture.addEventListener("pointermove", (event) => {
    const cell = under(map, stage, event);
    overview.point(cell && { at: i, channel, cell }, map);
  });
  picture.addEventListener("pointerleave", () => overview.point(null));
}

/** Streamlit has keys of its own, so ours stay inside. @param {Overview} overview */
export function listenKeys(overview) {
  overview.ui.body.addEventListener("keydown", (event) => {
    if (event.key === "Escape") overview.free();
    event.stopPropagation();
  });
}
