// The cursor on all maps. Only those in view are moved: two hundred lines at once would cost a frame.

export class Cursors {
  /** @param {(map: StageMap) => number} shareOn where the cursor stands on a map, as a share of its length */
  constructor(shareOn) {
    this.shareOn = shareOn;
    /** @type {Map<Element, StageMap>} */
    this.maps = new Map();
    /** @type {Set<StageMap>} */
    this.seen = new Set();
    this.views = new IntersectionObserver((changes) => changes.forEach((change) => this.see(change)));
  }

  /** @param {StageMap} map */
  add(map) {
    this.maps.set(map.picture, map);
    this.views.observe(map.picture);
    this.put(map);
  }

  /** Forget maps that are gone. @param {StageMap} map */
  remove(map) {
    this.views.unobserve(map.picture);
    this.maps.delete(map.picture);
    this.seen.delete(map);
  }

  /** @param {IntersectionObserverEntry} change */
  see({ target, isIntersecting }) {
    const map = this.maps.get(target);
    if (!map) return;
    if (!isIntersecting) return this.seen.delete(map);
    this.seen.add(map);
    this.put(map);
  }

  /** @param {StageMap} map */
  put(map) {
    map.cursor.style.transform = `translateX(${100 * this.shareOn(map)}%)`;
  }

  /** Time has gone on. */
  move() {
    for (const map of this.seen) this.put(map);
  }
}
