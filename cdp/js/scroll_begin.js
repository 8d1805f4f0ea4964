// Starts counting animation frames and says where the list is and how far it can go. Nothing else
// of ours runs in the page while it scrolls, and nothing at all on the way back.
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
  const turn = () => {
    cancelAnimationFrame(handle);
    return { top: scroller.scrollTop };
  };
  const stop = () => {
    cancelAnimationFrame(handle);
    delete window.__tmscdpScroll;
    return { times, top: scroller.scrollTop };
  };
  Object.defineProperty(window, "__tmscdpScroll", { value: { stop, turn }, configurable: true });
  const box = scroller.getBoundingClientRect();
  return {
    found: true,
    top: scroller.scrollTop,
    height: scroller.scrollHeight,
    x: Math.round(box.left + box.width / 2),
    y: Math.round(box.top + box.height / 2),
  };
}
