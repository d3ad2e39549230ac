"""Tests of the image in the emulated machine.

    main.py ROOT [NAME...]      ROOT: the repository
"""

import concurrent.futures
import os
import random
import re
import subprocess
import sys
import time

# It names its tests as it is imported.
import updates
from card import BUILT, ROOT, STIM, TESTS, Card, test
from machine import Failed, Machine, check

assert updates


def lines_low(machine):
    """The last that was driven, as the plant saw it."""
    log = machine.do("cat /test/run/log")
    state = {}
    for line in log.splitlines():
        _, word, value = line.split(" ", 2)
        state[word] = value
    return all(state.get(line, "0") == "0" for line in ("charge", "fire", "arm", "bleedHold", "enable"))


@test
def first_power_on():
    """From power to SAFE, a look round, a train of ten pulses."""
    with Card() as card:
        with card.boots() as machine:
            console = machine.console
            machine.to_safe()
            machine.do("echo hand key on >/test/run/inbox")
            for line, answer in (("posture", "arming is not blocked"), ("set intensity 60%", "intensity 60 %"), ("arm", "state: ready"),
                                 ("train 10Hz 10", "of 10 delivered"), ("disarm", "state: safe"),
                                 ("status", "journal    writable")):
                console.say(line)
                console.expect(answer)
            console.expect("board")
            peak = peak_memory(machine)
            transcript = console.all
        given = re.search(r"pattern complete: (\d+) of 10 delivered", transcript)
        # The emulated machine may be late for one; then it is omitted, and nothing else happens.
        check(given and int(given[1]) >= 5, "no train was given")
        with open(os.path.join(ROOT, "out/image/first-power-on.txt"), "w") as file:
            file.write(transcript.replace("\r", ""))
        safe = re.search(r"([\d.]+) s  state selfTest -> safe", card.show())
        check(safe, "the journal does not tell of SAFE")
        return f"SAFE {safe[1]} s after the kernel's start, {given[1]} of 10 pulses; peak resident memory {peak}; {card.verify()}"


def peak_memory(machine):
    """Of every process that the image has started."""
    found = machine.do("grep -H VmHWM /proc/[0-9]*/status; grep -H Name: /proc/[0-9]*/status")
    names = dict(re.findall(r"/proc/(\d+)/status:Name:\s+(\S+)", found))
    peaks = [(names[pid], int(kilobytes)) for pid, kilobytes in re.findall(r"/proc/(\d+)/status:VmHWM:\s+(\d+) kB", found)]
    ours = [(name, kilobytes) for name, kilobytes in peaks if name in ("init", "stimd", "supervisor")]
    check(len(ours) >= 4, found)
    return " + ".join(f"{name} {kilobytes} kB" for name, kilobytes in ours) + f" = {sum(k for _, k in ours)} kB"


@test
def nothing_connected():
    """The bare emulator: no line, no bus. The console says what is missing, and that it is left stopped."""
    with Card() as card, card.boots(bare=True) as machine:
        for number in (1, 2, 3):
            machine.console.expect("no GPIO chip has a line of this name")
            machine.console.expect(f"early end {number} of 3")
        machine.console.expect("stopped: the firmware ended three times")
        # The watchdog is petted: it is still there when its 15 s are long over.
        machine.console.expect("stopped: the firmware ended three times")
        machine.console.expect("stopped: the firmware ended three times")
        machine.console.expect("stopped: the firmware ended three times")
    return "names the first line that is not there, gives up after three starts, stays up"


def wait_ticks(console, count):
    """Waits for ticks of the safety task, a millisecond each in the board's time, however slow the emulator is."""
    begun = None
    while begun is None or ticks - begun < count:
        console.say("status")
        console.expect("ticks ")
        ticks = int(console.expect(","))
        begun = begun if begun is not None else ticks


@test
def pi_drivers():
    """The Pi's own drivers: every line is found and claimed, the card is mounted, the shell answers; the self-test names what is lacking."""
    with Card("rpi4") as card:
        # A card has a power of two.
        os.truncate(card.path, 64 << 20)
        machine = Machine.pi(card.path, BUILT)
        with machine:
            machine.to_shell()
            machine.console.expect("self-test failed at: sensors")
            # The journal is written after the line, and its writer sleeps up to a second of the board's time.
            wait_ticks(machine.console, 5_000)
        check("self-test failed" in card.show(), "the journal does not tell of the self-test: " + card.show())
    return "lines claimed, shell on the serial line, the self-test fails at the sensors, which the emulated Pi has not"


