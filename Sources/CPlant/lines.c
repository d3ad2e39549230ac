// The far end of gpio-sim's lines. What software drives is seen through the kernel's own tracepoint gpio:gpio_value, which stamps every
// driving of an output; what the board reports goes through the lines' simulated pulls.
#define _GNU_SOURCE
#include "cplant.h"

#include <fcntl.h>
#include <glob.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096, RING = 64 * PAGE, LINES = 32 };

static struct perf_event_mmap_page *ring;
static int pulls[LINES];
static long first; // the kernel's number of the chip's first line

// The number in a file.
static long number_in(const char *path) {
    char text[32] = {0};
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return -errno;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    return length > 0 ? strtol(text, NULL, 10) : -EIO;
}

// The one path that fits the pattern.
static int32_t path_of(const char *pattern, char *path, size_t capacity) {
    glob_t found;
    int32_t result = -ENODEV;
    if (glob(pattern, 0, NULL, &found) == 0 && found.gl_pathc == 1) {
        snprintf(path, capacity, "%s", found.gl_pathv[0]);
        result = 0;
    }
    globfree(&found);
    return result;
}

static int32_t hold_inputs(int32_t outputs, int32_t inputs) {
    char chip[128], path[192];
    int32_t found = path_of("/sys/devices/platform/gpio-sim.0/gpiochip*", chip, sizeof chip);
    for (int32_t i = 0; found == 0 && i < inputs; i++) {
        snprintf(path, sizeof path, "%s/sim_gpio%d/pull", chip, (int)(outputs + i));
        pulls[i] = open(path, O_WRONLY | O_CLOEXEC);
        if (pulls[i] < 0) found = -errno;
    }
    return found;
}

// A stream of the tracepoint's events that fit the filter. Whoever waits is woken by the first one, or, when it can wait, by half a ring.
static int watch(long event, const char *filter, int can_wait) {
    struct perf_event_attr attributes = {
        .type = PERF_TYPE_TRACEPOINT,
        .size = sizeof attributes,
        .config = (uint64_t)event,
        .sample_period = 1,
        .sample_type = PERF_SAMPLE_TIME | PERF_SAMPLE_RAW,
        .watermark = can_wait != 0,
        .use_clockid = 1,
        .clockid = CLOCK_MONOTONIC,
        .disabled = 1,
    };
    if (can_wait)
        attributes.wakeup_watermark = RING / 2;
    else
        attributes.wakeup_events = 1;
    int stream = (int)syscall(SYS_perf_event_open, &attributes, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
    if (stream < 0 || ioctl(stream, PERF_EVENT_IOC_SET_FILTER, filter) < 0) return -errno;
    return stream;
}

int32_t cplant_lines_open(int32_t watched, int32_t hurried, int32_t outputs, int32_t inputs) {
    char path[128], filter[128];
    int32_t found = hold_inputs(outputs, inputs);
    if (found < 0) return found;
    found = path_of("/sys/devices/platform/gpio-sim.0/gpio/gpiochip*/base", path, sizeof path);
    if (found < 0) return found;
    first = number_in(path);
    const long event = number_in("/sys/kernel/tracing/events/gpio/gpio_value/id"), urgent = first + hurried;
    if (first < 0 || event < 0) return (int32_t)(first < 0 ? first : event);
    snprintf(filter, sizeof filter, "get == 0 && gpio >= %ld && gpio < %ld && (gpio != %ld || value == 0)", first, first + watched, urgent);
    const int rest = watch(event, filter, 1);
    snprintf(filter, sizeof filter, "get == 0 && gpio == %ld && value != 0", urgent);
    const int rises = watch(event, filter, 0);
    if (rest < 0 || rises < 0) return rest < 0 ? rest : rises;
    // One ring for both, in the order in which it happened.
    ring = mmap(NULL, PAGE + RING, PROT_READ | PROT_WRITE, MAP_SHARED, rest, 0);
    if (ring == MAP_FAILED || ioctl(rises, PERF_EVENT_IOC_SET_OUTPUT, rest) < 0 || ioctl(rest, PERF_EVENT_IOC_ENABLE, 0) < 0
        || ioctl(rises, PERF_EVENT_IOC_ENABLE, 0) < 0)
        return -errno;
    return rest;
}

// Bytes out of the ring, round its end.
static void copy(void *to, uint64_t offset, size_t size) {
    const char *bytes = (const char *)ring + PAGE;
    for (size_t i = 0; i < size; i++) ((char *)to)[i] = bytes[(offset + i) % RING];
}

int32_t cplant_lines_take(cplant_edge *edge) {
    // The tracepoint's fields behind the common ones, which are padded to 12 bytes on PREEMPT_RT and 8 elsewhere.
    struct {
        struct perf_event_header header;
        uint64_t time;
        uint32_t size;
        char raw[44];
    } sample;
    const uint64_t head = __atomic_load_n(&ring->data_head, __ATOMIC_ACQUIRE), tail = ring->data_tail;
    if (head == tail) return 0;
    copy(&sample.header, tail, sizeof sample.header);
    const size_t length = sample.header.size < sizeof sample ? sample.header.size : sizeof sample;
    copy(&sample, tail, length);
    __atomic_store_n(&ring->data_tail, tail + sample.header.size, __ATOMIC_RELEASE);
    if (sample.header.type != PERF_RECORD_SAMPLE) return -EOVERFLOW;
    const size_t fields = sample.size >= 24 ? 12 : 8;
    uint32_t gpio, value;
    memcpy(&gpio, sample.raw + fields, sizeof gpio);
    memcpy(&value, sample.raw + fields + 8, sizeof value);
    *edge = (cplant_edge){.at = (int64_t)sample.time, .line = (int32_t)(gpio - first), .level = value != 0};
    return 1;
}

int32_t cplant_lines_pull(int32_t line, int32_t level) {
    const char *word = level ? "pull-up" : "pull-down";
    return pwrite(pulls[line], word, strlen(word), 0) < 0 ? -errno : 0;
}
