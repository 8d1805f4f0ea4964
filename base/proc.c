#include "base/proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/num.h"

#define FILE_BYTES   4096 /* stat and smaps_rollup are far shorter */
#define BYTES_PER_KB 1024

/* Places in /proc/pid/stat, counted from the state behind the name. */
enum {
    FIELD_PARENT = 1,
    FIELD_UTIME = 11,
    FIELD_CSTIME = 14
};

/* Reads a small file of /proc/pid whole, NUL-ended. */
static bool read_small(pid_t pid, const char *name, char text[FILE_BYTES])
{
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%ld/%s", (long)pid, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    ssize_t got = read(fd, text, FILE_BYTES - 1);
    int why = errno;
    close(fd);
    if (got <= 0) {
        errno = got == 0 ? ESRCH : why;
        return false;
    }
    text[got] = '\0';
    return true;
}

static bool read_entry(pid_t pid, struct proc_entry *out)
{
    char text[FILE_BYTES];
    if (!read_small(pid, "stat", text)) {
        return false;
    }
    /* The name is in brackets and may hold anything, brackets too. */
    char *at = strrchr(text, ')');
    if (at == NULL || at[1] == '\0') {
        return false;
    }
    *out = (struct proc_entry){ .pid = pid };
    at += 2;
    for (int field = 0; field <= FIELD_CSTIME; field++) {
        if (field == FIELD_PARENT) {
            out->parent = (pid_t)strtol(at, NULL, 10);
        } else if (field >= FIELD_UTIME) {
            out->cpu_ticks += strtoull(at, NULL, 10);
        }
        at += strcspn(at, " ");
        if (*at == '\0') {
            return false;
        }
        at++;
    }
    return true;
}

static enum err cannot_list(const char *path, struct err_msg *msg)
{
    return err_set(msg, ERR_IO, "cannot list %s: %s", path, strerror(errno));
}

enum err proc_list(struct proc_entry **out, size_t *count, struct err_msg *msg)
{
    struct proc_entry *entries = NULL;
    size_t cap = 0;
    size_t n = 0;
    DIR *dir = opendir("/proc");
    if (dir == NULL) {
        return cannot_list("/proc", msg);
    }
    for (struct dirent *file = readdir(dir); file != NULL; file = readdir(dir)) {
        uint64_t pid = 0;
        struct proc_entry entry;
        if (!num_parse_u64(file->d_name, &pid) || !read_entry((pid_t)pid, &entry)) {
            continue;
        }
        void *array = entries;
        mem_reserve(&array, &cap, n + 1, sizeof entries[0]);
        entries = array;
        entries[n++] = entry;
    }
    (void)closedir(dir);
    *out = entries;
    *count = n;
    return ERR_OK;
}

bool proc_pss(pid_t pid, uint64_t *bytes, bool *refused)
{
    char text[FILE_BYTES];
    *refused = false;
    if (!read_small(pid, "smaps_rollup", text)) {
        *refused = errno == EACCES || errno == EPERM;
        return false;
    }
    const char *line = strstr(text, "\nPss:");
    if (line == NULL) {
        return false;
    }
    *bytes = strtoull(line + strlen("\nPss:"), NULL, 10) * BYTES_PER_KB;
    return true;
}

static bool is_among(int fd, const int *keep, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (keep[i] == fd) {
            return true;
        }
    }
    return false;
}

enum err proc_close_others(const int *keep, size_t count, struct err_msg *msg)
{
    DIR *dir = opendir("/proc/self/fd");
    if (dir == NULL) {
        return cannot_list("/proc/self/fd", msg);
    }
    for (struct dirent *file = readdir(dir); file != NULL; file = readdir(dir)) {
        uint64_t fd = 0;
        if (num_parse_u64(file->d_name, &fd) && (int)fd != dirfd(dir) &&
            !is_among((int)fd, keep, count)) {
            close((int)fd);
        }
    }
    (void)closedir(dir);
    return ERR_OK;
}
