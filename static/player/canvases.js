// The two canvases of a stage: the one below stands still, the one above is redrawn every frame.

/** As large as the stage, with as many pixels as the screen has there. */
export function fitCanvases({ base, light }, { width, layout, ratio }, scale) {
  for (const canvas of [base, light]) {
    [canvas.width, canvas.height] = [width, layout.height].map((size) => Math.round(size * ratio));
    canvas.style.height = `${layout.height * scale}px`;
  }
}

/** What draws on an emptied canvas, in the stage's own pixels. */
export function emptied(canvas, { width, layout, ratio }) {
  const ctx = canvas.getContext("2d");
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.clearRect(0, 0, width, layout.height);
  return ctx;
}
