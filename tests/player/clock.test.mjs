import assert from "node:assert/strict";
import { test } from "node:test";
import { Clock, SPEEDS } from "../../static/player/clock.js";
import { lots, near } from "../drawing/given.mjs";

const clock = (more = {}) => Object.assign(new Clock(), { steps: 10, cells: 10 }, more);

/** Seconds until it stands still, in frames of a sixtieth. */
function runOut(c) {
  let seconds = 0;
  while (c.tick(1 / 60) && seconds < 1000) seconds += 1 / 60;
  return seconds;
}

test("it stands still until it is played, and again when paused", () => {
  const c = clock();
  assert.deepEqual([c.tick(5), c.step], [false, 0]);
  c.play();
  assert.deepEqual([c.tick(2), c.step], [true, 2]);
  c.pause();
  assert.deepEqual([c.tick(9), c.step, c.playing], [false, 2, false]);
});

test("it ends at the last step, and playing again begins anew", () => {
  const c = clock({ step: 7 });
  c.play();
  assert.ok(runOut(c) > 0);
  assert.deepEqual([c.step, c.playing], [9, false]);
  c.play();
  assert.deepEqual([c.step, c.playing], [0, true]);
  c.tick(1e6);
  assert.deepEqual([c.step, c.playing], [9, false]);
});

test("a scene of one step ends at once", () => {
  const c = clock({ steps: 1, cells: 1 });
  c.play();
  assert.deepEqual([c.tick(0.01), c.step], [false, 0]);
});

test("speed scales time", () => {
  const seconds = SPEEDS.map((speed) => {
    const c = clock({ steps: 50, cells: 50, speed });
    c.play();
    return runOut(c);
  });
  seconds.forEach((s, i) => near(s * SPEEDS[i], 49 / 1.25, 0.02 * SPEEDS[i] + 1));
});

test("frames of any length add up", () => {
  const [lot, c] = [lots(1), clock({ steps: 1000, cells: 1000 })];
  c.play();
  let seconds = 0;
  while (seconds < 30) {
    const dt = lot.between(0.001, 0.2);
    c.tick(dt);
    seconds += dt;
  }
  near(c.step + c.rest, seconds * c.rate, 1e-6);
});

test("a map takes no longer than forty-five seconds, however large", () => {
  const c = clock({ steps: 80_000, cells: 80_000 });
  c.play();
  let seconds = 0;
  while (c.tick(1) && seconds < 1000) seconds++;
  near(seconds, 45, 2);
});

test("go stays inside", () => {
  const c = clock();
  for (const [to, wanted] of [[4, 4], [-3, 0], [99, 9], [9, 9]]) {
    c.go(to);
    assert.equal(c.step, wanted);
  }
});

test("one step glides from where it was, a jump does not", () => {
  const c = clock({ step: 4 });
  c.go(5);
  assert.deepEqual(c.move, { from: 4, to: 5, part: 0 });
  let part = 0;
  while (c.tick(0.02)) {
    assert.ok(c.move.part > part && c.move.part <= 1);
    part = c.move.part;
  }
  assert.deepEqual([c.glide, c.move], [null, { from: 5, to: 5, part: 0 }]);
  c.go(8);
  assert.deepEqual([c.tick(0.01), c.move], [false, { from: 8, to: 8, part: 0 }]);
});

test("where motion is unwelcome nothing glides, stepping or playing", () => {
  const c = clock({ step: 4, calm: true });
  c.go(5);
  assert.deepEqual([c.tick(0.01), c.move], [false, { from: 5, to: 5, part: 0 }]);
  c.play();
  c.tick(0.7);
  assert.deepEqual(c.move, { from: 5, to: 5, part: 0 });
});

test("a slow run rests, then moves on; a fast one jumps", () => {
  const c = clock();
  c.play();
  c.tick(0.4); // half of a step
  assert.deepEqual(c.move, { from: 0, to: 1, part: 0 });
  c.tick(0.3);
  assert.ok(c.move.part > 0.5 && c.move.part < 1);
  c.speed = 50;
  assert.deepEqual(c.move, { from: 0, to: 0, part: 0 });
});

test("the playhead never leaves the scene, whatever is pressed", () => {
  const [lot, c] = [lots(2), clock()];
  for (let press = 0; press < 3000; press++) {
    const step = () => c.go(c.step + lot.whole(-2, 2));
    const wait = () => c.tick(lot.between(0, 3));
    const hurry = () => (c.speed = lot.one(SPEEDS));
    lot.one([() => c.play(), () => c.pause(), step, wait, hurry])();
    const { from, to, part } = c.move;
    for (const at of [c.step, from, to]) assert.ok(Number.isInteger(at) && at >= 0 && at < c.steps);
    assert.ok(part >= 0 && part <= 1 && c.rest >= 0 && c.rest < 1);
  }
});

/** A clock that runs, shown at `now` for the first time. */
const running = (now) => {
  const c = clock({ steps: 1000, cells: 1000 });
  c.play();
  c.frame(now);
  return c;
};

test("two players in one frame advance the clock once", () => {
  const [one, two] = [running(0), running(0)];
  for (let now = 0; now < 3000; now += 16) {
    const moves = one.frame(now);
    assert.equal(two.frame(now), moves);
    assert.equal(two.frame(now), moves, "the second player of this frame");
  }
  assert.deepEqual([two.step, two.rest], [one.step, one.rest]);
});

test("frames add up to the time that has passed", () => {
  const c = running(1000);
  for (let now = 1000; now <= 3000; now += 20) c.frame(now);
  near(c.step + c.rest, 2 * c.rate, 1e-9);
});

test("the time of a hidden page does not count", () => {
  const c = running(0);
  c.frame(60_000);
  near(c.step + c.rest, 0.25 * c.rate, 1e-9);
});

test("the time before the first frame of a run does not count", () => {
  const c = clock({ steps: 1000, cells: 1000 });
  assert.equal(c.frame(100), false);
  c.play();
  assert.equal(c.frame(5000), true);
  assert.deepEqual([c.step, c.rest], [0, 0]);
  c.frame(5100);
  near(c.step + c.rest, 0.1 * c.rate, 1e-9);
});

test("a frame tells whether anything moves", () => {
  const c = clock({ step: 4 });
  assert.equal(c.frame(0), false);
  c.go(5);
  const seen = [];
  for (let now = 20; now < 600; now += 20) seen.push(c.frame(now));
  assert.deepEqual([seen[0], seen.at(-1), c.frame(600)], [true, false, false]);
});
