#!/usr/bin/env python3
"""Experiment software on the wire emulation, as a lab runs it, and then driven wrong.

    Tools/python Tests/Scenarios/wire_client.py STIM          STIM is the host tool's program

Starts `STIM sim --pty SHELL --wire WIRE`. The unmodified MagPy client has WIRE; the shell on SHELL turns the key, looks on in JSON lines,
and tries to interfere. One line a step; the first step that fails ends it with status 1.
"""

import errno
import os
import select
import signal
import sys
import time
import tty

import serial
from magpy.magstim import Magstim, Rapid
from serial_client import ARMED, Failure, Line, accepted, check, refused, until_discharged, until_state
from simulator import on_simulator

set_rts = serial.Serial._update_rts_state


def set_rts_if_any(port):
    """The client lowers RTS when it opens its port, and a pseudo-terminal has none: there the port says so and the client ends."""
    try:
        set_rts(port)
    except OSError as error:
        if error.errno != errno.ENOTTY:
            raise


serial.Serial._update_rts_state = set_rts_if_any

CONFLICT = Magstim.COMMAND_CONFLICT_ERR
DATA = Magstim.INVALID_DATA_ERR


def succeeded(answer, what):
    """The client's answer without an error: its message."""
    check(isinstance(answer, tuple) and answer[0] == 0, f"{what}: {answer}")
    return answer[1]


def eventually(holds, what, seconds=5):
    deadline = time.monotonic() + seconds
    while not holds():
        check(time.monotonic() < deadline, f"not within {seconds} s: {what}")
        time.sleep(0.05)


def pulses_since_mark(shell):
    shell.receive(0.2)
    return [m for m in shell.messages[shell.mark :] if m.get("event") == "pulse"]


def connect(client, shell):
    client.connect()
    version = succeeded(client.getVersion(), "version")
    check(version == (10, 0, 0), f"version {version}")
    status = succeeded(client.getSystemStatus(), "status")
    check(status["instr"]["standby"] == 1 and status["instr"]["remoteStatus"] == 1, f"status {status}")
    check(status["rapid"]["singlePulseMode"] == 1 and status["rapid"]["hvpsuConnected"] == 1, f"status {status}")
    code = succeeded(client.getErrorCode(), "error code")
    check(code["instr"]["errorPresent"] == 0, f"error {code}")
    delay = succeeded(client.getChargeDelay(), "charge delay")
    check(delay["chargeDelay"] == 0, f"charge delay {delay}")
    return f"version {'.'.join(map(str, version))}, standby, remote control"


def temperature(client, shell):
    found = succeeded(client.getTemperature(), "temperature")["magstimTemp"]
    status = accepted(shell, "status")
    shown = (status["coilMillicelsius"], status["coilBMillicelsius"])
    for coil, millicelsius in zip((found["coil1Temp"], found["coil2Temp"]), shown):
        check(abs(coil * 1000 - millicelsius) <= 200, f"{found}, the shell shows {shown}")
    return f"{found['coil1Temp']} and {found['coil2Temp']} C, as the shell shows"


def key_off(client, shell):
    check(client.arm(receipt=True) == CONFLICT, "armed with the key off")
    accepted(shell, "operate key on")
    return "arming is refused as a conflict"


def power(client, shell):
    succeeded(client.setPower(60, receipt=True), "power 60 %")
    for value in (-1, 101, 110, 60.5):
        check(client.setPower(value, receipt=True)[0] > 0, f"power {value} %")
    check(client.setPower(60, receipt=True, delay=True)[0] == 0, "power with a delay")
    found = succeeded(client.getParameters(), "parameters")["rapidParam"]
    check(found["power"] == 60, f"parameters {found}")
    return f"parameters {found}"


def arm_and_fire(client, shell):
    answer = client.arm(receipt=True, delay=True)
    check(succeeded(answer, "arm")["instr"]["standby"] == 1, f"the status is from before: {answer}")
    eventually(client.isReadyToFire, "ready")
    check(client.arm(receipt=True) == CONFLICT, "armed twice")
    shell.mark = len(shell.messages)
    answer = succeeded(client.fire(receipt=True), "fire")
    check(answer["instr"]["ready"] == 1, f"the status is from before: {answer}")
    shell.event("trainFinished", 2)
    check(client.fire(receipt=True) == CONFLICT, "fired again at once")
    time.sleep(1.1)
    succeeded(client.fire(receipt=True), "fire, a second later")
    eventually(lambda: len(pulses_since_mark(shell)) == 2, "two pulses were fired")
    pulse = shell.event("pulse", 2)
    return f"one pulse of {pulse['millivoltsBefore'] / 1000:.1f} V a fire, at most one a second"


