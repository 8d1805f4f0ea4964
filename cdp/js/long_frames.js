// The long tasks and long animation frames of the page so far, out of the browser's own buffers, so
// that nothing of ours watched while they happened. Texts are cut: a bundle's names are long.
async () => {
  const entriesOf = (type) =>
    new Promise((resolve) => {
      const entries = [];
      const observer = new PerformanceObserver((list) => entries.push(...list.getEntries()));
      try {
        observer.observe({ type, buffered: true });
      } catch {
        resolve(null);
        return;
      }
      setTimeout(() => {
        entries.push(...observer.takeRecords());
        observer.disconnect();
        resolve(entries);
      });
    });

  if (!PerformanceObserver.supportedEntryTypes.includes("longtask")) {
    return { tasks: null, frames: null };
  }
  const tasks = await entriesOf("longtask");
  const frames = PerformanceObserver.supportedEntryTypes.includes("long-animation-frame")
    ? await entriesOf("long-animation-frame") : null;
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  const place = (url) => (url === "" ? "" : new URL(url, location.href).pathname.slice(-120));
  return {
    fcp_ms: paint === undefined ? null : paint.startTime,
    tasks: tasks.map(({ startTime, duration }) => [startTime, duration]),
    frames: frames === null ? null : frames.map((frame) => ({
      start: frame.startTime,
      duration: frame.duration,
      blocking: frame.blockingDuration,
      scripts: frame.scripts.map((script) => ({
        ms: script.duration,
        forced_ms: script.forcedStyleAndLayoutDuration,
        kind: script.invokerType,
        invoker: script.invoker.replace(/https?:\/\/[^\s]*\//g, "").slice(0, 120),
        file: place(script.sourceURL),
        function: script.sourceFunctionName.slice(0, 80),
      })),
    })),
  };
}
