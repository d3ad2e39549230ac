// Real time: memory that is there, threads that are woken when they ask for it.
#define _GNU_SOURCE
#include "clinuxboard.h"

#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

int32_t clinuxboard_lock_memory(void) {
    if (mlockall(MCL_CURRENT | MCL_FUTURE) < 0) return -errno;
    return mallopt(M_TRIM_THRESHOLD, -1) == 1 && mallopt(M_MMAP_MAX, 0) == 1 ? 0 : -ENOMEM;
}

int32_t clinuxboard_hold_latency(void) {
    int descriptor = open("/dev/cpu_dma_latency", O_WRONLY | O_CLOEXEC);
    if (descriptor < 0) return -errno;
    const int32_t microseconds = 0;
    if (write(descriptor, &microseconds, sizeof microseconds) == sizeof microseconds) return descriptor;
    int error = errno;
    close(descriptor);
    return -error;
}

int32_t clinuxboard_sharp_timers(void) { return prctl(PR_SET_TIMERSLACK, 1UL) < 0 ? -errno : 0; }

enum { STACK = 256 << 10, GUARD = 4096 };

struct start {
    clinuxboard_entry entry;
    void *context;
};

static void *begin(void *argument) {
    struct start start = *(struct start *)argument;
    start.entry(start.context);
    return NULL;
}

// A stack whose pages are there, with a page below it that nobody may touch; NULL when there is none.
static char *make_stack(int32_t *had) {
    char *memory = mmap(NULL, GUARD + STACK, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (memory == MAP_FAILED) return NULL;
    char *stack = memory + GUARD;
    if (mprotect(stack, STACK, PROT_READ | PROT_WRITE) < 0) return NULL;
    memset(stack, 0xA5, STACK);
    if (mlock(stack, STACK) == 0) *had |= CLINUXBOARD_HAS_STACK;
    return stack;
}

static int set_up(pthread_attr_t *attributes, char *stack, int32_t priority, int32_t cpu) {
    int error = pthread_attr_setstack(attributes, stack, STACK);
    if (!error && priority > 0) {
        const struct sched_param parameters = {.sched_priority = priority};
        error = pthread_attr_setinheritsched(attributes, PTHREAD_EXPLICIT_SCHED);
        if (!error) error = pthread_attr_setschedpolicy(attributes, SCHED_FIFO);
        if (!error) error = pthread_attr_setschedparam(attributes, &parameters);
    }
    if (!error && cpu >= 0 && cpu < CPU_SETSIZE) {
        cpu_set_t cpus;
        CPU_ZERO(&cpus);
        CPU_SET(cpu, &cpus);
        error = pthread_attr_setaffinity_np(attributes, sizeof cpus, &cpus);
    }
    return error;
}

static int create(struct start *start, char *stack, int32_t priority, int32_t cpu) {
    pthread_attr_t attributes;
    pthread_t thread;
    int error = pthread_attr_init(&attributes);
    if (error) return error;
    error = set_up(&attributes, stack, priority, cpu);
    if (!error) error = pthread_create(&thread, &attributes, begin, start);
    pthread_attr_destroy(&attributes);
    if (!error) error = pthread_detach(thread);
    return error;
}

int32_t clinuxboard_thread(clinuxboard_entry entry, void *context, int32_t priority, int32_t cpu) {
    // The thread copies it when it begins, which may be later than this call's end: one place for each.
    static struct start starts[8];
    static int count;
    if (count == 8) return -EAGAIN;
    struct start *start = &starts[count++];
    *start = (struct start){entry, context};
    int32_t had = 0;
    char *stack = make_stack(&had);
    if (!stack) return -ENOMEM;
    // What cannot be had is left out, the CPU first: a thread of the wrong kind shows what is missing, no thread shows nothing.
    if (create(start, stack, priority, cpu) == 0) return had | CLINUXBOARD_HAS_PRIORITY | CLINUXBOARD_HAS_CPU;
    if (create(start, stack, priority, -1) == 0) return had | CLINUXBOARD_HAS_PRIORITY;
    if (create(start, stack, 0, cpu) == 0) return had | CLINUXBOARD_HAS_CPU;
    int error = create(start, stack, 0, -1);
    return error ? -error : had;
}
