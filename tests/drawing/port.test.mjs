import assert from "node:assert/strict";
import { test } from "node:test";
import { fitMaps } from "../../static/drawing/fit.js";
import {
  arrowKeys, arrowSigns, blockOf, boxOf, clampView, drawnCells, drawnSize, middleOf, pixelSteps, placeAt, sidesOf, viewport, visible, zoomAt,
} from "../../static/drawing/port.js";
import { SOME, inside, lots, maps, near } from "./given.mjs";

const WHOLE = { zoom: 1, left: 0, top: 0 };

/** A port somewhere in a map, either way round, under a zoom that a person could reach. */
function* ports(seed) {
  for (const { lot, what, box } of maps(seed)) {
    const turned = !what.line && lot.one([true, false]);
    const { cw, ch, slots } = fitMaps(box, what);
    const [rows, columns] = turned ? [what.columns, what.rows] : [what.rows, what.columns]; // `what` is as it is drawn
    const port = (view) => viewport(slots[0], rows, columns, { cw, ch }, view, turned);
    const wanted = { zoom: lot.between(1, 12), left: lot.between(-5, 70), top: lot.between(-5, 50) };
    const view = clampView(wanted, port(wanted));
    yield { lot, what, rows, columns, turned, port, view, slot: slots[0] };
  }
}

/** The pixel in the middle of a place: rows go down or, turned, to the right; columns to the right or, turned, up. */
function middle({ x, y, left, top, sx, sy, columns, turned }, row, column) {
  if (turned) return [x + (row + 0.5 - left) * sx, y + (columns - column - 0.5 - top) * sy];
  return [x + (column + 0.5 - left) * sx, y + (row + 0.5 - top) * sy];
}

const within = ({ x, y, w, h }, [px, py]) => px >= x && py >= y && px < x + w && py < y + h;

test("a port lies in its slot and shows nothing beyond its map", () => {
  for (const { port, view, slot, what } of ports(3)) {
    const p = port(view);
    assert.ok(inside(p, slot));
    assert.ok(p.left >= 0 && p.top >= 0 && p.left + p.w / p.sx <= what.columns + SOME && p.top + p.h / p.sy <= what.rows + SOME);
  }
});

test("clampView leaves a good view alone and never zooms out of the map", () => {
  for (const { port, view } of ports(4)) {
    const again = clampView(view, port(view));
    for (const key of ["zoom", "left", "top"]) near(again[key], view[key], SOME);
  }
  const far = { zoom: 0.2, left: -3, top: 99 };
  assert.deepEqual(clampView(far, viewport({ x: 0, y: 0, w: 90, h: 90 }, 9, 9, { cw: 10, ch: 10 }, far)), WHOLE);
});

test("a map is as wide as it has columns or, turned, as it has rows", () => {
  assert.deepEqual(drawnSize(626, 128, false), [128, 626]);
  assert.deepEqual(drawnSize(626, 128, true), [626, 128]);
});

test("a place is drawn where its axes run", () => {
  for (const { lot, rows, columns, port, view } of ports(5)) {
    const p = port(view);
    const [row, column] = [lot.whole(0, rows - 1), lot.whole(0, columns - 1)];
    const [x, y] = middle(p, row, column);
    const box = boxOf(p, row, column);
    middleOf(p, row, column).forEach((at, i) => near(at, [x, y][i], 1e-6));
    [box.x, box.y, box.w, box.h].forEach((at, i) => near(at, [x - p.sx / 2, y - p.sy / 2, p.sx, p.sy][i], 1e-6));
  }
});

test("a block of places covers each of them, and no more", () => {
  for (const { lot, rows, columns, port, view } of ports(6)) {
    const p = port(view);
    const pair = (size) => [lot.whole(0, size - 1), lot.whole(0, size - 1)];
    const [own, others] = [pair(rows), pair(columns)];
    const block = blockOf(own, others);
    const corners = own.flatMap((row) => others.map((column) => middle(p, row, column)));
    const [left, top, right, bottom] = sidesOf(p, ...block);
    near(left, Math.min(...corners.map(([x]) => x)) - p.sx / 2, 1e-6);
    near(right, Math.max(...corners.map(([x]) => x)) + p.sx / 2, 1e-6);
    near(top, Math.min(...corners.map(([, y]) => y)) - p.sy / 2, 1e-6);
    near(bottom, Math.max(...corners.map(([, y]) => y)) + p.sy / 2, 1e-6);
    const box = boxOf(p, ...block);
    [box.x + box.w, box.y + box.h].forEach((at, i) => near(at, [right, bottom][i], 1e-6));
  }
});

test("blocks that touch share a side exactly: no seam shows between them", () => {
  for (const { lot, rows, columns, port, view } of ports(7)) {
    const [row, column] = [lot.whole(0, rows - 1), lot.whole(0, columns - 1)];
    const sides = (block) => new Set(sidesOf(port(view), ...block));
    const shared = (a, b) => [...sides(a)].some((side) => sides(b).has(side));
    assert.ok(shared([0, 0, row, columns], [row, 0, rows - row, columns]));
    assert.ok(shared([0, 0, rows, column], [0, column, rows, columns - column]));
  }
});