def interference(client, shell):
    why = refused(shell, "pulse", "control")
    accepted(shell, "disarm")
    eventually(lambda: not client.isReadyToFire(), "disarmed by the shell")
    check(client.fire(receipt=True) == CONFLICT, "fired when disarmed")
    until_discharged(shell)
    return f"the shell may disarm; its pulse is refused by {why}"


def coil_interlock(client, shell):
    accepted(shell, "operate coil off")
    eventually(lambda: client.getSystemStatus()[1]["instr"]["coilPresent"] == 0, "the coil is seen to be missing")
    check(client.ignoreCoilSafetySwitch(receipt=True) == CONFLICT, "the interlock was bypassed")
    check(client.arm(receipt=True) == CONFLICT, "armed without a coil")
    check(client.enhancedPowerMode(True, receipt=True) == CONFLICT, "more than full power")
    accepted(shell, "operate coil on")
    check(client.ignoreCoilSafetySwitch(receipt=True) == CONFLICT, "the interlock was bypassed")
    return "the bypass is refused, and nothing arms without the coil"


def train(client, shell):
    succeeded(client.rTMSMode(True, receipt=True), "train mode")
    succeeded(client.setFrequency(10, receipt=True), "10 Hz")
    succeeded(client.setDuration(2, receipt=True), "2 s")
    check(client.fire() == Magstim.SEQUENCE_VALIDATION_ERR, "the client fires only what it has validated")
    found = succeeded(client.validateSequence(), "the sequence")["rapidParam"]
    check((found["frequency"], found["nPulses"], found["duration"]) == (10.0, 20, 2.0), f"parameters {found}")
    succeeded(client.arm(receipt=True, delay=True), "arm")
    eventually(client.isReadyToFire, "ready")
    succeeded(client.validateSequence(), "the sequence")
    shell.mark = len(shell.messages)
    succeeded(client.fire(receipt=True), "fire the train")
    shell.event("pulse", 5, index=3)
    status = succeeded(client.getSystemStatus(), "status")
    check(status["rapid"]["train"] == 1, f"no train is seen: {status}")
    check(client._processCommand(b"B0200", "instrRapid", 4) == CONFLICT, "changed while the train ran")
    end = shell.event("trainFinished", 10)
    check(end["delivered"] == 20 and end["omitted"] == 0, f"the train: {end}")
    check(client._processCommand(b"B0200", "instrRapid", 4) == CONFLICT, "changed within 500 ms of the train")
    check(abs(end["intervalMeanNs"] - 100_000_000) <= 1_000, f"mean interval: {end}")
    return f"20 of 20 pulses, mean interval {end['intervalMeanNs']} ns, locked while it ran and just after"


def too_much(client, shell):
    time.sleep(1)
    for frequency, pulses in ((b"B0250", b"D00500"), (b"B0100", b"D06000")):
        succeeded(client._processCommand(frequency, "instrRapid", 4), "frequency")
        succeeded(client._processCommand(pulses, "instrRapid", 4), "pulses")
        # What the client's own check would find is not asked: the board finds it.
        client._sequenceValidated = True
        check(client.fire(receipt=True) == CONFLICT, f"{frequency} {pulses} was admitted")
    check(client._processCommand(b"B0510", "instrRapid", 4) == CONFLICT, "51 Hz")
    check(client._processCommand(b"D06001", "instrRapid", 4) == DATA, "6001 pulses")
    check(not pulses_since_mark(shell)[20:], "no pulse more than the train had")
    return "a train that is too fast, and one with too much energy, are refused by admission"


def starve(client, shell):
    check(client.isReadyToFire(), "still armed")
    shell.mark = len(shell.messages)
    os.kill(client._connection.pid, signal.SIGSTOP)
    begin = time.monotonic()
    shell.event("state", 10, state="discharging")
    lasted = time.monotonic() - begin
    accepted(shell, "control take")
    accepted(shell, "control release")
    os.kill(client._connection.pid, signal.SIGCONT)
    until_discharged(shell)
    check(not client.isUnderControl(), "the client has lost control")
    succeeded(client.remoteControl(True, receipt=True), "control, taken again")
    return f"disarmed {lasted:.2f} s after the last poll, and control is free"


