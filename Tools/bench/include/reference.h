// The checks of SafetyKernel.step on an armed board without a train, as plain C: the yardstick for what the Swift costs.
#ifndef REFERENCE_H
#define REFERENCE_H
#include <stdbool.h>
#include <stdint.h>

// A reading: value in mV or m°C, the moment of its conversion in ns, Quality's raw value.
struct reference_reading {
    int32_t value;
    int64_t taken_at;
    uint8_t quality;
};

// KernelInputs, in the same units. Of the commands only the renewal of the lease is known here.
struct reference_inputs {
    int64_t now, lateness;
    uint32_t lines;
    bool port_failed;
    uint32_t fire_edges;
    int64_t fire_at;
    struct reference_reading voltage, coil_a, coil_b;
    int32_t set_point_held;
    int64_t guardian_at;
    bool permits, arm_is_up, output_failed, watchdog_failed;
    uint32_t stalls;
    bool renews, journal_writable;
};

// KernelOutputs.
struct reference_outputs {
    uint32_t lines;
    bool wants_heartbeat, wants_bleed_open, wants_arm;
    int32_t set_point;
    int64_t next_edge, last_fire_at;
};

// The limits of BoardDescription that these checks need.
struct reference_board {
    int32_t maximum_voltage, overvoltage_trip, ready_tolerance, coil_agreement, coil_trip, coil_warning;
    int64_t capacitance, charger_current;
    int64_t tick_lateness, guardian_tick_age, voltage_age, coil_age, charge_timeout, sag_time, idle, lease;
};

// An armed kernel: in `ready` or `charging`, until it stops.
struct reference_kernel {
    struct reference_board board;
    int state;
    uint64_t ticks;
    int64_t entered_at, worst_lateness, lease_ends, key_edge_at, key_off_since, active_at, arm_up_until;
    uint32_t stalls_seen, edges_seen, session_pulses;
    int32_t set_point, lowest_since_off, hottest_coil;
    struct reference_reading known;
    int64_t charge_began_at, unproven_since, bleed_open_since, charge_off_at, fired_at, next_at;
    bool journal_writable, charging, lowering, train_active, train_pending, pulse_open, current_seen;
    bool coil_warned;
    // How it stopped: 0 not, 1 idle, 2 by a trip; then the first trip's raw value, its limit and its actual value.
    int stopped, trip;
    int64_t limit, actual;
};

// A kernel of the default board that holds `set_point` (mV) since a second, at `now`.
struct reference_kernel reference_armed(int64_t now, int32_t set_point);
// One step. A kernel that has stopped is not stepped again.
void reference_step(struct reference_kernel *kernel, const struct reference_inputs *inputs,
                    struct reference_outputs *outputs);
// `ticks` nominal ticks, in blocks that each begin anew with `armed` at `begin`; the checksum of their outputs, 0 when the kernel
// stopped. The inputs and the checksum are those of KernelRace in `stim`.
uint64_t reference_run(const struct reference_kernel *armed, int64_t begin, int64_t ticks);
#endif
