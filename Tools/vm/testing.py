"""What every test of the virtual machine needs: a name, a check, and the time from a fault to safe lines."""

from bench import Failed

TESTS = {}
# The first lines of the chip.
OUTPUTS = "charge fire arm heartbeat bleedHold".split()
# Milliseconds: the charge pump holds ENABLE for 50 after the last heartbeat, and the board's bleed brings it below 60 V
# in 5000.
PUMP, DISCHARGE = 50, 5_000


def test(function):
    TESTS[function.__name__.replace("_", "-")] = function
    return function


def check(truth, text):
    if not truth:
        raise Failed(text)


def timed(bench, fault, within):
    """The line of a drill: from the fault to safe lines, `within` milliseconds at most, and to below 60 V."""
    lines, empty = bench.safe_after(fault)
    check(lines <= within, f"lines safe only after {lines:.1f} ms, {within} ms allowed")
    check(empty <= within + DISCHARGE, f"below 60 V only after {empty:.0f} ms")
    late = bench.plant.pulses(fault + int(lines * 1e6) + 1)
    check(not late, f"{len(late)} pulses after the lines were safe")
    return f"lines safe after {lines:.1f} ms (at most {within}), below 60 V after {empty / 1000:.2f} s"
