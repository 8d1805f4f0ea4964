// Ends what live_begin.js started and gives the times of the animation frames.
() => window.__tmscdpLive?.stop() ?? null
