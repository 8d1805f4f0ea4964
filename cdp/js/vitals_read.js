// What the first load painted: waits until a largest paint is known and two frames have passed.
async (lib, { timeout_ms }) => {
  const seen = window.__tmscdp;
  if (seen === undefined) {
    return { watched: false };
  }
  const stop = performance.now() + timeout_ms;
  while (seen.lcp.length === 0 && performance.now() < stop) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await lib.frames(2);
  const navigation = performance.getEntriesByType("navigation")[0];
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  return {
    watched: true,
    lcp: seen.lcp,
    shifts: seen.shifts,
    fcp_ms: paint === undefined ? null : paint.startTime,
    ttfb_ms: navigation === undefined ? null : navigation.responseStart,
  };
}
