// GPIO lines through libgpiod. One source for 1.6 (Debian 12) and 2.x (Debian 13): GPIOD_LINE_BULK_MAX_LINES exists in the first alone.
#include "clinuxboard.h"

#include <gpiod.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#if defined(GPIOD_LINE_BULK_MAX_LINES)
#define API 1
#else
#define API 2
#endif

enum { CHIPS = 64, EDGES = 16, TRIES = 4 };
enum kind { OUTPUTS, INPUTS, RISING_EDGES };
static const char consumer[] = "pulsekeeper";

struct clinuxboard_group {
    int32_t count;
#if API == 1
    struct gpiod_line_bulk lines;
#else
    struct gpiod_line_request *request;
    struct gpiod_edge_event_buffer *events;
    unsigned int offsets[CLINUXBOARD_LINES];
#endif
};

int32_t clinuxboard_gpiod(void) { return API; }

static int32_t failed(void) { return errno > 0 ? -errno : -EIO; }

// An interrupted call is tried again, but not for ever.
#define RETRY(result, call)                                                                                                                \
    do {                                                                                                                                   \
        int tries = TRIES;                                                                                                                 \
        do result = (call);                                                                                                                \
        while (result < 0 && errno == EINTR && --tries > 0);                                                                               \
    } while (0)

// --- Finding lines ---

static int64_t offset_of(struct gpiod_chip *chip, const char *name) {
    errno = 0;
#if API == 1
    struct gpiod_line *line = gpiod_chip_find_line(chip, name);
    if (line) return gpiod_line_offset(line);
#else
    int offset = gpiod_chip_get_line_offset_from_name(chip, name);
    if (offset >= 0) return offset;
#endif
    return errno == ENOENT || errno == 0 ? CLINUXBOARD_NO_SUCH_LINE : -errno;
}

// The chip's path; 0 for a symbolic link: a second name of a chip is no second chip.
static int path_of(int32_t number, char *path, size_t capacity) {
    char target[8];
    snprintf(path, capacity, "/dev/gpiochip%d", (int)number);
    return readlink(path, target, sizeof target) < 0;
}

// Which chip has the line; -errno or a code when none, or more than one, has.
static int32_t chip_with(const char *name, int64_t *offset) {
    int32_t found = CLINUXBOARD_NO_SUCH_LINE;
    for (int32_t number = 0; number < CHIPS; number++) {
        char path[32];
        if (!path_of(number, path, sizeof path)) continue;
        errno = 0;
        struct gpiod_chip *chip = gpiod_chip_open(path);
        if (!chip && (errno == ENOENT || errno == ENODEV || errno == ENXIO)) continue;
        if (!chip) return failed();
        int64_t here = offset_of(chip, name);
        gpiod_chip_close(chip);
        if (here == CLINUXBOARD_NO_SUCH_LINE) continue;
        if (here < 0) return (int32_t)here;
        if (found >= 0) return CLINUXBOARD_LINE_TWICE;
        found = number;
        *offset = here;
    }
    return found;
}

// --- Requesting a group ---

#if API == 1

// Keeps the chip open: the lines belong to it.
static int32_t request(struct clinuxboard_group *group, struct gpiod_chip *chip, const unsigned int *offsets, enum kind kind) {
    static const int low[CLINUXBOARD_LINES];
    gpiod_line_bulk_init(&group->lines);
    for (int32_t i = 0; i < group->count; i++) {
        struct gpiod_line *line = gpiod_chip_get_line(chip, offsets[i]);
        if (!line) return failed();
        gpiod_line_bulk_add(&group->lines, line);
    }
    errno = 0;
    int result = kind == OUTPUTS  ? gpiod_line_request_bulk_output(&group->lines, consumer, low)
                 : kind == INPUTS ? gpiod_line_request_bulk_input(&group->lines, consumer)
                                  : gpiod_line_request_bulk_rising_edge_events(&group->lines, consumer);
    return result < 0 ? failed() : 0;
}

