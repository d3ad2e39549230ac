// libgpiod, in the API that its header has.
#include "fakes.h"

#include <gpiod.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct gpiod_chip {
    int number;
};
static struct gpiod_chip chips[2] = {{0}, {1}};

struct gpiod_chip *gpiod_chip_open(const char *path) {
    static const char prefix[] = "/dev/gpiochip";
    int mode = fake_begin();
    int number = strncmp(path, prefix, sizeof prefix - 1) == 0 ? atoi(path + sizeof prefix - 1) : -1;
    if (mode) errno = fakes.plan.error;
    if (!mode && (number < 0 || number > 1)) errno = ENOENT;
    return mode || number < 0 || number > 1 ? NULL : &chips[number];
}

void gpiod_chip_close(struct gpiod_chip *chip) { (void)chip; }

// The levels of all lines, outputs and inputs.
static uint32_t levels(void) { return fakes.plant.levels(fakes.plant.context); }

#if defined(GPIOD_LINE_BULK_MAX_LINES)

struct gpiod_line {
    unsigned int number;
};
static struct gpiod_line lines[FAKE_LINES];

struct gpiod_line *gpiod_chip_get_line(struct gpiod_chip *chip, unsigned int offset) {
    (void)chip;
    if (fake_begin()) return (void)fake_fail(), NULL;
    if (offset >= FAKE_LINES) return errno = EINVAL, NULL;
    lines[offset].number = offset;
    return &lines[offset];
}

struct gpiod_line *gpiod_chip_find_line(struct gpiod_chip *chip, const char *name) {
    if (fake_begin()) return (void)fake_fail(), NULL;
    int line = fake_find(chip->number, name);
    if (line < 0) return NULL;
    lines[line].number = (unsigned int)line;
    return &lines[line];
}

unsigned int gpiod_line_offset(struct gpiod_line *line) { return line->number; }

static uint32_t mask_of(struct gpiod_line_bulk *bulk, const int *values, uint32_t *high) {
    uint32_t mask = 0;
    *high = 0;
    for (unsigned int i = 0; i < bulk->num_lines; i++) {
        mask |= 1u << bulk->lines[i]->number;
        if (values && values[i]) *high |= 1u << bulk->lines[i]->number;
    }
    return mask;
}

int gpiod_line_request_bulk_output(struct gpiod_line_bulk *bulk, const char *consumer, const int *values) {
    (void)consumer;
    uint32_t high, mask = mask_of(bulk, values, &high);
    FAKE_CALL(fake_request(mask, high));
    return 0;
}

int gpiod_line_request_bulk_input(struct gpiod_line_bulk *bulk, const char *consumer) {
    (void)bulk, (void)consumer;
    FAKE_CALL((void)0);
    return 0;
}

int gpiod_line_request_bulk_rising_edge_events(struct gpiod_line_bulk *bulk, const char *consumer) {
    (void)bulk, (void)consumer;
    FAKE_CALL((void)0);
    return 0;
}

int gpiod_line_set_value_bulk(struct gpiod_line_bulk *bulk, const int *values) {
    uint32_t high, mask = mask_of(bulk, values, &high);
    FAKE_CALL(fakes.plant.set(fakes.plant.context, high, mask));
    return 0;
}

int gpiod_line_get_value_bulk(struct gpiod_line_bulk *bulk, int *values) {
    uint32_t now = 0;
    FAKE_CALL(now = levels());
    for (unsigned int i = 0; i < bulk->num_lines; i++) values[i] = (int)(now >> bulk->lines[i]->number & 1);
    return 0;
}

int gpiod_line_event_wait_bulk(struct gpiod_line_bulk *bulk, const struct timespec *timeout, struct gpiod_line_bulk *ready) {
    int64_t last;
    uint32_t waiting = 0;
    (void)timeout;
    FAKE_CALL(waiting = fake_waiting(&last));
    gpiod_line_bulk_init(ready);
    for (unsigned int i = 0; waiting && i < bulk->num_lines; i++)
        if (bulk->lines[i]->number == FIRE_SENSE) gpiod_line_bulk_add(ready, bulk->lines[i]);
    return waiting ? 1 : 0;
}

int gpiod_line_event_read_multiple(struct gpiod_line *line, struct gpiod_line_event *events, unsigned int count) {
    (void)line;
    int mode = fake_begin();
    if (mode == CFAKE_FAILS) return fake_fail();
    if (mode == CFAKE_SHORT) return 0;
    int64_t last = 0;
    uint32_t waiting = fake_waiting(&last);
    if (waiting > count) waiting = count;
    for (uint32_t i = 0; i < waiting; i++) {
        events[i].event_type = GPIOD_LINE_EVENT_RISING_EDGE;
        events[i].ts = (struct timespec){.tv_sec = last / 1000000000, .tv_nsec = last % 1000000000};
    }
    if (mode == CFAKE_FAILS_AFTER) return fake_fail();
    fakes.taken += waiting;
    return (int)waiting;
}

#else

struct gpiod_line_settings {
    enum gpiod_line_direction direction;
    enum gpiod_line_value value;
};
struct gpiod_line_config {
    uint32_t mask, high, outputs;
};
struct gpiod_request_config {
    int unused;
};
struct gpiod_line_request {
    uint32_t mask;
};
struct gpiod_edge_event {
    int64_t stamp;
};
struct gpiod_edge_event_buffer {
    struct gpiod_edge_event event;
};

