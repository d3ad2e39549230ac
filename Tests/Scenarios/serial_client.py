#!/usr/bin/env python3
"""A serial client that uses the simulated board as a bench engineer would, and then drives it wrong.

    serial_client.py STIM          STIM is the host tool's program

Starts `STIM sim --pty LINK`, opens LINK as any serial program does, speaks `mode json`. One line a step; the first that fails ends it
with status 1. Standard library only."""
import json
import os
import random
import select
import sys
import time
import tty

from scripted import script
from simulator import on_simulator

ARMED = {"arming", "charging", "ready", "firing", "recovering"}
DISCHARGED_MILLIVOLTS = 60_000


class Failure(Exception):
    """A step did not end as it must."""


class Line:
    """The serial line: sends bytes, collects the JSON objects that come back, in order."""

    def __init__(self, path):
        self.descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(self.descriptor)
        self.rest = b""
        self.messages = []
        self.mark = 0

    def close(self):
        os.close(self.descriptor)

    def receive(self, seconds):
        """Takes what has come, waiting at most `seconds` for the first byte."""
        if not select.select([self.descriptor], [], [], seconds)[0]:
            return
        self.rest += os.read(self.descriptor, 65536)
        *lines, self.rest = self.rest.split(b"\n")
        for line in lines:
            begin, end = line.find(b"{"), line.rfind(b"}")
            try:
                message = json.loads(line[begin : end + 1].decode("utf-8"))
            except ValueError:
                continue  # a prompt, an echo, a line for people
            if isinstance(message, dict):
                self.messages.append(message)

    def send(self, data, seconds=20):
        """Writes all of `data`, reading meanwhile, so that neither side waits for the other."""
        if isinstance(data, str):
            data = data.encode() + b"\r"
        deadline = time.monotonic() + seconds
        while data:
            if time.monotonic() > deadline:
                raise Failure(f"the line took no more bytes for {seconds} s, {len(data)} left")
            if select.select([], [self.descriptor], [], 0.05)[1]:
                try:
                    data = data[os.write(self.descriptor, data[:2048]) :]
                except BlockingIOError:
                    pass
            self.receive(0)

    def wait(self, what, matches, seconds):
        """The first message since the mark that matches."""
        deadline = time.monotonic() + seconds
        seen = self.mark
        while True:
            while seen < len(self.messages):
                if matches(self.messages[seen]):
                    return self.messages[seen]
                seen += 1
            if time.monotonic() > deadline:
                raise Failure(f"no {what} within {seconds} s; last: {self.messages[-3:]}")
            self.receive(0.1)

    def ask(self, command, seconds=5):
        """Sends a command line and returns its reply. Events are looked for from here on."""
        self.mark = len(self.messages)
        self.send(command)
        name = command.split()[0]
        return self.wait(f"reply to '{command}'", lambda m: m.get("reply") == name, seconds)

    def event(self, kind, seconds, **fields):
        def matches(message):
            return message.get("event") == kind and all(message.get(k) == v for k, v in fields.items())

        return self.wait(f"event {kind} {fields}", matches, seconds)


def check(holds, what):
    if not holds:
        raise Failure(what)


def accepted(line, command):
    reply = line.ask(command)
    check(reply.get("ok") is True, f"'{command}' was not accepted: {reply}")
    return reply


def refused(line, command, *rules):
    """The command must be refused by one of the rules, with what the engineer needs to know."""
    reply = line.ask(command)
    check(reply.get("ok") is False, f"'{command}' was not refused: {reply}")
    check(reply.get("refusal") in rules, f"'{command}': {reply.get('refusal')}, not one of {rules}: {reply}")
    for field in ("limit", "actual", "wouldAdmit"):
        check(isinstance(reply.get(field), int), f"'{command}': the refusal has no {field}: {reply}")
    return f"{reply['refusal']}: limit {reply['limit']}, actual {reply['actual']}, would admit {reply['wouldAdmit']}"


def until_state(line, states, seconds):
    """Asks for the status until the board is in one of the states."""
    deadline = time.monotonic() + seconds
    while True:
        status = accepted(line, "status")
        if status.get("state") in states:
            return status
        check(time.monotonic() < deadline, f"in {status.get('state')} after {seconds} s, not in {states}")
        time.sleep(0.1)


def until_discharged(line, state="safe"):
    """Asks until the board is in the state, and below 60 V within a second: one sample below is what ends a discharge, the next may show
    the converter's noise while the bleed goes on."""
    status = until_state(line, {state}, 10)
    deadline = time.monotonic() + 1
    while status["millivolts"] >= DISCHARGED_MILLIVOLTS and time.monotonic() < deadline:
        time.sleep(0.1)
        status = until_state(line, {state}, 0)
    check(status["millivolts"] < DISCHARGED_MILLIVOLTS, f"{state} at {status['millivolts']} mV")
    return status


def arm(line):
    accepted(line, "arm")
    line.event("state", 10, state="ready")


def until_rested(line):
    """Waits until the energy of the last train is given off, and the shortest wait after a train is over."""
    deadline = time.monotonic() + 60
    while accepted(line, "status")["energyBacklogMillijoules"] > 0:
        check(time.monotonic() < deadline, "the energy backlog does not drain")
        time.sleep(0.2)
    time.sleep(0.7)


