// How a stage looks apart from its values.

/**
 * Colours of everything that is not a value, from the page's own theme. `hatch` makes what a texture is filled with.
 * @param {(colour: string, step?: number, cross?: boolean) => any} hatch @param {{text: string, background: string, font: string, accent: string, dark: boolean}} theme
 */
export function makeLook(hatch, { text, background, font, accent, dark }) {
  /** @param {number} alpha */
  const grey = (alpha) => (dark ? `rgba(255,255,255,${alpha})` : `rgba(15,20,30,${alpha})`);
  return {
    font,
    ems: (/** @type {string} */ text) => text.length * 0.56, // how wide a number is, in parts of the font's size
    smallest: 7, // pixels of a number that can be read
    largest: 64, // in a cell that fills half a zoomed panel
    bare: false, // no numbers in cells
    text,
    background,
    accent,
    soft: grey(0.66),
    faint: grey(0.35),
    edge: grey(0.4),
    grid: grey(0.16),
    halo: dark ? "rgba(0,0,0,.85)" : "rgba(255,255,255,.95)",
    veil: dark ? "#1a1e27" : "#f1f2f5",
    padding: hatch(grey(0.3)),
    mask: hatch(grey(0.1), 9),
    missing: hatch(grey(0.55), 6, true),
  };
}