test("a place is found under its own pixels, and none beside the map", () => {
  for (const { lot, rows, columns, port, view } of ports(8)) {
    const p = port(view);
    const place = [lot.whole(0, rows - 1), lot.whole(0, columns - 1)];
    const [x, y] = middle(p, ...place);
    assert.deepEqual(placeAt(p, x, y), within(p, [x, y]) ? place : null);
    for (const [dx, dy] of [[-1, 1], [1, -1], [p.w + 1, 1], [1, p.h + 1]]) assert.equal(placeAt(p, p.x + dx, p.y + dy), null);
  }
});

test("the corners of a map hold the places that a reader expects there", () => {
  const port = (turned) => viewport({ x: 0, y: 0, w: 400, h: 400 }, 3, 5, { cw: 10, ch: 10 }, WHOLE, turned);
  const corners = ({ x, y, w, h, ...more }) => [[x, y], [x + w - 1, y], [x, y + h - 1], [x + w - 1, y + h - 1]].map((at) => placeAt({ x, y, w, h, ...more }, ...at));
  assert.deepEqual(corners(port(false)), [[0, 0], [0, 4], [2, 0], [2, 4]]);
  assert.deepEqual(corners(port(true)), [[0, 4], [2, 4], [0, 0], [2, 0]]); // the first row begins below, on the left
});

test("what is visible are the places whose pixels the port shows", () => {
  for (const { rows, columns, turned, port, view } of ports(9)) {
    const p = port(view);
    const [r0, r1, c0, c1] = visible(p);
    const shows = (row, column) => {
      const [x, y] = middle(p, row, column);
      return Math.abs(x - p.x - p.w / 2) < (p.w + p.sx) / 2 - 1e-6 && Math.abs(y - p.y - p.h / 2) < (p.h + p.sy) / 2 - 1e-6;
    };
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        if (shows(row, column)) assert.ok(r0 <= row && row < r1 && c0 <= column && column < c1, JSON.stringify([row, column, r0, r1, c0, c1]));
    const [wide, high] = drawnCells(p).map(([first, end]) => end - first);
    assert.deepEqual(turned ? [wide, high] : [high, wide], [r1 - r0, c1 - c0]);
    assert.ok((wide - 2) * p.sx <= p.w + SOME && (high - 2) * p.sy <= p.h + SOME, "hardly more than can be seen");
  }
});

test("zooming keeps the point under the cursor, unless the map's edge would come inside", () => {
  let held = 0;
  for (const { lot, port, view } of ports(10)) {
    const before = port(view);
    const [x, y] = [before.x + lot.between(0, before.w), before.y + lot.between(0, before.h)];
    const [across, down] = [before.left + (x - before.x) / before.sx, before.top + (y - before.y) / before.sy];
    const wanted = zoomAt(view, before, lot.between(0.5, 4), x, y);
    const after = port(clampView(wanted, port(wanted)));
    if (after.left === wanted.left) near(after.x + (across - after.left) * after.sx, x, 1e-3), held++;
    if (after.top === wanted.top) near(after.y + (down - after.top) * after.sy, y, 1e-3), held++;
  }
  assert.ok(held > 100);
});

test("a narrow map that grows into its slot keeps the point too", () => {
  for (const turned of [false, true]) {
    const port = (view) => viewport({ x: 0, y: 0, w: 400, h: 200 }, 5, 5, { cw: 40, ch: 40 }, view, turned); // 200 pixels wide, in the middle
    const before = port(WHOLE);
    const after = port(zoomAt(WHOLE, before, 4, before.x + 90, 90));
    near(after.x + (90 / 40 - after.left) * after.sx, before.x + 90, 1e-9);
    near((90 / 40 - after.top) * after.sy, 90, 1e-9);
  }
});

test("an image holds its places as they are drawn", () => {
  const lot = lots(11);
  for (let run = 0; run < 60; run++) {
    const [rows, columns, turned] = [lot.whole(1, 9), lot.whole(1, 9), lot.one([true, false])];
    const steps = pixelSteps(rows, columns, turned);
    const [wide] = drawnSize(rows, columns, turned);
    const p = viewport({ x: 0, y: 0, w: 999, h: 999 }, rows, columns, { cw: 1, ch: 1 }, WHOLE, turned);
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++) {
        const { x, y } = boxOf({ ...p, x: 0, y: 0 }, r, c);
        assert.equal(steps.first + r * steps.row + c * steps.column, y * wide + x);
      }
  }
});

test("an arrow key moves the cell the way it points", () => {
  const ways = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] };
  for (const turned of [false, true]) {
    const p = viewport({ x: 0, y: 0, w: 90, h: 90 }, 9, 9, { cw: 10, ch: 10 }, WHOLE, turned);
    const here = middleOf(p, 4, 4);
    for (const [key, [axis, by]] of Object.entries(arrowKeys(turned))) {
      const next = middleOf(p, 4 + (axis === 1 ? by : 0), 4 + (axis === 2 ? by : 0));
      assert.deepEqual(next.map((at, i) => (at - here[i]) / 10), ways[key], key);
    }
  }
});

test("the signs beside the axes' names point where the axes grow", () => {
  const signs = { left: "←", right: "→", up: "↑", down: "↓" };
  for (const turned of [false, true]) {
    const growing = (axis) => signs[Object.entries(arrowKeys(turned)).find(([, [own, by]]) => own === axis && by === 1)[0]];
    assert.deepEqual(arrowSigns(turned), { rows: growing(1), columns: growing(2) });
  }
});
