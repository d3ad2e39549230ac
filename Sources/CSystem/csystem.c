#define _GNU_SOURCE
#include "csystem.h"

#include <errno.h>
#include <time.h>

static int64_t now(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t csystem_now(void) { return now(CLOCK_MONOTONIC); }
int64_t csystem_wall(void) { return now(CLOCK_REALTIME); }

int32_t csystem_sleep_until(int64_t deadline) {
    struct timespec t = {.tv_sec = deadline / 1000000000, .tv_nsec = deadline % 1000000000};
    int r;
    do r = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
    while (r == EINTR);
    return -r;
}
