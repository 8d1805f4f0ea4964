// Where the page is and whether the chat is there.
(lib, { bubble, dialog, missing_texts }) => {
  const text = document.body === null ? "" : document.body.innerText;
  return {
    path: location.pathname,
    address: location.pathname + location.search,
    host: location.hostname,
    title: document.title,
    bubbles: lib.visible(bubble).length,
    dialog: lib.visible(dialog).length > 0,
    missing: missing_texts.find((words) => text.includes(words)) ?? null,
    words: text.trim().slice(0, 200),
  };
}
