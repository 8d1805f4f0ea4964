// The first frame behind a change of the document after `since_ms`, which cdp/js/pair_watch.js has
// noted; null when there is none within the time.
async (lib, { since_ms, timeout_ms }) => {
  const seen = window.__tmscdp_pair;
  const stop = performance.now() + timeout_ms;
  const first = () => seen.changes.find((note) => note.at_ms >= since_ms && note.frame_ms !== null);
  while (first() === undefined && performance.now() < stop) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const note = first();
  seen.changes.length = 0;
  return note === undefined ? null : note.frame_ms;
}
