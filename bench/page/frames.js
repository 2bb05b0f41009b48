// What both pages share: a count of the frames that were drawn, and a wait for the next one to be on screen.
window.drawn = 0;

/** Milliseconds from here until `make` is done and its first frame has been painted. */
window.untilPainted = async (make) => {
  const begin = performance.now();
  await make();
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - begin;
};
