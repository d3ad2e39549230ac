// Link-time fakes of what a board on Linux calls: libgpiod (whichever API the shim was compiled against), libi2c, and of the C library
// the calls on the bus, the watchdog and the clock. A plant stands behind them; any one call can be made to fail.
//
// One chip has all the lines: 0 ... 7 are the outputs by their bit numbers, 8 ... 18 the inputs.
#ifndef CFAKEDEVICES_H
#define CFAKEDEVICES_H
#include <stddef.h>
#include <stdint.h>

// What stands behind the fakes. Every function gets `context`.
typedef struct {
    void *context;
    // Sets the outputs of `mask`.
    void (*set)(void *context, uint32_t levels, uint32_t mask);
    // The levels of all outputs' pins, and of all inputs from bit 8 on.
    uint32_t (*levels)(void *context);
    // Rising edges of fireSense so far, and the moment of the last one.
    uint32_t (*edges)(void *context, int64_t *last);
    // One transfer, and the clock stands at its end. `bytes` is what is written, the first in the highest place, or -1 to read `count`
    // bytes. The value read, 0, or -errno.
    int64_t (*transfer)(void *context, uint8_t address, int32_t reg, int32_t count, int64_t bytes);
    void (*pet)(void *context);
    // Lets the time go by in which a call blocks.
    void (*block)(void *context, int64_t nanoseconds);
} cfake_plant;

enum cfake_mode {
    CFAKE_FAILS = 1,       // nothing happens, -1 and errno come back
    CFAKE_FAILS_AFTER = 2, // it happens, and -1 and errno come back all the same
    CFAKE_SHORT = 3,       // fewer than asked for: no event, no message; otherwise as CFAKE_FAILS
    CFAKE_BLOCKS = 4,      // it happens after a while
};

// Which calls go wrong, and how: `length` of them, from number `at`, counted from 0.
typedef struct {
    int64_t at, length;
    int32_t mode, error;
    int64_t nanoseconds; // CFAKE_BLOCKS: how long
} cfake_plan;

// The fakes begin to act on this thread, in front of this plant, with no call counted and none planned to fail.
void cfake_begin(const cfake_plant *plant);
// The real calls come back.
void cfake_end(void);
void cfake_set_plan(cfake_plan plan);
// Calls so far.
int64_t cfake_calls(void);
void cfake_set_calls(int64_t calls);
// The number of the call that happens now.
int64_t cfake_call(void);
// Edges that were taken: part of what a copy of the fakes' state must hold.
uint32_t cfake_taken(void);
void cfake_set_taken(uint32_t taken);
// What the clock says.
void cfake_set_now(int64_t now);
// Puts a line, 0 ... 18, on a second chip too (2), on the second chip alone (1), or on none (-1); 0 is where it belongs.
void cfake_place_line(int32_t line, int32_t where);
// The levels with which the outputs were requested last, and which were requested: bits as of the lines.
uint32_t cfake_requested_levels(void);
uint32_t cfake_requested(void);
void cfake_set_requested(uint32_t lines, uint32_t levels);
#endif
