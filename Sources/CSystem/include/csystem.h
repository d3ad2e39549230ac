// The few system calls that stimd and stim make: clock, terminal, files. Plain integers only; errors come back as -errno.
#ifndef CSYSTEM_H
#define CSYSTEM_H
#include <stddef.h>
#include <stdint.h>
#define RT __attribute__((swift_attr("@_noLocks"), swift_attr("@_noAllocation")))

RT int64_t csystem_now(void);                        // CLOCK_MONOTONIC, nanoseconds
int64_t csystem_wall(void);                          // CLOCK_REALTIME, nanoseconds
RT int32_t csystem_sleep_until(int64_t deadline);    // absolute, EINTR retried; 0 or -errno
#endif
