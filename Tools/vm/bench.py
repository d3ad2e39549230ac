"""The bench in the virtual machine: the plant and the firmware side by side, a person at the other end of the serial
line, and what truly happened in the plant's log."""

import errno
import os
import select
import signal
import subprocess
import termios
import time
import tty

RUN = "/run/bench"
BUILT = os.environ["BOARD_BUILT"]
NEAR, FAR = "/dev/ttyS1", "/dev/ttyS2"
BUS = "i2c-7"


class Failed(Exception):
    """What was expected did not come."""


def now():
    """Nanoseconds on CLOCK_MONOTONIC: the plant's clock and the firmware's."""
    return time.monotonic_ns()


class Plant:
    """The plant's process and its log."""

    def __init__(self):
        self.inbox = RUN + "/plant.in"
        self.events = []
        self.state = {}
        self.text = b""
        log = open(RUN + "/plant.log", "wb")
        self.log = open(RUN + "/plant.log", "rb")
        self.process = subprocess.Popen([BUILT + "/plant", BUS, self.inbox], stdout=log, stderr=subprocess.PIPE)
        deadline = now() + 60_000_000_000
        while not (os.path.exists("/dev/" + BUS) and self.look()):
            if self.process.poll() is not None:
                raise Failed("the plant ended: " + self.process.stderr.read().decode().strip())
            if now() > deadline:
                raise Failed("the plant does not start")
            time.sleep(0.01)

    def look(self):
        """Reads what is new in the log."""
        self.text += self.log.read()
        *lines, self.text = self.text.split(b"\n")
        for line in lines:
            at, word, value = line.decode().split(" ", 2)
            self.events.append((int(at), word, value))
            self.state[word] = value
        return bool(self.events)

    def tell(self, line):
        """Hands and faults; waits until it is done."""
        begun = now()
        with open(self.inbox, "w") as inbox:
            inbox.write(line + "\n")
        self.wait("done", line, since=begun)
        return begun

    def wait(self, word, value, since, timeout=10.0):
        """When the log says `word value` at or after `since`; `since` itself when that held already."""
        begun = now()
        while True:
            self.look()
            held = None
            for at, said, what in self.events:
                if said != word:
                    continue
                if at < since:
                    held = what
                elif what == value:
                    return since if held == value else at
                else:
                    held = what
            if held == value and word != "done":
                return since
            if now() - begun > timeout * 1e9:
                raise Failed(f"the plant did not see {word} {value} within {timeout} s")
            time.sleep(0.01)

    def safe_since(self, fault):
        """Since when the lines are safe: CHARGE, FIRE, ARM and BLEED are low, or ENABLE is, and it stays so."""
        state, since = {}, None
        for at, word, value in self.events:
            state[word] = value
            low = all(state.get(line, "0") == "0" for line in ("charge", "fire", "arm", "bleedHold"))
            if not low and state.get("enable", "0") == "1":
                since = None
            elif since is None:
                since = at
        if since is None:
            raise Failed("the lines are not safe")
        return max(since, fault)

    def pulses(self, since=0):
        """When pulses went through the coil, and at how many millivolts."""
        self.look()
        return [(at, int(value)) for at, word, value in self.events if word == "pulse" and at >= since]

    def end(self):
        self.process.kill()
        self.process.wait()
        self.log.close()


class Firmware:
    """stimd and the person at its line."""

    def __init__(self, *options, tty_path=NEAR, far=FAR, program=BUILT + "/stimd"):
        self.heard = ""
        self.line = None
        if far:
            self.line = os.open(far, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
            tty.setraw(self.line)
            termios.tcflush(self.line, termios.TCIOFLUSH)
        self.errors = open(RUN + "/stimd.err", "w+b")
        self.process = subprocess.Popen(
            [program, "--board", os.environ["BOARD_FILE"], "--journal", RUN + "/journal/log", "--latches", RUN + "/latches",
             "--tty", tty_path, *options],
            stdin=subprocess.DEVNULL, stderr=self.errors)

    def complaint(self):
        self.errors.seek(0)
        return self.errors.read().decode().strip()

    def listen(self, timeout=0.0):
        if select.select([self.line], [], [], timeout)[0]:
            try:
                self.heard += os.read(self.line, 4096).decode(errors="replace")
            except BlockingIOError:
                pass

    def forget(self):
        """Forgets all that has been said so far, also what nobody has listened to yet."""
        while True:
            self.heard = ""
            self.listen(0.05)
            if not self.heard:
                return

    def expect(self, text, timeout=15.0):
        """Waits for `text`, and forgets it and what came before it."""
        deadline = now() + timeout * 1e9
        while text not in self.heard:
            if self.process.poll() is not None:
                ended = f"stimd ended with {self.process.returncode}: {self.complaint()}"
                raise Failed(f"{ended}; heard {self.heard[-300:]!r}")
            if now() > deadline:
                raise Failed(f"no {text!r} within {timeout} s: {self.heard[-400:]!r}")
            self.listen(0.01)
        before, _, self.heard = self.heard.partition(text)
        return before

    def say(self, line):
        for byte in line.encode() + b"\r":
            os.write(self.line, bytes([byte]))

    def children(self):
        """The processes of the two sides: (safety, console)."""
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children") as file:
            safety, console = sorted(int(pid) for pid in file.read().split())[:2]
        return safety, console

    def end(self):
        if self.process.poll() is None:
            for pid in (*self.descendants(), self.process.pid):
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            self.process.wait()
        if self.line is not None:
            os.close(self.line)
        self.errors.close()

    def descendants(self):
        try:
            with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children") as file:
                return [int(pid) for pid in file.read().split()]
        except OSError:
            return []


class Bench:
    """One drill's plant and firmware. Everything is gone at the end, the watchdog disarmed."""

    def __init__(self, *options, starts=True, **how):
        for folder in (RUN, RUN + "/journal"):
            os.makedirs(folder, exist_ok=True)
        for file in ("journal/log", "latches"):
            if os.path.exists(f"{RUN}/{file}"):
                os.unlink(f"{RUN}/{file}")
        self.plant = Plant()
        self.firmware = Firmware(*options, **how) if starts else None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.firmware:
            self.firmware.end()
        self.plant.end()
        disarm_watchdog()

    def to_safe(self):
        self.firmware.expect("self-test passed", 30)
        self.firmware.expect("state: safe", 5)

    def to_ready(self, intensity=60):
        self.to_safe()
        self.arm(intensity)

    def arm(self, intensity):
        """Key on, armed, charged."""
        self.plant.tell("hand key on")
        self.firmware.say(f"set intensity {intensity}%")
        self.firmware.expect(f"intensity {intensity} % = ")
        self.firmware.say("arm")
        self.firmware.expect("state: ready", 10)

    def answers_anew(self):
        """The line answers, whatever was said on it before."""
        self.firmware.forget()
        self.firmware.say("status")
        self.firmware.expect("journal    writable", 5)

    def safe_after(self, fault):
        """Milliseconds from the fault to safe lines, for good, and to below 60 V."""
        empty = self.plant.wait("charged", "0", since=fault)
        return (self.plant.safe_since(fault) - fault) / 1e6, (empty - fault) / 1e6


def disarm_watchdog():
    """The watchdog goes on after its owner has gone: the magic close ends it."""
    try:
        watchdog = os.open("/dev/watchdog", os.O_WRONLY)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.EBUSY):
            return
        raise
    os.write(watchdog, b"V")
    os.close(watchdog)
