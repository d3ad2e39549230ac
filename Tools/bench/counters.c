// Counts allocations by standing in front of the C library's: the program's own `malloc` is found before the library's, also by
// the Swift runtime. Only `stim` and the tests link it.
#define _GNU_SOURCE
#include "counters.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/resource.h>

static atomic_uint_fast64_t allocations;

uint64_t counters_allocations(void) { return atomic_load_explicit(&allocations, memory_order_relaxed); }

static void count(void) { atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed); }

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
void *malloc(size_t size), *calloc(size_t number, size_t size), *realloc(void *memory, size_t size);
void *memalign(size_t alignment, size_t size), *aligned_alloc(size_t alignment, size_t size);
int posix_memalign(void **result, size_t alignment, size_t size);

void *malloc(size_t size) {
    count();
    return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
    count();
    return __libc_calloc(number, size);
}

void *realloc(void *memory, size_t size) {
    count();
    return __libc_realloc(memory, size);
}

void *memalign(size_t alignment, size_t size) {
    count();
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    count();
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
    count();
    *result = __libc_memalign(alignment, size);
    return *result ? 0 : ENOMEM;
}

int64_t counters_page_faults(void) {
    struct rusage usage;
    return getrusage(RUSAGE_THREAD, &usage) < 0 ? -1 : usage.ru_minflt + usage.ru_majflt;
}

extern void free(void *);

void counters_plant_allocation(void) {
    void *volatile memory = malloc(64);
    free(memory);
}

void counters_plant_page_fault(void) {
    volatile char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) return;
    *page = 1;
    munmap((void *)page, 4096);
}
