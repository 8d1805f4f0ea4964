#define ZLIB_CONST /* zlib reads through const pointers */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/mem.h"
#include "base/rng.h"

#define CHUNK_BYTES  ((size_t)64 * 1024)
#define DEEPEST_TREE 256 /* one descriptor a level is open while a tree is removed */
/* open(2)'s O_TMPFILE, whose name glibc keeps for _GNU_SOURCE. */
#define UNNAMED    __O_TMPFILE
#define NAME_TRIES 16

static enum err io_error(struct err_msg *msg, const char *doing, const char *path)
{
    return err_set(msg, ERR_IO, "cannot %s %s: %s", doing, path, strerror(errno));
}

static enum err too_big(struct err_msg *msg, const char *path, size_t max_bytes)
{
    return err_set(msg, ERR_LIMIT, "%s is larger than the ceiling of %zu bytes", path, max_bytes);
}

/* What a failed reader has added is taken back. */
static void cut_back(struct strbuf *out, size_t len)
{
    if (out->data != NULL) {
        out->len = len;
        out->data[len] = '\0';
    }
}

static enum err open_to_read(const char *path, int *fd, struct err_msg *msg)
{
    struct stat facts;
    *fd = open(path, O_RDONLY | O_CLOEXEC);
    if (*fd < 0) {
        return io_error(msg, "open", path);
    }
    if (fstat(*fd, &facts) == 0 && S_ISDIR(facts.st_mode)) {
        close(*fd);
        return err_set(msg, ERR_IO, "%s is a directory, a file was expected", path);
    }
    return ERR_OK;
}

enum err file_read(const char *path, size_t max_bytes, struct strbuf *out, struct err_msg *msg)
{
    char *chunk = NULL;
    size_t before = out->len;
    ssize_t got = 0;
    int fd = -1;
    enum err err = open_to_read(path, &fd, msg);
    if (err != ERR_OK) {
        return err;
    }
    chunk = mem_new(CHUNK_BYTES);
    do {
        got = read(fd, chunk, CHUNK_BYTES);
        if (got < 0 && errno != EINTR) {
            err = io_error(msg, "read", path);
        } else if (got > 0 && (size_t)got > max_bytes - (out->len - before)) {
            err = too_big(msg, path, max_bytes);
        } else if (got > 0) {
            strbuf_add(out, chunk, (size_t)got);
        }
    } while (err == ERR_OK && got != 0);
    if (err != ERR_OK) {
        cut_back(out, before);
    }
    free(chunk);
    close(fd);
    return err;
}

/* Why gzread stopped at `got` bytes. */
static enum err gz_end(gzFile gz, int got, const char *path, struct err_msg *msg)
{
    int code = Z_OK;
    const char *why = gzerror(gz, &code);
    if (code == Z_ERRNO) {
        return io_error(msg, "read", path);
    }
    if (got < 0 || code != Z_OK) {
        return err_set(msg, ERR_FORMAT, "%s is damaged or cut short: %s", path, why);
    }
    if (gzdirect(gz)) {
        return err_set(msg, ERR_FORMAT, "%s is not a gzip file", path);
    }
    return ERR_OK;
}

enum err file_read_gz_pieces(const char *path, size_t max_bytes,
                             void (*on_piece)(void *arg, const char *bytes, size_t count),
                             void *arg, struct err_msg *msg)
{
    char *chunk = NULL;
    gzFile gz = NULL;
    size_t left = max_bytes;
    int got = 0;
    int fd = -1;
    enum err err = open_to_read(path, &fd, msg);
    if (err != ERR_OK) {
        return err;
    }
    gz = gzdopen(fd, "rb");
    if (gz == NULL) {
        close(fd);
        return err_set(msg, ERR_IO, "cannot read %s: no decompressor", path);
    }
    chunk = mem_new(CHUNK_BYTES);
    do {
        got = gzread(gz, chunk, (unsigned)CHUNK_BYTES);
        if (got <= 0) {
            err = gz_end(gz, got, path, msg);
        } else if ((size_t)got > left) {
            err = too_big(msg, path, max_bytes);
        } else {
            left -= (size_t)got;
            on_piece(arg, chunk, (size_t)got);
        }
    } while (err == ERR_OK && got > 0);
    free(chunk);
    (void)gzclose(gz);
    return err;
}

