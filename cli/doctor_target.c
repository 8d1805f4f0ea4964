/* The checks of the chat: client, server, login, limiter, clock, database, Redis. */
#include <inttypes.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/url.h"
#include "cli/doctor.h"

#define ASK_TIMEOUT_MS 5000
/* The reaction limit is 60 a minute for a user and URL: one more shows whether it is on. */
#define LIMITER_QUESTIONS 61
#define CLOCK_TOLERANCE_S 2

static enum err ask(struct doctor *doctor, const struct probe_request *request,
                    struct probe_answer *answer, struct err_msg *msg)
{
    struct url url;
    enum err code = url_parse(request->url, "the address", &url, msg);
    if (code == ERR_OK) {
        code = url_allow(&url, &doctor->allowed_hosts, msg);
        doctor->refused = doctor->refused || code == ERR_REFUSED;
    }
    if (code == ERR_OK) {
        code = probe_ask(doctor->probe, request, answer, msg);
    }
    return code;
}

static enum err ask_api(struct doctor *doctor, const char *path, struct probe_answer *answer,
                        struct err_msg *msg)
{
    char *url = mem_format("%s/api/v1%s", doctor->api_url, path);
    const struct probe_request request = { .url = url,
                                           .token = doctor->token,
                                           .timeout_ms = ASK_TIMEOUT_MS };
    enum err code = ask(doctor, &request, answer, msg);
    free(url);
    return code;
}

void doctor_check_client(struct doctor *doctor)
{
    struct probe_answer answer = { 0 };
    struct err_msg msg = { "" };
    const struct probe_request request = { .url = doctor->client_url,
                                           .timeout_ms = ASK_TIMEOUT_MS };
    if (ask(doctor, &request, &answer, &msg) != ERR_OK) {
        doctor_add(doctor, FINDING_FAIL, "client",
                   "start the web client, or name it with --client-url", "%s", msg.text);
    } else if (answer.status >= 400) {
        doctor_add(doctor, FINDING_FAIL, "client", "is this the chat's web client?",
                   "%s answers with status %ld", doctor->client_url, answer.status);
    } else {
        doctor_add(doctor, FINDING_OK, "client", NULL, "%s answers in %.0f ms", doctor->client_url,
                   answer.took_ms);
    }
    strbuf_release(&answer.body);
}

void doctor_check_api(struct doctor *doctor)
{
    struct probe_answer answer = { 0 };
    struct err_msg msg = { "" };
    if (ask_api(doctor, "/health", &answer, &msg) != ERR_OK) {
        doctor_add(doctor, FINDING_FAIL, "server",
                   "start the chat server, or name it with --api-url", "%s", msg.text);
    } else if (answer.status != 200) {
        doctor_add(doctor, FINDING_FAIL, "server", "is this the chat's server?",
                   "%s/api/v1/health answers with status %ld", doctor->api_url, answer.status);
    } else if (ask_api(doctor, "/health/ready", &answer, &msg) != ERR_OK) {
        doctor_add(doctor, FINDING_FAIL, "server", "look at the server's pool and database",
                   "it is alive but not ready: %s", msg.text);
    } else if (answer.status != 200) {
        doctor_add(doctor, FINDING_FAIL, "server", "look at the server's database and Redis",
                   "it is alive but not ready: %.200s", strbuf_text(&answer.body));
    } else {
        doctor_add(doctor, FINDING_OK, "server", NULL, "%s is ready, in %.0f ms", doctor->api_url,
                   answer.took_ms);
    }
    strbuf_release(&answer.body);
}

void doctor_check_login(struct doctor *doctor)
{
    struct probe_answer answer = { 0 };
    struct err_msg msg = { "" };
    if (doctor->token == NULL) {
        doctor_add(doctor, FINDING_FAIL, "login", "run `tmscdp seed`, or give a --token-file",
                   "there is no token to log in with");
        return;
    }
    if (ask_api(doctor, "/users/me", &answer, &msg) != ERR_OK) {
        doctor_add(doctor, FINDING_FAIL, "login", NULL, "%s", msg.text);
    } else if (answer.status == 401) {
        doctor_add(doctor, FINDING_FAIL, "login",
                   "seed again with the server's NEXTAUTH_SECRET; tokens live for 30 days",
                   "the server refuses the token: %.200s", strbuf_text(&answer.body));
    } else if (answer.status != 200) {
        doctor_add(doctor, FINDING_FAIL, "login",
                   "the web client logs out on this; seeded users must exist in this database",
                   "/users/me answers with status %ld: %.200s", answer.status,
                   strbuf_text(&answer.body));
    } else {
        doctor_add(doctor, FINDING_OK, "login", NULL, "the token is accepted");
    }
    strbuf_release(&answer.body);
}

