// Starts counting animation frames while messages arrive. Nothing else of ours runs in the page.
() => {
  window.__tmscdpLive?.stop();
  const times = [];
  let handle = 0;
  const step = (now) => {
    times.push(now);
    handle = requestAnimationFrame(step);
  };
  handle = requestAnimationFrame(step);
  const stop = () => {
    cancelAnimationFrame(handle);
    delete window.__tmscdpLive;
    return { times };
  };
  Object.defineProperty(window, "__tmscdpLive", { value: { stop }, configurable: true });
  return true;
}
