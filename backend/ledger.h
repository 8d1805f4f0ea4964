/* Which messages of a run were sent and which the server said it took, by serial number, so that
 * the database can be asked afterwards whether one was lost or doubled. Two bits a number. */
#ifndef BACKEND_LEDGER_H
#define BACKEND_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero is an empty ledger. */
struct ledger {
    uint64_t *sent; /* owned, 64 numbers a word */
    uint64_t *taken;
    size_t words;
    uint64_t sent_count;
    uint64_t taken_count;
};

void ledger_sent(struct ledger *ledger, uint64_t serial);
void ledger_taken(struct ledger *ledger, uint64_t serial); /* once a number; was sent before */
bool ledger_was_sent(const struct ledger *ledger, uint64_t serial);
bool ledger_was_taken(const struct ledger *ledger, uint64_t serial);
void ledger_merge(struct ledger *into, const struct ledger *from); /* no number in both */
void ledger_release(struct ledger *ledger);

#endif
