// What a board on Linux needs of the kernel: GPIO lines, the I2C bus, the watchdog, real time, and what confines the console's process.
//
// Plain integers only. A result below zero is -errno, or one of the codes below; zero or more is success. Paths and names are the
// caller's and end in a zero byte. What the tick calls is marked RT: it takes no lock, no memory from the heap, and no longer than the
// system call in it; nothing else may be called once the tasks run.
#ifndef CLINUXBOARD_H
#define CLINUXBOARD_H
#include <errno.h>
#include <stddef.h>
#include <stdint.h>

// A promise to the Swift compiler that the function takes no lock and no memory from the heap.
#define RT __attribute__((swift_attr("@_noLocks"), swift_attr("@_noAllocation")))

// --- GPIO lines (gpio.c; libgpiod 1.6 or 2.x, told apart when it is compiled) ---

enum {
    CLINUXBOARD_NAME = 32,  // bytes of a line's name in a table of names, its zero byte counted (the kernel's own limit)
    CLINUXBOARD_LINES = 16, // lines of a group at most
    CLINUXBOARD_EDGE_LINES = 2, // of a group whose edges are taken
};
// Why a group was not had, where no errno says it.
enum {
    CLINUXBOARD_NO_SUCH_LINE = -1001,    // no chip has a line of this name
    CLINUXBOARD_LINE_TWICE = -1002,      // two chips have a line of this name
    CLINUXBOARD_TWO_CHIPS = -1003,       // the line is on another chip than the first of its group: one call cannot set both
};

// Lines of one chip that are requested together, and set or read in one call. Never given back: a Pi keeps the levels anyway, and no
// destructor counts as a safety measure.
typedef struct clinuxboard_group clinuxboard_group;

typedef struct {
    clinuxboard_group *group; // NULL when it was not had
    int32_t error;            // 0, -errno or a code from above
    int32_t line;             // the line that is to blame, counted in the table; -1 when no single one is
} clinuxboard_request;

// 1 or 2: the major version of libgpiod that this was compiled against.
RT int32_t clinuxboard_gpiod(void);
// Finds `count` lines by name on all chips and requests them: as outputs, low from the first moment; as inputs; or as inputs whose rising
// edges are stamped by the kernel. `names` is a table of CLINUXBOARD_NAME bytes a line.
clinuxboard_request clinuxboard_request_outputs(const char *names, int32_t count);
clinuxboard_request clinuxboard_request_inputs(const char *names, int32_t count);
clinuxboard_request clinuxboard_request_edges(const char *names, int32_t count);
// Sets all lines of the group: bit n is line n. One system call.
RT int32_t clinuxboard_set(clinuxboard_group *group, uint32_t levels);
// The levels of all lines of the group, bit n for line n, inputs and outputs. One system call (libgpiod 1.6, edges: one a line).
RT int64_t clinuxboard_get(clinuxboard_group *group);
// The edges of each line so far, and the kernel's stamp of the last one, CLOCK_MONOTONIC nanoseconds.
typedef struct {
    uint32_t counts[CLINUXBOARD_EDGE_LINES];
    int64_t stamps[CLINUXBOARD_EDGE_LINES];
} clinuxboard_edges;
// Adds the edges that wait to `seen`, at most 16 in a call and line. Never waits.
RT int32_t clinuxboard_take_edges(clinuxboard_group *group, clinuxboard_edges *seen);

// --- The I2C bus (i2c.c; libi2c) ---

// Opens the bus for one part. The bus's own time-out becomes 10 ms, with no retries: a wedged bus costs that and no more.
// -EBUSY when a driver of the kernel has the part.
int32_t clinuxboard_part_open(const char *bus, uint8_t address);
// 16-bit registers, most significant byte first.
RT int32_t clinuxboard_part_read16(int32_t part, uint8_t reg);
RT int32_t clinuxboard_part_write16(int32_t part, uint8_t reg, uint16_t value);
// Two raw bytes out; three raw bytes in, the first in bits 23 ... 16.
RT int32_t clinuxboard_part_write2(int32_t part, uint8_t first, uint8_t second);
RT int32_t clinuxboard_part_read3(int32_t part, uint8_t address);

// --- The watchdog (watchdog.c) ---

typedef struct {
    int32_t descriptor;   // -errno when it could not be opened or has no settable time
    int32_t seconds;      // the span that the driver says it has; 0 when it says none
    uint32_t boot_status; // WDIOC_GETBOOTSTATUS: why the machine last started
} clinuxboard_watchdog;

