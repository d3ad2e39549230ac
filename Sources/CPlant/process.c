// The plant's process: hardware waits for nobody, so it runs before every task of the firmware.
#define _GNU_SOURCE
#include "cplant.h"

#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

// Wake-ups that a PREEMPT_RT kernel hands to threads of its own (irq_work) must reach the plant before any task of the firmware.
static void hurry_wake_ups(int32_t priority) {
    const struct sched_param parameters = {.sched_priority = priority};
    glob_t found;
    if (glob("/proc/[0-9]*/comm", GLOB_NOSORT, NULL, &found) != 0) return;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        char name[16] = {0};
        int file = open(found.gl_pathv[i], O_RDONLY | O_CLOEXEC);
        if (file < 0) continue;
        if (read(file, name, sizeof name - 1) > 0 && strncmp(name, "irq_work/", 9) == 0)
            sched_setscheduler((pid_t)strtol(found.gl_pathv[i] + sizeof "/proc", NULL, 10), SCHED_FIFO, &parameters);
        close(file);
    }
    globfree(&found);
}

int32_t cplant_process_begin(int32_t priority) {
    const struct sched_param parameters = {.sched_priority = priority};
    hurry_wake_ups(priority + 1);
    if (mlockall(MCL_CURRENT | MCL_FUTURE) < 0 || prctl(PR_SET_TIMERSLACK, 1UL) < 0) return -errno;
    return sched_setscheduler(0, SCHED_FIFO, &parameters) < 0 ? -errno : 0;
}

int32_t cplant_process_inbox(const char *path) {
    unlink(path);
    if (mkfifo(path, 0600) < 0) return -errno;
    // Open for writing too: it never ends.
    int inbox = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    return inbox < 0 ? -errno : inbox;
}

int32_t cplant_process_wait(const int32_t *descriptors, int32_t count, int64_t deadline) {
    struct pollfd polled[8];
    struct timespec now;
    if (count > 8) return -EINVAL;
    for (int32_t i = 0; i < count; i++) polled[i] = (struct pollfd){.fd = descriptors[i], .events = POLLIN};
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t left = deadline - ((int64_t)now.tv_sec * 1000000000 + now.tv_nsec);
    if (left < 0) left = 0;
    const struct timespec timeout = {.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};
    if (ppoll(polled, (nfds_t)count, &timeout, NULL) < 0) return errno == EINTR ? 0 : -errno;
    int32_t readable = 0;
    for (int32_t i = 0; i < count; i++) readable |= (polled[i].revents != 0) << i;
    return readable;
}
