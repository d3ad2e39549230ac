// The checks that SafetyKernel.step makes on an armed board without a train (states `ready` and `charging`), as plain C. Same
// checks in the same order on the same kind of data; every branch that raises a trip is there. A test compares it with the kernel,
// input by input, as far as it goes: until the first trip, and without commands (but the renewal of the lease) and trains, of
// which the kernel's question whether there is one remains.
#include "reference.h"

#include <stdlib.h>

enum { EMERGENCY_STOP = 1, PATIENT_STOP = 2, INTERLOCK = 4, COIL = 8, KEY = 16, FIRE_SENSE = 32, ENABLE = 128 };
enum { CONTACTOR = 256, BLEED = 512, OVERVOLTAGE = 1024 };
enum { CHARGE = 1, FIRE = 2, LAMP = 32, TRIGGER_OUT = 128 };
enum { GOOD = 1, IMPLAUSIBLE = 2 };
enum { CHARGING = 3, READY = 4 };
enum { IDLE = 1, TRIPPED = 2 };
// Trips, by their raw values.
enum { INTERLOCK_OPEN, COIL_MISSING, KEY_REMOVED, LEASE_EXPIRED, COIL_HOT, COIL_STALE, JOURNAL_FAILED, TICK_LATE = 11,
       STOPPED, PATIENT_STOPPED, CAPACITOR_OVERVOLTAGE, CHARGE_TIMEOUT, CHARGE_RUNAWAY, VOLTAGE_STALE, VOLTAGE_BAD, COIL_BAD,
       LINE_MISMATCH = 21, OUTPUT_FAILED, TICK_STALLED, GUARDIAN_DISAGREES, OVERVOLTAGE_LATCHED, PULSE_UNEXPECTED = 27,
       WATCHDOG_FAILED = 31 };
#define MS INT64_C(1000000)
#define S INT64_C(1000000000)
#define NEVER (INT64_MIN / 4)
#define LATER (INT64_MAX / 4)
#define GUARDIAN_AGE (20 * MS)

// Moments of the inputs come from other tasks and may be any number: what is taken away from one saturates, so that an old moment
// never becomes a fresh one.
static int64_t since(int64_t moment, int64_t now) {
    int64_t time;
    return __builtin_sub_overflow(now, moment, &time) ? (now < 0 ? INT64_MIN : INT64_MAX) : time;
}

static bool trusted(const struct reference_reading *r, int64_t now, int64_t limit) {
    return r->quality == GOOD && r->taken_at <= now && (uint64_t)now - (uint64_t)r->taken_at <= (uint64_t)limit;
}

static int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }
static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t micro(int64_t time) { return time / 1000; }

__attribute__((noinline, cold)) static void trip(struct reference_kernel *k, int which, int64_t limit, int64_t actual) {
    if (k->stopped) return;
    k->stopped = TRIPPED;
    k->trip = which;
    k->limit = limit;
    k->actual = actual;
}

static void stop_charging(struct reference_kernel *k, int64_t now) {
    if (k->charging) {
        k->charging = false;
        k->charge_off_at = now;
        k->lowest_since_off = INT32_MAX;
    }
    k->charge_began_at = LATER;
}

static void observe(struct reference_kernel *k, const struct reference_inputs *in) {
    k->worst_lateness = larger(k->worst_lateness, in->lateness);
    if (!in->port_failed) {
        if (in->lines & KEY) {
            if (in->now - k->key_off_since >= 20 * MS) k->key_edge_at = in->now;
            k->key_off_since = LATER;
        } else {
            k->key_off_since = smaller(k->key_off_since, in->now);
        }
    }
    if (!k->charging && in->voltage.quality == GOOD && in->voltage.taken_at > k->charge_off_at + 2 * MS
        && in->voltage.value < k->lowest_since_off)
        k->lowest_since_off = in->voltage.value;
    uint32_t news = in->fire_edges - k->edges_seen;
    if (news == 0) return;
    k->edges_seen = in->fire_edges;
    int64_t after = since(k->fired_at, in->fire_at);
    bool ours = !k->current_seen && after >= 0 && after <= 200000;
    if (ours) k->current_seen = true;
    if (!ours || news > 1) {
        uint32_t sum;
        k->session_pulses = __builtin_add_overflow(k->session_pulses, ours ? news - 1 : news, &sum) ? UINT32_MAX : sum;
        trip(k, PULSE_UNEXPECTED, ours, news);
    }
}

