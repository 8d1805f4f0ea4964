// Looks at the list in every animation frame that moved it: which share of its height is farther
// from a visible message than messages are from each other. A frame's callbacks run behind its
// scroll events, so rows that the app adds later are missing in that picture.
(lib, { bubble, gap_px }) => {
  const scroller = lib.findScroller(bubble);
  if (scroller === null) {
    return { found: false };
  }
  window.__tmscdpBlank?.stop();

  const shown = { checkOpacity: true, checkVisibilityCSS: true };
  const blankShare = () => {
    const { top, bottom } = scroller.getBoundingClientRect();
    const parts = [];
    for (const element of scroller.querySelectorAll(bubble)) {
      const box = element.getBoundingClientRect();
      if (box.bottom > top && box.top < bottom && element.checkVisibility(shown)) {
        parts.push(box);
      }
    }
    parts.sort((a, b) => a.top - b.top);
    let blank = 0;
    let covered = top;
    for (const box of [...parts, { top: bottom, bottom }]) {
      const gap = box.top - covered;
      blank += gap > gap_px ? gap : 0;
      covered = Math.max(covered, box.bottom);
    }
    return blank / (bottom - top);
  };

  const shares = [];
  let handle = 0;
  let last = scroller.scrollTop;
  const step = () => {
    if (scroller.scrollTop !== last) {
      last = scroller.scrollTop;
      shares.push(blankShare());
    }
    handle = requestAnimationFrame(step);
  };
  handle = requestAnimationFrame(step);
  const stop = () => {
    cancelAnimationFrame(handle);
    delete window.__tmscdpBlank;
    return { shares, top: scroller.scrollTop };
  };
  Object.defineProperty(window, "__tmscdpBlank", { value: { stop }, configurable: true });
  const box = scroller.getBoundingClientRect();
  return {
    found: true,
    at_rest: blankShare(),
    top: scroller.scrollTop,
    x: Math.round(box.left + box.width / 2),
    y: Math.round(box.top + box.height / 2),
  };
}
