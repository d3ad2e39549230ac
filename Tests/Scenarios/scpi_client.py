#!/usr/bin/env python3
"""A bench notebook: PyVISA with its pure-Python backend on the simulated board's serial line.

    scpi_client.py STIM            STIM is the host tool's program

Starts `STIM sim --pty LINK`, opens ASRL LINK as an instrument, measures a charge curve, fires a train, drives every error, and
then tries to get a pulse that the rules forbid; at the end a train over a TCP socket. One line a step; the first step that fails ends it with status 1. Needs pyvisa,
pyvisa-py and pyserial.
"""

import os
import sys
import time

import pyvisa
from scpi_board import Board, Failure, check
from simulator import free_port, on_simulator


def identify(board):
    board.until("SAFE", 30)
    maker, name, serial, version = board.query("*IDN?").split(",")
    check(maker == "Pulsekeeper" and len(serial) == 16, f"{maker},{name},{serial},{version}")
    check(board.query("SYST:VERS?") == "1999.0", "not SCPI 1999")
    check(board.query("*TST?") == "0", "the self-test did not pass")
    headers = board.query("SYST:HELP:HEAD?").split(",")
    check(len(headers) > 60, f"{len(headers)} headers")
    return f"{name}, {serial}, {len(headers)} headers, self-test passed"


def settings(board):
    for message, query, value in [
        ("INT 60 PCT", "INT?", 60), ("VOLT 1.2 KV", "INT?", 72.7), ("SOURce:VOLTage:LEVel 990 V", "VOLT?", 990),
        ("INT MAX", "INT?", 100), ("INT DEF", "INT?", 30), ("*ESE 61", "*ESE?", 61), ("*SRE 48", "*SRE?", 48),
        ("STAT:OPER:ENAB 512", "STAT:OPER:ENAB?", 512), ("STAT:QUES:NTR #H200", "STAT:QUES:NTR?", 512),
    ]:  # fmt: skip
        board.done(message)
        check(board.values(query)[0] == value, f"{message}: {board.query(query)}")
    board.done("PATT:TRA 10 HZ,50,4,10 S")
    check(board.values("PATT?") == [50, 0.1, 4, 10], board.query("PATT?"))
    board.done("*ESE 0;*SRE 0;:STAT:PRES;*RST")
    return "every setting reads back, in its own units"


def charge_curve(board):
    board.done('SIM:INP "key",ON;:INT 60')
    board.write("ARM")
    begin = time.monotonic()
    curve = []
    while (state := board.state()) != "READY":
        check(state in ("ARMING", "CHARGING"), f"{state} while arming: {board.errors()}")
        volts, quality, age = board.query("MEAS:VOLT:DATA?").split(",")
        curve.append((time.monotonic() - begin, float(volts), quality, float(age)))
    check(board.query("*OPC?") == "1", "ready, and yet pending")
    volts = board.values("MEAS:VOLT?")[0]
    rise = [point[1] for point in curve if point[0] > 1 and point[1] > 100]
    check(abs(volts - 990) < 990 * 0.02, f"{volts} V at 60 %")
    check(all(later > before - 15 for before, later in zip(rise, rise[1:])), f"no charge curve: {rise}")
    check(all(point[2] == "GOOD" and point[3] < 0.2 for point in curve), f"not a good reading: {curve}")
    return f"{len(curve)} points in {curve[-1][0]:.2f} s, {len(rise)} of them charging, then {volts} V"


def train(board):
    before = board.pulses()
    board.done("PATT:TRA 10HZ,50")
    verdict = board.values("PATT:CHEC?")
    check(verdict[:2] == [1, 50], f"not admitted: {verdict}")
    board.write("*CLS;*ESE 1;:INIT;*OPC")
    seen = set()
    while not int(board.query("*STB?")) & 32:
        seen.add(board.query("PATT:PROG?"))
        time.sleep(0.05)
    check(board.query("*ESR?") in ("1", "17"), "operation complete is not in the event status")
    outcome, *numbers = board.query("FETC:TRA?").split(",")
    numbers = [float(number) for number in numbers]
    check(outcome == "COMPLETE" and numbers[:3] == [50, 50, 0], f"{outcome}: {numbers}")
    check(abs(numbers[3] - 0.1) < 1e-6, f"mean interval {numbers[3]} s")
    check(board.pulses() == before + 50, f"{board.pulses()} pulses")
    return f"50 of 50, interval {numbers[3] * 1e3:.6f} ms, spread {numbers[4] * 1e6:.2f} us, {len(seen)} looks at it"