static void check_always(struct reference_kernel *k, const struct reference_inputs *in) {
    if (in->lateness > k->board.tick_lateness && k->ticks > 1)
        trip(k, TICK_LATE, micro(k->board.tick_lateness), micro(in->lateness));
    if (in->port_failed || in->output_failed) trip(k, OUTPUT_FAILED, 0, 0);
    if (in->lines & EMERGENCY_STOP) trip(k, STOPPED, 0, 0);
    if (in->lines & PATIENT_STOP) trip(k, PATIENT_STOPPED, 0, 0);
    if (in->lines & OVERVOLTAGE) trip(k, OVERVOLTAGE_LATCHED, 0, 0);
    if (in->stalls != k->stalls_seen) {
        k->stalls_seen = in->stalls;
        trip(k, TICK_STALLED, micro(k->board.guardian_tick_age), micro(in->lateness));
    }
    if (in->watchdog_failed) trip(k, WATCHDOG_FAILED, 0, 0);
    if (in->voltage.quality != GOOD) return;
    int64_t limit = (int64_t)k->board.maximum_voltage * k->board.overvoltage_trip / 1000;
    if (in->voltage.value > limit) trip(k, CAPACITOR_OVERVOLTAGE, limit, in->voltage.value);
    if (k->charging || k->lowest_since_off == INT32_MAX) return;
    int64_t risen = (int64_t)k->lowest_since_off + 10000 + larger(0, k->lowest_since_off) / 100;
    if (in->voltage.value > risen) trip(k, CHARGE_RUNAWAY, risen, in->voltage.value);
}

static void check_change(struct reference_kernel *k, const struct reference_reading *voltage) {
    if (voltage->taken_at <= k->known.taken_at) return;
    if (k->known.quality == GOOD && k->fired_at + MS / 2 < k->known.taken_at) {
        int64_t before = k->known.value, actual = voltage->value;
        int64_t elapsed = smaller(S, voltage->taken_at - k->known.taken_at);
        int64_t least = before - larger(0, before) / 10 - 10000;
        int64_t most = before + elapsed * k->board.charger_current / k->board.capacitance * 3 / 2 + 20000;
        if (actual < least) {
            trip(k, VOLTAGE_BAD, least, actual);
            return;
        }
        if (actual > most) {
            trip(k, VOLTAGE_BAD, most, actual);
            return;
        }
    }
    k->known = *voltage;
}

static void check_voltage(struct reference_kernel *k, const struct reference_inputs *in) {
    const struct reference_reading *voltage = &in->voltage;
    if (trusted(voltage, in->now, k->board.voltage_age)) check_change(k, voltage);
    else if (voltage->quality == IMPLAUSIBLE) trip(k, VOLTAGE_BAD, 0, voltage->value);
    else trip(k, VOLTAGE_STALE, micro(k->board.voltage_age), micro(since(voltage->taken_at, in->now)));
}

static void check_coil(struct reference_kernel *k, const struct reference_inputs *in) {
    const struct reference_reading *a = &in->coil_a, *b = &in->coil_b;
    if (a->quality == IMPLAUSIBLE || b->quality == IMPLAUSIBLE) {
        trip(k, COIL_BAD, 0, a->quality == IMPLAUSIBLE ? a->value : b->value);
    } else if (!trusted(a, in->now, k->board.coil_age) || !trusted(b, in->now, k->board.coil_age)) {
        trip(k, COIL_STALE, micro(k->board.coil_age), micro(since(smaller(a->taken_at, b->taken_at), in->now)));
    } else {
        int64_t gap = llabs((int64_t)a->value - b->value);
        if (gap > k->board.coil_agreement) trip(k, COIL_BAD, k->board.coil_agreement, gap);
        int32_t hottest = a->value > b->value ? a->value : b->value;
        k->hottest_coil = hottest;
        if (hottest > k->board.coil_trip) trip(k, COIL_HOT, k->board.coil_trip, hottest);
        if (hottest > k->board.coil_warning && !k->coil_warned) k->coil_warned = true;
        else if (hottest < k->board.coil_warning - 1000) k->coil_warned = false;
    }
}

