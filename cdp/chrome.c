#include "cdp/chrome.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/strbuf.h"

#define SHELL_PATH     "/usr/lib/chromium/chromium-headless-shell"
#define BROWSER_PATH   "/usr/lib/chromium/chromium"
#define WATCH_MS       5 /* between two looks at the DevToolsActivePort file */
#define STOP_GRACE_MS  1000
#define LOG_TAIL_BYTES 4096
#define MAX_ARGS       ((size_t)64)

/* Without network of its own, without throttling of what is not in front, without dialogs. */
static const char *const common_flags[] = {
    "--remote-debugging-port=0",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--disable-default-apps",
    "--disable-extensions",
    "--mute-audio",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-dev-shm-usage",
    "--disable-breakpad",
    "--metrics-recording-only",
    "--password-store=basic",
};

enum err chrome_find(const char *path, bool headed, char **out, struct err_msg *msg)
{
    if (path != NULL) {
        if (access(path, X_OK) != 0 || file_is_dir(path)) {
            return err_set(msg, ERR_UNREACHABLE, "--chrome %s: there is no such program", path);
        }
        *out = mem_dup_str(path);
        return ERR_OK;
    }
    /* The program in PATH is a wrapper that adds flags of its own: the browser itself is run. */
    const char *const places[] = { headed ? BROWSER_PATH : SHELL_PATH, BROWSER_PATH };
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        if (access(places[i], X_OK) == 0) {
            *out = mem_dup_str(places[i]);
            return ERR_OK;
        }
    }
    return err_set(msg, ERR_UNREACHABLE,
                   "no browser found: install Debian's %s, or name one with --chrome PATH",
                   headed ? "chromium" : "chromium-headless-shell or chromium");
}

static const char *engine_of(const char *program, bool headed)
{
    if (headed) {
        return "headed";
    }
    bool is_shell =
        strstr(program, "headless-shell") != NULL || strstr(program, "headless_shell") != NULL;
    return is_shell ? "headless-shell" : "headless=new";
}

static void add_flags(const struct chrome_options *options, struct chrome *chrome)
{
    for (size_t i = 0; i < sizeof common_flags / sizeof common_flags[0]; i++) {
        json_push_text(chrome->flags, common_flags[i]);
    }
    char size[48];
    (void)snprintf(size, sizeof size, "--window-size=%u,%u", options->width, options->height);
    json_push_text(chrome->flags, size);
    if (strcmp(chrome->engine, "headless=new") == 0) {
        json_push_text(chrome->flags, "--headless=new");
    }
    if (!chrome->sandbox) {
        json_push_text(chrome->flags, "--no-sandbox");
    }
    if (options->host_rules != NULL) {
        char *rules = mem_format("--host-resolver-rules=%s", options->host_rules);
        json_push_text(chrome->flags, rules);
        free(rules);
    }
    for (const char *at = options->extra != NULL ? options->extra : ""; *at != '\0';) {
        size_t length = strcspn(at, " ");
        if (length > 0) {
            char *flag = mem_dup_bytes(at, length);
            json_push_text(chrome->flags, flag);
            free(flag);
        }
        at += length;
        at += strspn(at, " ");
    }
}

static enum err start_process(const char *program, const char *log_path, struct chrome *chrome,
                              struct err_msg *msg)
{
    const char *argv[MAX_ARGS];
    size_t count = 0;
    char *temp = mem_format("TMPDIR=%s", chrome->private_dir);
    char *profile = mem_format("--user-data-dir=%s", chrome->private_dir);
    /* Chromium's sockets and shared memory files go where they are removed with the profile. */
    argv[count++] = "/usr/bin/env";
    argv[count++] = temp;
    argv[count++] = program;
    argv[count++] = profile;
    const cJSON *flag = NULL;
    enum err err = ERR_OK;
    cJSON_ArrayForEach (flag, chrome->flags) {
        if (count + 2 >= MAX_ARGS) {
            err = err_set(msg, ERR_USAGE, "--chrome-flags: more than %zu flags in all", count);
            break;
        }
        argv[count++] = flag->valuestring;
    }
    if (err == ERR_OK) {
        argv[count++] = "about:blank";
        argv[count] = NULL;
        struct process_spec spec = { .argv = argv,
                                     .log_path = log_path,
                                     .private_dir = chrome->private_dir };
        err = process_start(&chrome->process, &spec, msg);
    }
    free(temp);
    free(profile);
    return err;
}

bool chrome_parse_active_port(const char *text, unsigned *port, char **path)
{
    static const char path_head[] = "/devtools/browser/";
    const size_t uuid_bytes = 36;
    size_t length = strcspn(text, "\n");
    if (text[length] != '\n' || length > 5) {
        return false;
    }
    char digits[6];
    memcpy(digits, text, length);
    digits[length] = '\0';
    const char *second = text + length + 1;
    size_t second_bytes = strcspn(second, "\n");
    uint64_t number = 0;
    if (!num_parse_u64(digits, &number) || number == 0 || number > 65535 ||
        strncmp(second, path_head, sizeof path_head - 1) != 0 ||
        second_bytes < sizeof path_head - 1 + uuid_bytes) {
        return false;
    }
    *port = (unsigned)number;
    *path = mem_dup_bytes(second, second_bytes);
    return true;
}

