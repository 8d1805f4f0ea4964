// Whether no dialog is visible any more, waited for.
async (lib, { dialog, timeout_ms }) =>
  (await lib.until(() => lib.visible(dialog).length === 0, timeout_ms)) !== null
