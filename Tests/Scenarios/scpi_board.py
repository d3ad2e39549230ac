"""The board as a notebook wraps an instrument: PyVISA's pure-Python backend, errors read after every message."""

import time

import pyvisa
from pyvisa.constants import BufferOperation


class Failure(Exception):
    """A step did not end as it must."""


def check(holds, what):
    if not holds:
        raise Failure(what)


class Board:
    """The instrument, as a notebook would wrap it."""

    def __init__(self, manager, resource):
        self.instrument = manager.open_resource(resource, read_termination="\n", write_termination="\n", timeout=20_000)
        # The first message turns the line to SCPI; what it had said to people until then is nobody's answer.
        self.write("*CLS")
        time.sleep(0.2)
        if self.instrument.interface_type == pyvisa.constants.InterfaceType.asrl:
            self.instrument.flush(BufferOperation.discard_receive_buffer)

    def close(self):
        self.instrument.close()

    def write(self, message):
        self.instrument.write(message)

    def query(self, message):
        return self.instrument.query(message)

    def values(self, message):
        return self.instrument.query_ascii_values(message)

    def raw(self, data):
        self.instrument.write_raw(data)

    def error(self):
        """The oldest error: its number and its text."""
        number, text = self.query("SYST:ERR?").split(",", 1)
        return int(number), text.strip('"')

    def errors(self):
        found = []
        while (error := self.error())[0]:
            found.append(error)
        return found

    def done(self, message):
        """Sends a message that must give no error, and waits until nothing is pending."""
        check(self.query(f"{message};*OPC?") == "1", f"{message}: not completed")
        check(not (found := self.errors()), f"{message}: {found}")

    def refused(self, message, number):
        """Sends a message that must give this error first."""
        self.write(message)
        found = self.errors()
        check(found and found[0][0] == number, f"{message!r}: {found}, not {number}")
        return found[0][1]

    def state(self):
        return self.query("SYST:STAT?")

    def pulses(self):
        return int(self.query("MEAS:PULS?"))

    def until(self, state, seconds=20):
        deadline = time.monotonic() + seconds
        while self.state() != state:
            check(time.monotonic() < deadline, f"{self.state()} after {seconds} s, not {state}")
            time.sleep(0.05)

    def rest(self):
        """Until the energy of the last train is given off."""
        while self.values("MEAS:ENER:BACK?")[0] > 0:
            time.sleep(0.2)
        time.sleep(0.7)
