// Words that have to fit beside a legend or over a narrow map.

/**
 * The first of some wordings that fits into `room` pixels, in the largest size that it fits in; where none does, the last
 * one is cut in the smallest size and shows that it is.
 *
 * @param {(text: string, size: number) => number} widthOf pixels of a text
 * @param {string[]} wordings the longest first
 * @param {number[]} sizes of the font, the largest first
 * @param {number} room
 * @returns {{text: string, size: number}}
 */
export function fitted(widthOf, wordings, sizes, room) {
  for (const text of wordings) {
    const size = sizes.find((one) => widthOf(text, one) <= room);
    if (size) return { text, size };
  }
  const [last, size] = [wordings[wordings.length - 1], sizes[sizes.length - 1]];
  let kept = last.length;
  while (kept > 0 && widthOf(`${last.slice(0, kept)}…`, size) > room) kept--;
  return { text: kept ? `${last.slice(0, kept).trimEnd()}…` : "", size };
}
