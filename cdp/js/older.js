// Presses the visible button that loads older messages, when it is there and enabled.
(lib, { older_text }) => {
  const button = lib.visible("button, [role=button]")
    .find((element) => element.textContent.trim() === older_text);
  if (button === undefined) {
    return { found: false, enabled: false };
  }
  const enabled = !button.disabled && button.getAttribute("aria-disabled") !== "true";
  if (enabled) {
    button.click();
  }
  return { found: true, enabled };
}
