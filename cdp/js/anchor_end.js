// Where the remembered message is, once the list stands still: older messages above it must not move
// it. A message that is in the document no more moved by a whole view at least.
async (lib, { bubble, still_frames, timeout_ms }) => {
  const stop = performance.now() + timeout_ms;
  const text = window.__tmscdpAnchor;
  delete window.__tmscdpAnchor;
  const find = () => {
    const scroller = lib.findScroller(bubble);
    const element = scroller === null ? undefined
      : lib.visible(bubble, scroller).find((candidate) => candidate.textContent === text);
    return element === undefined ? null : element.getBoundingClientRect().top;
  };
  let still = 0;
  let y = find();
  while (still < still_frames && performance.now() < stop) {
    await lib.frames(1);
    const now = find();
    still = now === y ? still + 1 : 0;
    y = now;
  }
  return { y, still: still >= still_frames, top: lib.findScroller(bubble)?.scrollTop ?? null };
}
