// Starts counting animation frames and says where the list is and how far it can go. Nothing else
// runs in the page while it scrolls.
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
  const where = () => scroller.scrollTop;
  const stop = () => {
    cancelAnimationFrame(handle);
    delete window.__tmscdpScroll;
    return { times, top: scroller.scrollTop };
  };
  Object.defineProperty(window, "__tmscdpScroll", { value: { stop, where }, configurable: true });
  const box = scroller.getBoundingClientRect();
  return {
    found: true,
    top: scroller.scrollTop,
    height: scroller.scrollHeight,
    x: Math.round(box.left + box.width / 2),
    y: Math.round(box.top + box.height / 2),
  };
}
