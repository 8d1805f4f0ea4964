// Counts elements: of the whole document, of visible trees, and of the visible list.
(lib, { bubble }) => {
  const scroller = lib.findScroller(bubble);
  const all = document.querySelectorAll("*");
  let visible = 0;
  for (const element of all) {
    if (element.checkVisibility()) {
      visible += 1;
    }
  }
  return {
    all: all.length,
    visible,
    list: scroller === null ? null : scroller.querySelectorAll("*").length,
    bubbles: scroller === null ? null : lib.visible(bubble, scroller).length,
    bubbles_all: document.querySelectorAll(bubble).length,
    scripts: document.scripts.length,
  };
}