static void add_piece(void *arg, const char *bytes, size_t count)
{
    strbuf_add(arg, bytes, count);
}

enum err file_read_gz(const char *path, size_t max_bytes, struct strbuf *out, struct err_msg *msg)
{
    size_t before = out->len;
    enum err err = file_read_gz_pieces(path, max_bytes, add_piece, out, msg);
    if (err != ERR_OK) {
        cut_back(out, before);
    }
    return err;
}

static char *parent_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL) {
        return mem_dup_str(".");
    }
    return slash == path ? mem_dup_str("/") : mem_dup_bytes(path, (size_t)(slash - path));
}

/* A file being written. Where the file system can, it has no name until it is whole, so that even
 * SIGKILL leaves nothing behind. */
struct draft {
    char *path;   /* what it will replace, links resolved */
    char *folder; /* of path */
    char *name;   /* its temporary name; NULL while it has none */
    int fd;
};

static char *draft_name(const struct draft *draft)
{
    return mem_format("%s.%016llx.tmp", draft->path, (unsigned long long)rng_entropy());
}

static bool lacks_unnamed_files(int error)
{
    return error == EOPNOTSUPP || error == EISDIR || error == ENOENT || error == EINVAL;
}

/* `draft` is released by draft_discard, on failure too. */
static enum err draft_open(struct draft *draft, const char *path, mode_t mode, struct err_msg *msg)
{
    struct stat facts;
    *draft = (struct draft){ NULL, NULL, NULL, -1 };
    if (lstat(path, &facts) == 0 && S_ISLNK(facts.st_mode)) {
        draft->path = realpath(path, NULL);
        if (draft->path == NULL) {
            return io_error(msg, "follow the link", path);
        }
    } else {
        draft->path = mem_dup_str(path);
    }
    /* Renaming over a device or a pipe would destroy it. */
    if (stat(draft->path, &facts) == 0 && !S_ISREG(facts.st_mode)) {
        return err_set(msg, ERR_IO, "cannot write %s: it is there and no regular file", path);
    }
    draft->folder = parent_of(draft->path);
    draft->fd = open(draft->folder, UNNAMED | O_WRONLY | O_CLOEXEC, mode);
    if (draft->fd < 0 && lacks_unnamed_files(errno)) {
        draft->name = draft_name(draft);
        draft->fd = open(draft->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        if (draft->fd < 0) {
            free(draft->name);
            draft->name = NULL;
        }
    }
    return draft->fd < 0 ? io_error(msg, "write", path) : ERR_OK;
}

static enum err draft_fill(const struct draft *draft, const char *bytes, size_t count,
                           struct err_msg *msg)
{
    while (count > 0) {
        ssize_t written = write(draft->fd, bytes, count);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return io_error(msg, "write", draft->path);
        }
        bytes += written;
        count -= (size_t)written;
    }
    return fsync(draft->fd) == 0 ? ERR_OK : io_error(msg, "sync", draft->path);
}

