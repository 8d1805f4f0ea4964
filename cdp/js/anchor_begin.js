// Goes near the top of the list and remembers the first whole message in view, by its own text and
// place. `from_top` leaves the list clear of where the app loads more by itself.
async (lib, { bubble, from_top, timeout_ms }) => {
  const stop = performance.now() + timeout_ms;
  const scroller = lib.findScroller(bubble);
  if (scroller === null) {
    return { found: false };
  }
  scroller.scrollTo({ top: from_top, behavior: "instant" });
  // A virtual list mends its heights, so the place holds when it stood still for some frames.
  let still = 0;
  let before = -1;
  while (still < 5 && performance.now() < stop) {
    await lib.frames(1);
    const place = scroller.scrollTop + scroller.scrollHeight * 1e6;
    still = place === before ? still + 1 : 0;
    before = place;
  }
  const top = scroller.getBoundingClientRect().top;
  const bubbles = lib.visible(bubble, scroller);
  const texts = bubbles.map((element) => element.textContent);
  const at = bubbles.findIndex((element, i) =>
    element.getBoundingClientRect().top >= top && texts.indexOf(texts[i]) === texts.lastIndexOf(texts[i]));
  if (at < 0) {
    return { found: true, anchor: false };
  }
  const y = bubbles[at].getBoundingClientRect().top;
  Object.defineProperty(window, "__tmscdpAnchor", { value: texts[at], configurable: true });
  return { found: true, anchor: true, y, top: scroller.scrollTop, view: scroller.clientHeight };
}
