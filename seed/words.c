#include "seed/words.h"

#include <assert.h>
#include <inttypes.h>

#include "seed/shape.h"

#define COUNT(table)     (sizeof(table) / sizeof(table)[0])
#define PICK(rng, table) ((table)[rng_below((rng), COUNT(table))])

static const struct {
    const char *name;
    const char *login;
} first_names[] = {
    { "Ada", "ada" },       { "Amara", "amara" },   { "Anselm", "anselm" },
    { "Bea", "bea" },       { "Caspar", "caspar" }, { "Chiara", "chiara" },
    { "Dag", "dag" },       { "Dilek", "dilek" },   { "Eero", "eero" },
    { "Elif", "elif" },     { "Fenna", "fenna" },   { "Gaspard", "gaspard" },
    { "Hana", "hana" },     { "Ines", "ines" },     { "Ivo", "ivo" },
    { "Jamila", "jamila" }, { "Joris", "joris" },   { "Kaia", "kaia" },
    { "Kenji", "kenji" },   { "Lior", "lior" },     { "Lucía", "lucia" },
    { "Malik", "malik" },   { "Mette", "mette" },   { "Nadia", "nadia" },
    { "Nils", "nils" },     { "Oona", "oona" },     { "Pavel", "pavel" },
    { "Priya", "priya" },   { "Rafa", "rafa" },     { "Renée", "renee" },
    { "Samir", "samir" },   { "Signe", "signe" },   { "Søren", "soren" },
    { "Tomás", "tomas" },   { "Uma", "uma" },       { "Viktor", "viktor" },
    { "Wanda", "wanda" },   { "Yara", "yara" },     { "Yusuf", "yusuf" },
    { "Zofia", "zofia" },
};

static const char *const last_names[] = {
    "Abara",    "Almeida",  "Bergqvist", "Brandt", "Castellan", "Chowdry", "Dahlgren", "Dvorak",
    "Ekström",  "Farouk",   "Ferrant",   "Grau",   "Haddad",    "Holm",    "Ibsen",    "Jansky",
    "Kaplan",   "Kowal",    "Laurent",   "Lindel", "Marchetti", "Mbeki",   "Nakata",   "Novotny",
    "Okonjo",   "Ortolani", "Petrov",    "Quist",  "Rahimi",    "Rossel",  "Sandoval", "Sjöberg",
    "Takahara", "Tanrı",    "Urquiza",   "Vasek",  "Wójtek",    "Winther", "Yilmaz",   "Zeller",
};

static const char *const openings[] = {
    "morning all",   "ok",        "hm",         "quick one",   "thanks",          "good catch",
    "just saw this", "heads up",  "small note", "sorry, late", "back from lunch", "agreed",
    "by the way",    "follow-up", "yes",        "no idea yet",
};

static const char *const subjects[] = {
    "the build",          "the changelog",     "our staging box",    "the invoice export",
    "the new sidebar",    "the search page",   "last week's demo",   "the login screen",
    "the meeting room",   "the onboarding",    "the coffee machine", "the Android app",
    "the quarterly plan", "the customer call", "the test account",   "the migration",
};

static const char *const happenings[] = {
    "is green again",
    "still needs a second pair of eyes",
    "moved to Thursday",
    "looks much better than before",
    "keeps failing on the first try and passing on the second",
    "went out this morning without any trouble",
    "is waiting for an answer from the other side",
    "should be ready before the weekend",
    "has been renamed, please use the new link",
    "works on my machine, which proves nothing",
    "got faster after we dropped two queries",
    "will be closed between noon and one",
    "made three customers very happy today",
    "shows yesterday's numbers until you reload",
    "is the reason why the stand-up took half an hour",
    "can stay as it is, I only changed the wording",
};

static const char *const questions[] = {
    "Who can take this one?",
    "Does anybody remember why we did it that way?",
    "Can we talk about it tomorrow at ten?",
    "Is it the same for you?",
    "Should I open a ticket or is there one already?",
    "Any objections?",
    "Could you have a look when you are back?",
    "Shall we order pizza or is it too early for that?",
};

static const char *const emojis[] = {
    "👍", "🎉", "😀", "😅", "🚀", "🙏", "☕", "🔥", "👀", "✅", "🤔", "🍕", "💡", "🐛", "❤️", "🌧️",
};

static const char *const reactions[] = {
    "👍", "❤️", "😂", "😮", "😢", "🙏", "🔥", "🎉", "👀", "✅",
};

static const char *const captions[] = {
    "from this morning",     "before and after",       "that is what I see here",
    "new layout, first try", "the view from upstairs", "whiteboard, do not wipe",
    "second attempt 😅",      "for the slides",
};

static const struct {
    uint32_t width;
    uint32_t height;
} sizes[] = {
    { 1920, 1080 }, { 1600, 1200 }, { 1280, 720 },  { 4032, 3024 },
    { 3024, 4032 }, { 1080, 1350 }, { 1440, 1440 }, { 828, 1792 },
};

static const char *const document_names[] = {
    "budget",      "minutes", "offer",     "test-plan",  "floor-plan", "release-checklist",
    "survey",      "roadmap", "interview", "logo-pack",  "invoice",    "crash-report",
    "sales-notes", "backup",  "contract",  "wireframes",
};

