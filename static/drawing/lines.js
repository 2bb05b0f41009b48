// Lines, frames and dots.

/**
 * Lines, each through some points.
 * @param {Ctx} ctx @param {{colour: string, width: number, dash?: number[]}} pen @param {...[number, number][]} lines
 */
export function stroke(ctx, { colour, width, dash = [] }, ...lines) {
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.setLineDash(dash);
  ctx.beginPath();
  for (const points of lines) points.forEach(([x, y], i) => (i ? ctx.lineTo(x, y) : ctx.moveTo(x, y)));
  ctx.stroke();
  ctx.setLineDash([]);
}

/** A box, so much larger on each side. @param {Rect} box @param {number} by */
export const outset = ({ x, y, w, h }, by) => ({ x: x - by, y: y - by, w: w + 2 * by, h: h + 2 * by });

/** A line round a box. @param {Ctx} ctx @param {Rect} box @param {string} colour @param {number} width */
export function frame(ctx, { x, y, w, h }, colour, width = 1) {
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.strokeRect(x, y, w, h);
}

/** @param {Ctx} ctx @param {number} x @param {number} y @param {number} radius */
export function dot(ctx, x, y, radius) {
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, 2 * Math.PI);
  ctx.fill();
}