@test
def watchdog():
    """Everything of the firmware stopped: the watchdog resets the machine, and the shell comes again."""
    with Card() as card:
        with card.boots() as machine:
            # The firmware opens the watchdog in its first second: from then on it is what is tested here.
            machine.to_safe()
            machine.do("kill -STOP $(pidof stimd)")
            before = float(machine.do("cat /proc/uptime").split()[0])
            machine.to_shell()
            after = float(machine.do("cat /proc/uptime").split()[0])
            check(after < before + 10, f"up for {after} s, {before} s before: no reset")
        return f"reset, and the shell again; {card.verify()}"


@test
def crashes():
    """Killed three times within a minute: stopped, lines low, the reason on the line and in the journal, no reset."""
    with Card() as card:
        with card.boots() as machine:
            for number in (1, 2, 3):
                machine.to_shell()
                machine.do("kill -9 $(pidof stimd)")
                machine.console.expect(f"the firmware ended (early end {number} of 3)")
            before = float(machine.do("cat /proc/uptime").split()[0])
            for _ in range(4):
                machine.console.expect("stopped: the firmware ended three times")
            check(float(machine.do("cat /proc/uptime").split()[0]) > before + 20, "the machine was reset")
            check(lines_low(machine), "an output is not low")
            check("/run/stimd" not in machine.do("ps"), "the firmware runs")
        check("stopped: the firmware ended three times" in card.show(), "the journal does not tell why")
        return f"stopped after three, lines low, told on the line and in the journal; {card.verify()}"


@test
def service():
    """A file on the boot partition gives a root shell and no firmware; without it the firmware runs again."""
    with Card() as card:
        card.put("service")
        with card.boots() as machine:
            machine.console.expect("service mode: the boot partition has a file named service")
            machine.console.expect("every output is held low")
            machine.console.expect("service # ")
            machine.console.say("ls /data")
            machine.console.expect("journal")
            check("/run/stimd" not in machine.do("ps"), "the firmware runs")
            check(lines_low(machine), "an output is not low")
        check("service mode" in card.show(), "the journal does not tell of the service mode")
        card.take("service")
        with card.boots() as machine:
            machine.to_shell()
        return f"a root shell, no firmware, lines low; told on the line and in the journal; {card.verify()}"


CUTS = 20


@test
def power_cuts():
    """Power cut twenty times while the journal is written, on one card: it verifies each time, and is gone on with."""
    chance = random.Random(4)
    records, torn = 0, 0
    with Card() as card:
        for number in range(CUTS):
            with card.boots() as machine:
                machine.to_shell()
                # A refusal is a record, synced with the others of its second.
                for _ in range(chance.randint(2, 12)):
                    machine.console.say("arm")
                    machine.console.expect("refused")
                time.sleep(chance.uniform(0, 0.2))
            said = subprocess.run([STIM, "log", "verify", card.log()], capture_output=True, text=True)
            text = " ".join((said.stdout + said.stderr).split())
            # What was being written when the power went is no damage: the next start cuts it off, and says so.
            check(said.returncode == 0 or "torn" in text, f"cut {number}: {text}")
            now = int(re.search(r"(\d+) whole records", text)[1])
            check(now > records, f"cut {number}: {now} records, {records} before")
            records, torn = now, torn + (said.returncode != 0)
    return f"{CUTS} cuts: {records} records, {torn} times a torn last one"


# What Tools/test runs.
CI = "power-cuts first-power-on nothing-connected watchdog crashes service update-taken".split()


def run(name):
    begun = time.monotonic()
    try:
        word, result = "passed", TESTS[name]()
    except (Failed, OSError, KeyError, subprocess.SubprocessError) as error:
        word, result = "FAILED", error if isinstance(error, Failed) else repr(error)
    print(f"{name:<18} {word}  {result}  [{time.monotonic() - begun:.0f} s]", flush=True)
    return word == "passed"


def main():
    names = sys.argv[2:] or list(TESTS)
    if names == ["ci"]:
        names = CI
    if names == ["list"]:
        print("\n".join(TESTS))
        return 0
    # The longest one first.
    names.sort(key=lambda name: name != "power-cuts")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return 0 if all(list(pool.map(run, names))) else 1


if __name__ == "__main__":
    sys.exit(main())
