// An update storm: one change of the app's state in each animation frame. By the messages that its
// WebSocket would bring (its objects were put into the page before), or, where those change nothing,
// by input events of the composer. Whole turns only, so that the last message has undone the first.
async (lib, { socket, frames, composer, duration_ms, react_share }) => {
  const sockets = lib.openSockets(socket);
  const bySocket = (n) => lib.receive(sockets, frames[n % frames.length]);

  // Runs `update` once a frame for a time, then to the end of its turn.
  const run = (update, turn) =>
    new Promise((resolve) => {
      const times = [];
      const step = (now) => {
        times.push(now);
        const sent = times.length - 1;
        if (sent % turn === 0 && now - times[0] >= duration_ms) {
          resolve(times);
          return;
        }
        update(sent);
        requestAnimationFrame(step);
      };
      requestAnimationFrame(step);
    });

  // The same, with the number of changes of the document. They are the proof that the app reacted
  // when there are as many as its updates would make; any page changes now and then by itself.
  const watch = async (update, turn) => {
    let mutations = 0;
    const observer = new MutationObserver((records) => {
      mutations += records.length;
    });
    observer.observe(document, {
      subtree: true, childList: true, characterData: true, attributes: true,
    });
    const times = await run(update, turn);
    await lib.frames(2);
    observer.disconnect();
    return { times, mutations };
  };

  const seen = { by: null, sockets: sockets.length, turn: frames.length };
  if (sockets.length > 0 && frames.length > 0) {
    const storm = await watch(bySocket, frames.length);
    if (storm.mutations >= Math.max(frames.length, storm.times.length * react_share)) {
      return { ...seen, by: "socket", ...storm };
    }
  }
  const field = lib.findComposer(composer);
  if (field === null || lib.textOf(field) !== "") {
    return { ...seen, filled: field !== null };
  }
  const storm = await watch((n) => lib.write(field, n % 2 === 0 ? "storm" : ""), 2);
  return { ...seen, by: "composer", left: lib.textOf(field), ...storm };
}
