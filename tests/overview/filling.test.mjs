import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

let now = 0;
let frames = [];
let calm = false;
globalThis.matchMedia = () => ({ get matches() { return calm; } });
globalThis.requestAnimationFrame = (frame) => frames.push(frame);
Object.defineProperty(globalThis, "performance", { value: { now: () => now }, configurable: true });
const { Filling, pace, shareOf } = await import("../../static/overview/filling.js");

/** Let so many seconds go by, frame after frame. */
function wait(seconds) {
  for (const end = now + 1000 * seconds; now < end; ) {
    now = Math.min(end, now + 16);
    frames.splice(0).forEach((frame) => frame(now));
  }
}

beforeEach(() => {
  frames = [];
  calm = false;
});

function filled(columns) {
  let told = 0;
  const filling = new Filling(() => told++);
  filling.load(columns);
  return { filling, told: () => told };
}

test("back, it comes to the last column first", () => {
  const filling = new Filling(() => {});
  filling.load(5, true);
  filling.reach(3);
  assert.deepEqual([0, 1, 2, 3, 4].map((i) => filling.share(i)), [0, 0, 0, 1, 1]);
  assert.equal(filling.last, 3);
  filling.reach(0);
  assert.deepEqual([filling.last, filling.share(0)], [0, 1]);
});

test("forward, it comes to the first column first", () => {
  const { filling } = filled(5);
  filling.reach(1);
  assert.deepEqual([0, 1, 2, 3, 4].map((i) => filling.share(i)), [1, 1, 0, 0, 0]);
  assert.equal(filling.last, 1);
});

test("at first everything is computed", () => assert.equal(filled(7).filling.computed, 7));

test("it fills from the input to the last stage, and stands still there", () => {
  const { filling, told } = filled(5);
  filling.toggle();
  assert.equal(filling.computed, 1);
  wait(pace(5) * 1.5);
  assert.ok(Math.abs(filling.computed - 2.5) < 0.05, `${filling.computed}`);
  wait(10);
  assert.deepEqual([filling.computed, filling.playing], [5, false]);
  const before = told();
  wait(1);
  assert.equal(told(), before);
});

test("stopped on the way, the layer that is half there is there, and it goes on behind it", () => {
  const { filling } = filled(5);
  filling.toggle();
  wait(pace(5) * 1.5);
  filling.toggle();
  assert.deepEqual([filling.computed, filling.playing], [3, false]);
  filling.toggle();
  assert.equal(filling.computed, 3);
  filling.toggle();
});

test("with reduced motion layers appear as a whole", () => {
  calm = true;
  const { filling } = filled(5);
  filling.toggle();
  for (let i = 0; i < 40; i++) {
    wait(0.05);
    assert.equal(filling.computed, Math.floor(filling.computed));
  }
  filling.toggle();
});

test("what was computed stays so when another network comes, all of it or as far as it goes", () => {
  const { filling } = filled(5);
  filling.load(9);
  assert.equal(filling.computed, 9);
  filling.set(4);
  filling.load(6);
  assert.equal(filling.computed, 4);
  filling.load(3);
  assert.equal(filling.computed, 3);
});

test("no more than all is computed, and the input always", () => {
  const { filling } = filled(5);
  filling.set(99);
  assert.equal(filling.computed, 5);
  filling.set(-3);
  assert.equal(filling.computed, 1);
});

test("a column is there as far as it is computed", () => assert.deepEqual([0, 1, 2, 3].map((i) => shareOf(2.25, i)), [1, 1, 0.25, 0]));

test("long networks fill faster, and none too fast to be followed", () => {
  assert.equal(pace(5), 0.7);
  assert.ok(pace(40) < pace(20));
  assert.equal(pace(500), 0.25);
});