/* Reactions on a message that does not exist create nothing, and their limit counts by URL, so
 * nobody else's budget is touched. */
void doctor_check_limiter(struct doctor *doctor)
{
    struct probe_answer answer = { 0 };
    struct err_msg msg = { "" };
    struct rng rng;
    char id[RNG_UUID_BYTES];
    int asked = 0;

    if (doctor->token == NULL) {
        doctor_add(doctor, FINDING_SKIPPED, "limiter", NULL, "needs a token");
        return;
    }
    rng_init(&rng, rng_entropy());
    rng_uuid(&rng, id);
    char *url = mem_format("%s/api/v1/messages/%s/reactions", doctor->api_url, id);
    const struct probe_request request = { .url = url,
                                           .token = doctor->token,
                                           .json_body = "{\"emoji\":\"\xF0\x9F\x91\x8D\"}",
                                           .timeout_ms = ASK_TIMEOUT_MS };
    do {
        if (ask(doctor, &request, &answer, &msg) != ERR_OK) {
            doctor_add(doctor, FINDING_SKIPPED, "limiter", NULL, "%s", msg.text);
            goto out;
        }
        asked++;
    } while (answer.status == 404 && asked < LIMITER_QUESTIONS);
    if (answer.status == 429) {
        doctor_add(doctor, FINDING_WARN, "limiter",
                   "start the server with RATELIMIT_ENABLED=false for loads "
                   "(RATE_LIMIT_PER_MINUTE does nothing)",
                   "the server limits requests: 429 after %d reactions", asked - 1);
    } else if (answer.status == 404) {
        doctor_add(doctor, FINDING_OK, "limiter", NULL, "off: %d reactions in a row were taken",
                   asked);
    } else {
        doctor_add(doctor, FINDING_SKIPPED, "limiter", NULL,
                   "cannot tell: a reaction on an unknown message answers with status %ld, not 404",
                   answer.status);
    }
out:
    strbuf_release(&answer.body);
    free(url);
}

void doctor_check_clock(struct doctor *doctor)
{
    struct probe_answer answer = { 0 };
    struct err_msg msg = { "" };
    int64_t seconds;
    int64_t nanoseconds;

    if (ask_api(doctor, "/health", &answer, &msg) != ERR_OK || answer.date_s < 0) {
        doctor_add(doctor, FINDING_SKIPPED, "clock", NULL, "%s",
                   msg.text[0] != '\0' ? msg.text : "the server's answer carries no date");
        strbuf_release(&answer.body);
        return;
    }
    clock_wall(&seconds, &nanoseconds);
    int64_t ahead = seconds - answer.date_s;
    if (ahead > CLOCK_TOLERANCE_S || ahead < -CLOCK_TOLERANCE_S) {
        doctor_add(doctor, FINDING_WARN, "clock",
                   "set both clocks (NTP): a token issued in the server's future is refused",
                   "this machine is %" PRId64 " s %s the server", ahead < 0 ? -ahead : ahead,
                   ahead < 0 ? "behind" : "ahead of");
    } else {
        doctor_add(doctor, FINDING_OK, "clock", NULL, "within %d s of the server's",
                   CLOCK_TOLERANCE_S);
    }
    strbuf_release(&answer.body);
}

void doctor_check_redis(struct doctor *doctor)
{
    struct err_msg msg = { "" };
    if (doctor->redis_url == NULL) {
        doctor_add(doctor, FINDING_SKIPPED, "redis", NULL, "REDIS_URL is not given");
    } else if (probe_redis(doctor->redis_url, ASK_TIMEOUT_MS, &msg) != ERR_OK) {
        doctor_add(doctor, FINDING_FAIL, "redis", "start Redis, or correct REDIS_URL", "%s",
                   msg.text);
    } else {
        doctor_add(doctor, FINDING_OK, "redis", NULL, "answers");
    }
}
