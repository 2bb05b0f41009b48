// A page of paper: the stage with margins round it, and under it the sentence and a foot. Drawn by a recorder, for files.
import { unpack } from "./blob.js";
import { drawMoving } from "./moving.js";
import { makeLook } from "./look.js";
import { makeOrder } from "./order.js";
import { write } from "./paint.js";
import { sentenceWords, stepWords } from "./readout.js";
import { RECORDED, Recorder, wideOf } from "./recorder.js";
import { RULES, agrees, torchValue } from "./rules.js";
import { AT_LENGTH, SHORTER } from "./sentences.js";
import { Stage } from "./stage.js";
import { paintStill } from "./still.js";

const MOST = { maps: 16, depths: 8, strip: 16 };
const TALL = 420; // pixels that panels side by side may be
const EDGE = 24; // round the stage
const TOP = 14; // over it, where the panels' names leave room
export const CORNER = [EDGE, TOP];
export const LINE = 20; // of the sentence, which has two
export const FOOT = 40;
const [SMALLEST, LARGEST] = [5.5, 26]; // numbers in cells
const FEWEST = 7; // pixels of a file that a number needs
const AIR = 1.08; // round it, in parts of its width
const AT_MOST = 40; // terms of a sentence that might fit

/** How a page looks. @param {PaperHow} how */
export function lookOn(how) {
  const numbers = { ems: (/** @type {string} */ text) => AIR * wideOf(how.widths[""], text), smallest: Math.max(SMALLEST, FEWEST / how.ratio), largest: LARGEST, bare: how.bare };
  return { ...makeLook(RECORDED.hatch, { ...how, font: "" }), ...numbers };
}

export class Paper {
  /**
   * @param {string} header of the scene's blob
   * @param {Uint8Array} bytes behind it
   * @param {PaperHow} how `width` of the page, or of one of its columns, `left` of which is room for others;
   *   `ratio` of a file's pixels to it; `bare` leaves out numbers in cells; `channel` is the one to look at, or null for that of
   *   each step; `note` stands at the foot; `widths` are those of the font, see recorder.js
   */
  constructor(header, bytes, how) {
    /** @type {Scene} */
    const scene = unpack(header, bytes);
    this.scene = scene;
    this.how = how;
    const { meta, tensors } = this.scene;
    const { shape } = tensors.output;
    this.order = makeOrder(shape[0] / meta.groups, shape.slice(1), how.serpentine);
    this.stage = new Stage(RECORDED, MOST);
    this.stage.load(this.scene, false);
    this.stage.setTheme(lookOn(how), how.dark);
    const corner = [how.left + EDGE, TOP].map((side) => Math.round(side * how.ratio) / how.ratio); // on a whole pixel, as the veil's blocks are
    this.ctx = new Recorder(corner, how.widths);
    this.inner = how.width - 2 * EDGE;
    this.turnTo(this.at(0));
    this.fresh = true; // nobody has seen the still part yet
  }

  /** Height of every page of the scene. */
  get height() {
    return TOP + this.stage.layout.height + 2 * LINE + FOOT;
  }

  /** The output cell of a step, as the player tells it; of a step of a longer scene beside it, too. @param {number} step @returns {CellAt} */
  at(step) {
    const { turn, cell } = this.order.at(this.order.within(step));
    return { kind: "output", channel: this.how.channel ?? turn, cell };
  }

  /**
   * One step: the height, the still part, or "same" where nothing of it has changed since the step before, and the moving
   * part, with an empty line between them.
   * @param {number} step
   */
  record(step) {
    const here = this.at(step);
    const still = [this.turnTo(here), this.fresh].some(Boolean) ? this.paintStill() : "same";
    this.fresh = false;
    const worked = RULES[this.scene.meta.rule](this.scene, this.stage.axes, here.channel, here.cell);
    drawMoving(this.stage, this.ctx, this.telling(step, here, worked));
    this.writeBelow(step, here, worked);
    return [this.height, still, this.ctx.take()].join("\n\n");
  }

