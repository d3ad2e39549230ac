// How late a thread wakes: the least program that does what the firmware's ticks do, for comparison in the same
// machine.
//
//     wake COUNT      wake-ups a millisecond apart, SCHED_FIFO 80; prints p50, p99, p99.9 and the worst in nanoseconds
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int ascending(const void *left, const void *right) {
    const int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

int main(int count, char **arguments) {
    const long wakes = count > 1 ? strtol(arguments[1], NULL, 10) : 10000;
    int64_t *late = calloc((size_t)wakes, sizeof *late);
    const struct sched_param priority = {.sched_priority = 80};
    if (!late || mlockall(MCL_CURRENT | MCL_FUTURE) < 0 || prctl(PR_SET_TIMERSLACK, 1UL) < 0
        || sched_setscheduler(0, SCHED_FIFO, &priority) < 0)
        return 1;
    int64_t next = now() + 1000000;
    for (long i = 0; i < wakes; i++, next += 1000000) {
        const struct timespec until = {.tv_sec = next / 1000000000, .tv_nsec = next % 1000000000};
        if (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) != 0) return 1;
        late[i] = now() - next;
    }
    qsort(late, (size_t)wakes, sizeof *late, ascending);
    const long places[] = {wakes / 2, wakes * 99 / 100, wakes * 999 / 1000, wakes - 1};
    for (int i = 0; i < 4; i++) printf("%ld ", (long)late[places[i]]);
    return 0;
}
