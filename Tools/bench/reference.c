// The checks that SafetyKernel.step makes in a nominal armed tick (state `ready`, holding the set-point, no train), as plain
// C: the yardstick for what the Swift costs. Same checks in the same order on the same kind of data; every branch that raises
// a trip is there, and none is taken.
//
//   clang -O2 -ffp-contract=off -o reference reference.c && ./reference TICKS
//
// Prints "ticks checksum ns-per-tick". Ticks come in blocks of 50,000 (idle would disarm after 60 s): each begins again from the
// same armed state at 10 s, with a lease good to the block's end. The inputs of tick k of a block (k = 0, 1, ...):
//   now = 10 s + (k + 1) ms, 50 us late, no command;
//   lines interlock, coilPresent, keySwitch, enableSense, contactorSense, bleedSense;
//   voltage 990 V - (k & 1023) mV, taken 1 ms ago; both coils 30 C, taken 20 ms ago; set-point proven at 990 V;
//   guardian seen 1 ms ago, permits, ARM down.
// The checksum is HistoryHash over three words a tick: lines | wantsHeartbeat << 32 | wantsBleedOpen << 33 | wantsArm << 34,
// the set-point, the next edge. A loop over the kernel with these inputs must give the same one.
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { EMERGENCY_STOP = 1, PATIENT_STOP = 2, INTERLOCK = 4, COIL = 8, KEY = 16, FIRE_SENSE = 32, ENABLE = 128 };
enum { CONTACTOR = 256, BLEED = 512, OVERVOLTAGE = 1024 };
enum { CHARGE = 1, FIRE = 2, LAMP = 32, TRIGGER_OUT = 128 };
enum { GOOD = 1, IMPLAUSIBLE = 2 };
enum { READY = 4 };
enum { INTERLOCK_OPEN, COIL_MISSING, KEY_REMOVED, LEASE_EXPIRED, COIL_HOT, COIL_STALE, JOURNAL_FAILED, TICK_LATE = 11,
       STOPPED, PATIENT_STOPPED, CAPACITOR_OVERVOLTAGE, CHARGE_TIMEOUT, CHARGE_RUNAWAY, VOLTAGE_STALE, VOLTAGE_BAD, COIL_BAD,
       LINE_MISMATCH = 21, OUTPUT_FAILED, TICK_STALLED, GUARDIAN_DISAGREES, OVERVOLTAGE_LATCHED, PULSE_UNEXPECTED = 27,
       WATCHDOG_FAILED = 31 };
#define MS INT64_C(1000000)
#define S INT64_C(1000000000)
#define NEVER (INT64_MIN / 4)
#define LATER (INT64_MAX / 4)

struct reading { int32_t value; int64_t taken_at; uint8_t quality; };

struct inputs {
    int64_t now, lateness;
    uint32_t lines;
    bool port_failed;
    uint32_t fire_edges;
    int64_t fire_at;
    struct reading voltage, coil_a, coil_b;
    int32_t set_point_held;
    int64_t guardian_at;
    bool permits, arm_is_up, output_failed, watchdog_failed;
    uint32_t stalls;
};

struct outputs {
    uint32_t lines;
    bool wants_heartbeat, wants_bleed_open, wants_arm;
    int32_t set_point;
    int64_t next_edge, last_fire_at;
};

struct board {
    int32_t maximum_voltage, overvoltage_trip, ready_tolerance, coil_agreement, coil_trip, coil_warning;
    int64_t tick_lateness, voltage_age, coil_age, charge_timeout, sag_time, idle;
};

struct kernel {
    struct board board;
    int state;
    uint64_t ticks, trips;
    int64_t entered_at, worst_lateness, lease_ends, key_edge_at, active_at, arm_up_until;
    uint32_t previous_lines, stalls_seen, edges_seen, session_pulses;
    int32_t set_point, lowest_since_off;
    int64_t charge_began_at, unproven_since, bleed_open_since, charge_off_at, fired_at, next_at;
    bool journal_writable, charging, lowering, train_active, train_pending, pulse_open, current_seen, coil_warned;
};

static bool trusted(const struct reading *r, int64_t now, int64_t limit) {
    return r->quality == GOOD && r->taken_at <= now && now - r->taken_at <= limit;
}

