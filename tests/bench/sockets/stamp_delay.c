/* Loaded in front of the C library (LD_PRELOAD): how long bytes lay in the kernel before the program
 * took them. Each socket that connects asks the kernel for the moment at which it received what a
 * read returns (SO_TIMESTAMPNS, socket(7)); each read that holds "new_message" is compared with the
 * clock behind it. At the end the delays, in microseconds, are written to $STAMP_DELAY_FILE as JSON:
 * {"n", "med_us", "p95_us", "p99_us", "max_us"}. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SAMPLES_MAX 8000000
#define NS_PER_S    1000000000LL

static unsigned *samples;
static size_t count;

int connect(int fd, const struct sockaddr *address, socklen_t bytes)
{
    static int (*next)(int, const struct sockaddr *, socklen_t);
    int on = 1;
    if (next == NULL) {
        *(void **)&next = dlsym(RTLD_NEXT, "connect");
    }
    (void)setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    return next(fd, address, bytes);
}

static void take(const struct timespec *received)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    long long ns = (now.tv_sec - received->tv_sec) * NS_PER_S + now.tv_nsec - received->tv_nsec;
    if (samples == NULL) {
        samples = calloc(SAMPLES_MAX, sizeof samples[0]);
    }
    if (samples != NULL && count < SAMPLES_MAX && ns >= 0) {
        samples[count++] = (unsigned)(ns / 1000);
    }
}

ssize_t recv(int fd, void *buffer, size_t bytes, int flags)
{
    char control[256];
    struct iovec piece = { buffer, bytes };
    struct msghdr message = { .msg_iov = &piece,
                              .msg_iovlen = 1,
                              .msg_control = control,
                              .msg_controllen = sizeof control };
    ssize_t got = recvmsg(fd, &message, flags);
    if (got <= 0 || memmem(buffer, (size_t)got, "new_message", 11) == NULL) {
        return got;
    }
    for (struct cmsghdr *part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_TIMESTAMPNS) {
            struct timespec received;
            memcpy(&received, CMSG_DATA(part), sizeof received);
            take(&received);
        }
    }
    return got;
}

static int compare(const void *a, const void *b)
{
    unsigned left = *(const unsigned *)a;
    unsigned right = *(const unsigned *)b;
    return left < right ? -1 : left > right;
}

__attribute__((destructor)) static void tell(void)
{
    const char *path = getenv("STAMP_DELAY_FILE");
    FILE *file = path != NULL && count > 0 ? fopen(path, "w") : NULL;
    if (file == NULL) {
        return;
    }
    qsort(samples, count, sizeof samples[0], compare);
    fprintf(file, "{\"n\": %zu, \"med_us\": %u, \"p95_us\": %u, \"p99_us\": %u, \"max_us\": %u}\n",
            count, samples[count / 2], samples[count * 95 / 100], samples[count * 99 / 100],
            samples[count - 1]);
    fclose(file);
}
