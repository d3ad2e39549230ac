// How late the edges of an absolute schedule are met by plain C, for comparison with the firmware's own way of waiting.
#ifndef EDGES_H
#define EDGES_H
#include <stdint.h>

// Meets `count` edges, `interval` nanoseconds apart, from `first` (CLOCK_MONOTONIC) on: sleeps to `spins` nanoseconds before each, spins
// the rest, and notes in `late` how many nanoseconds late each was met. 0 or -errno.
int32_t reference_edges(int64_t first, int64_t interval, const int64_t *spins, int32_t count, int64_t *late);
#endif
