// The sound and the time that all maps share. Without sound, or where a browser has none, the cursor runs silently.

const FADE = 0.005; // seconds: a cut without a click
const PATIENCE = 1; // seconds that a browser may take to start its sound; then the cursor runs without

/** What several viewers of one page share: where the cursor is, and who is heard. */
class Transport {
  constructor() {
    Object.assign(this, { time: 0, playing: null, listeners: new Set() });
  }

  /** Let a sound run from one time to another; `band` keeps frequencies [Hz] in between. */
  play(sound, from, to, band = null) {
    this.pause();
    this.time = from;
    this.playing = { sound, from, to, began: performance.now(), heard: sound.hear(from, to, band) };
    this.tick();
  }

  pause() {
    if (!this.playing) return;
    this.playing.heard?.stop();
    this.playing = null;
    cancelAnimationFrame(this.pending);
    this.tell();
  }

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

let context = null;

/** One clip. */
export class Sound {
  /**
   * @param {Int16Array | null} samples mono
   * @param {number} rate samples a second
   * @param {number} length seconds that the cursor runs
   */
  constructor(samples, rate, length) {
    Object.assign(this, { samples, rate, length, buffer: null });
  }

  /** Start to be heard; null where there is nothing to hear. */
  hear(from, to, band) {
    if (!this.samples || !globalThis.AudioContext) return null;
    context ??= new AudioContext();
    context.resume();
    if (context.state !== "running") context.resume();
    this.buffer ??= this.decode();
    const source = new AudioBufferSourceNode(context, { buffer: this.buffer });
    const gain = new GainNode(context);
    const chain = [source, ...filters(band, this.rate), gain, context.destination];
    chain.reduce((before, after) => before.connect(after));
    const began = context.currentTime;
    const stop = () => {
      gain.gain.setTargetAtTime(0, context.currentTime, FADE);
      source.stop(context.currentTime + 5 * FADE);
    };
    source.start(0, from, Math.max(0, to - from));
    const late = context.outputLatency || 0;
    return { stop, since: () => Math.max(0, context.currentTime - began - late) };
  }

  decode() {
    const buffer = context.createBuffer(1, this.samples.length, this.rate);
    buffer.getChannelData(0).set(Float32Array.from(this.samples, (s) => s / 32767));
    return buffer;
  }
}

/** Two steep filters that leave a band; where it reaches the ends there is nothing to cut. */
function filters(band, rate) {
  if (!band) return [];
  const { low, high } = band;
  const pair = [low > 20 && ["highpass", low], high < 0.49 * rate && ["lowpass", high]].filter(Boolean);
  return pair.flatMap(([type, frequency]) => [0.54, 1.31].map((Q) => new BiquadFilterNode(context, { type, frequency, Q })));
}
