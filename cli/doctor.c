#include "cli/doctor.h"

#include <stdarg.h>

#include "base/mem.h"
#include "base/redact.h"
#include "base/strbuf.h"
#include "cli/inputs.h"

static void (*const checks[])(struct doctor *doctor) = {
    doctor_check_client,        doctor_check_api,         doctor_check_login, doctor_check_limiter,
    doctor_check_clock,         doctor_check_database,    doctor_check_redis, doctor_check_browser,
    doctor_check_shared_memory, doctor_check_descriptors, doctor_check_ports, doctor_check_noise,
};

static const char *const state_names[] = {
    [FINDING_OK] = "ok",
    [FINDING_SKIPPED] = "skipped",
    [FINDING_WARN] = "warn",
    [FINDING_FAIL] = "fail",
};

const char *doctor_state_name(enum finding_state state)
{
    return state_names[state];
}

void doctor_add(struct doctor *doctor, enum finding_state state, const char *name, const char *todo,
                const char *format, ...)
{
    struct strbuf what = STRBUF_INIT;
    va_list args;

    va_start(args, format);
    strbuf_addv(&what, format, args);
    va_end(args);
    (void)redact_text(&what);
    if (doctor->count < DOCTOR_FINDINGS_MAX) {
        doctor->finding[doctor->count++] =
            (struct finding){ state, name, strbuf_detach(&what), todo };
    }
    strbuf_release(&what);
}

cJSON *doctor_to_json(const struct doctor *doctor)
{
    cJSON *list = json_new_array();
    for (size_t i = 0; i < doctor->count; i++) {
        const struct finding *finding = &doctor->finding[i];
        cJSON *node = json_push_object(list);
        json_add_text(node, "state", doctor_state_name(finding->state));
        json_add_text(node, "check", finding->name);
        json_add_text(node, "found", finding->what);
        json_add_text(node, "todo", finding->todo);
    }
    return list;
}

/* BASE_URL is given with or without /api/v1. */
static char *without_prefix(const char *api_url)
{
    static const char prefix[] = "/api/v1";
    size_t length = strlen(api_url);
    while (length > 0 && api_url[length - 1] == '/') {
        length--;
    }
    if (length >= sizeof prefix - 1 &&
        strncmp(api_url + length - (sizeof prefix - 1), prefix, sizeof prefix - 1) == 0) {
        length -= sizeof prefix - 1;
    }
    return mem_dup_bytes(api_url, length);
}

enum err doctor_examine(struct doctor *doctor, const char *api_url, const char *token_file,
                        const char *data_dir, struct err_msg *msg)
{
    struct err_msg no_token = { "" };
    char *token = NULL;
    char *own_api_url = without_prefix(api_url);

    /* Without a token the checks that need one say so. */
    if (inputs_token(token_file, data_dir, &token, &no_token) == ERR_OK) {
        doctor->token = token;
    }
    doctor->api_url = own_api_url;
    enum err code = probe_new(&doctor->probe, msg);
    for (size_t i = 0; code == ERR_OK && i < sizeof checks / sizeof checks[0]; i++) {
        checks[i](doctor);
    }
    probe_free(doctor->probe);
    doctor->probe = NULL;
    doctor->token = NULL;
    doctor->api_url = NULL;
    free(token);
    free(own_api_url);
    return code;
}

void doctor_release(struct doctor *doctor)
{
    for (size_t i = 0; i < doctor->count; i++) {
        free(doctor->finding[i].what);
    }
    doctor->count = 0;
}
