#include "cli/measured.h"

#include <stdio.h>

#include "base/strbuf.h"
#include "cdp/summary.h"
#include "cli/command.h"
#include "metrics/diagnosis.h"
#include "metrics/verdict.h"

void measured_print(const char *dir, const cJSON *result, bool as_json)
{
    struct strbuf text = STRBUF_INIT;
    if (as_json) {
        json_write(result, true, &text);
    } else {
        summary_write(json_at(result, "measure"), &text);
        strbuf_add_char(&text, '\n');
        diagnosis_write(json_at(result, "diagnosis"), &text);
        strbuf_addf(&text, "result: %s/result.json", dir);
    }
    (void)printf("%s\n", strbuf_text(&text));
    strbuf_release(&text);
}

int measured_exit_code(const cJSON *result, bool soft_fail)
{
    enum verdict verdict = VERDICT_NO_DATA;
    const char *name = json_text(result, "measure.verdict");
    if (soft_fail) {
        return EXIT_PASS;
    }
    if (name == NULL || !verdict_from_name(name, &verdict)) {
        return EXIT_NO_DATA;
    }
    switch (verdict) {
    case VERDICT_FINE:
        return EXIT_PASS;
    case VERDICT_SLOWS_DOWN:
    case VERDICT_CRASHES:
        return EXIT_VERDICT;
    case VERDICT_NO_DATA:
        break;
    }
    return EXIT_NO_DATA;
}
