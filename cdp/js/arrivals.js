// Messages that arrive while the conversation is open: each is handed to the app's own WebSockets
// (put into the page before) as the text that the server would send, one every `every_ms`. In the
// text {n}, {id} and {time} are filled in, so that each is a message of its own.
async (lib, { socket, frame, count, every_ms }) => {
  const sockets = lib.openSockets(socket);
  let mutations = 0;
  const observer = new MutationObserver((records) => {
    mutations += records.length;
  });
  observer.observe(document, { subtree: true, childList: true });
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  for (let n = 0; n < count && sockets.length > 0; n++) {
    const data = frame
      .replaceAll("{id}", crypto.randomUUID?.() ?? `tmscdp-${Date.now()}-${n}`)
      .replaceAll("{time}", new Date().toISOString())
      .replaceAll("{n}", String(n));
    lib.receive(sockets, data);
    await pause(every_ms);
  }
  await lib.frames(2);
  observer.disconnect();
  return { sockets: sockets.length, sent: sockets.length > 0 ? count : 0, mutations };
}