def first_pulses(line):
    line.send("mode json")
    until_state(line, {"safe"}, 30)
    accepted(line, "operate key on")
    accepted(line, "set intensity 60%")
    arm(line)
    accepted(line, "train 10Hz 50")
    end = line.event("trainFinished", 30)
    pulses = sum(1 for message in line.messages[line.mark :] if message.get("event") == "pulse")
    check(end["delivered"] == 50 and end["omitted"] == 0 and pulses == 50, f"{pulses} pulses shown: {end}")
    check(abs(end["intervalMeanNs"] - 100_000_000) <= 1_000, f"mean interval: {end}")
    return f"50 of 50 pulses, mean interval {end['intervalMeanNs']} ns, spread {end['intervalSpreadNs']} ns"


def too_fast(line):
    until_rested(line)
    return refused(line, "train 40Hz 20", "rateForPower", "recharge")


def too_much_energy(line):
    # At 60 % a minute's 63 kJ are 694 pulses; 250 more, at 12 Hz, would all but fall into one minute.
    return refused(line, "train 12Hz 944", "energy")


def too_hot(line):
    # 10 Hz keeps to the energy of a minute; 2000 pulses of 18 J warm a coil of 1 kJ/K by more than the 16 K left.
    return refused(line, "train 10Hz 2000", "temperatureForecast")


def interlock_open(line):
    accepted(line, "operate interlock off")
    line.event("trip", 5, trip="interlockOpen")
    until_discharged(line)
    why = refused(line, "arm", "tripped")
    accepted(line, "operate interlock on")
    line.event("tripCleared", 5, trip="interlockOpen")
    arm(line)
    return f"tripped, discharged, arming refused by {why}, armed again when closed"


def coil_pulled(line):
    accepted(line, "train 10Hz 50")
    line.event("pulse", 10, index=9)
    accepted(line, "operate coil off")
    trip = line.event("trip", 5, trip="coilMissing")
    end = line.event("trainFinished", 5)
    check(end["delivered"] < 50 and end.get("outcome") == "tripped", f"not ended by the trip: {end}")
    late = [m for m in line.messages[line.mark :] if m.get("event") == "pulse" and m["firedNs"] > trip["atNs"]]
    check(not late, f"a pulse after the trip: {late}")
    until_discharged(line)
    accepted(line, "operate coil on")
    line.event("tripCleared", 5, trip="coilMissing")
    return f"stopped after {end['delivered']} pulses, discharged"


def emergency_stop(line):
    arm(line)
    accepted(line, "operate emergency-stop on")
    line.event("trip", 5, trip="emergencyStop")
    until_discharged(line, "faulted")
    accepted(line, "operate emergency-stop off")
    # The key was last turned on far more than 10 s ago.
    why = refused(line, "clear", "key")
    accepted(line, "operate key off")
    time.sleep(0.1)  # a hand is not faster: the board looks at its lines every millisecond
    accepted(line, "operate key on")
    time.sleep(0.1)
    accepted(line, "clear")
    until_discharged(line)
    return f"faulted and discharged; clearing without the key refused by {why.split(':')[0]}, with a key edge done"


def garbage(line):
    arm(line)
    seed = 20_260_101
    source = random.Random(seed)
    line.mark = len(line.messages)
    line.send(bytes(source.randrange(0x20, 0x7F) for _ in range(100_000)) + b"\r", 60)
    reply = line.wait("answer to 100 kB of garbage", lambda m: m.get("ok") is False, 20)
    status = until_state(line, ARMED | {"discharging", "safe"}, 5)
    return f"answered with {reply.get('refusal')}, then {status['state']} (seed {seed})"


def control_bytes(line):
    for byte in [*range(0x20), 0x7F]:
        if byte == 0x18:
            continue
        line.send(bytes([byte]) + b"\r")
        try:
            status = until_state(line, ARMED | {"discharging", "safe"}, 10)
        except Failure as failure:
            raise Failure(f"after byte {byte:#04x}: {failure}") from failure
        if status["state"] not in ARMED:
            until_discharged(line)
            arm(line)
    return "each is survived, the board answers"


def stop_byte(line):
    until_rested(line)
    accepted(line, "train 10Hz 50")
    line.event("pulse", 10, index=4)
    line.send(b"set inten\x18")
    end = line.event("trainFinished", 5)
    check(end["delivered"] < 50, f"not stopped: {end}")
    line.event("state", 1, state="discharging")
    line.send(b"\r")
    until_discharged(line)
    return f"0x18 within a line stopped the train after {end['delivered']} pulses"


def disconnect(line, link):
    arm(line)
    line.close()
    time.sleep(1)
    again = Line(link)
    again.send("mode json")
    status = until_state(again, {"discharging", "safe"}, 3)
    until_discharged(again)
    return again, f"{status['state']} at {status['millivolts']} mV when opened again, then safe and discharged"


def run_steps(program, link):
    line = Line(link)
    steps = [
        first_pulses, too_fast, too_much_energy, too_hot, interlock_open, coil_pulled, emergency_stop, garbage,
        control_bytes, stop_byte,
    ]  # fmt: skip
    name = ""
    try:
        for step in steps:
            name = step.__name__
            print(f"passed  {name}: {step(line)}", flush=True)
        name = "disconnect"
        line, verdict = disconnect(line, link)
        print(f"passed  {name}: {verdict}", flush=True)
        line.close()
        name = "script"
        print(f"passed  {name}: {script(program, link, check)}", flush=True)
    except (Failure, OSError, KeyError) as problem:
        print(f"FAILED  {name}: {type(problem).__name__}: {problem}", flush=True)
        return 1
    return 0


def main(program):
    return on_simulator(lambda link: [program, "sim", "--pty", link], lambda link: run_steps(program, link))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
