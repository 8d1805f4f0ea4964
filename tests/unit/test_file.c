#include "tests/unit/test.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

static char *folder;

static int make_folder(void **state)
{
    struct err_msg msg;
    (void)state;
    (void)umask(022);
    return file_make_temp_dir(NULL, "tmscdp-test-", &folder, &msg) == ERR_OK ? 0 : -1;
}

static int remove_folder(void **state)
{
    struct err_msg msg;
    (void)state;
    enum err err = file_remove_tree(folder, &msg);
    bool gone = !file_exists(folder);
    free(folder);
    return err == ERR_OK && gone ? 0 : -1;
}

static void good(enum err err, const struct err_msg *msg)
{
    if (err != ERR_OK) {
        fail_msg("%s: %s", err_name(err), msg->text);
    }
}

/* An error of this kind whose sentence names `named`. */
static void bad(enum err err, const struct err_msg *msg, enum err want, const char *named)
{
    if (err != want || strstr(msg->text, named) == NULL) {
        fail_msg("%s \"%s\", want %s naming %s", err_name(err), msg->text, err_name(want), named);
    }
}

static void assert_content(const char *path, const char *want)
{
    struct strbuf text = STRBUF_INIT;
    struct err_msg msg;
    good(file_read(path, 1 << 20, &text, &msg), &msg);
    assert_string_equal(strbuf_text(&text), want);
    strbuf_release(&text);
}

static size_t entries_in(const char *path)
{
    size_t count = 0;
    DIR *dir = opendir(path);
    assert_non_null(dir);
    while (readdir(dir) != NULL) {
        count++;
    }
    closedir(dir);
    return count - 2;
}

static void what_is_written_can_be_read(void **state)
{
    (void)state;
    struct err_msg msg;
    struct stat facts;
    char *path = file_join(folder, "result.json");
    good(file_write(path, "one", 3, 0644, &msg), &msg);
    assert_content(path, "one");
    good(file_write(path, "", 0, 0666, &msg), &msg);
    assert_content(path, "");
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0644);
    good(file_write(path, "token", 5, 0600, &msg), &msg);
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
    assert_int_equal(entries_in(folder), 1);
    free(path);
}

static void reading_appends_and_stops_at_the_ceiling(void **state)
{
    (void)state;
    struct err_msg msg;
    struct strbuf text = STRBUF_INIT;
    char *path = file_join(folder, "five");
    good(file_write(path, "12345", 5, 0644, &msg), &msg);
    strbuf_add_str(&text, "> ");
    good(file_read(path, 5, &text, &msg), &msg);
    assert_string_equal(text.data, "> 12345");
    bad(file_read(path, 4, &text, &msg), &msg, ERR_LIMIT, path);
    assert_string_equal(text.data, "> 12345");
    bad(file_read("/dev/zero", 100000, &text, &msg), &msg, ERR_LIMIT, "/dev/zero");
    bad(file_read(folder, 5, &text, &msg), &msg, ERR_IO, "is a directory");
    bad(file_read("/nonexistent/x", 5, &text, &msg), &msg, ERR_IO, "/nonexistent/x");
    assert_string_equal(text.data, "> 12345");
    strbuf_release(&text);
    free(path);
}

static void gzip_files_go_round(void **state)
{
    (void)state;
    struct err_msg msg;
    struct strbuf text = STRBUF_INIT;
    char *path = file_join(folder, "raw.json.gz");
    char *many = mem_new(300001);
    memset(many, 'x', 300000);
    good(file_write_gz(path, many, 300000, 0644, &msg), &msg);
    good(file_read_gz(path, 300000, &text, &msg), &msg);
    assert_string_equal(text.data, many);
    bad(file_read_gz(path, 299999, &text, &msg), &msg, ERR_LIMIT, path);
    strbuf_clear(&text);
    good(file_read(path, 5000, &text, &msg), &msg);
    assert_true(text.len < 2000);
    good(file_write_gz(path, "", 0, 0644, &msg), &msg);
    strbuf_clear(&text);
    good(file_read_gz(path, 10, &text, &msg), &msg);
    assert_int_equal(text.len, 0);
    strbuf_release(&text);
    free(many);
    free(path);
}

struct pieces {
    struct strbuf text;
    size_t count;
};

static void take_piece(void *arg, const char *bytes, size_t count)
{
    struct pieces *pieces = arg;
    strbuf_add(&pieces->text, bytes, count);
    pieces->count++;
}

static void gzip_files_are_read_in_pieces(void **state)
{
    (void)state;
    struct err_msg msg;
    struct pieces pieces = { STRBUF_INIT, 0 };
    char *path = file_join(folder, "raw.json.gz");
    char *many = mem_new(300001);
    for (size_t i = 0; i < 300000; i++) {
        many[i] = (char)('a' + (char)(i % 23));
    }
    good(file_write_gz(path, many, 300000, 0644, &msg), &msg);
    good(file_read_gz_pieces(path, 300000, take_piece, &pieces, &msg), &msg);
    assert_string_equal(pieces.text.data, many);
    assert_true(pieces.count > 1);
    bad(file_read_gz_pieces(path, 299999, take_piece, &pieces, &msg), &msg, ERR_LIMIT, path);
    strbuf_release(&pieces.text);
    free(many);
    free(path);
}

