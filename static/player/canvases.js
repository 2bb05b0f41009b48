// The two canvases of a stage: the one below stands still, the one above is redrawn every frame.
import { contextOf } from "../drawing/canvas.js";

/** As large as the stage, with as many pixels as the screen has there. @param {{base: HTMLCanvasElement, light: HTMLCanvasElement}} ui @param {Sized} stage @param {number} scale */
export function fitCanvases({ base, light }, { width, layout, ratio }, scale) {
  for (const canvas of [base, light]) {
    const [w, h] = [width, layout.height].map((size) => Math.round(size * ratio));
    if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h]; // which makes a new one
    canvas.style.height = `${layout.height * scale}px`;
  }
}

/** What draws on an emptied canvas, in the stage's own pixels. @param {HTMLCanvasElement} canvas @param {Sized} stage */
export function emptied(canvas, { width, layout, ratio }) {
  const ctx = contextOf(canvas);
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.clearRect(0, 0, width, layout.height);
  return ctx;
}