static bool draft_give_name(struct draft *draft)
{
    char *self = mem_format("/proc/self/fd/%d", draft->fd);
    bool named = false;
    for (int i = 0; i < NAME_TRIES && !named; i++) {
        char *name = draft_name(draft);
        named = linkat(AT_FDCWD, self, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0;
        if (named) {
            draft->name = name;
        } else {
            free(name);
            if (errno != EEXIST) {
                break;
            }
        }
    }
    free(self);
    return named;
}

static enum err draft_publish(struct draft *draft, struct err_msg *msg)
{
    if (draft->name == NULL && !draft_give_name(draft)) {
        return io_error(msg, "write", draft->path);
    }
    if (rename(draft->name, draft->path) != 0) {
        return io_error(msg, "write", draft->path);
    }
    free(draft->name);
    draft->name = NULL;
    /* Without this the old name could come back after a power failure. */
    int folder = open(draft->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) {
        return io_error(msg, "sync", draft->folder);
    }
    enum err err =
        fsync(folder) == 0 || errno == EINVAL ? ERR_OK : io_error(msg, "sync", draft->folder);
    close(folder);
    return err;
}

static void draft_discard(struct draft *draft)
{
    if (draft->fd >= 0) {
        close(draft->fd);
    }
    if (draft->name != NULL) {
        (void)unlink(draft->name);
    }
    free(draft->name);
    free(draft->folder);
    free(draft->path);
}

enum err file_write(const char *path, const void *bytes, size_t count, mode_t mode,
                    struct err_msg *msg)
{
    struct draft draft;
    enum err err = draft_open(&draft, path, mode, msg);
    if (err == ERR_OK) {
        err = draft_fill(&draft, bytes, count, msg);
    }
    if (err == ERR_OK) {
        err = draft_publish(&draft, msg);
    }
    draft_discard(&draft);
    return err;
}

enum err file_write_gz(const char *path, const void *bytes, size_t count, mode_t mode,
                       struct err_msg *msg)
{
    z_stream z = { 0 };
    char *packed = NULL;
    uLong room = 0;
    enum err err = ERR_OK;
    if (count > UINT32_MAX / 2) {
        return err_set(msg, ERR_LIMIT, "%s would hold %zu bytes, too many for one gzip file", path,
                       count);
    }
    /* 15 + 16: the largest window, with a gzip header (zlib.h, deflateInit2). */
    if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) !=
        Z_OK) {
        mem_exhausted();
    }
    room = deflateBound(&z, (uLong)count);
    packed = mem_new(room);
    z.next_in = bytes;
    z.avail_in = (uInt)count;
    z.next_out = (Bytef *)packed;
    z.avail_out = (uInt)room;
    if (deflate(&z, Z_FINISH) != Z_STREAM_END) {
        err = err_set(msg, ERR_IO, "cannot compress %s", path);
    } else {
        err = file_write(path, packed, (size_t)z.total_out, mode, msg);
    }
    (void)deflateEnd(&z);
    free(packed);
    return err;
}

enum err file_make_dirs(const char *path, struct err_msg *msg)
{
    char *prefix = mem_dup_str(path);
    enum err err = ERR_OK;
    char *at = prefix;
    do {
        at += strspn(at, "/");
        at += strcspn(at, "/");
        char behind = *at;
        *at = '\0';
        if (mkdir(prefix, 0777) != 0 && (errno != EEXIST || !file_is_dir(prefix))) {
            err = io_error(msg, "make the directory", prefix);
        }
        *at = behind;
    } while (err == ERR_OK && *at != '\0');
    free(prefix);
    return err;
}

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Removes `name` in the directory `at`, and all below it. False with errno set. What somebody else
 * removes meanwhile counts as removed. */
static bool remove_below(int at, const char *name, int depth)
{
    if (unlinkat(at, name, 0) == 0 || errno == ENOENT) {
        return true;
    }
    if (errno != EISDIR && errno != EPERM) {
        return false;
    }
    if (depth == DEEPEST_TREE) {
        errno = ELOOP;
        return false;
    }
    int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (dir == NULL) {
        int why = errno == ENOTDIR ? EPERM : errno;
        if (fd >= 0) {
            close(fd);
        }
        errno = why;
        return why == ENOENT;
    }
    bool good = true;
    int why = 0;
    for (struct dirent *entry = readdir(dir); entry != NULL && good; entry = readdir(dir)) {
        good = is_dots(entry->d_name) || remove_below(fd, entry->d_name, depth + 1);
        why = errno;
    }
    (void)closedir(dir);
    errno = why;
    return good && (unlinkat(at, name, AT_REMOVEDIR) == 0 || errno == ENOENT);
}

enum err file_remove_tree(const char *path, struct err_msg *msg)
{
    return remove_below(AT_FDCWD, path, 0) ? ERR_OK : io_error(msg, "remove", path);
}

enum err file_make_temp_dir(const char *parent, const char *prefix, char **out, struct err_msg *msg)
{
    const char *tmpdir = getenv("TMPDIR");
    if (parent == NULL) {
        parent = tmpdir != NULL && tmpdir[0] != '\0' ? tmpdir : "/tmp";
    }
    char *name = mem_format("%sXXXXXX", prefix);
    char *path = file_join(parent, name);
    free(name);
    if (mkdtemp(path) == NULL) {
        enum err err =
            err_set(msg, ERR_IO, "cannot make a directory in %s: %s", parent, strerror(errno));
        free(path);
        return err;
    }
    *out = path;
    return ERR_OK;
}

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

bool file_is_dir(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

char *file_join(const char *dir, const char *name)
{
    size_t len = strlen(dir);
    while (len > 0 && dir[len - 1] == '/') {
        len--;
    }
    name += strspn(name, "/");
    return mem_format("%.*s/%s", (int)len, dir, name);
}
