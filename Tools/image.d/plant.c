// A board for the real `stimd` on a machine without GPIO, I2C or watchdog: preloaded, it stands in for libgpiod 1.6, libi2c and the
// devices, in real time. The key switch is off, so the capacitor is never charged: it is there for the self-test and the way to SAFE,
// whose times report.py tells. (Trains and faults: Tools/vm.)
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <gpiod.h>
#include <i2c/smbus.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <linux/watchdog.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { LINES = 19, HEARTBEAT = 8, BLEED_HOLD = 16 };
static const char *const names[LINES] = {
    "charge",     "fire",          "arm",         "heartbeat", "bleedHold",   "lamp",      "buzzer",
    "triggerOut", "emergencyStop", "patientStop", "interlock", "coilPresent", "keySwitch", "fireSense",
    "triggerIn",  "enableSense",   "contactorSense", "bleedSense", "overvoltageLatched",
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint32_t outputs;
static int64_t beat_at = -1000000000;
static uint16_t dac, adc_configuration = 0x0583, conversion;
static int64_t adc_started, coil_read[2];

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int is_enabled(void) { return now() - beat_at < 50000000; }

static void set(uint32_t levels, uint32_t mask) {
    uint32_t before = outputs;
    outputs = (outputs & ~mask) | (levels & mask);
    if ((before ^ outputs) & HEARTBEAT) beat_at = now();
}

static uint32_t levels(void) {
    int enabled = is_enabled();
    uint32_t inputs = 1 << 2 | 1 << 3;
    if (enabled) inputs |= 1 << 7 | 1 << 8;
    if (enabled && (outputs & BLEED_HOLD)) inputs |= 1 << 9;
    return outputs | inputs << 8;
}

// --- libgpiod 1.6 ---

struct gpiod_chip {
    int unused;
};
struct gpiod_line {
    unsigned int number;
};
static struct gpiod_chip chip;
static struct gpiod_line lines[LINES];

struct gpiod_chip *gpiod_chip_open(const char *path) { return strcmp(path, "/dev/gpiochip0") == 0 ? &chip : (errno = ENOENT, NULL); }
void gpiod_chip_close(struct gpiod_chip *closed) { (void)closed; }
struct gpiod_line *gpiod_chip_get_line(struct gpiod_chip *of, unsigned int offset) {
    (void)of;
    lines[offset].number = offset;
    return &lines[offset];
}
struct gpiod_line *gpiod_chip_find_line(struct gpiod_chip *of, const char *name) {
    for (unsigned int i = 0; i < LINES; i++)
        if (strcmp(names[i], name) == 0) return gpiod_chip_get_line(of, i);
    errno = ENOENT;
    return NULL;
}
unsigned int gpiod_line_offset(struct gpiod_line *line) { return line->number; }

int gpiod_line_set_value_bulk(struct gpiod_line_bulk *bulk, const int *values) {
    uint32_t mask = 0, high = 0;
    for (unsigned int i = 0; i < bulk->num_lines; i++) {
        mask |= 1u << bulk->lines[i]->number;
        if (values[i]) high |= 1u << bulk->lines[i]->number;
    }
    pthread_mutex_lock(&lock);
    set(high, mask);
    pthread_mutex_unlock(&lock);
    return 0;
}
int gpiod_line_get_value_bulk(struct gpiod_line_bulk *bulk, int *values) {
    pthread_mutex_lock(&lock);
    uint32_t seen = levels();
    pthread_mutex_unlock(&lock);
    for (unsigned int i = 0; i < bulk->num_lines; i++) values[i] = (int)(seen >> bulk->lines[i]->number & 1);
    return 0;
}
int gpiod_line_request_bulk_output(struct gpiod_line_bulk *bulk, const char *consumer, const int *values) {
    (void)consumer;
    return gpiod_line_set_value_bulk(bulk, values);
}
int gpiod_line_request_bulk_input(struct gpiod_line_bulk *bulk, const char *consumer) { return (void)bulk, (void)consumer, 0; }
int gpiod_line_request_bulk_rising_edge_events(struct gpiod_line_bulk *bulk, const char *consumer) {
    return gpiod_line_request_bulk_input(bulk, consumer);
}
int gpiod_line_event_wait_bulk(struct gpiod_line_bulk *bulk, const struct timespec *timeout, struct gpiod_line_bulk *ready) {
    (void)bulk, (void)timeout;
    gpiod_line_bulk_init(ready);
    return 0;
}
int gpiod_line_event_read_multiple(struct gpiod_line *line, struct gpiod_line_event *events, unsigned int count) {
    (void)line, (void)events, (void)count;
    errno = EAGAIN;
    return -1;
}

// --- Parts: the address is kept by descriptor ---

static int address_of[1024], watchdog = -1;

static uint16_t swapped(uint16_t word) { return (uint16_t)(word << 8 | word >> 8); }

static uint16_t converted(void) {
    // The reference's channel; the capacitor's reads 0 V.
    return (adc_configuration >> 12 & 7) == 6 ? 16384 : 0;
}

static int32_t read16(int address, int reg) {
    if (address == 0x48)
        return reg == 0 ? conversion : (adc_configuration & 0x7FFF) | (now() - adc_started > 1200000 ? 0x8000 : 0);
    if (reg == 0x0F) return 0x0117;
    if (reg == 0) return 23 * 128;
    int64_t at = now(), *last = &coil_read[address & 1];
    int is_new = at - *last > 15500000;
    if (is_new) *last = at;
    return is_new ? 0x2000 : 0;
}

__s32 i2c_smbus_read_word_data(int file, __u8 command) {
    pthread_mutex_lock(&lock);
    int32_t value = read16(address_of[file], command);
    pthread_mutex_unlock(&lock);
    return swapped((uint16_t)value);
}
__s32 i2c_smbus_write_word_data(int file, __u8 command, __u16 word) {
    if (address_of[file] == 0x48 && command == 1) {
        // The register keeps the last result while the next conversion runs.
        pthread_mutex_lock(&lock);
            conversion = converted();
        pthread_mutex_unlock(&lock);
        adc_configuration = swapped(word);
        adc_started = now();
    }
    return 0;
}
__s32 i2c_smbus_write_byte_data(int file, __u8 command, __u8 byte) {
    if (address_of[file] == 0x60) dac = (uint16_t)((command & 0x0F) << 8 | byte);
    return 0;
}

// --- The devices' calls ---

// A kernel that says it is PREEMPT_RT.
static int realtime_file(void) {
    int file = memfd_create("realtime", MFD_CLOEXEC);
    return file >= 0 && write(file, "1\n", 2) == 2 && lseek(file, 0, SEEK_SET) == 0 ? file : -1;
}

int open(const char *path, int flags, ...) {
    static int (*next)(const char *, int, ...);
    if (!next) next = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");
    va_list arguments;
    va_start(arguments, flags);
    int mode = va_arg(arguments, int);
    va_end(arguments);
    if (strcmp(path, "/sys/kernel/realtime") == 0) return realtime_file();
    if (strcmp(path, "/dev/watchdog") == 0) return watchdog = next("/dev/null", O_RDWR | O_CLOEXEC);
    return next(strncmp(path, "/dev/i2c-", 9) == 0 ? "/dev/null" : path, flags, mode);
}

int ioctl(int descriptor, unsigned long request, ...) {
    static int (*next)(int, unsigned long, ...);
    if (!next) next = (int (*)(int, unsigned long, ...))dlsym(RTLD_NEXT, "ioctl");
    va_list arguments;
    va_start(arguments, request);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    if (request == I2C_SLAVE) return address_of[descriptor] = (int)(uintptr_t)argument, 0;
    if (request == I2C_TIMEOUT || request == I2C_RETRIES) return 0;
    if (request == I2C_RDWR) {
        struct i2c_msg *message = ((struct i2c_rdwr_ioctl_data *)argument)->msgs;
        message->buf[0] = 0xC0;
        message->buf[1] = (uint8_t)(dac >> 4);
        message->buf[2] = (uint8_t)(dac << 4);
        return 1;
    }
    if (descriptor == watchdog && watchdog >= 0) {
        if (request == WDIOC_GETTIMEOUT) *(int *)argument = 15;
        if (request == WDIOC_GETBOOTSTATUS) *(int *)argument = 0;
        return 0;
    }
    return next(descriptor, request, argument);
}
