#include "backend/probe.h"

#include <curl/curl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/url.h"

struct probe {
    CURL *easy;
};

enum err probe_new(struct probe **out, struct err_msg *msg)
{
    CURL *easy;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || (easy = curl_easy_init()) == NULL) {
        return err_set(msg, ERR_IO, "libcurl cannot be started");
    }
    *out = mem_new(sizeof **out);
    (*out)->easy = easy;
    return ERR_OK;
}

void probe_free(struct probe *probe)
{
    if (probe != NULL) {
        curl_easy_cleanup(probe->easy);
        free(probe);
    }
}

static size_t take_body(char *bytes, size_t size, size_t count, void *arg)
{
    struct strbuf *body = arg;
    size_t room = PROBE_BODY_BYTES - body->len;
    strbuf_add(body, bytes, size * count < room ? size * count : room);
    return size * count;
}

static int64_t date_of(CURL *easy)
{
    struct curl_header *header = NULL;
    if (curl_easy_header(easy, "date", 0, CURLH_HEADER, -1, &header) != CURLHE_OK) {
        return -1;
    }
    return (int64_t)curl_getdate(header->value, NULL);
}

static struct curl_slist *request_headers(const struct probe_request *request)
{
    struct curl_slist *list = NULL;
    if (request->token != NULL) {
        char *line = mem_format("Authorization: Bearer %s", request->token);
        list = curl_slist_append(list, line);
        free(line);
    }
    if (request->json_body != NULL) {
        list = curl_slist_append(list, "Content-Type: application/json");
    }
    return list;
}

enum err probe_ask(struct probe *probe, const struct probe_request *request,
                   struct probe_answer *answer, struct err_msg *msg)
{
    CURL *easy = probe->easy;
    struct curl_slist *headers = request_headers(request);
    char reason[CURL_ERROR_SIZE] = "";
    double seconds = 0;

    strbuf_clear(&answer->body);
    curl_easy_reset(easy);
    (void)curl_easy_setopt(easy, CURLOPT_URL, request->url);
    (void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_PROXY, "");
    (void)curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
    (void)curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    (void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, reason);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, &answer->body);
    if (request->json_body != NULL) {
        (void)curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->json_body);
    }
    if (request->method != NULL) {
        (void)curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
    }
    CURLcode code = curl_easy_perform(easy);
    curl_slist_free_all(headers);
    if (code != CURLE_OK) {
        return err_set(msg, ERR_UNREACHABLE, "%s does not answer: %s", request->url,
                       reason[0] != '\0' ? reason : curl_easy_strerror(code));
    }
    (void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &answer->status);
    (void)curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME, &seconds);
    answer->took_ms = seconds * 1000;
    answer->date_s = date_of(easy);
    return ERR_OK;
}

static enum err connect_to(const struct url *url, int *out, struct err_msg *msg)
{
    const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
    struct addrinfo *found = NULL;
    char port[8];
    (void)snprintf(port, sizeof port, "%u", url->port);
    int failure = getaddrinfo(url->host, port, &hints, &found);
    if (failure != 0) {
        return err_set(msg, ERR_UNREACHABLE, "the host %s is not known: %s", url->host,
                       gai_strerror(failure));
    }
    int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool connected = fd >= 0 && connect(fd, found->ai_addr, found->ai_addrlen) == 0;
    freeaddrinfo(found);
    if (!connected) {
        if (fd >= 0) {
            (void)close(fd);
        }
        return err_set(msg, ERR_UNREACHABLE, "nothing listens on %s:%u", url->host, url->port);
    }
    *out = fd;
    return ERR_OK;
}

enum err probe_redis(const char *url, unsigned timeout_ms, struct err_msg *msg)
{
    static const char scheme[] = "redis://";
    static const char ping[] = "PING\r\n";
    char answer[16] = "";
    struct url parts;
    int fd = -1;

    if (strncmp(url, scheme, sizeof scheme - 1) != 0) {
        return err_set(msg, ERR_USAGE, "REDIS_URL must look like redis://127.0.0.1:6379/0");
    }
    char *as_http = mem_format("http://%s", url + sizeof scheme - 1);
    enum err code = url_parse(as_http, "REDIS_URL", &parts, msg);
    free(as_http);
    if (code == ERR_OK) {
        code = connect_to(&parts, &fd, msg);
    }
    if (code != ERR_OK) {
        return code;
    }
    struct pollfd wait = { .fd = fd, .events = POLLIN };
    if (send(fd, ping, sizeof ping - 1, MSG_NOSIGNAL) < 0 || poll(&wait, 1, (int)timeout_ms) <= 0 ||
        read(fd, answer, sizeof answer - 1) <= 0) {
        code = err_set(msg, ERR_UNREACHABLE, "Redis at %s:%u takes the connection but is silent",
                       parts.host, parts.port);
    } else if (strncmp(answer, "+PONG", 5) != 0 && strncmp(answer, "-NOAUTH", 7) != 0) {
        code =
            err_set(msg, ERR_PROTOCOL, "what answers at %s:%u is no Redis", parts.host, parts.port);
    }
    (void)close(fd);
    return code;
}
