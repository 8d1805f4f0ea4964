// Starts counting animation frames and says where the list is and how far it can go.
(lib, { bubble }) => {
  const scroller = lib.findScroller(bubble);
  if (scroller === null) {
    return { found: false };
  }
  window.__tmscdpScroll?.stop();
  const times = [];
  let handle = 0;
  const step = (now) => {
    times.push(now);
    handle = requestAnimationFrame(step);
  };
  handle = requestAnimationFrame(step);
  let lowest = scroller.scrollTop;
  const note = () => {
    lowest = Math.min(lowest, scroller.scrollTop);
  };
  scroller.addEventListener("scroll", note, { passive: true });
  const stop = () => {
    cancelAnimationFrame(handle);
    scroller.removeEventListener("scroll", note);
    delete window.__tmscdpScroll;
    return { times, lowest, top: scroller.scrollTop };
  };
  Object.defineProperty(window, "__tmscdpScroll", { value: { stop }, configurable: true });
  const box = scroller.getBoundingClientRect();
  return {
    found: true,
    top: scroller.scrollTop,
    height: scroller.scrollHeight,
    x: Math.round(box.left + box.width / 2),
    y: Math.round(box.top + box.height / 2),
  };
}
