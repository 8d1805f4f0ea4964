/* CPU time of the JSON scanner on a page of messages as a load run meets it: 50 messages with 80
 * reactions each, some 830 kB, fed in pieces of 16 KiB as libcurl hands them out.
 *
 *     json_scan [rounds] */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "backend/json_scan.h"
#include "base/num.h"
#include "base/rng.h"
#include "base/strbuf.h"

#define MESSAGES    50
#define REACTIONS   80
#define PIECE_BYTES ((size_t)16384)

static void add_uuid(struct rng *rng, struct strbuf *out)
{
    char uuid[RNG_UUID_BYTES];
    rng_uuid(rng, uuid);
    strbuf_addf(out, "\"%s\"", uuid);
}

static void add_reaction(struct rng *rng, struct strbuf *out)
{
    static const char *const emojis[] = { "👍", "❤️", "😂", "🎉", "😮", "😢", "🔥", "👏", "🙏", "💯" };
    strbuf_add_str(out, "{\"id\":");
    add_uuid(rng, out);
    strbuf_add_str(out, ",\"messageId\":");
    add_uuid(rng, out);
    strbuf_add_str(out, ",\"userId\":");
    add_uuid(rng, out);
    strbuf_addf(out, ",\"emoji\":\"%s\",\"createdAt\":\"2026-02-24T13:37:10.%06uZ\"}",
                emojis[rng_below(rng, 10)], (unsigned)rng_below(rng, 1000000));
}

static void add_message(struct rng *rng, unsigned number, struct strbuf *out)
{
    strbuf_add_str(out, "{\"id\":");
    add_uuid(rng, out);
    strbuf_add_str(out, ",\"conversationId\":");
    add_uuid(rng, out);
    strbuf_addf(out,
                ",\"content\":\"Picture %u of the „Sommerfest“\",\"type\":\"%s\",\"metadata\":"
                "{\"fileUrl\":\"/media/%u.png\",\"width\":640,\"height\":480},\"replyToId\":null,"
                "\"isEdited\":false,\"sequenceNumber\":%u,\"encrypted\":false,\"sender\":{\"id\":",
                number, number % 2 == 0 ? "IMAGE" : "FILE", number, number);
    add_uuid(rng, out);
    strbuf_add_str(out, ",\"username\":\"stress_0001\",\"image\":null},\"reactions\":[");
    for (unsigned i = 0; i < REACTIONS; i++) {
        strbuf_add_str(out, i == 0 ? "" : ",");
        add_reaction(rng, out);
    }
    strbuf_add_str(out, "],\"statuses\":[],\"replyTo\":null,\"poll\":null,\"status\":\"sent\"}");
}

static void make_page(struct strbuf *out)
{
    struct rng rng;
    rng_init(&rng, 1);
    strbuf_add_str(out, "{\"data\":[");
    for (unsigned i = 0; i < MESSAGES; i++) {
        strbuf_add_str(out, i == 0 ? "" : ",");
        add_message(&rng, i, out);
    }
    strbuf_add_str(out, "],\"pagination\":{\"next_cursor\":\"seq:152\",\"has_more\":true}}");
}

static double cpu_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static bool scan_page(struct json_scan *scan, const struct strbuf *page)
{
    json_scan_restart(scan);
    for (size_t at = 0; at < page->len; at += PIECE_BYTES) {
        size_t bytes = page->len - at < PIECE_BYTES ? page->len - at : PIECE_BYTES;
        if (!json_scan_feed(scan, page->data + at, bytes)) {
            return false;
        }
    }
    return json_scan_finish(scan);
}

int main(int argc, char **argv)
{
    static const struct json_question questions[] = {
        { .ask = JSON_ASK_VALUE, .path = "data" },
        { .ask = JSON_ASK_EQUALS, .path = "data[*].type", .texts = { "IMAGE", "FILE" } },
        { .ask = JSON_ASK_TEXT, .path = "pagination.next_cursor", .capture_bytes = 128 },
        { .ask = JSON_ASK_VALUE, .path = "data[*].reactions[*]" },
    };
    struct err_msg msg = { "" };
    struct json_asks *asks = NULL;
    struct strbuf page = STRBUF_INIT;
    uint64_t rounds = 300;
    if (argc > 1 && !num_parse_u64(argv[1], &rounds)) {
        (void)fprintf(stderr, "rounds must be a whole number, not %s\n", argv[1]);
        return EXIT_FAILURE;
    }
    if (json_asks_new(questions, sizeof questions / sizeof questions[0], &asks, &msg) != ERR_OK) {
        (void)fprintf(stderr, "%s\n", msg.text);
        return EXIT_FAILURE;
    }
    make_page(&page);
    struct json_scan *scan = json_scan_new(asks);
    double best_ms = 1e9;
    double start_ms = cpu_ms();
    bool good = true;
    for (uint64_t i = 0; i < rounds; i++) {
        double before_ms = cpu_ms();
        good = scan_page(scan, &page) && good;
        double took_ms = cpu_ms() - before_ms;
        best_ms = took_ms < best_ms ? took_ms : best_ms;
    }
    double mean_ms = (cpu_ms() - start_ms) / (double)(rounds == 0 ? 1 : rounds);
    double mb = (double)page.len / 1e6;
    printf("%zu bytes: %.3f CPU ms a page, best %.3f; %.3f ms a MB, best %.3f\n", page.len, mean_ms,
           best_ms, mean_ms / mb, best_ms / mb);
    printf("%s; %llu of type IMAGE or FILE, %llu reactions, next_cursor %s\n",
           good ? "good JSON" : json_scan_mistake(scan),
           (unsigned long long)json_scan_answer(scan, 1)->count,
           (unsigned long long)json_scan_answer(scan, 3)->count, json_scan_answer(scan, 2)->text);
    json_scan_free(scan);
    json_asks_free(asks);
    strbuf_release(&page);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