// Opens the watchdog, which starts it, asks for `seconds` and reads back what it was given.
clinuxboard_watchdog clinuxboard_watchdog_open(const char *path, int32_t seconds);
RT int32_t clinuxboard_watchdog_pet(int32_t descriptor);
// Ends the watch without a reset (the magic close). Only for a board that has nothing energised.
int32_t clinuxboard_watchdog_end(int32_t descriptor);

// --- Real time (realtime.c) ---

// Locks all memory, present and future, and keeps the allocator from giving any back. 0 or -errno.
int32_t clinuxboard_lock_memory(void);
// Asks every CPU to stay out of deep sleep for as long as the descriptor is open; the descriptor.
int32_t clinuxboard_hold_latency(void);
// Timers of this thread, and of those that it starts, are not put off. 0 or -errno.
int32_t clinuxboard_sharp_timers(void);

typedef void (*clinuxboard_entry)(void *context);
// What a thread was given of what was asked for.
enum {
    CLINUXBOARD_HAS_PRIORITY = 1, // SCHED_FIFO
    CLINUXBOARD_HAS_CPU = 2,
    CLINUXBOARD_HAS_STACK = 4,    // every page of its stack is there and locked
};
// Starts a thread, SCHED_FIFO at `priority` (1 ... 98; 0 for an ordinary thread) on CPU `cpu` (-1 for any), with a stack of 256 KiB that is
// touched beforehand. What could not be had is left out. Returns the flags from above, or -errno when there is no thread at all.
int32_t clinuxboard_thread(clinuxboard_entry entry, void *context, int32_t priority, int32_t cpu);

// --- What the kernel says of itself (posture.c). Below zero: it does not say. ---

enum { CLINUXBOARD_NO_PREEMPTION = 0, CLINUXBOARD_VOLUNTARY = 1, CLINUXBOARD_PREEMPT = 2, CLINUXBOARD_PREEMPT_RT = 3 };
int32_t clinuxboard_preemption(void);
// How much of each second real-time threads may run, per mille; 1000 when nothing holds them back.
int32_t clinuxboard_realtime_budget(void);
// 1 when every CPU keeps its frequency up, or none scales it; 0 when one does not.
int32_t clinuxboard_governor(void);
// 1 while the firmware of a Pi throttles it for heat or a low supply, 0 when it does not; -ENOENT elsewhere.
int32_t clinuxboard_throttled(void);
// 1 when output lines keep their levels after their owner has gone, 0 when they fall back; -ENOENT when the kernel does not say.
int32_t clinuxboard_lines_persist(void);
// The largest size of a CPU number: how many CPUs the machine has.
int32_t clinuxboard_cpus(void);

// --- Two processes (process.c) ---

// The memory that the two processes share, 16384 bytes each way it is seen, of 4096 each:
//
//     pages 0 and 2   written by the console, read by the safety process
//     pages 1 and 3   written by the safety process, read by the console
//
// One pair for each console in turn. All are sealed: nobody can shrink or grow them, or map pages 1 and 3 for writing once they are made.
typedef struct {
    void *safety;  // as the safety process sees it
    void *console; // as the console sees it; pages 1 and 3 cannot be made writable
    void *both;    // for the one that starts the two: all writable
} clinuxboard_shared;
// 0 or -errno.
int32_t clinuxboard_share(clinuxboard_shared *shared);

// Starts a process; the child's `entry` never returns. The child dies with its parent. Returns its number, or -errno.
int32_t clinuxboard_start_process(clinuxboard_entry entry, void *context);
// Takes a view of the shared memory away from this process.
void clinuxboard_unshare(void *view);
// Waits for a child to end, at most `milliseconds`; its number, 0 when none did, -EINTR after a signal, -ECHILD. `well` becomes 1 when it
// ended by itself with status 0, else 0.
int32_t clinuxboard_wait(int32_t milliseconds, int32_t *well);
// Sends SIGTERM, or SIGKILL, to a child.
int32_t clinuxboard_end_process(int32_t process, int32_t at_once);
// Confines this process for good: user and group `user`, no other group, no way to new privileges, only descriptors 0, 1, 2 and the `count`
// given ones, and of the system calls only those that a console with open descriptors needs: any other ends it. 0 or -errno.
int32_t clinuxboard_confine(uint32_t user, const int32_t *descriptors, int32_t count);

#undef RT
#endif
