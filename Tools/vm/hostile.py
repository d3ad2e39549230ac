"""Somebody takes over the console of a running firmware: what they do to the page that it shares with the safety process."""

import os
import re
import time

from bench import Failed


def shared_pages(pid):
    """The shared pages of a process: name to addresses and access."""
    pages = {}
    with open(f"/proc/{pid}/maps") as file:
        for line in file:
            found = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+) .*memfd:pulsekeeper-(\w+)", line)
            if found:
                pages.setdefault(found[4], (int(found[1], 16), int(found[2], 16), found[3]))
    return pages


def resize(path):
    """Cutting a page off, or making it longer: refused by its seals, also to root."""
    file = os.open(path, os.O_RDWR)
    for size in (0, 1, 4096, 65536):
        try:
            os.ftruncate(file, size)
        except PermissionError:
            continue
        raise Failed(f"{path} was resized to {size}")
    os.close(file)


class Page:
    """The page that a stopped console may write, in the hands of somebody who took it over."""

    TAKEN, SENT, FRAMES = 0, 64, 128  # of events; of commands; 32 commands of 64 bytes

    def __init__(self, console):
        self.low, self.high, _ = shared_pages(console)["console"]
        self.memory = os.open(f"/proc/{console}/mem", os.O_RDWR)
        self.path = f"/proc/{console}/map_files/{self.low:x}-{self.high:x}"
        self.frames = {}
        self.writes = 0

    def read(self, offset, count):
        return os.pread(self.memory, count, self.low + offset)

    def put(self, offset, data):
        os.pwrite(self.memory, data, self.low + offset)
        self.writes += 1

    def sent(self):
        return int.from_bytes(self.read(self.SENT, 8), "little")

    def record(self, seconds):
        """Keeps every command that the console sends meanwhile."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            content = self.read(0, 4096)
            for slot in range(32):
                frame = content[self.FRAMES + 64 * slot:self.FRAMES + 64 * (slot + 1)]
                if any(frame):
                    self.frames[frame] = frame[0]
            time.sleep(0.002)

    def send(self, frame):
        """A command as the console would send it: the frame, then the index."""
        number = self.sent()
        self.put(self.FRAMES + 64 * (number % 32), frame)
        self.put(self.SENT, ((number + 1) % 2**64).to_bytes(8, "little"))


def replayed(page, seconds, dice):
    """Recorded commands again, whole and torn in two, at the pace of a console that is in a hurry."""
    recorded = list(page.frames)
    end, torn = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        frame, other = dice.choice(recorded), dice.choice(recorded)
        if dice.random() < 0.5:
            cut = 8 * dice.randrange(1, 8)
            frame = frame[:cut] + other[cut:]
            torn += 1
        page.send(frame)
        # A frame that changes while it is read.
        page.put(page.FRAMES + 64 * dice.randrange(32) + 32, other[32:])
        resize(page.path)
        time.sleep(0.004)
    return torn


def garbage(page, seconds, dice):
    """Random bytes, wild indices, frames that are nearly commands, at full speed."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        kind = dice.randrange(4)
        if kind == 0:
            page.put(0, dice.randbytes(4096))
        elif kind == 1:
            page.put(page.SENT, dice.randbytes(8))
            page.put(page.TAKEN, dice.randbytes(8))
        elif kind == 2:
            for slot in range(32):
                page.put(page.FRAMES + 64 * slot, bytes([dice.randrange(12), 0, 0, 0]) + dice.randbytes(60))
        else:
            page.put(page.FRAMES + 64 * dice.randrange(32), dice.randbytes(32))
