// The page's clock, for laying it beside ours.
() => performance.now()
