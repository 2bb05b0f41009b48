// The sound and the time that all maps share. Without sound, or where a browser has none, the cursor runs silently.

const FADE = 0.005; // seconds: a cut without a click
const PATIENCE = 1; // seconds that a browser may take to start its sound; then the cursor runs without

/** What several viewers of one page share: where the cursor is, and who is heard. */
class Transport {
  constructor() {
    this.time = 0; // seconds
    /** @type {{sound: Sound, from: number, to: number, began: number, heard: Audible | null} | null} */
    this.playing = null;
    /** @type {Set<() => void>} */
    this.listeners = new Set();
    this.pending = 0;
    /** @type {Audible | null} */
    this.alone = null;
  }

  /**
   * Let a sound run from one time to another; `band` keeps frequencies [Hz] in between.
   * @param {Sound} sound @param {number} from @param {number} to @param {Band | null} band
   */
  play(sound, from, to, band = null) {
    this.pause();
    this.alone?.stop();
    this.time = from;
    this.playing = { sound, from, to, began: performance.now(), heard: sound.hear(from, to, band) };
    this.tick();
  }

  /**
   * Let another sound be heard, over which no cursor runs; what was heard before ends.
   * @param {Sound} sound @param {number} length seconds
   */
  hearAlone(sound, length) {
    this.pause();
    this.alone?.stop();
    this.alone = sound.hear(0, length, null);
  }

  pause() {
    if (!this.playing) return;
    this.playing.heard?.stop();
    this.playing = null;
    cancelAnimationFrame(this.pending);
    this.tell();
  }

  /** @param {number} time */
  seek(time) {
    const { playing } = this;
    if (playing) return this.play(playing.sound, time, playing.sound.length);
    this.time = time;
    this.tell();
  }

  tick() {
    const { playing } = this;
    if (!playing) return;
    const waited = (performance.now() - playing.began) / 1000;
    if (playing.heard?.since() === 0 && waited > PATIENCE) {
      playing.heard.stop(); // or it would be heard later, at a time of its own
      Object.assign(playing, { heard: null, began: performance.now() });
    }
    const since = playing.heard ? playing.heard.since() : (performance.now() - playing.began) / 1000;
    this.time = Math.min(playing.to, playing.from + since);
    if (this.time >= playing.to) return this.pause();
    this.tell();
    this.pending = requestAnimationFrame(() => this.tick());
  }

  tell() {
    for (const listener of this.listeners) listener();
  }
}

export const transport = new Transport();

/** @type {AudioContext | null} */
let context = null;

/** @typedef {{stop: () => void, since: () => number}} Audible what is heard: how to end it, and how long it has been */

/** One clip. */
export class Sound {
  /**
   * @param {Int16Array | null} samples mono
   * @param {number} rate samples a second
   * @param {number} length seconds that the cursor runs
   */
  constructor(samples, rate, length) {
    this.samples = samples;
    this.rate = rate;
    this.length = length;
    /** @type {AudioBuffer | null} */
    this.buffer = null;
  }

  /** Start to be heard; null where there is nothing to hear. @param {number} from @param {number} to @param {Band | null} band */
  hear(from, to, band) {
    if (!this.samples || !globalThis.AudioContext) return null;
    const audio = (context ??= new AudioContext());
    audio.resume();
    if (audio.state !== "running") audio.resume();
    this.buffer ??= this.decode(audio, this.samples);
    const source = new AudioBufferSourceNode(audio, { buffer: this.buffer });
    const gain = new GainNode(audio);
    /** @type {AudioNode[]} */
    const chain = [source, ...filters(audio, band, this.rate), gain, audio.destination];
    chain.reduce((before, after) => before.connect(after));
    const began = audio.currentTime;
    const stop = () => {
      gain.gain.setTargetAtTime(0, audio.currentTime, FADE);
      source.stop(audio.currentTime + 5 * FADE);
    };
    source.start(0, from, Math.max(0, to - from));
    const late = audio.outputLatency || 0;
    return { stop, since: () => Math.max(0, audio.currentTime - began - late) };
  }

  /** @param {AudioContext} audio @param {Int16Array} samples */
  decode(audio, samples) {
    const buffer = audio.createBuffer(1, samples.length, this.rate);
    buffer.getChannelData(0).set(Float32Array.from(samples, (s) => s / 32767));
    return buffer;
  }
}

/**
 * Two steep filters that leave a band; where it reaches the ends there is nothing to cut.
 * @param {AudioContext} audio @param {Band | null} band @param {number} rate
 */
function filters(audio, band, rate) {
  if (!band) return [];
  const { low, high } = band;
  /** @param {BiquadFilterType} type @param {number} frequency */
  const steep = (type, frequency) => [0.54, 1.31].map((Q) => new BiquadFilterNode(audio, { type, frequency, Q }));
  return [...(low > 20 ? steep("highpass", low) : []), ...(high < 0.49 * rate ? steep("lowpass", high) : [])];
}
