"""Runs tests in the virtual machine, one line each.

    main.py NAME...      in this order; the exit status is 1 when one failed
"""

import subprocess
import sys

# Each names its tests as it is imported.
import console
import devices
import drills
import timing
from bench import BUILT, Failed, now
from testing import TESTS

assert {console, devices, drills, timing}


def warm_up():
    """Starts every program once: while the machine waits for its files, the host's, seconds fly past."""
    for program in (BUILT + "/stimd", BUILT + "/plant", BUILT + "/stim"):
        subprocess.run([program, "--help"], stdin=subprocess.DEVNULL, capture_output=True)


def main():
    warm_up()
    failed = 0
    for name in sys.argv[1:]:
        begun = now()
        try:
            result = TESTS[name]()
            word = "passed"
        except (Failed, OSError, KeyError, ValueError, subprocess.SubprocessError) as error:
            result, word = error if isinstance(error, Failed) else repr(error), "FAILED"
            failed += 1
        print(f"{name:<22} {word}  {result}  [{(now() - begun) / 1e9:.1f} s of the machine's time]", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