static int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }
static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

__attribute__((noinline, cold)) static void trip(struct kernel *k, int which, int64_t limit, int64_t actual) {
    k->trips |= UINT64_C(1) << which;
    fprintf(stderr, "trip %d: limit %" PRId64 ", actual %" PRId64 "\n", which, limit, actual);
}

static void stop_charging(struct kernel *k, int64_t now) {
    if (k->charging) {
        k->charging = false;
        k->charge_off_at = now;
        k->lowest_since_off = INT32_MAX;
    }
    k->charge_began_at = LATER;
}

static void observe(struct kernel *k, const struct inputs *in) {
    k->worst_lateness = larger(k->worst_lateness, in->lateness);
    uint32_t rose = in->lines & ~k->previous_lines;
    if (rose & KEY && k->ticks > 1) k->key_edge_at = in->now;
    k->previous_lines = in->lines;
    if (!k->charging && in->voltage.quality == GOOD && in->voltage.taken_at > k->charge_off_at + 2 * MS
        && in->voltage.value < k->lowest_since_off)
        k->lowest_since_off = in->voltage.value;
    uint32_t news = in->fire_edges - k->edges_seen;
    if (news == 0) return;
    k->edges_seen = in->fire_edges;
    int64_t after = in->fire_at - k->fired_at;
    bool ours = !k->current_seen && after >= 0 && after <= 200000;
    if (ours) k->current_seen = true;
    if (!ours || news > 1) {
        k->session_pulses += ours ? news - 1 : news;
        trip(k, PULSE_UNEXPECTED, ours, news);
    }
}

static void check_always(struct kernel *k, const struct inputs *in) {
    if (in->lateness > k->board.tick_lateness && k->ticks > 1) trip(k, TICK_LATE, k->board.tick_lateness, in->lateness);
    if (in->port_failed || in->output_failed) trip(k, OUTPUT_FAILED, 0, 0);
    if (in->lines & EMERGENCY_STOP) trip(k, STOPPED, 0, 0);
    if (in->lines & PATIENT_STOP) trip(k, PATIENT_STOPPED, 0, 0);
    if (in->lines & OVERVOLTAGE) trip(k, OVERVOLTAGE_LATCHED, 0, 0);
    if (in->stalls != k->stalls_seen) {
        k->stalls_seen = in->stalls;
        trip(k, TICK_STALLED, 0, in->lateness);
    }
    if (in->watchdog_failed) trip(k, WATCHDOG_FAILED, 0, 0);
    if (in->voltage.quality != GOOD) return;
    int64_t limit = (int64_t)k->board.maximum_voltage * k->board.overvoltage_trip / 1000;
    if (in->voltage.value > limit) trip(k, CAPACITOR_OVERVOLTAGE, limit, in->voltage.value);
    if (k->charging || k->lowest_since_off == INT32_MAX) return;
    int64_t risen = (int64_t)k->lowest_since_off + 10000 + larger(0, k->lowest_since_off) / 100;
    if (in->voltage.value > risen) trip(k, CHARGE_RUNAWAY, risen, in->voltage.value);
}

static void check_coil(struct kernel *k, const struct inputs *in) {
    const struct reading *a = &in->coil_a, *b = &in->coil_b;
    if (a->quality == IMPLAUSIBLE || b->quality == IMPLAUSIBLE) {
        trip(k, COIL_BAD, k->board.coil_trip, a->quality == IMPLAUSIBLE ? a->value : b->value);
    } else if (!trusted(a, in->now, k->board.coil_age) || !trusted(b, in->now, k->board.coil_age)) {
        trip(k, COIL_STALE, k->board.coil_age, in->now - smaller(a->taken_at, b->taken_at));
    } else {
        int64_t gap = llabs((int64_t)a->value - b->value);
        if (gap > k->board.coil_agreement) trip(k, COIL_BAD, k->board.coil_agreement, gap);
        int32_t hottest = a->value > b->value ? a->value : b->value;
        if (hottest > k->board.coil_trip) trip(k, COIL_HOT, k->board.coil_trip, hottest);
        if (hottest > k->board.coil_warning && !k->coil_warned) k->coil_warned = true;
        else if (hottest + 1000 < k->board.coil_warning) k->coil_warned = false;
    }
}

