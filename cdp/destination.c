#include "cdp/destination.h"

#include <stdbool.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "base/url.h"

/* "host:port", an IPv6 address in brackets. */
static char *host_and_port(const struct url *url)
{
    bool is_v6 = strchr(url->host, ':') != NULL;
    return mem_format(is_v6 ? "[%s]:%u" : "%s:%u", url->host, url->port);
}

static enum err add_mapping(const char *origin, const struct url *real, const char *option,
                            struct strbuf *rules, struct err_msg *msg)
{
    struct url wanted;
    enum err err = url_parse(origin, "the profile's origin", &wanted, msg);
    if (err != ERR_OK) {
        return err;
    }
    if (strcmp(wanted.scheme, real->scheme) != 0) {
        return err_set(msg, ERR_USAGE,
                       "%s: the profile expects %s, and the browser can be led to another port "
                       "only, not from %s to %s",
                       option, origin, wanted.scheme, real->scheme);
    }
    char *to = host_and_port(real);
    strbuf_addf(rules, "%sMAP %s:%u %s", rules->len > 0 ? "," : "", wanted.host, wanted.port, to);
    free(to);
    return ERR_OK;
}

/* Allowed hosts stay themselves; whatever no rule names is not found. */
static void close_rules(const struct option_list *allowed_hosts, struct strbuf *rules)
{
    for (size_t i = 0; i < allowed_hosts->count; i++) {
        strbuf_addf(rules, ",MAP %s %s", allowed_hosts->item[i], allowed_hosts->item[i]);
    }
    strbuf_add_str(rules, ",MAP * ~NOTFOUND");
}

static enum err build_rules(const struct profile *profile, const struct url *client,
                            const struct url *api, const struct option_list *allowed_hosts,
                            char **out, struct err_msg *msg)
{
    struct strbuf rules = STRBUF_INIT;
    enum err err = add_mapping(profile->client_origin, client, "--client-url", &rules, msg);
    if (err == ERR_OK) {
        err = add_mapping(profile->api_origin, api, "--api-url", &rules, msg);
    }
    if (err == ERR_OK) {
        close_rules(allowed_hosts, &rules);
        *out = strbuf_detach(&rules);
    }
    strbuf_release(&rules);
    return err;
}

static enum err read_url(const char *text, const char *option,
                         const struct option_list *allowed_hosts, struct url *out,
                         struct err_msg *msg)
{
    enum err err = url_parse(text, option, out, msg);
    return err == ERR_OK ? url_allow(out, allowed_hosts, msg) : err;
}

enum err destination_find(const struct profile *profile, const struct destination_wish *wish,
                          struct destination *out, struct err_msg *msg)
{
    struct url client;
    struct url api;
    *out = (struct destination){ NULL, NULL, NULL };
    enum err err = read_url(wish->client_url, "--client-url", wish->allowed_hosts, &client, msg);
    if (err == ERR_OK) {
        err = read_url(wish->api_url, "--api-url", wish->allowed_hosts, &api, msg);
    }
    if (err == ERR_OK && strcmp(client.path, "/") != 0) {
        err = err_set(msg, ERR_USAGE,
                      "--client-url %s: give the origin and, if need be, a query; the path of the "
                      "conversation comes from the profile",
                      wish->client_url);
    }
    bool mapped = err == ERR_OK && url_is_loopback(&client);
    if (mapped) {
        err = build_rules(profile, &client, &api, wish->allowed_hosts, &out->host_rules, msg);
    }
    if (err != ERR_OK) {
        return err;
    }
    char *origin = mapped ? mem_dup_str(profile->client_origin) : url_origin(&client);
    out->api_origin = mapped ? mem_dup_str(profile->api_origin) : url_origin(&api);
    char *route = profile_fill(profile->route, "conversation", wish->conversation);
    out->url =
        mem_format("%s%s%s%s", origin, route, client.query[0] != '\0' ? "?" : "", client.query);
    free(origin);
    free(route);
    return ERR_OK;
}

void destination_release(struct destination *destination)
{
    free(destination->url);
    free(destination->api_origin);
    free(destination->host_rules);
    *destination = (struct destination){ NULL, NULL, NULL };
}
