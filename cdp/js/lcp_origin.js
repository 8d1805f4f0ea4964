// The page's clock zero and the largest paint as its observer saw it.
() => ({ origin_ms: performance.timeOrigin, lcp_ms: window.__tmscdp?.lcp.at(-1)?.ms ?? null })