static void finish(struct gpiod_chip *chip, int32_t error) {
    if (error) gpiod_chip_close(chip);
}

#else

static int configure(struct gpiod_line_settings *settings, enum kind kind) {
    if (kind == OUTPUTS)
        return gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_OUTPUT)
               | gpiod_line_settings_set_output_value(settings, GPIOD_LINE_VALUE_INACTIVE);
    int result = gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_INPUT);
    if (kind == INPUTS) return result;
    return result | gpiod_line_settings_set_edge_detection(settings, GPIOD_LINE_EDGE_RISING)
           | gpiod_line_settings_set_event_clock(settings, GPIOD_LINE_CLOCK_MONOTONIC);
}

static int32_t request(struct clinuxboard_group *group, struct gpiod_chip *chip, const unsigned int *offsets, enum kind kind) {
    struct gpiod_line_settings *settings = gpiod_line_settings_new();
    struct gpiod_line_config *lines = gpiod_line_config_new();
    struct gpiod_request_config *how = gpiod_request_config_new();
    int32_t result = -ENOMEM;
    errno = 0;
    if (settings && lines && how) {
        gpiod_request_config_set_consumer(how, consumer);
        if (configure(settings, kind) == 0
            && gpiod_line_config_add_line_settings(lines, offsets, (size_t)group->count, settings) == 0)
            group->request = gpiod_chip_request_lines(chip, how, lines);
        if (group->request && kind == RISING_EDGES) group->events = gpiod_edge_event_buffer_new(EDGES);
        result = group->request && (kind != RISING_EDGES || group->events) ? 0 : failed();
    }
    if (how) gpiod_request_config_free(how);
    if (lines) gpiod_line_config_free(lines);
    if (settings) gpiod_line_settings_free(settings);
    memcpy(group->offsets, offsets, sizeof group->offsets);
    return result;
}

static void finish(struct gpiod_chip *chip, int32_t error) {
    (void)error;
    gpiod_chip_close(chip);
}

#endif

static int32_t request_on(int32_t number, struct clinuxboard_group *group, const unsigned int *offsets, enum kind kind) {
    char path[32];
    path_of(number, path, sizeof path);
    errno = 0;
    struct gpiod_chip *chip = gpiod_chip_open(path);
    if (!chip) return failed();
    int32_t error = request(group, chip, offsets, kind);
    finish(chip, error);
    return error;
}

static clinuxboard_request claim(const char *names, int32_t count, enum kind kind) {
    if (count < 1 || count > (kind == RISING_EDGES ? CLINUXBOARD_EDGE_LINES : CLINUXBOARD_LINES))
        return (clinuxboard_request){.error = -EINVAL, .line = -1};
    unsigned int offsets[CLINUXBOARD_LINES] = {0};
    int32_t chip = 0;
    for (int32_t i = 0; i < count; i++) {
        int64_t offset = 0;
        int32_t here = chip_with(names + i * CLINUXBOARD_NAME, &offset);
        if (here >= 0 && i > 0 && here != chip) here = CLINUXBOARD_TWO_CHIPS;
        if (here < 0) return (clinuxboard_request){.error = here, .line = i};
        chip = here;
        offsets[i] = (unsigned int)offset;
    }
    struct clinuxboard_group *group = calloc(1, sizeof *group);
    if (!group) return (clinuxboard_request){.error = -ENOMEM, .line = -1};
    group->count = count;
    int32_t error = request_on(chip, group, offsets, kind);
    if (error) {
        free(group);
        return (clinuxboard_request){.error = error, .line = -1};
    }
    return (clinuxboard_request){.group = group, .line = -1};
}

clinuxboard_request clinuxboard_request_outputs(const char *names, int32_t count) { return claim(names, count, OUTPUTS); }
clinuxboard_request clinuxboard_request_inputs(const char *names, int32_t count) { return claim(names, count, INPUTS); }
clinuxboard_request clinuxboard_request_edges(const char *names, int32_t count) { return claim(names, count, RISING_EDGES); }

