// What cdp/js/pair_watch.js has noted, once `expected` bubbles are there and were painted, or the
// time is over.
async (lib, { expected, timeout_ms }) => {
  const seen = window.__tmscdp_pair;
  if (seen === undefined) {
    return { watched: false };
  }
  const stop = performance.now() + timeout_ms;
  const missing = () => seen.bubbles.size < expected ||
    [...seen.bubbles.values()].some((note) => note.frame_ms === null);
  while (missing() && performance.now() < stop) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await lib.frames(2);
  return { watched: true, bubbles: [...seen.bubbles.values()] };
}
