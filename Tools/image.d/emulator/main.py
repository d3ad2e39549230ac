"""Tests of the image in the emulated machine.

    main.py ROOT [NAME...]      ROOT: the repository
"""

import base64
import concurrent.futures
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zlib

from machine import Failed, Machine, check

ROOT = sys.argv[1]
BUILT = os.path.join(ROOT, ".build-image/vm")
STIM = os.path.join(ROOT, ".build/release/stim")
KEY = os.path.join(ROOT, ".build-image/test-key")
# Where the partitions begin, bytes.
BOOT, DATA = 1 << 20, 35 << 20
TESTS = {}


def test(function):
    TESTS[function.__name__.replace("_", "-")] = function
    return function


class Card:
    """A copy of the image, as a card that a machine writes to and a person takes out."""

    def __init__(self, board="vm"):
        self.folder = tempfile.mkdtemp(prefix="card.")
        self.path = os.path.join(self.folder, "card")
        image = os.path.join(ROOT, f"out/image/{board}.img")
        subprocess.run(["cp", "--sparse=always", image, self.path], check=True)

    def boots(self, **how):
        return Machine(self.path, BUILT, **how)

    def put(self, name, source="/dev/null"):
        """A person puts a file on the boot partition: a copy of `source`."""
        copy = os.path.join(self.folder, name)
        shutil.copyfile(source, copy)
        subprocess.run(["mcopy", "-o", "-i", f"{self.path}@@{BOOT}", copy, "::" + name], check=True)

    def take(self, name):
        subprocess.run(["mdel", "-i", f"{self.path}@@{BOOT}", "::" + name], check=True)

    def log(self):
        """The journal as the card has it now: a copy of the data partition, its file system's own journal replayed as a mount does."""
        data, log = os.path.join(self.folder, "data"), os.path.join(self.folder, "log")
        subprocess.run(["dd", "if=" + self.path, "of=" + data, "bs=1M", "skip=35", "conv=sparse", "status=none"], check=True)
        replayed = subprocess.run(["e2fsck", "-p", data], capture_output=True, text=True)
        check(replayed.returncode < 2, "e2fsck: " + replayed.stdout + replayed.stderr)
        subprocess.run(["debugfs", "-R", f"dump /journal/log {log}", data], capture_output=True, check=True)
        return log

    def verify(self):
        """What `stim log verify` says of the journal, which must be whole."""
        said = subprocess.run([STIM, "log", "verify", self.log()], capture_output=True, text=True)
        text = " ".join((said.stdout + said.stderr).split())
        check(said.returncode == 0, text)
        return text

    def show(self):
        return subprocess.run([STIM, "log", "show", self.log()], capture_output=True, text=True, check=True).stdout

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder)


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
        check("selfTestFailed" in card.show(), "the journal does not tell of the self-test")
    return "lines claimed, shell on the serial line, the self-test fails at the sensors, which the emulated Pi has not"


@test
def watchdog():
    """Everything of the firmware stopped: the watchdog resets the machine, and the shell comes again."""
    with Card() as card:
        with card.boots() as machine:
            machine.to_shell()
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


def bundle(card, version, before, after):
    """A signed update of the board file, in which `after` stands for `before`: its path."""
    with open(os.path.join(ROOT, "Boards/vm/board.toml")) as file:
        text = file.read()
    check(text.count(before) == 1, f"{before!r} is not once in the board file")
    board, made = os.path.join(card.folder, "board"), os.path.join(card.folder, f"update-{version}")
    with open(board + ".toml", "w") as file:
        file.write(text.replace(before, after))
    for words in (["board", "compile", board + ".toml", "-o", board + ".bin"],
                  ["update", "make", "--key", KEY, "--version", str(version), "--board", "vm", "--board-file", board + ".bin",
                   "-o", made]):
        subprocess.run([STIM, *words], capture_output=True, check=True)
    return made


# A trial is confirmed 15 s after its start.
TRIAL = "sleep 16"


@test
def update_taken():
    """A good update on the boot partition: on trial, confirmed, and what runs from then on."""
    with Card() as card:
        card.put("update.pk", bundle(card, 1, "pulses_per_second = 50 ", "pulses_per_second = 40 "))
        with card.boots() as machine:
            machine.console.expect("version 1 is on trial in slot a")
            machine.to_safe()
            machine.do(TRIAL)
        with card.boots() as machine:
            machine.console.expect("version 1 is confirmed")
            machine.to_safe()
            machine.console.say("update status")
            machine.console.expect("a, confirmed")
            machine.console.say("limits")
            machine.console.expect("40 pulses")
        check("version 1 is confirmed" in card.show(), "the journal does not tell of it")
    return "on trial, confirmed, told on the line and in the journal; its limit holds"


@test
def update_returned():
    """Two bad ones: one whose self-test fails, one that ends by itself. The board file before runs again, and neither is tried again."""
    with Card() as card:
        card.put("update.pk", bundle(card, 1, "adc_address = 0x48", "adc_address = 0x49"))
        with card.boots() as machine:
            machine.console.expect("version 1 is on trial in slot a")
            machine.console.expect("version 1 is given up, the one before runs: its self-test did not pass")
            machine.to_safe()
        with card.boots() as machine:
            machine.console.expect("this very bundle, version 1, was tried here and given up")
            machine.to_safe()
        card.put("update.pk", bundle(card, 2, 'charge = { line = "charge"', 'charge = { line = "elsewhere"'))
        with card.boots() as machine:
            machine.console.expect("version 2 is on trial in slot a")
            machine.console.expect("version 2 is given up, the one before runs: it ended by itself")
            machine.to_safe()
        check("version 2 is given up" in card.show(), "the journal does not tell of it")
    return "self-test failed, and ended by itself: both given up, the factory's runs, told on the line and in the journal"


@test
def update_over_the_line():
    """Received over the serial line, taken at the next start; changed on the card meanwhile, refused there."""
    with Card() as card:
        made = bundle(card, 1, "pulses_per_second = 50 ", "pulses_per_second = 40 ")
        with open(made, "rb") as file:
            data = file.read()

        def receive(machine):
            machine.to_safe()
            machine.do("echo hand key on >/test/run/inbox")
            machine.console.say(f"update begin {len(data)}")
            machine.console.expect(f"received 0 of {len(data)} bytes")
            for start in range(0, len(data), 168):
                piece = data[start:start + 168]
                text = base64.b64encode(piece).decode()
                machine.console.say(f"update data {start} {text} {zlib.crc32(piece):08x}")
                machine.console.expect(f"received {start + len(piece)} of")
            machine.console.say("update end")
            machine.console.expect("version 1 is whole and signed")

        with card.boots() as machine:
            receive(machine)
            machine.do("printf '\\001' | dd of=/data/incoming/update bs=1 seek=300 conv=notrunc 2>&1; sync")
        with card.boots() as machine:
            machine.console.expect("update from the console refused: the bytes of board.bin are not those that were signed")
            receive(machine)
        with card.boots() as machine:
            machine.console.expect("version 1 is on trial in slot a")
            machine.to_safe()
    return f"{len(data)} bytes received, verified, taken at the next start; refused there when changed on the card"


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
