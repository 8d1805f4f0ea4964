// Leaves the composer empty and without the cursor, whose blinking is a repaint.
(lib, { composer }) => {
  const field = lib.findComposer(composer);
  if (field === null) {
    return { text: "" };
  }
  if (lib.textOf(field) !== "") {
    lib.write(field, "");
  }
  field.blur();
  return { text: lib.textOf(field) };
}
