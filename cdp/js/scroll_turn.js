// Where the list is at the turning point; the counting ends here.
() => window.__tmscdpScroll?.turn() ?? null
