// The plan, the count, and the fakes of libi2c and of the C library's calls.
#define _GNU_SOURCE
#include "fakes.h"

#include <i2c/smbus.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <linux/watchdog.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

struct fakes fakes;
_Thread_local int fakes_active;

const char *const fake_names[FAKE_LINES] = {
    "charge",     "fire",      "arm",       "heartbeat",   "bleedHold",      "lamp",       "buzzer",
    "triggerOut", "emergencyStop", "patientStop", "interlock", "coilPresent", "keySwitch", "fireSense",
    "triggerIn",  "enableSense", "contactorSense", "bleedSense", "overvoltageLatched",
};

void cfake_begin(const cfake_plant *plant) {
    memset(&fakes, 0, sizeof fakes);
    fakes.plant = *plant;
    fakes_active = 1;
}

void cfake_end(void) { fakes_active = 0; }
void cfake_set_plan(cfake_plan plan) { fakes.plan = plan; }
int64_t cfake_calls(void) { return fakes.calls; }
void cfake_set_calls(int64_t calls) { fakes.calls = calls; }
int64_t cfake_call(void) { return fakes.call; }
uint32_t cfake_taken(void) { return fakes.taken; }
void cfake_set_taken(uint32_t taken) { fakes.taken = taken; }
void cfake_set_now(int64_t now) { fakes.now = now; }
void cfake_place_line(int32_t line, int32_t where) { fakes.places[line] = where; }
uint32_t cfake_requested_levels(void) { return fakes.requested_levels; }
uint32_t cfake_requested(void) { return fakes.requested; }

void cfake_set_requested(uint32_t lines, uint32_t levels) {
    fakes.requested = lines;
    fakes.requested_levels = levels;
}

int fake_begin(void) {
    int64_t number = fakes.calls++;
    fakes.call = number;
    if (number < fakes.plan.at || number - fakes.plan.at >= fakes.plan.length) return 0;
    if (fakes.plan.mode != CFAKE_BLOCKS) return fakes.plan.mode;
    fakes.plant.block(fakes.plant.context, fakes.plan.nanoseconds);
    // Others have called meanwhile.
    fakes.call = number;
    return 0;
}

int fake_fail(void) {
    errno = fakes.plan.error;
    return -1;
}

int fake_find(int chip, const char *name) {
    for (int line = 0; line < FAKE_LINES; line++) {
        int where = fakes.places[line];
        int is_here = chip == 0 ? where == 0 || where == 2 : where == 1 || where == 2;
        if (is_here && strcmp(fake_names[line], name) == 0) return line;
    }
    errno = ENOENT;
    return -1;
}

void fake_request(uint32_t lines, uint32_t levels) {
    fakes.requested |= lines;
    fakes.requested_levels = (fakes.requested_levels & ~lines) | (levels & lines);
    fakes.plant.set(fakes.plant.context, levels, lines);
}

uint32_t fake_waiting(int64_t *last) { return fakes.plant.edges(fakes.plant.context, last) - fakes.taken; }

// --- Devices: descriptors that no real file has; a part's is PART + its address ---

enum { WATCHDOG = 0x40000000, BUS = 0x40001000, PART = 0x40002000 };
static int address_of[64];
static int buses;

int __real_open(const char *path, int flags, ...);
int __real_close(int descriptor);
int __real_ioctl(int descriptor, unsigned long request, ...);
int __real_clock_gettime(clockid_t clock, struct timespec *time);

int __wrap_open(const char *path, int flags, ...) {
    if (fakes_active && strcmp(path, "/dev/watchdog") == 0) {
        FAKE_CALL((void)0);
        return WATCHDOG;
    }
    if (fakes_active && strncmp(path, "/dev/i2c-", 9) == 0) {
        FAKE_CALL(buses = (buses + 1) % 64);
        return BUS + buses;
    }
    va_list arguments;
    va_start(arguments, flags);
    int mode = va_arg(arguments, int);
    va_end(arguments);
    return __real_open(path, flags, mode);
}

int __wrap_close(int descriptor) { return descriptor >= WATCHDOG ? 0 : __real_close(descriptor); }

static int64_t transfer(int bus, int32_t reg, int32_t count, int64_t bytes) {
    int64_t result = fakes.plant.transfer(fakes.plant.context, (uint8_t)address_of[bus - BUS], reg, count, bytes);
    if (result < 0) errno = (int)-result;
    return result < 0 ? -1 : result;
}

static int watchdog_ioctl(unsigned long request, int *value) {
    int granted = 15;
    switch (request) {
    case WDIOC_GETTIMEOUT: FAKE_CALL(*value = granted); return 0;
    case WDIOC_GETBOOTSTATUS: FAKE_CALL(*value = 0); return 0;
    case WDIOC_KEEPALIVE: FAKE_CALL(fakes.plant.pet(fakes.plant.context)); return 0;
    default: FAKE_CALL((void)0); return 0;
    }
}

static int bus_ioctl(int bus, unsigned long request, void *argument) {
    if (request == I2C_SLAVE) {
        FAKE_CALL(address_of[bus - BUS] = (int)(uintptr_t)argument);
        return 0;
    }
    if (request != I2C_RDWR) {
        FAKE_CALL((void)0);
        return 0;
    }
    struct i2c_msg *message = ((struct i2c_rdwr_ioctl_data *)argument)->msgs;
    int mode = fake_begin();
    if (mode == CFAKE_FAILS) return fake_fail();
    if (mode == CFAKE_SHORT) return 0;
    int64_t value = transfer(bus, -1, message->len, -1);
    if (value < 0 || mode == CFAKE_FAILS_AFTER) return mode == CFAKE_FAILS_AFTER ? fake_fail() : -1;
    for (int i = 0; i < message->len; i++) message->buf[i] = (uint8_t)(value >> 8 * (message->len - 1 - i));
    return 1;
}

int __wrap_ioctl(int descriptor, unsigned long request, ...) {
    va_list arguments;
    va_start(arguments, request);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    if (descriptor == WATCHDOG) return watchdog_ioctl(request, argument);
    if (descriptor >= BUS && descriptor < PART) return bus_ioctl(descriptor, request, argument);
    return __real_ioctl(descriptor, request, argument);
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *time) {
    if (!fakes_active || clock != CLOCK_MONOTONIC) return __real_clock_gettime(clock, time);
    *time = (struct timespec){.tv_sec = fakes.now / 1000000000, .tv_nsec = fakes.now % 1000000000};
    return 0;
}

// --- libi2c ---

static uint16_t swapped(uint16_t word) { return (uint16_t)(word << 8 | word >> 8); }

__s32 i2c_smbus_read_word_data(int file, __u8 command) {
    int64_t value = 0;
    FAKE_CALL(value = transfer(file, command, 2, -1));
    return value < 0 ? -1 : swapped((uint16_t)value);
}

__s32 i2c_smbus_write_word_data(int file, __u8 command, __u16 word) {
    int64_t value = 0;
    FAKE_CALL(value = transfer(file, command, 2, swapped(word)));
    return value < 0 ? -1 : 0;
}

__s32 i2c_smbus_write_byte_data(int file, __u8 command, __u8 byte) {
    int64_t value = 0;
    FAKE_CALL(value = transfer(file, -1, 2, (int64_t)command << 8 | byte));
    return value < 0 ? -1 : 0;
}