static void damaged_gzip_files_are_refused(void **state)
{
    (void)state;
    struct err_msg msg;
    struct strbuf packed = STRBUF_INIT;
    struct strbuf text = STRBUF_INIT;
    char *path = file_join(folder, "raw.json.gz");
    good(file_write_gz(path, "some words that are packed", 26, 0644, &msg), &msg);
    good(file_read(path, 5000, &packed, &msg), &msg);
    for (size_t len = 0; len < packed.len; len++) {
        good(file_write(path, packed.data, len, 0644, &msg), &msg);
        bad(file_read_gz(path, 100, &text, &msg), &msg, ERR_FORMAT, path);
        assert_int_equal(text.len, 0);
    }
    packed.data[packed.len - 6] ^= 1; /* its checksum */
    good(file_write(path, packed.data, packed.len, 0644, &msg), &msg);
    bad(file_read_gz(path, 100, &text, &msg), &msg, ERR_FORMAT, path);
    good(file_write(path, "plain text, not packed", 22, 0644, &msg), &msg);
    bad(file_read_gz(path, 100, &text, &msg), &msg, ERR_FORMAT, "not a gzip file");
    strbuf_release(&packed);
    strbuf_release(&text);
    free(path);
}

/* With a limit on file sizes, in a process of its own; 0 when all went as it should. */
static int write_too_much(const char *path)
{
    struct err_msg msg;
    struct rlimit limit = { 1000, 1000 };
    char *many = mem_new(5000);
    if (signal(SIGXFSZ, SIG_IGN) == SIG_ERR || setrlimit(RLIMIT_FSIZE, &limit) != 0) {
        return 1;
    }
    enum err err = file_write(path, many, 5000, 0644, &msg);
    free(many);
    return err == ERR_IO && strstr(msg.text, path) != NULL ? 0 : 2;
}

