// Ends what scroll_begin.js started and gives the times of the animation frames.
() => window.__tmscdpScroll?.stop() ?? null
