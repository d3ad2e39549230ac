// What the plant needs of the kernel it runs on: the far end of an I2C bus (CUSE) and of simulated GPIO lines (gpio-sim).
//
// Plain integers only. A result below zero is -errno; zero or more is success. One bus and one set of lines a process.
#ifndef CPLANT_H
#define CPLANT_H
#include <errno.h>
#include <stddef.h>
#include <stdint.h>

// --- The bus (bus.c): /dev/i2c-N as CUSE serves it ---

// What somebody asks of a part: 16-bit registers, most significant byte first, and the two plain transfers of a set-point converter.
enum { CPLANT_WRITE16 = 1, CPLANT_READ16 = 2, CPLANT_WRITE2 = 3, CPLANT_READ3 = 4 };
typedef struct {
    int32_t kind;
    uint8_t address;
    uint8_t reg;    // or the first of two plain bytes
    uint16_t value; // of a write; the second of two plain bytes
} cplant_transfer;

// Makes /dev/NAME. A descriptor that is readable when somebody asks for something.
int32_t cplant_bus_open(const char *name);
// Takes what is asked next: 1 for a transfer, which must be answered before the next call; 0 when there was none.
int32_t cplant_bus_take(cplant_transfer *transfer);
// Answers the transfer: with the value read (0 for a write), or with an errno above 0.
int32_t cplant_bus_answer(int32_t error, uint32_t value);
// Takes the device away, also from those who have it open.
void cplant_bus_close(void);

// --- The lines (lines.c) ---

// An output was driven: which, how, and when (CLOCK_MONOTONIC, nanoseconds).
typedef struct {
    int64_t at;
    int32_t line;
    int32_t level;
} cplant_edge;

// Watches the first `watched` of the gpio-sim chip's `outputs`, which are its first lines, and holds the `inputs` after them. A descriptor
// that is readable as soon as output `hurried` is driven high. Everything else that is driven, also what changes nothing, is there to be
// taken whenever somebody looks: a wake-up for each would be most of what the machine does. What happens when its owner gives a line back
// is not seen: the level stays.
int32_t cplant_lines_open(int32_t watched, int32_t hurried, int32_t outputs, int32_t inputs);
// The next driving of an output: 1, or 0 when there was none; -EOVERFLOW when the kernel lost some.
int32_t cplant_lines_take(cplant_edge *edge);
// Gives input `line` (counted from the first input) a level. 0 or -errno.
int32_t cplant_lines_pull(int32_t line, int32_t level);

// --- The process (process.c) ---

// Locks the memory, sharpens the timers, and runs before everything else but the kernel's deferred wake-ups: SCHED_FIFO at `priority`. 0 or
// -errno.
int32_t cplant_process_begin(int32_t priority);
// Makes a FIFO at `path` (an older one is replaced) and opens it for reading, never at its end. A non-blocking descriptor.
int32_t cplant_process_inbox(const char *path);
// Which of `count` descriptors (-1 leaves one out) are readable, bit n for the n-th, waiting until `deadline` on CLOCK_MONOTONIC at most.
int32_t cplant_process_wait(const int32_t *descriptors, int32_t count, int64_t deadline);
#endif
