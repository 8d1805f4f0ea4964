// Scrolls the visible list to its newest message. A virtual list mends its estimated heights on the
// way, so the end moves: it is reached when it held still for three frames.
async (lib, { bubble, timeout_ms }) => {
  const stop = performance.now() + timeout_ms;
  let scroller = null;
  let still = 0;
  let moved = false;
  while (performance.now() < stop) {
    scroller = lib.findScroller(bubble);
    if (scroller === null) {
      return { found: false };
    }
    if (lib.bottomGap(scroller) > 1) {
      scroller.scrollTo({ top: scroller.scrollHeight, behavior: "instant" });
      still = 0;
      moved = true;
    } else if (++still === 3) {
      break;
    }
    await lib.frames(1);
  }
  return { found: true, at_end: still === 3, moved, top: scroller.scrollTop };
}
