// The page's clock, in ms since its navigation.
() => performance.now()