// Only start-up takes memory; what the tests never give back is a few bytes.
#define MAKE(type)                                                                                                                         \
    if (fake_begin()) return (void)fake_fail(), NULL;                                                                                      \
    return calloc(1, sizeof(type))

int gpiod_chip_get_line_offset_from_name(struct gpiod_chip *chip, const char *name) {
    int line = -1;
    FAKE_CALL(line = fake_find(chip->number, name));
    return line;
}

struct gpiod_line_settings *gpiod_line_settings_new(void) { MAKE(struct gpiod_line_settings); }
void gpiod_line_settings_free(struct gpiod_line_settings *settings) { free(settings); }
struct gpiod_line_config *gpiod_line_config_new(void) { MAKE(struct gpiod_line_config); }
void gpiod_line_config_free(struct gpiod_line_config *config) { free(config); }
struct gpiod_request_config *gpiod_request_config_new(void) { MAKE(struct gpiod_request_config); }
void gpiod_request_config_free(struct gpiod_request_config *config) { free(config); }
void gpiod_request_config_set_consumer(struct gpiod_request_config *config, const char *consumer) { (void)config, (void)consumer; }
struct gpiod_edge_event_buffer *gpiod_edge_event_buffer_new(size_t capacity) {
    (void)capacity;
    MAKE(struct gpiod_edge_event_buffer);
}

int gpiod_line_settings_set_direction(struct gpiod_line_settings *settings, enum gpiod_line_direction direction) {
    FAKE_CALL(settings->direction = direction);
    return 0;
}
int gpiod_line_settings_set_output_value(struct gpiod_line_settings *settings, enum gpiod_line_value value) {
    FAKE_CALL(settings->value = value);
    return 0;
}
int gpiod_line_settings_set_edge_detection(struct gpiod_line_settings *settings, enum gpiod_line_edge edge) {
    (void)settings, (void)edge;
    FAKE_CALL((void)0);
    return 0;
}
int gpiod_line_settings_set_event_clock(struct gpiod_line_settings *settings, enum gpiod_line_clock clock) {
    (void)settings, (void)clock;
    FAKE_CALL((void)0);
    return 0;
}

int gpiod_line_config_add_line_settings(
    struct gpiod_line_config *config, const unsigned int *offsets, size_t count, struct gpiod_line_settings *settings) {
    FAKE_CALL((void)0);
    for (size_t i = 0; i < count; i++) {
        config->mask |= 1u << offsets[i];
        if (settings->direction == GPIOD_LINE_DIRECTION_OUTPUT) config->outputs |= 1u << offsets[i];
        if (settings->value == GPIOD_LINE_VALUE_ACTIVE) config->high |= 1u << offsets[i];
    }
    return 0;
}

struct gpiod_line_request *
gpiod_chip_request_lines(struct gpiod_chip *chip, struct gpiod_request_config *how, struct gpiod_line_config *config) {
    (void)chip, (void)how;
    if (fake_begin()) return (void)fake_fail(), NULL;
    struct gpiod_line_request *request = calloc(1, sizeof *request);
    request->mask = config->mask;
    if (config->outputs) fake_request(config->mask, config->high);
    return request;
}

int gpiod_line_request_set_values_subset(
    struct gpiod_line_request *request, size_t count, const unsigned int *offsets, const enum gpiod_line_value *values) {
    uint32_t high = 0;
    for (size_t i = 0; i < count; i++)
        if (values[i] == GPIOD_LINE_VALUE_ACTIVE) high |= 1u << offsets[i];
    FAKE_CALL(fakes.plant.set(fakes.plant.context, high, request->mask));
    return 0;
}

int gpiod_line_request_get_values_subset(
    struct gpiod_line_request *request, size_t count, const unsigned int *offsets, enum gpiod_line_value *values) {
    uint32_t now = 0;
    (void)request;
    FAKE_CALL(now = levels());
    for (size_t i = 0; i < count; i++) values[i] = now >> offsets[i] & 1 ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE;
    return 0;
}

int gpiod_line_request_wait_edge_events(struct gpiod_line_request *request, int64_t timeout) {
    int64_t last;
    uint32_t waiting = 0;
    (void)request, (void)timeout;
    FAKE_CALL(waiting = fake_waiting(&last));
    return waiting ? 1 : 0;
}

int gpiod_line_request_read_edge_events(struct gpiod_line_request *request, struct gpiod_edge_event_buffer *buffer, size_t most) {
    (void)request;
    int mode = fake_begin();
    if (mode == CFAKE_FAILS) return fake_fail();
    if (mode == CFAKE_SHORT) return 0;
    uint32_t waiting = fake_waiting(&buffer->event.stamp);
    if (mode == CFAKE_FAILS_AFTER) return fake_fail();
    if (waiting > most) waiting = (uint32_t)most;
    fakes.taken += waiting;
    return (int)waiting;
}

struct gpiod_edge_event *gpiod_edge_event_buffer_get_event(struct gpiod_edge_event_buffer *buffer, unsigned long index) {
    (void)index;
    return &buffer->event;
}
unsigned int gpiod_edge_event_get_line_offset(struct gpiod_edge_event *event) { return (void)event, FIRE_SENSE; }
uint64_t gpiod_edge_event_get_timestamp_ns(struct gpiod_edge_event *event) { return (uint64_t)event->stamp; }

#endif
