// What the fakes share.
#ifndef FAKES_H
#define FAKES_H
#include "cfakedevices.h"

#include <errno.h>

enum { FAKE_LINES = 19, FAKE_OUTPUTS = 8, FIRE_SENSE = 13 };

// The fakes act on the thread that began them: everybody else's clock goes on.
extern _Thread_local int fakes_active;
extern struct fakes {
    cfake_plant plant;
    cfake_plan plan;
    int64_t calls, call, now;
    uint32_t taken, requested, requested_levels;
    int32_t places[FAKE_LINES];
} fakes;

// The name of line `line`.
extern const char *const fake_names[FAKE_LINES];
// Counts a call; what goes wrong with it, or 0. A call that blocks has blocked when this returns.
int fake_begin(void);
// errno as planned, and -1.
int fake_fail(void);
// Which line of chip `chip` has the name; -1 and ENOENT when none.
int fake_find(int chip, const char *name);
// Takes the requested outputs note.
void fake_request(uint32_t lines, uint32_t levels);
// Edges of fireSense that have not been taken.
uint32_t fake_waiting(int64_t *last);

// A call that returns a number: it fails before, or after it has happened.
#define FAKE_CALL(effect)                                                                                                                  \
    do {                                                                                                                                   \
        int mode = fake_begin();                                                                                                           \
        if (mode == CFAKE_FAILS || mode == CFAKE_SHORT) return fake_fail();                                                                \
        effect;                                                                                                                            \
        if (mode == CFAKE_FAILS_AFTER) return fake_fail();                                                                                 \
    } while (0)
#endif
