// What the app tells of its decryptions: User Timing measures whose names begin so, or a global
// object that holds a list of the same. Each is [id or null, start, duration] in milliseconds.
(lib, { measures, metrics, max }) => {
  const byName = measures === "" ? [] : performance.getEntriesByType("measure")
    .filter(({ name }) => name.startsWith(measures))
    .map(({ detail, startTime, duration }) => [detail?.id ?? null, startTime, duration]);

  const told = metrics === "" ? undefined : window[metrics];
  const list = Array.isArray(told) ? told : told?.entries ?? told?.measures ?? [];
  const fromObject = (entry) => {
    const start = entry?.startTime ?? entry?.start;
    const duration = entry?.duration ?? entry?.end - start;
    return [entry?.id ?? null, start, duration];
  };
  const isTime = ([, start, duration]) => Number.isFinite(start) && Number.isFinite(duration);
  const byObject = (Array.isArray(list) ? list : []).map(fromObject).filter(isTime);

  return {
    measures: byName.length,
    object: told === undefined ? null : byObject.length,
    entries: (byName.length > 0 ? byName : byObject).slice(0, max),
  };
}
