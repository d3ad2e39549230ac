// What this process has taken of memory so far.
#ifndef COUNTERS_H
#define COUNTERS_H
#include <stdint.h>

// Calls of malloc, calloc, realloc and the aligned kinds, by whatever code of the process.
uint64_t counters_allocations(void);
// Page faults of the calling thread, with and without input and output; -1 when the system does not tell.
int64_t counters_page_faults(void);
// One allocation, and one write to a page that was never touched: what the two counters must see.
void counters_plant_allocation(void);
void counters_plant_page_fault(void);
#endif