static void check_charging(struct kernel *k, const struct inputs *in) {
    int64_t runaway = (int64_t)k->set_point * 105 / 100 + 10000;
    if (!k->lowering && in->voltage.value > runaway) trip(k, CHARGE_RUNAWAY, runaway, in->voltage.value);
    int64_t limit = k->lowering ? 6 * S : k->board.charge_timeout;
    if (in->now > k->charge_began_at && in->now - k->charge_began_at > limit)
        trip(k, CHARGE_TIMEOUT, limit, in->now - k->charge_began_at);
}

static void check_armed(struct kernel *k, const struct inputs *in) {
    int64_t now = in->now;
    if (!(in->lines & INTERLOCK)) trip(k, INTERLOCK_OPEN, 0, 0);
    if (!(in->lines & COIL)) trip(k, COIL_MISSING, 0, 0);
    if (!(in->lines & KEY)) trip(k, KEY_REMOVED, 0, 0);
    if (now > k->lease_ends) trip(k, LEASE_EXPIRED, 0, now - k->lease_ends);
    if (!k->journal_writable) trip(k, JOURNAL_FAILED, 0, 0);
    int64_t age = now - in->guardian_at;
    if (age > 20 * MS || (!in->permits && now - k->entered_at > 10 * MS)) trip(k, GUARDIAN_DISAGREES, 20 * MS, age);
    uint32_t expected = ENABLE | CONTACTOR;
    if (now > k->bleed_open_since && now - k->bleed_open_since > 50 * MS) expected |= BLEED;
    if ((in->lines & expected) != expected) trip(k, LINE_MISMATCH, 0, expected & ~in->lines);
    if (!trusted(&in->voltage, now, k->board.voltage_age))
        trip(k, in->voltage.quality == IMPLAUSIBLE ? VOLTAGE_BAD : VOLTAGE_STALE, 0, in->voltage.value);
    check_coil(k, in);
    check_charging(k, in);
    if (!k->pulse_open && in->lines & FIRE_SENSE && now - k->fired_at > 2 * MS) trip(k, LINE_MISMATCH, 0, FIRE_SENSE);
}

// Two-point regulation at the set-point, and the idle limit.
static void hold(struct kernel *k, const struct inputs *in) {
    int64_t now = in->now, voltage = in->voltage.value, target = k->set_point;
    int64_t tolerance = target * k->board.ready_tolerance / 1000;
    bool fresh = in->voltage.taken_at >= k->fired_at + MS / 2;
    if (voltage > target + tolerance && !k->charging) k->lowering = true;
    if (k->lowering && voltage <= target) k->lowering = false;
    bool proven = in->set_point_held == k->set_point;
    k->unproven_since = proven ? LATER : smaller(k->unproven_since, now);
    k->bleed_open_since = k->lowering ? LATER : smaller(k->bleed_open_since, now);
    bool due = k->train_active && !k->train_pending && now >= k->next_at - MS;
    if (k->lowering || !proven) {
        stop_charging(k, now);
    } else if (voltage >= target - target * 4 / 1000) {
        stop_charging(k, now);
        k->charge_began_at = LATER;
    } else if (voltage < target - target / 100 && !k->charging && !due) {
        k->charging = in->lines & BLEED;
    }
    if (voltage < target - tolerance || k->lowering) k->charge_began_at = smaller(k->charge_began_at, now);
    int64_t unproven = now - k->unproven_since;
    if (now > k->unproven_since && unproven > 100 * MS) trip(k, OUTPUT_FAILED, 0, unproven);
    bool inside = fresh && llabs(voltage - target) <= tolerance && !k->lowering;
    if (inside != (k->state == READY)) trip(k, VOLTAGE_BAD, target, voltage);
    int64_t idle = now - k->active_at;
    if (!k->train_active && idle > k->board.idle) trip(k, LEASE_EXPIRED, k->board.idle, idle);
}

