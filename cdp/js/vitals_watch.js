// Runs before the page's own scripts: keeps what the browser paints and shifts in the first load.
// Only texts and numbers are kept, so that no element stays alive because of us.
() => {
  const seen = { lcp: [], shifts: [] };
  Object.defineProperty(window, "__tmscdp", { value: seen, configurable: true });
  const watch = (type, keep) =>
    new PerformanceObserver((list) => list.getEntries().forEach(keep))
      .observe({ type, buffered: true });
  watch("largest-contentful-paint", (entry) => {
    const element = entry.element;
    seen.lcp.push({
      ms: entry.startTime,
      size: entry.size,
      tag: element === null ? "" : element.tagName.toLowerCase(),
      id: element === null ? "" : element.id,
      classes: element === null ? "" : String(element.getAttribute("class") ?? "").slice(0, 200),
      text: element === null ? "" : element.textContent.trim().slice(0, 120),
      url: entry.url.slice(0, 300),
    });
  });
  watch("layout-shift", (entry) => {
    if (!entry.hadRecentInput) {
      seen.shifts.push({ ms: entry.startTime, value: entry.value });
    }
  });
}
