// Resolves when nothing was added to or taken from the document for quiet_ms, or with quiet: false
// after timeout_ms. No animation frames: they would keep the page from being idle.
(lib, { quiet_ms, timeout_ms }) =>
  new Promise((resolve) => {
    const started = performance.now();
    let changes = 0;
    let timer = 0;
    let deadline = 0;
    let observer = null;
    const finish = (quiet) => {
      observer.disconnect();
      clearTimeout(timer);
      clearTimeout(deadline);
      resolve({ quiet, changes, waited_ms: performance.now() - started });
    };
    const restart = () => {
      clearTimeout(timer);
      timer = setTimeout(() => finish(true), quiet_ms);
    };
    observer = new MutationObserver((records) => {
      changes += records.length;
      restart();
    });
    observer.observe(document, { subtree: true, childList: true });
    deadline = setTimeout(() => finish(false), timeout_ms);
    restart();
  })