def refusals(board):
    """Every number that a state of the board brings about; those of the form of a message come after it."""
    board.rest()
    text = board.refused("PATT:TRA 40HZ,20;:INIT", -221)
    check("would be admitted: " in text, f"no way out: {text}")
    board.refused("PATT:TRA 10HZ,20;*TRG;*TRG", -211)
    board.refused("INIT", -213)
    check(board.query("*OPC?") == "1", "the train has not ended")
    board.refused("*RST;*TRG", -221)
    board.refused("PATT:SING;*TRG", -211)
    board.done("*WAI")
    board.refused("ARM;:ARM", -212)
    board.done('*RST;*WAI;:SIM:INP "key",OFF')
    board.refused("ARM", -212)
    board.refused("SYST:TRIP:CLE", -203)
    board.write('SIM:INP "emergency-stop",ON')
    board.until("FAULTED")
    check(board.error()[0] == -300, "a trip is no error")
    check(int(board.query("STAT:QUES:COND?")) & 0x600 == 0x600, "a trip does not show in the conditions")
    board.done('SIM:INP "key",ON')
    time.sleep(0.2)
    board.refused('SYST:TRIP:CLE "emergencyStop"', -240)
    board.done('SIM:INP "emergency-stop",OFF')
    time.sleep(0.2)
    board.done("SYST:TRIP:CLE")
    board.done('SIM:FAUL "coil-sensor-a","off",2')
    time.sleep(0.5)
    check(board.query("MEAS:TEMP1?") == "9.91E37", "a sensor that is off gives a number")
    check(-230 in [number for number, _ in board.errors()], "an old reading is no error")
    time.sleep(2)
    board.write("SYST:TRIP:CLE")
    board.errors()
    return "-203 -211 -212 -213 -221 -230 -240 -300, each with what would be admitted"


def forms(board):
    """The numbers of messages that are none; none of them does anything."""
    board.done("INT 40")
    faults = {
        "INT 60\x01": -103, "\x01": -101, "INT:": -102, 'INT 60 "a"': -103, 'INT "60"': -104, "*CLS 1": -108,
        "INT": -109, "INT!": -111, "ABCDEFGHIJKLM": -112, "FOO:BAR 1": -113, "MEAS:TEMP3?": -114, "INT .": -121,
        "INT 1e40000": -123, "INT 60 V": -131, "INT 60 ABCDEFGHIJKLM": -134, "*ESE 5 S": -138, "INT FOO": -141,
        "INT ABCDEFGHIJKLM": -144, "INT 'a": -151, "INT #15hello": -168, "INT (1)": -178, "INT 1e400": -222,
        "INT NAN": -224, "*ESE " + "0" * 300: -363,
    }  # fmt: skip
    for message, number in faults.items():
        for whole in (message, "INT 90;:" + message) if message[0] not in "*\x01" else (message,):
            board.refused(whole, number)
            check(board.query("INT?;:SYST:ERR:COUN?") == "40.0;0", f"{whole!r} was done by half")
    for _ in range(30):
        board.write("FOO")
    found = board.errors()
    check(len(found) == 20 and found[-1] == (-350, "Queue overflow"), f"{found}")
    return f"{len(set(faults.values()))} numbers, and -350 after 20 errors"


