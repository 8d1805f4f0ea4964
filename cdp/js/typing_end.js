// Lets the last key be painted and gives what the keys cost.
async (lib) => {
  await lib.frames(2);
  await new Promise((resolve) => setTimeout(resolve));
  return window.__tmscdpTyping?.stop() ?? null;
}
