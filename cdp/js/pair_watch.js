// Runs before the page's own scripts: notes when a marked message came into a bubble and when the
// frame that shows it was made, and for every change of the document the frame behind it. Times are
// performance.now(). A bubble's own nodes are only touched to let the browser tell when it painted
// them (Element Timing), and nothing of it is kept.
(lib, { mark, bubble, most }) => {
  const seen = { bubbles: new Map(), changes: [] };
  Object.defineProperty(window, "__tmscdp_pair", { value: seen, configurable: true });
  const pattern = new RegExp(`${mark}-(\\d+)-`);
  const channel = new MessageChannel();
  const after = [];
  channel.port1.onmessage = () => {
    const now = performance.now();
    after.splice(0).forEach((note) => { note.frame_ms = now; });
  };
  let asked = false;
  const noteFrame = (note) => {
    after.push(note);
    if (!asked) {
      asked = true;
      // A message that is posted in a frame's callback is handled when the frame has been made.
      requestAnimationFrame(() => {
        asked = false;
        channel.port2.postMessage(0);
      });
    }
  };

  const look = (text, now) => {
    const found = pattern.exec(text.data);
    const host = found === null ? null : text.parentElement?.closest(bubble) ?? null;
    if (host === null || seen.bubbles.has(found[1]) || seen.bubbles.size >= most) {
      return;
    }
    const note = { mark: Number(found[1]), insert_ms: now, frame_ms: null, paint_ms: null };
    seen.bubbles.set(found[1], note);
    noteFrame(note);
    for (let node = text.parentElement; node !== null; node = node.parentElement) {
      node.setAttribute("elementtiming", `${mark}-${found[1]}-`);
      if (node === host) {
        break;
      }
    }
  };

  new MutationObserver((records) => {
    const now = performance.now();
    for (const record of records) {
      if (record.type === "characterData") {
        look(record.target, now);
      }
      for (const added of record.addedNodes) {
        if (added.nodeType === Node.TEXT_NODE) {
          look(added, now);
        } else if (added.nodeType === Node.ELEMENT_NODE && added.textContent.includes(mark)) {
          const walker = document.createTreeWalker(added, NodeFilter.SHOW_TEXT);
          while (walker.nextNode() !== null) {
            look(walker.currentNode, now);
          }
        }
      }
    }
    if (seen.changes.length < most) {
      const note = { at_ms: now, frame_ms: null };
      seen.changes.push(note);
      noteFrame(note);
    }
  }).observe(document, { childList: true, subtree: true, characterData: true });

  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const note = seen.bubbles.get(pattern.exec(entry.identifier)?.[1]);
      if (note !== undefined && note.paint_ms === null && entry.renderTime > 0) {
        note.paint_ms = entry.renderTime;
      }
    }
  }).observe({ type: "element", buffered: true });
}
