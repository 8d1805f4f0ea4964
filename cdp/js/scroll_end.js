// Stops the counting that scroll_begin.js started.
() => window.__tmscdpScroll?.stop() ?? null
