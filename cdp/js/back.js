// Goes back to the conversation and waits until its list stands again.
async (lib, { conversation, bubble, timeout_ms }) => {
  history.back();
  const there = await lib.until(
    () => location.href.includes(conversation) && lib.findScroller(bubble) !== null, timeout_ms);
  return { returned: there !== null };
}
