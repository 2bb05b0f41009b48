// Signal times gate: where both come from, and what becomes of them under a strength, a threshold and a hand.
import { functionAt } from "./pointwise.js";
import { channelOf } from "./tables.js";

/**
 * Where one of the two comes from: a tensor, the first of its channels that counts, and a function it goes through.
 * @param {Scene} scene @param {Taken} [from]
 */
function taken(scene, { tensor = "input", first = 0, through, take } = {}) {
  const own = scene.tensors[tensor];
  return (/** @type {number} */ channel) => {
    const plane = channelOf(own, channel + first);
    const apply = through && functionAt(scene, channel, through)[take ?? "value"];
    return apply ? Float32Array.from(plane, apply) : plane;
  };
}

export class Gating {
  /** `strength` goes from 0, all open, to 1, as computed; `hand` is "computed", "open" or "closed". @param {Scene} scene */
  constructor(scene) {
    this.scene = scene;
    this.strength = 1;
    this.threshold = 0.5;
    /** @type {"computed" | "open" | "closed"} */
    this.hand = "computed";
    /** @type {{setting: string, n: number} | undefined} */
    this.counted = undefined;
    this.signal = taken(scene, scene.meta.gating?.signal);
    this.computed = taken(scene, scene.meta.gating?.gate);
    this.gain = scene.meta.constants.scale ?? 1; // dropout scales what it keeps
  }

  /** Is everything as torch computed it? */
  get untouched() {
    return this.strength === 1 && this.hand === "computed";
  }

  /** A gate under hand and strength. @param {number} gate */
  opened(gate) {
    return 1 + this.strength * (this.byHand(gate) - 1);
  }

  /** A gate as computed, or as it is forced to be. @param {number} gate */
  byHand(gate) {
    return this.hand === "computed" ? gate : Number(this.hand === "open");
  }

  /** What a signal becomes behind this gate; a gain grows with the strength, too. @param {number} signal @param {number} gate */
  passed(signal, gate) {
    return signal * (1 + this.strength * (this.byHand(gate) * this.gain - 1));
  }

  /** Signal, gate and product of one channel. Untouched, the product is torch's own output. @param {number} channel */
  planes(channel) {
    const [signal, computed] = [this.signal(channel), this.computed(channel)];
    const output = channelOf(this.scene.tensors.output, channel);
    if (this.untouched) return { input: signal, gate: computed, output };
    return {
      input: signal,
      gate: computed.map((gate) => this.opened(gate)),
      output: signal.map((x, i) => this.passed(x, computed[i])),
    };
  }

  /** How many of these gates lie below the threshold. @param {Float32Array} plane */
  below(plane) {
    let n = 0;
    for (const gate of plane) if (gate < this.threshold) n++;
    return n;
  }

  /** The same over all channels, counted once for each setting: a picture is drawn far more often than one changes. */
  belowOfAll() {
    const setting = [this.strength, this.threshold, this.hand].join();
    if (this.counted?.setting !== setting) {
      let n = 0;
      for (let channel = 0; channel < this.scene.tensors.output.shape[0]; channel++)
        for (const gate of this.computed(channel)) if (Math.fround(this.opened(gate)) < this.threshold) n++;
      this.counted = { setting, n };
    }
    return this.counted.n;
  }
}
