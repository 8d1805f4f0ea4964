/* Options that several commands take, in the same words. Each macro is one entry of a command's
 * table (base/options.h); `into` is where the value goes. */
#ifndef CLI_SHARED_OPTIONS_H
#define CLI_SHARED_OPTIONS_H

#include "base/options.h"

/* clang-format off */
#define SHARED_CLIENT_URL(into) \
    { OPTION_TEXT, "client-url", 0, "URL", "CLIENT_URL", \
      "The web client (default http://127.0.0.1:3000).", (into) }
#define SHARED_CONVERSATION(into) \
    { OPTION_TEXT, "conversation", 0, "ID", "CONV_ID", \
      "The conversation to open (default: the seeded group).", (into) }
#define SHARED_PROFILE(into) \
    { OPTION_TEXT, "profile", 0, "NAME|FILE", NULL, \
      "The app's description (default tms).", (into) }
#define SHARED_LOADED_HOST(into) \
    { OPTION_LIST, "allow-host", 0, "HOST", NULL, \
      "A host that is not this machine and may be loaded all the same; repeatable.", (into) }
#define SHARED_DATA_DIR(into) \
    { OPTION_TEXT, "data-dir", 0, "DIR", NULL, \
      "Where seeding left its files (default data).", (into) }
#define SHARED_SEEDED_SEED(into) \
    { OPTION_COUNT, "seeded-seed", 0, "N", NULL, \
      "For --reset: `tmscdp seed --seed` (default 1).", (into) }
#define SHARED_SEEDED_REACTIONS(into) \
    { OPTION_COUNT, "seeded-reactions", 0, "N", NULL, \
      "For --reset: `tmscdp seed --reactions` (default 0).", (into) }
#define SHARED_CHROME(into) \
    { OPTION_TEXT, "chrome", 0, "PATH", "CHROME_PATH", \
      "The browser's program (default chromium-headless-shell, else chromium).", (into) }
#define SHARED_CHROME_FLAGS(into) \
    { OPTION_TEXT, "chrome-flags", 0, "FLAGS", NULL, \
      "More flags for it, blank-separated.", (into) }
#define SHARED_RUNS_DIR(into) \
    { OPTION_TEXT, "runs-dir", 0, "DIR", NULL, \
      "Where the run's directory is made (default data/runs).", (into) }
#define SHARED_JSON(into) \
    { OPTION_FLAG, "json", 0, NULL, NULL, \
      "Print the whole result as JSON on stdout.", (into) }
#define SHARED_SOFT_FAIL(into) \
    { OPTION_FLAG, "soft-fail", 0, NULL, NULL, \
      "Exit with 0 where it would be 99 or 111; the verdicts stay in the files.", (into) }
#define SHARED_VERBOSE(into) \
    { OPTION_FLAG, "verbose", 'v', NULL, "VERBOSE", \
      "Every step on stderr.", (into) }
/* clang-format on */

#endif
