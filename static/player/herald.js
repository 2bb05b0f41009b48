// What a screen reader hears: the sentence, once it has stood for a while. Whatever changes faster is only seen.

const REST = 600; // milliseconds

export class Herald {
  /** @param {{textContent: string}} region a live region that nobody sees */
  constructor(region) {
    this.region = region;
  }

  /** Say this text if nothing else comes within `REST`; while steps run by themselves (`quiet`) nothing is said. @param {string} text */
  say(text, quiet = false) {
    clearTimeout(this.waiting);
    if (quiet || text === this.region.textContent) return;
    this.waiting = setTimeout(() => (this.region.textContent = text), REST);
  }
}
