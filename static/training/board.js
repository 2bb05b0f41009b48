// What is drawn of a training, laid out for a width: two canvases as the player has them, and a third that never shows.
import { makeColours } from "../drawing/panels.js";
import { arranged } from "./pictures.js";
import { layoutTraining } from "./layout.js";
import { cellAt } from "./arrange.js";
import { Course, PICTURES } from "./course.js";
import { timeScale, topOf } from "./scales.js";

const DASHES = [[], [7, 4]]; // of the lines of each recipe, besides its colour
const TOUCH = 12; // pixels round a chart that belong to it

export class Board {
  /** @type {Course} */
  course;
  /** @type {TrainingLayout} */
  layout;
  /** @type {Look} */
  look;
  /** @type {TilePanel[]} */
  panels = [];
  tops = { loss: 1, accuracy: 1, rate: 1 }; // of the charts' axes
  /** @type {{ramps: Record<string, RGB[]>, groups: string[]}} */
  colours;
  /** @type {import("./scales.js").Time} */
  time = "log";
  /** @type {HTMLCanvasElement | null} all curves as they are up to the playhead; it never shows */
  bright = null;
  layer = 0;
  width = 0;
  ratio = 1;

  /** @param {Training} scene */
  load(scene) {
    this.course = new Course(scene);
    this.layer = Math.min(this.layer, scene.meta.layers.length - 1);
    const { course } = this;
    const tests = course.recipes.flatMap((r) => this.curve(r, "loss_train").concat(this.curve(r, "loss_test")));
    this.tops = {
      loss: topOf(tests, course.recipes.map((r) => /** @type {any} */ (course.tensor("loss", r)).data)) * 1.06,
      accuracy: 1,
      rate: topOf(scene.meta.recipes.map(({ rate }) => rate), course.recipes.map((r) => /** @type {any} */ (course.tensor("rate", r)).data)) * 1.15,
    };
  }

  get meta() {
    return this.course.meta;
  }

  /** A number of each moment of a recipe. @param {number} r @param {string} name */
  curve(r, name) {
    const { shape, data } = /** @type {Tensor} */ (this.course.tensor("curves", r));
    const at = ["loss_train", "loss_test", "accuracy_train", "accuracy_test"].indexOf(name);
    return Array.from({ length: shape[0] }, (_, m) => data[m * shape[1] + at]);
  }

  /** Share of the width at which a step stands: up to the end of the longest recipe, or where it is while it grows. */
  get shareOf() {
    return timeScale(this.mostSteps, this.time);
  }

  /** Steps to the right end: those that were made, or that shall be. */
  get mostSteps() {
    return Math.max(1, ...this.meta.recipes.map(({ made, steps, ended }) => (ended ? made : steps)));
  }

  /** How a recipe is drawn. @param {number} r */
  pen(r) {
    const several = this.course.recipes.length > 1;
    return { colour: several ? this.colours.groups[r] : this.look.accent, dash: DASHES[r % DASHES.length] };
  }

  /** @param {Look} look @param {boolean} dark */
  setTheme(look, dark) {
    this.look = look;
    this.colours = /** @type {any} */ (makeColours(/** @type {any} */ (this.meta), dark));
  }

  /** @param {number} width @param {number} tall @param {number} ratio @param {number} [scale] */
  resize(width, tall, ratio, scale = 1) {
    Object.assign(this, { width, ratio: ratio * scale });
    const { course, meta } = this;
    const parts = meta.layers[this.layer].parts;
    const [input] = [course.tensors.example.shape];
    this.layout = layoutTraining(width, tall, {
      recipes: parts.length,
      gradient: parts.some((_, r) => course.tensor("gradient", r, this.layer)),
      events: meta.events,
      updates: Math.max(...meta.recipes.map(({ stages }) => stages.length)),
      classes: meta.classes.length,
      long: meta.classes.some((name) => name.length > 5),
      line: input[1] === 1,
      pictures: Math.max(...parts.map((_, r) => /** @type {any} */ (course.tensor("kernel", r, this.layer)).shape[1])),
    });
    this.panels = this.layout.bands.flatMap((band, r) => {
      /** @type {number} */
      let side = 0;
      return PICTURES.flatMap((name) => {
        const box = band[name];
        if (!box || !course.tensor(name, r, this.layer)) return [];
        const panel = arranged(course, name, r, this.layer, box, this.layout.narrow ? 0 : side);
        side ||= panel.tiles.count;
        return [panel];
      });
    });
  }

  /** What lies under a pixel. @param {number} x @param {number} y @returns {TrainingSpot | null} */
  hit(x, y) {
    for (const panel of this.panels) {
      const cell = cellAt(panel.tiles, x, y);
      if (cell) return { name: panel.name, r: panel.r, ...cell };
    }
    for (const [r, { scores }] of this.layout.bands.entries()) {
      if (!inside(scores, x, y)) continue;
      const { classes, events } = this.meta;
      return { name: "scores", r, filter: Math.floor(((y - scores.y) / scores.h) * classes.length), channel: 0, row: 0, column: events ? Math.floor(((x - scores.x) / scores.w) * this.frames(r)) : 0 };
    }
    return null;
  }

  /** Frames of the scores of events. @param {number} r */
  frames(r) {
    return /** @type {any} */ (this.course.tensor("scores", r)).shape[2] ?? 1;
  }

  /** The place of the playhead that a pixel of a chart stands for; null where there is none. @param {number} x @param {number} y @returns {number | null} */
  tickAt(x, y) {
    for (const { x: left, y: top, w, h } of Object.values(this.layout.charts))
      if (inside({ x: left - TOUCH, y: top - TOUCH, w: w + 2 * TOUCH, h: h + 2 * TOUCH }, x, y)) return this.course.nearest(this.shareOf, (x - left) / w);
    return null;
  }

  /** @param {string} name @param {number} r */
  panel(name, r) {
    return this.panels.find((one) => one.name === name && one.r === r);
  }
}

/** @param {Rect} box @param {number} x @param {number} y */
const inside = ({ x: left, y: top, w, h }, x, y) => x >= left && x < left + w && y >= top && y < top + h;