struct watch {
    struct chrome *chrome;
    struct loop_timer *timer;
    char *file;
    bool ended;
};

/* The file appears when DevTools listens; nothing else tells without reading the browser's log. */
static bool is_listening(void *arg)
{
    struct watch *watch = arg;
    if (process_ended(&watch->chrome->process)) {
        watch->ended = true;
        return true;
    }
    if (!file_exists(watch->file)) {
        return false;
    }
    struct strbuf text = STRBUF_INIT;
    struct err_msg unread = { "" };
    bool complete =
        file_read(watch->file, 4 * KIB, &text, &unread) == ERR_OK &&
        chrome_parse_active_port(strbuf_text(&text), &watch->chrome->port, &watch->chrome->path);
    strbuf_release(&text);
    return complete;
}

static void look_again(void *arg)
{
    struct watch *watch = arg;
    loop_timer_start(watch->timer, WATCH_MS * NS_PER_MS);
}

/* The last line of the browser's log that says something, for the error's sentence. The file may
 * have been removed with its folder by now, so it is read through a descriptor from before. */
static void last_log_line(int log_fd, char *out, size_t out_bytes)
{
    char text[LOG_TAIL_BYTES];
    off_t size = lseek(log_fd, 0, SEEK_END);
    off_t from = size > (off_t)sizeof text - 1 ? size - ((off_t)sizeof text - 1) : 0;
    ssize_t count = size >= 0 ? pread(log_fd, text, sizeof text - 1, from) : -1;
    while (count > 0 && strchr("\n\r ", text[count - 1]) != NULL) {
        count--;
    }
    text[count > 0 ? count : 0] = '\0';
    const char *line = strrchr(text, '\n');
    line = line != NULL ? line + 1 : text;
    (void)snprintf(out, out_bytes, "%.*s", 300, line[0] != '\0' ? line : "its log is empty");
}

static enum err wait_listening(struct loop *loop, uint64_t timeout_ms, int log_fd,
                               struct chrome *chrome, struct err_msg *msg)
{
    struct watch watch = { .chrome = chrome };
    watch.file = mem_format("%s/DevToolsActivePort", chrome->private_dir);
    watch.timer = loop_timer_new(loop, look_again, &watch);
    look_again(&watch);
    enum err err =
        loop_wait(loop, is_listening, &watch, clock_now_ns() + timeout_ms * NS_PER_MS, msg);
    loop_timer_free(watch.timer);
    free(watch.file);
    if (err == ERR_TIMEOUT) {
        return err_set(msg, ERR_TIMEOUT, "the browser did not open DevTools within %llu ms",
                       (unsigned long long)timeout_ms);
    }
    if (err == ERR_OK && watch.ended) {
        char end[96];
        process_describe_end(&chrome->process, end, sizeof end);
        char line[320];
        last_log_line(log_fd, line, sizeof line);
        err = err_set(msg, ERR_UNREACHABLE, "the browser %s before DevTools was there: %s", end,
                      line);
    }
    return err;
}

/* An empty log, opened for reading. */
static enum err open_log(const char *path, int *fd, struct err_msg *msg)
{
    *fd = open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
    if (*fd < 0) {
        return err_set(msg, ERR_IO, "%s: %s", path, strerror(errno));
    }
    return ERR_OK;
}

/* In a private folder that is there already. */
static enum err start_in_dir(struct loop *loop, const char *program, uint64_t timeout_ms,
                             struct chrome *chrome, struct err_msg *msg)
{
    char *log_path = file_join(chrome->private_dir, "browser.log");
    int log_fd = -1;
    enum err err = open_log(log_path, &log_fd, msg);
    if (err == ERR_OK) {
        err = start_process(program, log_path, chrome, msg);
    }
    if (err == ERR_OK) {
        err = wait_listening(loop, timeout_ms, log_fd, chrome, msg);
    } else {
        struct err_msg left = { "" };
        if (file_remove_tree(chrome->private_dir, &left) != ERR_OK) {
            log_warn("%s", left.text);
        }
    }
    if (log_fd >= 0) {
        (void)close(log_fd);
    }
    free(log_path);
    return err;
}

enum err chrome_start(struct loop *loop, const struct chrome_options *options, uint64_t timeout_ms,
                      struct chrome *chrome, struct err_msg *msg)
{
    *chrome = (struct chrome){ .port = 0 };
    char *program = NULL;
    enum err err = chrome_find(options->path, options->headed, &program, msg);
    if (err != ERR_OK) {
        return err;
    }
    assert(program != NULL);
    chrome->engine = mem_dup_str(engine_of(program, options->headed));
    chrome->sandbox = geteuid() != 0;
    chrome->flags = json_new_array();
    add_flags(options, chrome);
    err = file_make_temp_dir(NULL, "tmscdp-", &chrome->private_dir, msg);
    if (err == ERR_OK) {
        err = start_in_dir(loop, program, timeout_ms, chrome, msg);
    }
    free(program);
    if (err != ERR_OK) {
        chrome_stop(chrome);
    }
    return err;
}

void chrome_stop(struct chrome *chrome)
{
    process_stop(&chrome->process, STOP_GRACE_MS);
    free(chrome->engine);
    free(chrome->path);
    free(chrome->private_dir);
    cJSON_Delete(chrome->flags);
    *chrome = (struct chrome){ .port = 0 };
}