static void check_charging(struct reference_kernel *k, const struct reference_inputs *in) {
    int64_t runaway = (int64_t)k->set_point * 105 / 100 + 10000;
    if (!k->lowering && in->voltage.value > runaway) trip(k, CHARGE_RUNAWAY, runaway, in->voltage.value);
    int64_t limit = k->lowering ? 6 * S : k->board.charge_timeout;
    if (in->now > k->charge_began_at && in->now - k->charge_began_at > limit)
        trip(k, CHARGE_TIMEOUT, micro(limit), micro(in->now - k->charge_began_at));
}

static void check_guardian(struct reference_kernel *k, const struct reference_inputs *in) {
    int64_t age = since(in->guardian_at, in->now);
    if (age > GUARDIAN_AGE || age < -GUARDIAN_AGE) trip(k, GUARDIAN_DISAGREES, micro(GUARDIAN_AGE), micro(age));
    else if (!in->permits) trip(k, GUARDIAN_DISAGREES, 0, 0);
}

static void check_armed(struct reference_kernel *k, const struct reference_inputs *in) {
    int64_t now = in->now;
    if (!(in->lines & INTERLOCK)) trip(k, INTERLOCK_OPEN, 0, 0);
    if (!(in->lines & COIL)) trip(k, COIL_MISSING, 0, 0);
    if (!(in->lines & KEY)) trip(k, KEY_REMOVED, 0, 0);
    if (now > k->lease_ends)
        trip(k, LEASE_EXPIRED, micro(k->board.lease), micro(now - k->lease_ends) + micro(k->board.lease));
    if (!k->journal_writable) trip(k, JOURNAL_FAILED, 0, 0);
    uint32_t expected = ENABLE | CONTACTOR;
    if (now > k->bleed_open_since && now - k->bleed_open_since > 50 * MS) expected |= BLEED;
    if ((in->lines & expected) != expected) trip(k, LINE_MISMATCH, 0, (ENABLE | CONTACTOR | BLEED) & ~in->lines);
    check_voltage(k, in);
    check_coil(k, in);
    check_charging(k, in);
    if (!k->pulse_open && in->lines & FIRE_SENSE && now - k->fired_at > 2 * MS) trip(k, LINE_MISMATCH, 0, FIRE_SENSE);
    check_guardian(k, in);
}

// Two-point regulation at the set-point.
static void regulate(struct reference_kernel *k, const struct reference_inputs *in, int64_t target, int64_t tolerance) {
    int64_t now = in->now, voltage = in->voltage.value;
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
    if (now > k->unproven_since && unproven > 100 * MS) trip(k, OUTPUT_FAILED, micro(100 * MS), micro(unproven));
}

// Charges to the set-point and holds it there, for so long as the board is not idle.
static void hold(struct reference_kernel *k, const struct reference_inputs *in) {
    int64_t now = in->now, voltage = in->voltage.value, target = k->set_point;
    int64_t tolerance = target * k->board.ready_tolerance / 1000;
    bool fresh = in->voltage.taken_at >= k->fired_at + MS / 2;
    regulate(k, in, target, tolerance);
    if (k->stopped) return;
    bool inside = fresh && llabs(voltage - target) <= tolerance && !k->lowering;
    if (inside && k->state != READY) {
        k->charge_began_at = LATER;
        k->state = READY;
        k->entered_at = now;
    } else if (!inside && k->state == READY) {
        k->state = CHARGING;
        k->entered_at = now;
    }
    if (!k->train_active && now - k->active_at > k->board.idle) k->stopped = IDLE;
}

