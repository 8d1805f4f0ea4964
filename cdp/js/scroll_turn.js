// Where the list is at the turning point.
() => ({ top: window.__tmscdpScroll?.where() ?? null })
