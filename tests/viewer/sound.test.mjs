import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { near } from "./given.mjs";

// A clock that goes when it is told to, and the frames that a browser would draw.
let now = 0;
let frames = [];
performance.now = () => 1000 * now;
globalThis.requestAnimationFrame = (call) => frames.push(call);
globalThis.cancelAnimationFrame = (id) => delete frames[id - 1];

const { Sound, transport } = await import("../../static/viewer/sound.js");

/** Let time go on, frame after frame. */
function wait(seconds, frame = 1 / 64) {
  for (const end = now + seconds; now < end - 1e-9; ) {
    now += frame;
    heard?.context?.advance(frame);
    const due = frames.filter(Boolean);
    frames = [];
    due.forEach((call) => call());
  }
}

/** As much of Web Audio as a sound needs; it writes down what is played. */
let heard = null;
function giveAudio({ starts = true, latency = 0 } = {}) {
  const found = { sources: [], filters: [], context: null };
  class Node {
    constructor(context, options = {}) {
      Object.assign(this, options, { context, gain: { setTargetAtTime: () => (this.faded = true) } });
    }
    connect(next) {
      return (this.next = next);
    }
  }
  globalThis.AudioContext = class {
    constructor() {
      found.context = Object.assign(this, { currentTime: 0, outputLatency: latency, state: "suspended", destination: "ears" });
    }
    resume() {
      if (starts) this.state = "running";
    }
    advance(seconds) {
      if (this.state === "running") this.currentTime += seconds;
    }
    createBuffer(channels, length, rate) {
      const data = new Float32Array(length);
      return { channels, length, rate, data, getChannelData: () => data };
    }
  };
  globalThis.GainNode = Node;
  globalThis.BiquadFilterNode = class extends Node {
    constructor(...given) {
      super(...given);
      found.filters.push(this);
    }
  };
  globalThis.AudioBufferSourceNode = class extends Node {
    constructor(...given) {
      super(...given);
      found.sources.push(this);
    }
    start(...when) {
      this.started = when;
    }
    stop() {
      this.stopped = true;
    }
  };
  heard = found;
  return found;
}

let told = 0;
transport.listeners.add(() => told++);

beforeEach(() => {
  transport.pause();
  transport.seek(0);
  [heard, frames, told] = [null, [], 0];
  for (const name of ["AudioContext", "GainNode", "BiquadFilterNode", "AudioBufferSourceNode"]) delete globalThis[name];
});

const silent = () => new Sound(null, 16000, 2);
const tone = () => new Sound(Int16Array.of(0, 32767, -32767, 16384), 4, 1);

test("without sound the cursor runs as the clock does, and every frame is told", () => {
  transport.play(silent(), 0.5, 2);
  assert.equal(transport.time, 0.5);
  wait(0.25);
  near(transport.time, 0.75);
  assert.equal(told, 17); // at once, and then 16 frames
});

test("it ends where it was told to, once, and stands still", () => {
  transport.play(silent(), 0.5, 0.74); // between two frames
  wait(3);
  assert.deepEqual([transport.time, transport.playing], [0.74, null]);
  const before = told;
  wait(1);
  assert.equal(told, before);
});

test("paused it stays where it is, and goes on from there", () => {
  const sound = silent();
  transport.play(sound, 0, 2);
  wait(0.5);
  transport.pause();
  wait(0.5);
  near(transport.time, 0.5);
  transport.play(sound, transport.time, 2);
  wait(0.25);
  near(transport.time, 0.75);
});

test("a jump while it stands still moves the cursor alone, while it plays it plays on to the end from there", () => {
  transport.seek(1);
  assert.deepEqual([transport.time, transport.playing, told], [1, null, 1]);
  transport.play(silent(), 0, 0.25);
  transport.seek(1.5);
  wait(0.25);
  near(transport.time, 1.75);
  wait(1);
  assert.deepEqual([transport.time, transport.playing], [2, null]);
});

test("another play takes the place of the first: one clock runs", () => {
  transport.play(silent(), 0, 2);
  wait(0.25);
  transport.play(silent(), 1, 2);
  wait(0.25);
  near(transport.time, 1.25);
  assert.equal(frames.filter(Boolean).length, 1);
});

test("where a browser has no audio a sound runs silently", () => {
  transport.play(tone(), 0, 1);
  wait(0.5);
  near(transport.time, 0.5);
});

test("with audio the cursor is where the sound is heard: behind by what it takes to come out", async () => {
  const fresh = await import("../../static/viewer/sound.js?latency");
  const { sources } = giveAudio({ latency: 0.125 });
  fresh.transport.play(new fresh.Sound(new Int16Array(64000), 16000, 4), 1, 3);
  wait(0.5);
  near(fresh.transport.time, 1.375);
  assert.deepEqual(sources[0].started, [0, 1, 2]);
  fresh.transport.pause();
  assert.ok(sources[0].stopped);
});

test("the samples are heard at full scale from -1 to 1, and read once", async () => {
  const fresh = await import("../../static/viewer/sound.js?samples");
  const { sources } = giveAudio();
  const sound = new fresh.Sound(Int16Array.of(0, 32767, -32767), 4, 1);
  fresh.transport.play(sound, 0, 1);
  fresh.transport.play(sound, 0, 1);
  assert.deepEqual([...sources[0].buffer.data], [0, 1, -1]);
  assert.equal(sources[0].buffer.rate, 4);
  assert.equal(sources[1].buffer, sources[0].buffer);
  assert.ok(sources[0].stopped && !sources[1].stopped);
  fresh.transport.pause();
});

test("a band is cut on both sides, and not where it reaches the end", async () => {
  const fresh = await import("../../static/viewer/sound.js?band");
  for (const [band, wanted] of [
    [{ low: 300, high: 2000 }, ["highpass 300", "highpass 300", "lowpass 2000", "lowpass 2000"]],
    [{ low: 0, high: 2000 }, ["lowpass 2000", "lowpass 2000"]],
    [{ low: 0, high: 8000 }, []],
    [null, []],
  ]) {
    const { filters, sources } = giveAudio();
    fresh.transport.play(new fresh.Sound(new Int16Array(16000), 16000, 1), 0, 1, band);
    assert.deepEqual(filters.map(({ type, frequency }) => `${type} ${frequency}`), wanted);
    const chain = [];
    for (let node = sources[0]; node !== "ears"; node = node.next) chain.push(node);
    assert.equal(chain.length, 2 + wanted.length); // the source, its filters, and what fades it out
  }
  fresh.transport.pause();
});

test("a browser that does not start its sound is waited for, then the cursor runs without, and it is never heard late", async () => {
  const fresh = await import("../../static/viewer/sound.js?patience");
  const { sources } = giveAudio({ starts: false });
  fresh.transport.play(new fresh.Sound(new Int16Array(64000), 16000, 4), 0.5, 3);
  wait(0.75);
  near(fresh.transport.time, 0.5);
  wait(0.75);
  assert.ok(fresh.transport.time > 0.8 && fresh.transport.time < 1.05, `${fresh.transport.time}`);
  assert.ok(sources[0].stopped);
  fresh.transport.pause();
});
