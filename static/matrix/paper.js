// A page of paper with the matrices: the desk with margins round it, and under it the sentence and a foot.
import { unpack } from "../drawing/blob.js";
import { write } from "../drawing/paint.js";
import { CORNER, FOOT, LINE, lookOn, tell } from "../drawing/paper.js";
import { RECORDED, Recorder } from "../drawing/recorder.js";
import { stepWords } from "../drawing/readout.js";
import { AT_LENGTH, SHORTER, textOf } from "../drawing/sentences.js";
import { Desk } from "./desk.js";
import { drawMoving } from "./moving.js";
import { stepParts } from "./sentences.js";
import { paintStill } from "./still.js";

const TALL = 400; // pixels that the maps may be

/** What torch says, which is a badge on the screen, in one piece and with room before it. @param {Part[]} parts @returns {Part[]} */
const apart = (parts) => parts.flatMap((one) => (typeof one !== "string" && one.attributes["data-testid"] === "torch" ? [`   ${textOf([one])}`.replaceAll(" ", "\u00a0")] : [one]));

export class Paper {
  /**
   * @param {string} header of the scene's blob
   * @param {Uint8Array} bytes behind it
   * @param {PaperHow} how as of any page; `channel` is the kernel that is looked at
   */
  constructor(header, bytes, how) {
    /** @type {Scene} */
    const scene = unpack(header, bytes);
    const [edge, top] = CORNER.map((side) => Math.round(side * how.ratio) / how.ratio); // on a whole pixel, as the veil's blocks are
    this.how = how;
    this.row = how.channel ?? 0;
    this.desk = new Desk(RECORDED);
    this.desk.load(scene);
    this.desk.setTheme(lookOn(how), how.dark);
    this.ctx = new Recorder([edge, top], how.widths);
    this.inner = how.width - 2 * CORNER[0];
    this.desk.resize(this.inner, TALL, how.ratio);
    this.fresh = true; // nobody has seen the still part yet
  }

  /** Height of every page of the scene. */
  get height() {
    return CORNER[1] + this.desk.layout.height + 2 * LINE + FOOT;
  }

  /** One step, as of any page of paper. @param {number} step */
  record(step) {
    const still = this.fresh ? this.paintStill() : "same";
    this.fresh = false;
    drawMoving(this.desk, this.ctx, { step, row: this.row, move: { from: step, to: step, part: 0 }, shown: null });
    this.writeBelow(step);
    return [this.height, still, this.ctx.take()].join("\n\n");
  }

  paintStill() {
    const { desk, ctx, how } = this;
    paintStill(desk, ctx);
    const foot = desk.layout.height + 2 * LINE + FOOT - 15;
    write(ctx, how.note, 0, foot, { font: `11px ${desk.look.font}`, colour: desk.look.soft, align: "left" });
    return ctx.take();
  }

  /** @param {number} step */
  writeBelow(step) {
    const wordings = [AT_LENGTH, ...SHORTER].map((room) => () => textOf(apart(stepParts(this.desk, step, this.row, room))));
    tell(this.ctx, this.desk, wordings, stepWords(step, this.desk.model.positions), this.inner);
  }
}