static void a_failed_write_leaves_the_old_content_and_nothing_else(void **state)
{
    (void)state;
    struct err_msg msg;
    int status = 0;
    char *path = file_join(folder, "result.json");
    good(file_write(path, "old", 3, 0644, &msg), &msg);
    pid_t pid = fork();
    if (pid == 0) {
        _exit(write_too_much(path));
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_content(path, "old");
    assert_int_equal(entries_in(folder), 1);
    free(path);
}

static void writing_where_nothing_can_be_written_is_an_error(void **state)
{
    (void)state;
    struct err_msg msg;
    char *missing = file_join(folder, "no/such/dir");
    char *pipe_path = file_join(folder, "pipe");
    char *dangling = file_join(folder, "dangling");
    bad(file_write(missing, "x", 1, 0644, &msg), &msg, ERR_IO, missing);
    bad(file_write(folder, "x", 1, 0644, &msg), &msg, ERR_IO, folder);
    bad(file_write("/proc/nothing", "x", 1, 0644, &msg), &msg, ERR_IO, "/proc/nothing");
    assert_int_equal(mkfifo(pipe_path, 0600), 0);
    bad(file_write(pipe_path, "x", 1, 0644, &msg), &msg, ERR_IO, "no regular file");
    bad(file_write("/dev/null", "x", 1, 0644, &msg), &msg, ERR_IO, "/dev/null");
    assert_int_equal(symlink("/nonexistent/target", dangling), 0);
    bad(file_write(dangling, "x", 1, 0644, &msg), &msg, ERR_IO, dangling);
    assert_int_equal(entries_in(folder), 2);
    free(missing);
    free(pipe_path);
    free(dangling);
}

/* Root may write anywhere, so this runs as nobody when it is root. */
static int write_read_only(const char *path)
{
    struct err_msg msg;
    if (geteuid() == 0 && setuid(65534) != 0) {
        return 1;
    }
    return file_write(path, "new", 3, 0644, &msg) == ERR_IO &&
                   strstr(msg.text, "Permission denied") != NULL
               ? 0
               : 2;
}

static void a_read_only_directory_is_an_error(void **state)
{
    (void)state;
    int status = 0;
    char *locked = file_join(folder, "locked");
    char *path = file_join(locked, "file");
    assert_int_equal(mkdir(locked, 0555), 0);
    assert_int_equal(chmod(folder, 0755), 0);
    pid_t pid = fork();
    if (pid == 0) {
        _exit(write_read_only(path));
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(entries_in(locked), 0);
    assert_int_equal(chmod(locked, 0755), 0);
    free(locked);
    free(path);
}

static void writing_through_a_link_keeps_the_link(void **state)
{
    (void)state;
    struct err_msg msg;
    struct stat facts;
    char *target = file_join(folder, "target");
    char *link = file_join(folder, "link");
    good(file_write(target, "old", 3, 0644, &msg), &msg);
    assert_int_equal(symlink("target", link), 0);
    good(file_write(link, "new", 3, 0644, &msg), &msg);
    assert_content(target, "new");
    assert_int_equal(lstat(link, &facts), 0);
    assert_true(S_ISLNK(facts.st_mode));
    free(target);
    free(link);
}

static void directories_are_made_with_their_parents(void **state)
{
    (void)state;
    struct err_msg msg;
    char *deep = file_join(folder, "a//b/c/");
    char *file = file_join(folder, "file");
    char *below = file_join(file, "d");
    good(file_make_dirs(deep, &msg), &msg);
    assert_true(file_is_dir(deep));
    good(file_make_dirs(deep, &msg), &msg);
    good(file_write(file, "", 0, 0644, &msg), &msg);
    bad(file_make_dirs(below, &msg), &msg, ERR_IO, file);
    bad(file_make_dirs(file, &msg), &msg, ERR_IO, file);
    free(deep);
    free(file);
    free(below);
}

static void removing_a_tree_does_not_follow_links(void **state)
{
    (void)state;
    struct err_msg msg;
    char *outside = file_join(folder, "outside");
    char *kept = file_join(outside, "kept");
    char *tree = file_join(folder, "tree");
    char *inner = file_join(tree, "a/b");
    char *link = file_join(inner, "link");
    good(file_make_dirs(outside, &msg), &msg);
    good(file_write(kept, "k", 1, 0644, &msg), &msg);
    good(file_make_dirs(inner, &msg), &msg);
    assert_int_equal(symlink(outside, link), 0);
    good(file_remove_tree(tree, &msg), &msg);
    assert_false(file_exists(tree));
    assert_content(kept, "k");
    good(file_remove_tree(tree, &msg), &msg);
    good(file_remove_tree(kept, &msg), &msg);
    assert_false(file_exists(kept));
    bad(file_remove_tree("/proc/self/stat", &msg), &msg, ERR_IO, "/proc/self/stat");
    free(outside);
    free(kept);
    free(tree);
    free(inner);
    free(link);
}

static void a_tree_deeper_than_descriptors_allow_is_refused_cleanly(void **state)
{
    (void)state;
    struct err_msg msg;
    char *top = file_join(folder, "deep");
    char *here = getcwd(NULL, 0);
    assert_non_null(here);
    assert_int_equal(mkdir(top, 0755), 0);
    assert_int_equal(chdir(top), 0);
    for (int i = 0; i < 300; i++) {
        assert_int_equal(mkdir("d", 0755), 0);
        assert_int_equal(chdir("d"), 0);
    }
    assert_int_equal(chdir(here), 0);
    bad(file_remove_tree(top, &msg), &msg, ERR_IO, top);
    char *half = mem_dup_str(top);
    for (int i = 0; i < 60; i++) {
        char *next = file_join(half, "d");
        free(half);
        half = next;
    }
    good(file_remove_tree(half, &msg), &msg);
    good(file_remove_tree(top, &msg), &msg);
    free(half);
    free(top);
    free(here);
}

static void temporary_directories_are_private_and_new(void **state)
{
    (void)state;
    struct err_msg msg;
    struct stat facts;
    char *one = NULL;
    char *two = NULL;
    good(file_make_temp_dir(folder, "run-", &one, &msg), &msg);
    good(file_make_temp_dir(folder, "run-", &two, &msg), &msg);
    assert_string_not_equal(one, two);
    assert_int_equal(strncmp(one, folder, strlen(folder)), 0);
    assert_int_equal(stat(one, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0700);
    free(one);
    bad(file_make_temp_dir("/nonexistent", "run-", &one, &msg), &msg, ERR_IO, "/nonexistent");
    free(two);
}

static void joining_puts_one_slash_between(void **state)
{
    (void)state;
    static const struct {
        const char *dir;
        const char *name;
        const char *want;
    } cases[] = {
        { "a", "b", "a/b" }, { "a/", "b", "a/b" }, { "a//", "/b", "a/b" },
        { "/", "b", "/b" },  { ".", "b", "./b" },  { "/a/b", "c/d", "/a/b/c/d" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char *got = file_join(cases[i].dir, cases[i].name);
        assert_string_equal(got, cases[i].want);
        free(got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_written_can_be_read, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(reading_appends_and_stops_at_the_ceiling, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(gzip_files_go_round, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(gzip_files_are_read_in_pieces, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(damaged_gzip_files_are_refused, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_failed_write_leaves_the_old_content_and_nothing_else,
                                        make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(writing_where_nothing_can_be_written_is_an_error,
                                        make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_read_only_directory_is_an_error, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(writing_through_a_link_keeps_the_link, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(directories_are_made_with_their_parents, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(removing_a_tree_does_not_follow_links, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(a_tree_deeper_than_descriptors_allow_is_refused_cleanly,
                                        make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(temporary_directories_are_private_and_new, make_folder,
                                        remove_folder),
        cmocka_unit_test(joining_puts_one_slash_between),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
