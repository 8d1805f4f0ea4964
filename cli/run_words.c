#include "cli/run_words.h"

#include <inttypes.h>

#include "base/mem.h"

char *run_words_making_dir(const struct result_run *run, const struct run_part *part)
{
    char *name = mem_format("%s.making", part->name);
    char *path = result_path(run, name);
    free(name);
    return path;
}

static void add_hosts(const struct run_words_input *input, struct child_words *words)
{
    for (size_t i = 0; i < input->plan->allowed_hosts->count; i++) {
        child_words_addf(words, "--allow-host=%s", input->plan->allowed_hosts->item[i]);
    }
}

static void add_seed_numbers(const struct run_words_input *input, const char *seed,
                             const char *reactions, struct child_words *words)
{
    child_words_addf(words, "--%s=%" PRIu64, seed, input->plan->database.seed);
    child_words_addf(words, "--%s=%" PRIu64, reactions, input->plan->database.reactions);
}

static void add_run_words(const struct run_words_input *input, const struct run_part *part,
                          struct child_words *words)
{
    const struct suite_plan *plan = input->plan;
    char *making = run_words_making_dir(input->run, part);
    child_words_addf(words, "--api-url=%s", plan->api_url);
    child_words_addf(words, "--data-dir=%s", plan->data_dir);
    child_words_addf(words, "--runs-dir=%s", making);
    add_hosts(input, words);
    if (part->kind == RUN_STRESS && input->database) {
        child_words_add(words, "--reset");
        add_seed_numbers(input, "seeded-seed", "seeded-reactions", words);
    }
    if (part->kind == RUN_MEASURE) {
        child_words_addf(words, "--client-url=%s", plan->client_url);
        child_words_addf(words, "--messages=%s", plan->messages);
    }
    if (part->kind == RUN_MEASURE && plan->chrome != NULL) {
        child_words_addf(words, "--chrome=%s", plan->chrome);
    }
    free(making);
}

static void add_report_words(const struct run_words_input *input, struct child_words *words)
{
    char *page = result_path(input->run, "report.html");
    child_words_addf(words, "--output=%s", page);
    free(page);
    for (size_t i = 0; i < run_part_count; i++) {
        if (input->state->part[i].has_dir) {
            char *dir = result_path(input->run, run_parts[i].name);
            child_words_add(words, dir);
            free(dir);
        }
    }
}

void run_words_add(const struct run_words_input *input, const struct run_part *part,
                   struct child_words *words)
{
    for (size_t i = 0; part->words[i] != NULL; i++) {
        child_words_add(words, part->words[i]);
    }
    for (size_t i = 0; input->plan->quick && part->quick_words[i] != NULL; i++) {
        child_words_add(words, part->quick_words[i]);
    }
    switch (part->kind) {
    case RUN_SEED:
    case RUN_RESET:
        child_words_addf(words, "--data-dir=%s", input->plan->data_dir);
        add_seed_numbers(input, "seed", "reactions", words);
        add_hosts(input, words);
        if (input->plan->secret_file != NULL) {
            child_words_addf(words, "--secret-file=%s", input->plan->secret_file);
        }
        break;
    case RUN_STRESS:
    case RUN_MEASURE:
        add_run_words(input, part, words);
        break;
    case RUN_REPORT:
        add_report_words(input, words);
        break;
    case RUN_HEALTH:
        break;
    }
}
