// The least loop that does what a task's thread does to meet an edge: asleep on the absolute schedule, the last of the way spun.
#include "edges.h"

#include <time.h>

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int32_t reference_edges(int64_t first, int64_t interval, const int64_t *spins, int32_t count, int64_t *late) {
    int64_t edge = first;
    for (int32_t i = 0; i < count; i++, edge += interval) {
        const int64_t until = edge - spins[i];
        const struct timespec moment = {.tv_sec = until / 1000000000, .tv_nsec = until % 1000000000};
        const int error = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &moment, NULL);
        if (error) return -error;
        int64_t at = now();
        while (at < edge) at = now();
        late[i] = at - edge;
    }
    return 0;
}
