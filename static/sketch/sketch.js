// A grid to draw on, by mouse, touch or keys, and what a network says of the drawing. The drawing goes to the server as
// levels, which decides what they mean.
import { living } from "../viewer/living.js";
import { around, make } from "../viewer/build.js";
import { _, speak } from "../words/catalogue.js";
import { Drawing, INK, best, reach, stroked } from "./ink.js";

/** @type {Record<string, number[]>} */
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const pens = () => [
  [0.6, _("fine pen")],
  [1, _("pen")],
  [2.2, _("broad pen")],
];
const LINES = 10; // pixels of a cell from which on cells have lines between them

class Sketch {
  /** @type {SketchData} */
  data;
  drawing = new Drawing([]);
  at = [0, 0]; // the keys' cell
  keys = false; // were keys used last?
  rub = false;
  /** @type {number[] | null} */
  last = null; // of the stroke that is being drawn
  /** @type {string | null} */
  sent = null; // what the server has not answered yet
  loaded = 0;
  /** @type {Tell} */
  tell = () => {};

  /** @param {HTMLElement & {sketch?: Sketch}} root */
  constructor(root) {
    this.root = root;
    this.canvas = make("canvas", { tabIndex: 0 });
    this.said = make("p", { className: "said" });
    this.said.setAttribute("aria-live", "polite");
    this.pen = make("select", { name: "pen", ariaLabel: _("pen") });
    this.tools = make("div", { className: "tools" });
    this.bars = make("ol", { className: "bars" });
    this.verdict = make("p", { className: "verdict" });
    this.verdict.setAttribute("aria-live", "polite");
    this.answer = make("div", { className: "answer" }, this.verdict, this.bars);
    root.append(make("div", { className: "paper" }, this.canvas, this.tools, this.said), this.answer);
    this.tools.addEventListener("click", (event) => this.act(around(event, "[data-act]")?.dataset.act));
    this.canvas.addEventListener("keydown", (event) => this.key(event));
    this.canvas.addEventListener("blur", () => this.paint());
    this.canvas.addEventListener("pointerdown", (event) => this.down(event));
    this.canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const end of ["pointerup", "pointercancel"]) this.canvas.addEventListener(end, () => this.up());
    root.sketch = this; // a handle for tests and for the curious
  }

  /** @param {SketchData} data @param {Tell} tell */
  load(data, tell) {
    const other = !this.data || data.rows !== this.data.rows || data.columns !== this.data.columns;
    this.data = data;
    this.tell = tell;
    const text = String(data.cells);
    const answered = this.sent === null || text === this.sent;
    if (other || (answered && !this.last && text !== String(this.drawing.cells))) {
      this.drawing = new Drawing(data.cells);
      this.at = [Math.floor(data.rows / 2), Math.floor(data.columns / 2)];
      this.last = null;
    }
    if (other || answered) this.sent = null;
    this.build();
    this.paint();
    this.score();
    this.loaded += 1;
    this.root.dataset.ready = `${data.rows}.${data.columns}`;
  }

  /** Buttons, in the reader's language. */
  build() {
    if (this.loaded) return;
    const { rows, columns } = this.data;
    /** @param {string} act @param {string} text @param {string} title */
    const button = (act, text, title) => make("button", { type: "button", title, data: { act } }, text);
    this.pen.append(...pens().map(([wide, text]) => make("option", { value: String(wide) }, String(text))));
    this.pen.value = "1";
    const rub = button("rub", _("Rubber"), _("Take ink away"));
    rub.setAttribute("aria-pressed", "false");
    this.tools.append(this.pen, rub, button("undo", _("Undo"), _("Undo (Z)")), button("clear", _("Clear"), _("Take all ink away")));
    this.canvas.ariaLabel = _("Drawing, {rows} by {columns} cells. Arrow keys move, space paints, Delete rubs out, Z undoes.", { rows, columns });
    this.canvas.setAttribute("role", "img");
  }

  /** @param {string | undefined} act */
  act(act) {
    if (act === "rub") {
      this.rub = !this.rub;
      this.tools.querySelector("[data-act=rub]")?.setAttribute("aria-pressed", String(this.rub));
    } else if (act === "undo" && this.drawing.undo()) this.done();
    else if (act === "clear" && !this.drawing.empty) {
      this.drawing.change(this.drawing.cells.map(() => 0));
      this.done();
    }
  }

  // --- pointer ---

  /** Row and column under a pointer, the first cell's centre at 0.5. @param {PointerEvent} event */
  where(event) {
    const box = this.canvas.getBoundingClientRect();
    return [((event.clientY - box.top) / box.height) * this.data.rows, ((event.clientX - box.left) / box.width) * this.data.columns];
  }

  /** @param {PointerEvent} event */
  down(event) {
    if (event.button !== 0 || !event.isPrimary) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.keys = false;
    this.drawing.begin();
    this.last = this.where(event);
    this.stroke(this.last);
  }

  /** @param {PointerEvent} event */
  move(event) {
    if (!this.last || !event.isPrimary) return;
    const points = event.getCoalescedEvents?.() ?? [];
    for (const one of points.length ? points : [event]) this.stroke(this.where(one));
  }

  /** @param {number[]} to */
  stroke(to) {
    const wide = reach(this.data.rows, Number(this.pen.value));
    this.drawing.cells = stroked(this.drawing.cells, this.data.columns, this.last ?? to, to, wide, this.rub);
    this.last = to;
    this.paint();
  }

  up() {
    if (!this.last) return;
    this.last = null;
    this.done();
  }

  // --- keys ---

  /** @param {KeyboardEvent} event */
  key(event) {
    const { rows, columns } = this.data;
    const [dr, dc] = ARROWS[event.key] ?? [0, 0];
    const paints = event.key === " ";
    const rubs = event.key === "Delete" || event.key === "Backspace";
    const undoes = event.key.toLowerCase() === "z" && !event.altKey;
    if (!dr && !dc && !paints && !rubs && !undoes) return;
    if ((event.metaKey || event.ctrlKey) && !undoes) return;
    event.preventDefault();
    event.stopPropagation();
    this.keys = true;
    if (undoes) this.act("undo");
    this.at = [Math.max(0, Math.min(rows - 1, this.at[0] + dr)), Math.max(0, Math.min(columns - 1, this.at[1] + dc))];
    const i = this.at[0] * columns + this.at[1];
    const level = paints && !this.rub ? INK : 0;
    if ((paints || rubs) && this.drawing.cells[i] !== level) {
      this.drawing.change(this.drawing.cells.with(i, level));
      this.done();
    }
    this.paint();
    this.said.textContent = _("Row {row}, column {column}: ink {level} of {most}.", { row: this.at[0], column: this.at[1], level: this.drawing.cells[i], most: INK });
  }

  /** A stroke has ended. */
  done() {
    this.sent = String(this.drawing.cells);
    this.paint();
    this.score();
    this.tell("drawn", { cells: this.drawing.cells });
  }

  // --- what is seen ---

  paint() {
    const { rows, columns } = this.data;
    const cell = Math.max(4, Math.floor(560 / Math.max(rows, columns))); // of the canvas; the page scales it
    Object.assign(this.canvas, { width: cell * columns, height: cell * rows });
    this.canvas.style.aspectRatio = `${columns} / ${rows}`;
    const ctx = this.canvas.getContext("2d");
    if (!ctx) return;
    const gap = cell > LINES ? 2 : 0; // the page halves it: one pixel would be lost in places
    ctx.fillStyle = "#3a3f4a"; // the lines between cells
    ctx.fillRect(0, 0, this.canvas.width, this.canvas.height);
    this.drawing.cells.forEach((level, i) => {
      const grey = Math.round((255 * level) / INK);
      ctx.fillStyle = `rgb(${grey} ${grey} ${grey})`;
      ctx.fillRect((i % columns) * cell, Math.floor(i / columns) * cell, cell - gap, cell - gap);
    });
    if (!this.keys) return;
    const [row, column] = this.at;
    for (const [colour, inset] of /** @type {[string, number][]} */ ([["#ffffff", 1.5], ["#d9480f", 4]])) {
      ctx.strokeStyle = colour;
      ctx.lineWidth = 3;
      ctx.strokeRect(column * cell + inset - gap, row * cell + inset - gap, cell - 2 * inset + gap, cell - 2 * inset + gap);
    }
  }

  /** The shares of all classes; while the server has not answered, those of the drawing before. */
  score() {
    const { scores } = this.data;
    this.answer.hidden = scores === null;
    if (!scores) return;
    const waits = this.sent !== null;
    this.answer.classList.toggle("waits", waits);
    if (waits) return;
    const top = this.drawing.empty ? -1 : best(scores);
    /** @param {number} share */
    const percent = (share) => `${Math.round(100 * share)} %`;
    this.verdict.textContent = top < 0 ? _("Nothing is drawn yet.") : _("Most likely: {name}, {share}", { name: scores[top].name, share: percent(scores[top].share) });
    const rows = scores.map(({ name, share }, i) => {
      const bar = make("i", { className: "bar" });
      bar.style.setProperty("--share", String(top < 0 ? 0 : share));
      const row = make("li", {}, make("span", { className: "name" }, i === top ? `▸ ${name}` : name), bar, make("span", { className: "share" }, top < 0 ? "" : percent(share)));
      if (i === top) row.className = "top";
      return row;
    });
    this.bars.replaceChildren(...rows);
  }

  stop() {
    this.root.replaceChildren();
  }
}

/** Show a drawing in an element. What is told is the drawing, each time that a stroke has ended. */
export const play = living(Sketch, (/** @type {SketchData} */ data) => {
  speak(data.words ?? undefined);
  return data;
});
