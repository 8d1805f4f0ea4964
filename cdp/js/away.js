// Opens another conversation by the sidebar, so that the list is taken down without a reload.
// Candidates are tried in turn: not every one leads away.
async (lib, { conversation, sidebar_item, timeout_ms }) => {
  const here = () => location.href.includes(conversation);
  const isCurrent = (element) =>
    element.hasAttribute("aria-current") ||
    (element.getAttribute("href") ?? "").includes(conversation);
  const candidates = lib.visible(sidebar_item).filter((element) => !isCurrent(element)).slice(0, 4);
  for (const candidate of candidates) {
    candidate.click();
    if (await lib.until(() => !here(), timeout_ms / candidates.length)) {
      return { left: true, candidates: candidates.length };
    }
  }
  return { left: false, candidates: candidates.length };
}