def forbidden(board):
    """A pulse must not come of any of this; the board's own count says so."""
    board.until("SAFE")
    before = board.pulses()
    for message in ["*TRG;" * 50, "PATT:SING;*TRG", "PATT:SING;:INIT", "ARM;*RST;:PATT:SING;:INIT", "PULS", "FIRE"]:
        board.write(message)
    check(board.query("*OPC?") == "1", "still pending")
    board.errors()
    # Over the limits, while armed.
    board.done("*RST;:INT 60;:ARM")
    for pattern in [
        "PATT:TRA 50HZ,100", "PATT:TRA 10HZ,6000", "PATT 4,1 MS", "PATT 50,9 MS", "PATT:TRA INF,5", "PATT:TRA 10,NAN",
        "PATT:TRA 1e400,5", "PATT:TRA 10,1e400", "PATT:TRA 10 GHZ,5", "PATT:TRA 18446744073709551617,1",
    ]:  # fmt: skip
        board.write(f"{pattern};:INIT")
        check(board.state() in ("READY", "CHARGING"), f"{board.state()} after {pattern}")
    # A reset in the middle of a message takes the pattern and the charge away from what follows.
    board.write("PATT:SING;*RST;:INIT;*TRG")
    # A stop in the middle of a string; what is left of the line is no message.
    board.until("SAFE")
    board.errors()
    board.done("INT 30;:ARM")
    board.raw(b'SIM:INP "key\x18",ON;:PATT:SING;:INIT\n')
    board.until("SAFE")
    board.raw(b"PATT:SING;*TRG\x18;*TRG\n")
    board.done('*CLS;:SIM:INP "key",OFF')
    board.write("ARM;*WAI;:PATT:SING;*TRG")
    board.write('SIM:INP "key",ON;:ARM;:SIM:INP "key",OFF;*WAI;:PATT:SING;*TRG')
    check(board.query("*OPC?") == "1", "still pending")
    board.errors()
    check(board.pulses() == before, f"{board.pulses() - before} pulses that nobody may have")
    board.done('SIM:INP "key",ON')
    return "unarmed, over limits, reset, stopped, key off: no pulse"


def interrupted(board):
    """A stop byte and a device clear, in the middle of a train and of a wait."""
    board.until("SAFE")
    board.done("*RST;:INT 30;:ARM")
    board.write("PATT:TRA 10HZ,50;:INIT;*WAI;*IDN?")
    time.sleep(1)
    board.raw(b"\x18")
    board.until("SAFE")
    outcome, total, delivered, *_ = board.query("FETC:TRA?").split(",")
    check(outcome == "ABORTED" and 0 < int(delivered) < 50, f"{outcome}, {delivered} of {total}")
    board.done("ARM")
    board.rest()
    board.write("PATT:TRA 10HZ,50;:INIT;*WAI;*IDN?")
    time.sleep(1)
    board.raw(b"\x03")
    check(board.query("*OPC?") == "1", "the train was not ended")
    check(board.state() == "READY", "a device clear disarms")
    return f"a stop after {delivered} pulses disarmed; a device clear ended the train and the wait"


def hang_up(board, manager, resource):
    board.done("INT 55")
    check(board.state() == "READY", "not armed")
    board.close()
    time.sleep(1)
    again = Board(manager, resource)
    check(again.state() in ("DISCHARGING", "SAFE"), f"{again.state()} after the line went down")
    check(again.query("INT?;*ESE?") == "30.0;0", "the next client has the last one's settings")
    again.close()
    return "closing the line disarms; the next client begins anew"


def over_tcp(manager, resource):
    board = Board(manager, resource)
    board.until("SAFE")
    board.done('SIM:INP "key",ON;:INT 40;:ARM')
    board.done("PATT:TRA 10HZ,10;:INIT")
    outcome, total, delivered, *_ = board.query("FETC:TRA?").split(",")
    check((outcome, total, delivered) == ("COMPLETE", "10", "10"), f"{outcome}, {delivered} of {total}")
    board.done("DIS")
    board.close()
    return f"{delivered} of {total} pulses"


def run_steps(manager, resource, tcp):
    board = Board(manager, resource)
    steps = [identify, settings, charge_curve, train, refusals, forms, forbidden, interrupted]
    name = ""
    try:
        for step in steps:
            name = step.__name__
            print(f"passed  {name}: {step(board)}", flush=True)
        name = "hang_up"
        print(f"passed  {name}: {hang_up(board, manager, resource)}", flush=True)
        name = "over_tcp"
        print(f"passed  {name}: {over_tcp(manager, tcp)}", flush=True)
    except (Failure, OSError, ValueError, pyvisa.Error) as problem:
        print(f"FAILED  {name}: {type(problem).__name__}: {problem}", flush=True)
        return 1
    return 0


def main(program):
    port = free_port()

    def notebook(link):
        serial, tcp = f"ASRL{os.path.realpath(link)}::INSTR", f"TCPIP::127.0.0.1::{port}::SOCKET"
        return run_steps(pyvisa.ResourceManager("@py"), serial, tcp)

    return on_simulator(lambda link: [program, "sim", "--pty", link, "--tcp", str(port)], notebook)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
