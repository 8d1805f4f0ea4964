// Scrolls the visible list to its oldest loaded message as a person would: in steps, upwards, with a
// scroll event for each.
async (lib, { bubble, timeout_ms }) => {
  const stop = performance.now() + timeout_ms;
  const scroller = lib.findScroller(bubble);
  if (scroller === null) {
    return { found: false };
  }
  const from = scroller.scrollTop;
  while (scroller.scrollTop > 0 && performance.now() < stop) {
    const before = scroller.scrollTop;
    scroller.scrollTo({ top: Math.max(0, before - scroller.clientHeight), behavior: "instant" });
    await lib.frames(2);
    if (scroller.scrollTop >= before) {
      break;
    }
  }
  return { found: true, from, to: scroller.scrollTop };
}
