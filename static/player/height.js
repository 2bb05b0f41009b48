// The height of a text that grows, but never shrinks under the reader's eyes. The browser tells it when the page is laid
// out: asking would have that done once more, in the middle of a frame.

export class Height {
  /** @param {HTMLElement} text */
  constructor(text) {
    this.text = text;
    this.most = 0;
    this.seen = new ResizeObserver(([{ borderBoxSize }]) => this.keep(borderBoxSize[0].blockSize));
    this.seen.observe(text);
  }

  /** @param {number} height */
  keep(height) {
    if (height < this.most) this.text.style.minHeight = `${this.most}px`;
    this.most = Math.max(this.most, height);
  }

  /** It may shrink once: another scene is told, or the page is another size. */
  forget() {
    this.most = 0;
    this.text.style.minHeight = "";
    this.seen.disconnect();
    this.seen.observe(this.text); // told at the next layout, whether it has changed or not
  }

  stop() {
    this.seen.disconnect();
  }
}
