// Puts the cursor into the composer and watches what the coming keys cost (Event Timing, whose
// lowest threshold is 16 ms).
(lib, { composer }) => {
  const field = lib.findComposer(composer);
  if (field === null) {
    return { found: false };
  }
  const before = lib.textOf(field);
  if (before !== "") {
    return { found: true, filled: true };
  }
  field.focus();
  window.__tmscdpTyping?.stop();
  const entries = [];
  const keep = (list) =>
    list.forEach(({ name, duration, interactionId: id, startTime, processingStart, processingEnd }) => {
      if (id !== 0) {
        entries.push({ name, id, duration, startTime, processingStart, processingEnd });
      }
    });
  const observer = new PerformanceObserver((list) => keep(list.getEntries()));
  observer.observe({ type: "event", durationThreshold: 16 });
  const stop = () => {
    keep(observer.takeRecords());
    observer.disconnect();
    delete window.__tmscdpTyping;
    return { entries, text: lib.textOf(field) };
  };
  Object.defineProperty(window, "__tmscdpTyping", { value: { stop }, configurable: true });
  return { found: true, filled: false, focused: document.activeElement === field };
}