def disconnect(client, shell):
    succeeded(client.arm(receipt=True, delay=True), "arm")
    eventually(client.isReadyToFire, "ready")
    client.disconnect()
    until_discharged(shell)
    accepted(shell, "arm")
    shell.event("state", 10, state="ready")
    return "disarmed; the shell takes control and arms"


def older_client(wire, shell):
    """The same client as it talks to devices without an unlock code: it polls by taking control again."""
    accepted(shell, "control release")
    until_discharged(shell)
    client = Rapid(wire)
    client.connect()
    # Of devices without an unlock code the client's own setPower expects a status that their poll does not have.
    succeeded(Magstim.setPower(client, 45, receipt=True), "power")
    succeeded(client.arm(receipt=True, delay=True), "arm")
    eventually(client.isReadyToFire, "ready")
    time.sleep(3)
    check(client.isReadyToFire(), "polls keep it armed")
    shell.mark = len(shell.messages)
    succeeded(client.fire(receipt=True), "fire")
    pulse = shell.event("pulse", 2)
    client.disconnect()
    until_discharged(shell)
    accepted(shell, "arm")
    shell.event("state", 10, state="ready")
    return f"kept armed by its polls, a pulse of {pulse['millivoltsBefore'] / 1000:.1f} V"


def raw_bytes(wire, shell):
    """A client of bytes on the same line, while the shell has the board armed."""

    def ask(data, seconds=1.0):
        os.write(descriptor, data)
        answer, deadline = b"", time.monotonic() + seconds
        while time.monotonic() < deadline:
            if select.select([descriptor], [], [], 0.15)[0]:
                answer += os.read(descriptor, 256)
            elif answer:
                break
        return answer

    descriptor = os.open(wire, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        tty.setraw(descriptor)
        found, message = ask(b"J@u"), b"J\x0c045000000"
        check(found == message + bytes([0xFF & ~sum(message)]), f"parameters {found}")
        for question, answer in (
            (b"Q@n", b"QS\x5b"), (b"EBx", b"ESg"), (b"EHr", b"ESg"), (b"b@]", b"bSJ"), (b"@050*", b"@Sl"),
            (b"Q@x", b"Q?o"), (b"E", b"E?{"), (b"\r\n", b"?"), (b"X@g", b"?"), (b"QNo unlock code\x00", b"Q?o"),
        ):  # fmt: skip
            check(ask(question) == answer, f"{question} is answered {ask(question)}, not {answer}")
        check(until_state(shell, ARMED, 1), "the shell still has the board armed")
        check(ask(b"zzEAy").startswith(b"?"), "a disarm in garbage")
        until_discharged(shell)
        accepted(shell, "arm")
        shell.event("state", 10, state="ready")
        check(ask(b"@05\x18") == b"?", "0x18 in a packet")
        until_discharged(shell)
    finally:
        os.close(descriptor)
    return "refused while the shell has control; disarm and 0x18 are obeyed in the middle of anything"


def run_steps(wire, link):
    shell = Line(link)
    # Where its devices want an unlock code, this client sends it in the place of `@`: what it is given here is no code.
    client = Rapid(wire, unlockCode="@")
    steps = [
        connect, temperature, key_off, power, arm_and_fire, interference, coil_interlock, train, too_much, starve,
        disconnect,
    ]  # fmt: skip
    name = ""
    try:
        shell.send("mode json")
        until_state(shell, {"safe"}, 30)
        for step in steps:
            name = step.__name__
            print(f"passed  {name}: {step(client, shell)}", flush=True)
        for step in (older_client, raw_bytes):
            name = step.__name__
            print(f"passed  {name}: {step(wire, shell)}", flush=True)
    except (Failure, OSError, KeyError, TypeError) as problem:
        print(f"FAILED  {name}: {type(problem).__name__}: {problem}", flush=True)
        return 1
    finally:
        if client._connection.is_alive():
            os.kill(client._connection.pid, signal.SIGCONT)
            client._connection.terminate()
    return 0


def main(program):
    return on_simulator(
        lambda link, wire: [program, "sim", "--plain", "--pty", link, "--wire", wire],
        lambda link, wire: run_steps(wire, link), paths=("shell", "wire"),
    )  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
