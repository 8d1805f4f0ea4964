/* The app under test as data: where it lives, how one logs in, where its messages come from and
 * what its parts look like. Nothing of this stands in C, so another chat needs a file, no compiler.
 *
 * In texts `{conversation}` and `{token}` are replaced where the field says so. Every field is
 * required and an unknown one is an error: a misspelling must not change what is measured. */
#ifndef CDP_PROFILE_H
#define CDP_PROFILE_H

#include <stddef.h>

#include "base/err.h"
#include "base/json.h"

struct profile {
    const char *name;
    const char *title;
    const char *client_origin; /* where the browser believes to be: "http://localhost:3000" */
    const char *api_origin;    /* where the app looks for its API */
    const char *route;         /* path of a conversation, with {conversation} */
    const char *path_prefix;   /* the path starts with it as long as somebody is logged in */
    const cJSON *storage;      /* object of localStorage's texts; a value may be {token} */
    const cJSON *block;        /* array of URL patterns that the browser refuses to load */

    const char *messages_path; /* path of the message pages, with {conversation} */
    const char *cursor;        /* query parameter that asks for an older page */
    const char *items;         /* dotted path to the messages of an answer */
    const char *id;            /* member of a message that names it */
    const char *next_cursor;   /* dotted path to the next page's cursor; null at the end */

    const char *bubble;         /* selector of a rendered message */
    const char *dialog;         /* selector of a modal that locks the page */
    const char *older_text;     /* the button that loads older messages */
    const char *sidebar_item;   /* selector of entries that open another conversation */
    const char *composer;       /* selector of the field for a new message; may be empty */
    const cJSON *missing_texts; /* texts that say the conversation is not there */

    const char *storm_socket;  /* part of the address of the WebSocket that the storm comes by */
    const cJSON *storm_frames; /* array of texts as the socket receives them, one an animation
                                  frame, in turn, with {conversation}; the last must undo what the
                                  first did. Empty: the composer's input events are the storm */

    const char *arrival;    /* text as the socket receives a new message, with {conversation}, {id},
                               {n} and {time}; may be empty: then nothing can be made to arrive */
    const char *live_path;  /* path that takes a new message (POST); may be empty: no live pass */
    const char *live_body;  /* its JSON, with {conversation} and {n} */
    const char *live_event; /* a part of the socket's text that tells of a new message */

    const char *decryption_measures; /* start of the names of User Timing measures; may be empty */
    const char *decryption_metrics;  /* name of a global object with the same; may be empty */

    cJSON *root; /* owns all of the above */
};

/* A profile carried inside the program by name ("tms"), or a file when `name` has a slash or ends
 * in .json. ERR_USAGE names file and field; profile_release frees. */
MUST_CHECK enum err profile_load(const char *name, struct profile *out, struct err_msg *msg);

/* From JSON text; `source` for the sentences. */
MUST_CHECK enum err profile_read(const char *text, size_t bytes, const char *source,
                                 struct profile *out, struct err_msg *msg);

void profile_release(struct profile *profile);

/* `text` with every `{key}` replaced by `value`, in new memory. */
char *profile_fill(const char *text, const char *key, const char *value);

#endif