static void drive(const struct reference_kernel *k, const struct reference_inputs *in, struct reference_outputs *out) {
    int64_t now = in->now;
    *out = (struct reference_outputs){.next_edge = LATER, .last_fire_at = k->fired_at};
    if (k->stopped) return;
    out->lines = LAMP;
    out->wants_heartbeat = true;
    out->wants_bleed_open = !k->lowering;
    out->set_point = k->set_point;
    bool charge = k->charging && in->lines & BLEED;
    if (charge) out->lines |= CHARGE;
    bool soon = k->train_active && !k->train_pending && now >= k->next_at - 12 * MS;
    out->wants_arm = charge || soon || now <= k->arm_up_until;
    if (k->pulse_open && now - k->fired_at < MS / 10) out->lines |= FIRE | TRIGGER_OUT;
    int64_t look = k->fired_at + k->board.sag_time;
    if (k->pulse_open && look > now) out->next_edge = look;
    if (k->train_active && !k->train_pending && k->next_at > now) out->next_edge = smaller(out->next_edge, k->next_at);
    if (k->pulse_open && k->fired_at + MS / 10 > now) out->next_edge = k->fired_at + MS / 10;
}

__attribute__((noinline)) void reference_step(struct reference_kernel *k, const struct reference_inputs *in,
                                              struct reference_outputs *out) {
    k->ticks++;
    observe(k, in);
    check_always(k, in);
    if (!k->stopped) check_armed(k, in);
    if (in->renews) {
        k->lease_ends = in->now + k->board.lease;
        k->journal_writable = in->journal_writable;
    }
    if (!k->stopped) hold(k, in);
    drive(k, in, out);
}

struct reference_kernel reference_armed(int64_t now, int32_t set_point) {
    return (struct reference_kernel){
        .board = {.maximum_voltage = 1650000, .overvoltage_trip = 1050, .ready_tolerance = 15, .coil_agreement = 5000,
                  .coil_trip = 40000, .coil_warning = 37000, .capacitance = 185000, .charger_current = 2000,
                  .tick_lateness = 5 * MS, .guardian_tick_age = 7 * MS, .voltage_age = 10 * MS, .coil_age = 200 * MS,
                  .charge_timeout = S, .sag_time = 3600000, .idle = 60 * S, .lease = S},
        .state = READY, .ticks = 10000, .entered_at = now - S, .lease_ends = now + S, .key_edge_at = NEVER,
        .key_off_since = LATER, .active_at = now - S, .arm_up_until = NEVER, .set_point = set_point,
        .lowest_since_off = set_point,
        .known = {.value = set_point, .taken_at = NEVER}, .charge_began_at = LATER, .unproven_since = LATER,
        .bleed_open_since = now - 2 * S, .charge_off_at = now - S, .fired_at = NEVER, .next_at = LATER,
        .journal_writable = true};
}

// The outputs of one tick in one word, and one round of a multiplicative hash: cheap, so that the checks are what is measured.
static uint64_t mix(uint64_t checksum, const struct reference_outputs *out) {
    uint64_t word = out->lines | (uint64_t)out->wants_heartbeat << 32 | (uint64_t)out->wants_bleed_open << 33
                    | (uint64_t)out->wants_arm << 34;
    word ^= (uint64_t)(uint32_t)out->set_point << 35 ^ (uint64_t)out->next_edge;
    return (checksum ^ word) * UINT64_C(0x100000001B3);
}

uint64_t reference_run(const struct reference_kernel *armed, int64_t begin, int64_t ticks) {
    uint64_t checksum = UINT64_C(0xCBF29CE484222325);
    struct reference_inputs in = {
        .lateness = 50000, .fire_at = NEVER, .lines = INTERLOCK | COIL | KEY | ENABLE | CONTACTOR | BLEED,
        .voltage.quality = GOOD, .coil_a = {.value = 30000, .quality = GOOD}, .coil_b = {.value = 30000, .quality = GOOD},
        .set_point_held = armed->set_point, .permits = true, .journal_writable = true};
    struct reference_outputs out;
    while (ticks > 0) {
        struct reference_kernel kernel = *armed;
        int64_t block = smaller(ticks, 50000);
        for (int64_t k = 0; k < block; k++) {
            in.now = begin + (k + 1) * MS;
            in.voltage.value = armed->set_point - (int32_t)(k & 1023);
            in.voltage.taken_at = in.guardian_at = in.now - MS;
            in.coil_a.taken_at = in.coil_b.taken_at = in.now - 20 * MS;
            in.renews = (k & 511) == 0;
            reference_step(&kernel, &in, &out);
            checksum = mix(checksum, &out);
        }
        if (kernel.stopped) return 0;
        ticks -= block;
    }
    return checksum;
}
