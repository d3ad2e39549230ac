// Arguments, memory, clocks and descriptors.
#define _GNU_SOURCE
#include "csystem.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static int32_t argument_count;
static char **argument_vector;

// glibc hands the arguments of main to every constructor, in static programs too.
__attribute__((constructor)) static void keep_arguments(int count, char **vector) {
    argument_count = count;
    argument_vector = vector;
}

int32_t csystem_argument_count(void) { return argument_count; }

const char *csystem_argument(int32_t index) {
    return index >= 0 && index < argument_count ? argument_vector[index] : NULL;
}

int64_t csystem_number(const char *text, int64_t otherwise) {
    if (!text || !*text) return otherwise;
    int64_t number = 0;
    for (; *text; text++) {
        if (*text < '0' || *text > '9') return otherwise;
        if (__builtin_mul_overflow(number, 10, &number) || __builtin_add_overflow(number, *text - '0', &number))
            return otherwise;
    }
    return number;
}

uint8_t csystem_architecture(void) {
#if defined(__aarch64__)
    return 1;
#elif defined(__arm__) && defined(__ARM_PCS_VFP)
    return 2;
#elif defined(__arm__)
    return 3;
#elif defined(__x86_64__)
    return 4;
#else
    return 0;
#endif
}

void csystem_exit(int32_t status) { exit(status); }

void *csystem_map(size_t bytes) {
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

void csystem_unmap(void *memory, size_t bytes) { munmap(memory, bytes); }

static int64_t now(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t csystem_now(void) { return now(CLOCK_MONOTONIC); }

int64_t csystem_spin_until(int64_t deadline) {
    int64_t moment = now(CLOCK_MONOTONIC);
    while (moment < deadline) moment = now(CLOCK_MONOTONIC);
    return moment;
}

int64_t csystem_wall(void) { return now(CLOCK_REALTIME); }

int32_t csystem_sleep_until(int64_t deadline) {
    struct timespec t = {.tv_sec = deadline / 1000000000, .tv_nsec = deadline % 1000000000};
    int r;
    do r = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
    while (r == EINTR);
    return -r;
}

int64_t csystem_read(int32_t descriptor, void *bytes, size_t count) {
    ssize_t r;
    do r = read(descriptor, bytes, count);
    while (r < 0 && errno == EINTR);
    return r < 0 ? -errno : r;
}

int64_t csystem_write(int32_t descriptor, const void *bytes, size_t count) {
    ssize_t r;
    do r = write(descriptor, bytes, count);
    while (r < 0 && errno == EINTR);
    return r < 0 ? -errno : r;
}

int32_t csystem_write_all(int32_t descriptor, const void *bytes, size_t count) {
    const char *next = bytes;
    while (count > 0) {
        int64_t r = csystem_write(descriptor, next, count);
        if (r == -EAGAIN) {
            struct pollfd entry = {.fd = descriptor, .events = POLLOUT};
            poll(&entry, 1, -1);
            continue;
        }
        if (r < 0) return (int32_t)r;
        next += r;
        count -= (size_t)r;
    }
    return 0;
}

int32_t csystem_poll(int32_t input, int32_t output, int64_t timeout) {
    csystem_poll_line line = {.input = input, .output = output};
    int32_t result = csystem_poll_all(&line, 1, timeout);
    return result < 0 ? result : line.seen;
}

static int32_t seen(const struct pollfd *input, const struct pollfd *output) {
    const int both = input->revents | output->revents;
    if (both & POLLNVAL) return -EBADF;
    return (input->revents & POLLIN ? CSYSTEM_READABLE : 0) | (output->revents & POLLOUT ? CSYSTEM_WRITABLE : 0)
        | (both & (POLLHUP | POLLERR) ? CSYSTEM_HUNG_UP : 0);
}

int32_t csystem_poll_all(csystem_poll_line *lines, int32_t count, int64_t timeout) {
    struct pollfd entries[2 * CSYSTEM_POLL_LINES];
    if (count < 0 || count > CSYSTEM_POLL_LINES) return -EINVAL;
    for (int32_t i = 0; i < count; i++) {
        lines[i].seen = 0;
        entries[2 * i] = (struct pollfd){.fd = lines[i].input, .events = POLLIN};
        entries[2 * i + 1] = (struct pollfd){.fd = lines[i].output, .events = POLLOUT};
    }
    if (timeout < 0) timeout = 0;
    struct timespec t = {.tv_sec = timeout / 1000000000, .tv_nsec = timeout % 1000000000};
    int r = ppoll(entries, 2 * (nfds_t)count, &t, NULL);
    if (r < 0) return errno == EINTR ? 0 : -errno;
    for (int32_t i = 0; r > 0 && i < count; i++) lines[i].seen = seen(&entries[2 * i], &entries[2 * i + 1]);
    return 0;
}

int32_t csystem_set_nonblocking(int32_t descriptor) {
    int flags = fcntl(descriptor, F_GETFL);
    return flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) < 0 ? -errno : 0;
}

int32_t csystem_close(int32_t descriptor) { return close(descriptor) < 0 ? -errno : 0; }
