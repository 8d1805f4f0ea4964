// Ends what blank_begin.js started and gives the shares.
() => window.__tmscdpBlank?.stop() ?? null
