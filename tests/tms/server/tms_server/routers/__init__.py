"""One module a resource; each holds the HTTP side only and exposes `router`."""