// --- The tick's calls ---

#if API == 1

int32_t clinuxboard_set(clinuxboard_group *group, uint32_t levels) {
    int values[CLINUXBOARD_LINES], result;
    for (int32_t i = 0; i < group->count; i++) values[i] = (int)(levels >> i & 1);
    RETRY(result, gpiod_line_set_value_bulk(&group->lines, values));
    return result < 0 ? failed() : 0;
}

int64_t clinuxboard_get(clinuxboard_group *group) {
    int values[CLINUXBOARD_LINES], result;
    RETRY(result, gpiod_line_get_value_bulk(&group->lines, values));
    if (result < 0) return failed();
    int64_t levels = 0;
    for (int32_t i = 0; i < group->count; i++) levels |= (int64_t)(values[i] != 0) << i;
    return levels;
}

int32_t clinuxboard_take_edges(clinuxboard_group *group, clinuxboard_edges *seen) {
    const struct timespec at_once = {0};
    struct gpiod_line_event events[EDGES];
    struct gpiod_line_bulk ready;
    int result;
    RETRY(result, gpiod_line_event_wait_bulk(&group->lines, &at_once, &ready));
    if (result < 0) return failed();
    for (int32_t i = 0; result > 0 && i < group->count; i++) {
        int waits = 0, taken;
        for (unsigned int k = 0; k < ready.num_lines; k++) waits |= ready.lines[k] == group->lines.lines[i];
        if (!waits) continue;
        RETRY(taken, gpiod_line_event_read_multiple(group->lines.lines[i], events, EDGES));
        if (taken < 1) return taken < 0 ? failed() : -EIO;
        seen->counts[i] += (uint32_t)taken;
        seen->stamps[i] = (int64_t)events[taken - 1].ts.tv_sec * 1000000000 + events[taken - 1].ts.tv_nsec;
    }
    return 0;
}

#else

int32_t clinuxboard_set(clinuxboard_group *group, uint32_t levels) {
    enum gpiod_line_value values[CLINUXBOARD_LINES];
    int result;
    for (int32_t i = 0; i < group->count; i++) values[i] = levels >> i & 1 ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE;
    RETRY(result, gpiod_line_request_set_values_subset(group->request, (size_t)group->count, group->offsets, values));
    return result < 0 ? failed() : 0;
}

int64_t clinuxboard_get(clinuxboard_group *group) {
    enum gpiod_line_value values[CLINUXBOARD_LINES];
    int result;
    RETRY(result, gpiod_line_request_get_values_subset(group->request, (size_t)group->count, group->offsets, values));
    if (result < 0) return failed();
    int64_t levels = 0;
    for (int32_t i = 0; i < group->count; i++) {
        if (values[i] == GPIOD_LINE_VALUE_ERROR) return -EIO;
        levels |= (int64_t)(values[i] == GPIOD_LINE_VALUE_ACTIVE) << i;
    }
    return levels;
}

int32_t clinuxboard_take_edges(clinuxboard_group *group, clinuxboard_edges *seen) {
    int result, taken;
    RETRY(result, gpiod_line_request_wait_edge_events(group->request, 0));
    if (result < 0) return failed();
    if (result == 0) return 0;
    RETRY(taken, gpiod_line_request_read_edge_events(group->request, group->events, EDGES));
    if (taken < 1) return taken < 0 ? failed() : -EIO;
    for (int k = 0; k < taken; k++) {
        struct gpiod_edge_event *event = gpiod_edge_event_buffer_get_event(group->events, (unsigned long)k);
        if (!event) return -EIO;
        for (int32_t i = 0; i < group->count; i++) {
            if (gpiod_edge_event_get_line_offset(event) != group->offsets[i]) continue;
            seen->counts[i] += 1;
            seen->stamps[i] = (int64_t)gpiod_edge_event_get_timestamp_ns(event);
        }
    }
    return 0;
}

#endif
