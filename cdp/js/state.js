// Where the page is and whether the chat is there. The page's text is only asked for when no message
// is in sight: working it out takes long where there are many.
(lib, { bubble, dialog, missing_texts }) => {
  const bubbles = lib.visible(bubble).length;
  const text = document.body === null || bubbles > 0 ? "" : document.body.innerText;
  return {
    path: location.pathname,
    address: location.pathname + location.search,
    host: location.hostname,
    title: document.title,
    bubbles,
    dialog: lib.visible(dialog).length > 0,
    missing: missing_texts.find((words) => text.includes(words)) ?? null,
    words: text.trim().slice(0, 200),
  };
}
