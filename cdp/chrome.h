/* One Chromium of our own: found, launched with a fresh profile folder, stopped. It runs under a
 * guardian (base/process.h), so that it and its folder vanish with us, whatever ends us.
 *
 * chromium-headless-shell is preferred: it answers first after 0.1 s and takes half the memory of
 * the full browser. The two engines draw and schedule differently, so the engine is part of every
 * result and figures of one are never compared with the other's. */
#ifndef CDP_CHROME_H
#define CDP_CHROME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "base/loop.h"
#include "base/process.h"

struct chrome_options {
    const char *path;       /* --chrome or CHROME_PATH; NULL: look in the usual places */
    bool headed;            /* a window, for a person who watches */
    const char *extra;      /* --chrome-flags, blank-separated; NULL for none */
    const char *host_rules; /* --host-resolver-rules; NULL for none */
    unsigned width;
    unsigned height;
};

struct chrome {
    struct process process;
    char *engine;      /* "headless-shell", "headless=new" or "headed" */
    bool sandbox;      /* false only as root, where Chromium refuses to start with it */
    cJSON *flags;      /* array of the flags it was started with, without folders */
    unsigned port;     /* of DevTools, on 127.0.0.1 */
    char *path;        /* of the browser's WebSocket: "/devtools/browser/…" */
    char *private_dir; /* profile, log, temporary files; the guardian removes it */
};

/* The program to run, in new memory. ERR_UNREACHABLE names what was looked for. */
MUST_CHECK enum err chrome_find(const char *path, bool headed, char **out, struct err_msg *msg);

/* Launches and waits until DevTools listens. ERR_UNREACHABLE with the end of the browser's log
 * when it ends before, ERR_TIMEOUT, ERR_INTERRUPTED; nothing is left behind then. */
MUST_CHECK enum err chrome_start(struct loop *loop, const struct chrome_options *options,
                                 uint64_t timeout_ms, struct chrome *chrome, struct err_msg *msg);

/* Ends the browser and everything it started, removes its folder; returns when all is gone. A
 * zeroed chrome is a no-op. */
void chrome_stop(struct chrome *chrome);

/* Reads "<port>\n<path>" of a DevToolsActivePort file; false when it is not (yet) complete. */
bool chrome_parse_active_port(const char *text, unsigned *port, char **path);

#endif
