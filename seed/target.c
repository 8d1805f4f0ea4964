#include "seed/target.h"

#include <ctype.h>
#include <libpq-fe.h>
#include <stdio.h>

#include "base/redact.h"
#include "base/url.h"

static void add_without_driver(const char *text, struct strbuf *out)
{
    size_t scheme = strcspn(text, ":");
    size_t plus = strcspn(text, "+");
    if (plus < scheme && strncmp(text + scheme, "://", 3) == 0) {
        strbuf_add(out, text, plus);
        text += scheme;
    }
    strbuf_add_str(out, text);
}

static const char *find_option(const PQconninfoOption *options, const char *keyword)
{
    for (; options != NULL && options->keyword != NULL; options++) {
        if (strcmp(options->keyword, keyword) == 0 && options->val != NULL &&
            options->val[0] != '\0') {
            return options->val;
        }
    }
    return NULL;
}

static enum err check_host(const char *host, size_t len, const struct option_list *allowed_hosts,
                           struct err_msg *msg)
{
    struct url url = { .scheme = "" };
    /* libpq reads an empty name as its default socket, /… as a directory, @… as an abstract one. */
    if (len == 0 || host[0] == '/' || host[0] == '@') {
        return ERR_OK;
    }
    if (len >= sizeof url.host) {
        return err_set(msg, ERR_USAGE, "the database's host is longer than %zu characters",
                       sizeof url.host - 1);
    }
    for (size_t i = 0; i < len; i++) {
        url.host[i] = (char)tolower((unsigned char)host[i]);
    }
    enum err code = url_allow(&url, allowed_hosts, msg);
    return code == ERR_OK ? code : err_prefix(msg, code, "the database");
}

/* libpq tries the hosts of a list one after the other: all of them must be allowed. */
static enum err check_hosts(const char *hosts, const struct option_list *allowed_hosts,
                            struct err_msg *msg)
{
    for (;;) {
        size_t len = strcspn(hosts, ",");
        enum err code = check_host(hosts, len, allowed_hosts, msg);
        if (code != ERR_OK || hosts[len] == '\0') {
            return code;
        }
        hosts += len + 1;
    }
}

/* An empty variable names nothing, to libpq as to us. */
static bool is_set(const char *text)
{
    return text != NULL && text[0] != '\0';
}

static enum err check_options(const struct target *target, const PQconninfoOption *given,
                              const PQconninfoOption *environment, struct err_msg *msg)
{
    static const char *const naming[] = { "PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE",
                                          "PGSERVICE" };
    bool named = is_set(target->url);
    for (size_t i = 0; i < sizeof naming / sizeof naming[0]; i++) {
        named = named || is_set(getenv(naming[i]));
    }
    if (!named) {
        return err_set(msg, ERR_USAGE,
                       "no database is named: give --database-url, DATABASE_URL or PGHOST and "
                       "PGDATABASE");
    }
    if (target->from_argv && find_option(given, "password") != NULL) {
        return err_set(msg, ERR_USAGE,
                       "--database-url: a password on the command line can be read by everybody; "
                       "use DATABASE_URL, PGPASSWORD or a password file");
    }
    if (find_option(given, "service") != NULL) {
        return err_set(msg, ERR_USAGE,
                       "the database URL names a service: set PGSERVICE instead, or give the host");
    }
    /* hostaddr decides where libpq connects, even when only the environment has it. */
    const char *hosts = find_option(given, "hostaddr");
    hosts = hosts != NULL ? hosts : find_option(environment, "hostaddr");
    hosts = hosts != NULL ? hosts : find_option(given, "host");
    hosts = hosts != NULL ? hosts : find_option(environment, "host");
    return hosts == NULL ? ERR_OK : check_hosts(hosts, target->allowed_hosts, msg);
}

static void register_password(const PQconninfoOption *options)
{
    const char *password = find_option(options, "password");
    if (password != NULL) {
        redact_register(password);
    }
}

enum err target_check(const struct target *target, struct strbuf *conninfo, struct err_msg *msg)
{
    PQconninfoOption *given = NULL;
    PQconninfoOption *environment = NULL;
    enum err code;

    if (target->url != NULL) {
        add_without_driver(target->url, conninfo);
        given = PQconninfoParse(strbuf_text(conninfo), NULL);
        if (given == NULL) {
            /* Without the text: it may hold a password. */
            return err_set(msg, ERR_USAGE,
                           "the database URL is malformed: postgresql://USER@127.0.0.1:5432/NAME "
                           "was expected");
        }
    }
    environment = PQconndefaults();
    if (environment == NULL) {
        code = err_set(msg, ERR_USAGE,
                       "libpq cannot read its environment: check PGSERVICE and its file");
    } else {
        register_password(given);
        register_password(environment);
        code = check_options(target, given, environment, msg);
    }
    PQconninfoFree(given);
    PQconninfoFree(environment);
    return code;
}
