// Waits until a message is in sight, something large was painted, and nothing larger was for
// `still_ms`; for `timeout_ms` at most.
async (lib, { bubble, still_ms, timeout_ms }) => {
  const seen = window.__tmscdp;
  const stop = performance.now() + timeout_ms;
  let count = -1;
  let since = performance.now();
  for (;;) {
    const now = performance.now();
    const paints = seen === undefined ? 0 : seen.lcp.length;
    if (paints !== count) {
      count = paints;
      since = now;
    }
    const rows = lib.visible(bubble).length;
    if ((rows > 0 && count > 0 && now - since >= still_ms) || now >= stop) {
      return { rows, lcp_ms: count > 0 ? seen.lcp[count - 1].ms : null };
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