  /** Put the maps of a step on stage. Returns true if the still part is another one then. @param {{channel: number, cell: Cell}} here */
  turnTo({ channel, cell }) {
    const { stage } = this;
    const other = stage.recast({ channel, cell });
    const same = stage.layout && !other && channel === stage.selected && (cell[0] === stage.depth || !stage.strip.length);
    if (same) return false;
    stage.resize(this.inner, TALL, this.how.ratio);
    stage.select(channel, cell[0]);
    return true;
  }

  paintStill() {
    const { stage, ctx, how, order: { steps } } = this;
    paintStill(stage, ctx);
    const { look, layout } = stage;
    const font = `11px ${look.font}`;
    ctx.font = font;
    const room = this.inner - ctx.measureText(`${stepWords(steps - 1, steps)}   `).width;
    const lines = broken(ctx, how.note, room).slice(0, 2).reverse();
    const foot = layout.height + 2 * LINE + FOOT - 15;
    lines.forEach((line, i) => write(ctx, line, 0, foot - 14 * i, { font, colour: look.soft, align: "left" }));
    return ctx.take();
  }

  /**
   * What drawMoving asks of whoever tells a scene: here nothing is hovered, pinned or on its way.
   * @param {number} step @param {CellAt} here @param {Worked} worked @returns {Teller}
   */
  telling(step, here, worked) {
    const { order, scene, stage } = this;
    const { channel } = here;
    const shown = order.stepOf(channel % order.turns, here.cell);
    return {
      stage, scene, order, worked, lensed: false, step: shown, subject: here, team: Math.floor(channel / order.turns),
      clock: { step: shown, move: { from: shown, to: shown, part: 0 } },
      shown: () => null,
      here: () => here,
      lookUp: (/** @type {Subject} */ selection) => selection,
      hides: () => false,
    };
  }

  /** @param {number} step @param {CellAt} here @param {Worked} worked */
  writeBelow(step, here, worked) {
    const { stage, order } = this;
    const torch = torchValue(this.scene, here.channel, here.cell);
    const ok = agrees(this.scene, worked, torch);
    const rooms = worked.terms.length > AT_MOST ? SHORTER : [AT_LENGTH, ...SHORTER];
    const wordings = rooms.map((room) => () => sentenceWords(stage, here, worked, torch, ok, room));
    tell(this.ctx, stage, wordings, stepWords(order.stepOf(here.channel % order.turns, here.cell), order.steps), this.inner);
  }

  /** Which output cells have the tick, in torch's order. */
  ticks() {
    const { scene, stage: { axes } } = this;
    const { shape } = scene.tensors.output;
    const plain = makeOrder(shape[0], shape.slice(1));
    return Array.from({ length: plain.steps }, (_, step) => {
      const { turn, cell } = plain.at(step);
      return agrees(scene, RULES[scene.meta.rule](scene, axes, turn, cell), torchValue(scene, turn, cell));
    });
  }
}

/**
 * The sentence in at most two lines, in the longest wording that fits; and the step's number.
 * @param {Ctx} ctx @param {{look: Look, layout: {height: number}}} page @param {(() => string)[]} wordings @param {string} step @param {number} room pixels
 */
export function tell(ctx, { look, layout }, wordings, step, room) {
  const font = `14px ${look.font}`;
  /** @type {string[]} */
  let lines = [];
  for (const wording of wordings) {
    ctx.font = font;
    lines = broken(ctx, wording(), room);
    if (lines.length <= 2) break;
  }
  lines.slice(0, 2).forEach((line, i) => write(ctx, line, 0, layout.height + 12 + i * LINE, { font, colour: look.text, align: "left" }));
  write(ctx, step, room, layout.height + 2 * LINE + FOOT - 15, { font: `11px ${look.font}`, colour: look.soft, align: "right" });
}

/** Text in lines of at most so many pixels. @param {Ctx} ctx @param {string} text @param {number} room */
function broken(ctx, text, room) {
  const [first, ...words] = text.split(" ");
  const lines = [first];
  let wide = ctx.measureText(first).width;
  for (const word of words) {
    const more = ctx.measureText(` ${word}`).width;
    if (wide + more <= room) {
      lines[lines.length - 1] += ` ${word}`;
      wide += more;
    } else {
      lines.push(word);
      wide = ctx.measureText(word).width;
    }
  }
  return lines;
}
