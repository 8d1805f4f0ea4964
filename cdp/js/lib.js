// What the page scripts share. Evaluates to a function that returns the helpers; every script gets
// them as its first argument, and its own arguments as the second.
() => {
  // The chat may be mounted twice, once inside a tree with display:none: that one has no boxes.
  const isVisible = (element) => element.getClientRects().length > 0;

  const visible = (selector, root = document) =>
    [...root.querySelectorAll(selector)].filter(isVisible);

  const scrolls = (element) => {
    const { overflowY } = getComputedStyle(element);
    return (overflowY === "auto" || overflowY === "scroll") &&
      element.scrollHeight > element.clientHeight;
  };

  const area = (element) => element.clientWidth * element.clientHeight;

  // The visible message list: the largest scrolling ancestor of a visible bubble. The document
  // itself does not scroll in the app.
  const findScroller = (bubble) => {
    const found = new Set();
    for (const element of visible(bubble)) {
      let parent = element.parentElement;
      while (parent !== null && !found.has(parent)) {
        if (scrolls(parent)) {
          found.add(parent);
          break;
        }
        parent = parent.parentElement;
      }
    }
    return [...found].sort((a, b) => area(b) - area(a))[0] ?? null;
  };

  const bottomGap = (scroller) =>
    scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop;

  // Resolves with the first value of `check` that is neither null, undefined nor false, looked at
  // whenever the document changes or scrolls, else with null after timeoutMs. The slow timer is for
  // what no observer sees, such as a route that changes before the document does.
  const until = (check, timeoutMs) =>
    new Promise((resolve) => {
      let observer = null;
      let timer = 0;
      let deadline = 0;
      const finish = (value) => {
        observer.disconnect();
        clearInterval(timer);
        clearTimeout(deadline);
        document.removeEventListener("scroll", look, true);
        resolve(value);
      };
      const look = () => {
        const value = check();
        if (value !== null && value !== undefined && value !== false) {
          finish(value);
        }
      };
      observer = new MutationObserver(look);
      observer.observe(document, { subtree: true, childList: true, attributes: true });
      document.addEventListener("scroll", look, true);
      timer = setInterval(look, 200);
      deadline = setTimeout(() => finish(null), timeoutMs);
      look();
    });

  const frames = (count) =>
    new Promise((resolve) => {
      const step = () => (count-- > 0 ? requestAnimationFrame(step) : resolve());
      step();
    });

  // The field for a new message: the largest visible one, if any.
  const findComposer = (selector) =>
    selector === "" ? null : visible(selector).sort((a, b) => area(b) - area(a))[0] ?? null;

  const textOf = (field) => ("value" in field ? field.value : field.textContent);

  // Puts a text into a field so that the app takes it for the user's. A framework may have put an
  // accessor of its own on the element: the prototype's is the browser's.
  const write = (field, text) => {
    if ("value" in field) {
      Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value").set.call(field, text);
    } else {
      field.textContent = text;
    }
    field.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertText" }));
  };

  // The app's open WebSockets whose address contains `part`; they were put into the page before, as
  // weak references: none is kept alive because of us.
  const openSockets = (part) =>
    (window.__tmscdpSockets ?? [])
      .map((reference) => reference.deref())
      .filter((one) => one?.readyState === WebSocket.OPEN && one.url.includes(part));

  // Hands a text to the sockets' listeners, as if it had come from the server.
  const receive = (sockets, data) => {
    for (const one of sockets) {
      one.dispatchEvent(new MessageEvent("message", { data, origin: new URL(one.url).origin }));
    }
  };

  return {
    isVisible, visible, findScroller, bottomGap, until, frames, findComposer, textOf, write,
    openSockets, receive,
  };
}