static void drive(const struct kernel *k, const struct inputs *in, struct outputs *out) {
    int64_t now = in->now;
    *out = (struct outputs){.lines = LAMP, .wants_heartbeat = true, .wants_bleed_open = !k->lowering,
                            .set_point = k->set_point, .next_edge = LATER, .last_fire_at = k->fired_at};
    bool charge = k->charging && in->lines & BLEED;
    if (charge) out->lines |= CHARGE;
    bool soon = k->train_active && !k->train_pending && now >= k->next_at - 12 * MS;
    out->wants_arm = charge || soon || now <= k->arm_up_until;
    if (k->pulse_open && now - k->fired_at < MS / 10) out->lines |= FIRE | TRIGGER_OUT;
    if (k->pulse_open) out->next_edge = k->fired_at + k->board.sag_time;
    if (k->train_active && !k->train_pending) out->next_edge = smaller(out->next_edge, k->next_at);
}

__attribute__((noinline)) static void step(struct kernel *k, const struct inputs *in, struct outputs *out) {
    k->ticks++;
    observe(k, in);
    check_always(k, in);
    check_armed(k, in);
    if (k->trips) return;
    if (k->train_active && !k->train_pending && in->now >= k->next_at) return;
    hold(k, in);
    drive(k, in, out);
}

static struct kernel armed(void) {
    return (struct kernel){
        .board = {.maximum_voltage = 1650000, .overvoltage_trip = 1050, .ready_tolerance = 15, .coil_agreement = 5000,
                  .coil_trip = 40000, .coil_warning = 37000, .tick_lateness = 5 * MS, .voltage_age = 10 * MS,
                  .coil_age = 200 * MS, .charge_timeout = S, .sag_time = 3600000, .idle = 60 * S},
        .state = READY, .ticks = 10000, .entered_at = 9 * S, .lease_ends = 61 * S, .key_edge_at = 5 * S,
        .active_at = 10 * S, .arm_up_until = NEVER, .set_point = 990000,
        .previous_lines = INTERLOCK | COIL | KEY | ENABLE | CONTACTOR | BLEED,
        .lowest_since_off = INT32_MAX, .charge_began_at = LATER, .unproven_since = LATER, .bleed_open_since = 8 * S,
        .charge_off_at = 9 * S, .fired_at = NEVER, .next_at = LATER, .journal_writable = true};
}

// HistoryHash of StimulatorCore.
static uint64_t mix(uint64_t value, uint64_t word) {
    uint64_t mixed = (value ^ word) * UINT64_C(0xBF58476D1CE4E5B9);
    mixed ^= mixed >> 29;
    mixed *= UINT64_C(0x94D049BB133111EB);
    return mixed ^ mixed >> 32;
}

int main(int count, char **arguments) {
    int64_t ticks = count > 1 ? atoll(arguments[1]) : 1000000;
    uint64_t checksum = UINT64_C(0x9E3779B97F4A7C15);
    struct kernel kernel = armed();
    struct outputs out = {0};
    struct timespec begin, end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (int64_t tick = 0; tick < ticks; tick++) {
        int64_t k = tick % 50000, now = 10 * S + (k + 1) * MS;
        if (k == 0) kernel = armed();
        struct reading coil = {.value = 30000, .taken_at = now - 20 * MS, .quality = GOOD};
        struct inputs in = {
            .now = now, .lateness = 50000, .fire_at = NEVER,
            .lines = INTERLOCK | COIL | KEY | ENABLE | CONTACTOR | BLEED,
            .voltage = {.value = 990000 - (int32_t)(k & 1023), .taken_at = now - MS, .quality = GOOD},
            .coil_a = coil, .coil_b = coil, .set_point_held = 990000, .guardian_at = now - MS, .permits = true};
        step(&kernel, &in, &out);
        if (kernel.trips) return 1;
        checksum = mix(checksum, out.lines | (uint64_t)out.wants_heartbeat << 32 | (uint64_t)out.wants_bleed_open << 33
                                     | (uint64_t)out.wants_arm << 34);
        checksum = mix(checksum, (uint64_t)(int64_t)out.set_point);
        checksum = mix(checksum, (uint64_t)out.next_edge);
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    double nanoseconds = (double)(end.tv_sec - begin.tv_sec) * 1e9 + (double)(end.tv_nsec - begin.tv_nsec);
    printf("%" PRId64 " %016" PRIx64 " %.1f\n", ticks, checksum, nanoseconds / (double)(ticks > 0 ? ticks : 1));
    return 0;
}
