#include "backend/ledger.h"

#include "base/mem.h"

#define WORD_BITS   64U
#define FIRST_WORDS ((size_t)256)

static void reach(struct ledger *ledger, size_t word)
{
    if (word < ledger->words) {
        return;
    }
    size_t words = ledger->words > 0 ? ledger->words : FIRST_WORDS;
    while (words <= word) {
        words *= 2;
    }
    size_t more = (words - ledger->words) * sizeof ledger->sent[0];
    ledger->sent = mem_resize(ledger->sent, words, sizeof ledger->sent[0]);
    ledger->taken = mem_resize(ledger->taken, words, sizeof ledger->taken[0]);
    memset(ledger->sent + ledger->words, 0, more);
    memset(ledger->taken + ledger->words, 0, more);
    ledger->words = words;
}

void ledger_sent(struct ledger *ledger, uint64_t serial)
{
    size_t word = (size_t)(serial / WORD_BITS);
    reach(ledger, word);
    ledger->sent[word] |= UINT64_C(1) << serial % WORD_BITS;
    ledger->sent_count++;
}

void ledger_taken(struct ledger *ledger, uint64_t serial)
{
    size_t word = (size_t)(serial / WORD_BITS);
    reach(ledger, word);
    ledger->taken[word] |= UINT64_C(1) << serial % WORD_BITS;
    ledger->taken_count++;
}

static bool has(const struct ledger *ledger, const uint64_t *bits, uint64_t serial)
{
    size_t word = (size_t)(serial / WORD_BITS);
    return word < ledger->words && (bits[word] >> serial % WORD_BITS & 1U) != 0;
}

bool ledger_was_sent(const struct ledger *ledger, uint64_t serial)
{
    return has(ledger, ledger->sent, serial);
}

bool ledger_was_taken(const struct ledger *ledger, uint64_t serial)
{
    return has(ledger, ledger->taken, serial);
}

void ledger_merge(struct ledger *into, const struct ledger *from)
{
    if (from->words > 0) {
        reach(into, from->words - 1);
    }
    for (size_t i = 0; i < from->words; i++) {
        into->sent[i] |= from->sent[i];
        into->taken[i] |= from->taken[i];
    }
    into->sent_count += from->sent_count;
    into->taken_count += from->taken_count;
}

void ledger_release(struct ledger *ledger)
{
    free(ledger->sent);
    free(ledger->taken);
    *ledger = (struct ledger){ .words = 0 };
}