static const struct {
    const char *extension;
    const char *mime;
} document_types[] = {
    { "pdf", "application/pdf" },
    { "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
    { "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document" },
    { "pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation" },
    { "zip", "application/zip" },
    { "csv", "text/csv" },
    { "txt", "text/plain" },
    { "mp4", "video/mp4" },
};

static const char *const group_names[SHAPE_EXTRA_GROUPS + 1] = {
    "TMS Stress · everybody",  "Stress · design",    "Stress · mobile",   "Stress · support",
    "Stress · infrastructure", "Stress · marketing", "Stress · research", "Stress · finance",
    "Stress · hiring",         "Stress · weekend",   "Stress · lunch",
};

const char words_poll_question[] = "When shall we hold the next team day?";

static const char *const poll_options[SHAPE_POLL_OPTIONS] = {
    "First week of the month",
    "Second week, on a Friday",
    "Whenever the weather is good",
    "Not this quarter, please",
};

struct words_person words_person(struct rng *rng)
{
    size_t first = (size_t)rng_below(rng, COUNT(first_names));
    return (struct words_person){ .first_name = first_names[first].name,
                                  .last_name = PICK(rng, last_names),
                                  .login = first_names[first].login };
}

static void add_sentence(struct rng *rng, struct strbuf *out)
{
    switch (rng_below(rng, 6)) {
    case 0:
        strbuf_add_str(out, PICK(rng, questions));
        return;
    case 1:
        strbuf_addf(out, "@%s %s %s.", PICK(rng, first_names).login, PICK(rng, subjects),
                    PICK(rng, happenings));
        return;
    case 2:
        strbuf_addf(out, "See https://wiki.stress.example.com/page/%" PRIu64 " – %s %s.",
                    1000 + rng_below(rng, 9000), PICK(rng, subjects), PICK(rng, happenings));
        return;
    case 3:
        strbuf_addf(out, "%s, %s %s.", PICK(rng, openings), PICK(rng, subjects),
                    PICK(rng, happenings));
        return;
    default:
        strbuf_addf(out, "%s says %s %s.", PICK(rng, first_names).name, PICK(rng, subjects),
                    PICK(rng, happenings));
        return;
    }
}

/* Most messages are short: one sentence 60 %, two 25 %, three 10 %, the rest four to eight. */
static uint64_t sentence_count(struct rng *rng)
{
    uint64_t draw = rng_below(rng, 100);
    if (draw < 60) {
        return 1;
    }
    if (draw < 85) {
        return 2;
    }
    return draw < 95 ? 3 : 4 + rng_below(rng, 5);
}

void words_text(struct rng *rng, struct strbuf *out)
{
    uint64_t draw = rng_below(rng, 100);
    if (draw < 6) {
        strbuf_add_str(out, PICK(rng, emojis));
        return;
    }
    if (draw < 16) {
        strbuf_add_str(out, PICK(rng, openings));
        return;
    }
    uint64_t sentences = sentence_count(rng);
    for (uint64_t i = 0; i < sentences; i++) {
        if (i > 0) {
            strbuf_add_char(out, ' ');
        }
        add_sentence(rng, out);
    }
    if (rng_below(rng, 4) == 0) {
        strbuf_add_char(out, ' ');
        strbuf_add_str(out, PICK(rng, emojis));
    }
}

void words_caption(struct rng *rng, struct strbuf *out)
{
    if (rng_below(rng, 5) < 2) {
        strbuf_add_str(out, PICK(rng, captions));
    }
}

const char *words_reaction(struct rng *rng)
{
    return PICK(rng, reactions);
}

/* 2^10 … 2^(10+doublings) bytes with the same chance for each doubling. */
static uint64_t draw_bytes(struct rng *rng, uint64_t doublings)
{
    uint64_t base = UINT64_C(1024) << rng_below(rng, doublings);
    return base + rng_below(rng, base);
}

void words_picture(struct rng *rng, struct words_file *out)
{
    size_t size = (size_t)rng_below(rng, COUNT(sizes));
    bool photo = rng_below(rng, 3) != 0;
    out->width = sizes[size].width;
    out->height = sizes[size].height;
    out->mime = photo ? "image/jpeg" : "image/png";
    /* A photograph takes a third of a byte a pixel, give or take. */
    uint64_t pixels = (uint64_t)out->width * out->height;
    out->bytes = pixels / 4 + rng_below(rng, pixels / 6);
    (void)snprintf(out->name, sizeof out->name, photo ? "IMG_%04u.jpg" : "screenshot-%04u.png",
                   (unsigned)rng_below(rng, 10000));
}

void words_document(struct rng *rng, struct words_file *out)
{
    size_t type = (size_t)rng_below(rng, COUNT(document_types));
    out->width = 0;
    out->height = 0;
    out->mime = document_types[type].mime;
    out->bytes = draw_bytes(rng, 13);
    (void)snprintf(out->name, sizeof out->name, "%s-%03u.%s", PICK(rng, document_names),
                   (unsigned)rng_below(rng, 1000), document_types[type].extension);
}

const char *words_group_name(uint32_t group)
{
    assert(group <= SHAPE_EXTRA_GROUPS);
    return group_names[group];
}

const char *words_poll_option(uint32_t position)
{
    assert(position < SHAPE_POLL_OPTIONS);
    return poll_options[position];
}
