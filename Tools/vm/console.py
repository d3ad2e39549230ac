"""Tests in the virtual machine: the console process, which parses what anybody sends: its cage, its sockets, and somebody who
has taken it over."""

import os
import random
import re
import signal
import socket
import time

from bench import NEAR, RUN, Bench, now
from hostile import Page, garbage, replayed, resize, shared_pages
from testing import check, test, timed


def status(pid, name):
    """A line of what the kernel says of a process."""
    with open(f"/proc/{pid}/status") as file:
        return re.search(rf"^{name}:[ \t]*(.*)$", file.read(), re.M)[1]


@test
def cage():
    """The console's user, rights and descriptors, the access to the shared pages, and their seals."""
    with Bench(*SOCKETS) as bench:
        bench.to_safe()
        safety, console = bench.firmware.children()
        check(status(console, "Uid").split() == ["65534"] * 4, "user of the console")
        check(status(console, "Groups").split() == [], "groups of the console")
        check(status(console, "CapEff") == "0" * 16, "capabilities of the console")
        check(status(console, "NoNewPrivs") == "1" and status(console, "Seccomp") == "2", "no filter")
        opened = [os.readlink(f"/proc/{console}/fd/{fd}") for fd in os.listdir(f"/proc/{console}/fd") if int(fd) > 2]
        files = sorted(name for name in opened if not name.startswith("socket:"))
        check(len(opened) - len(files) == 2, f"sockets of the console: {opened}")
        check(files == sorted([RUN + "/journal/log", NEAR]), f"open in the console: {files}")
        pages = shared_pages(console)
        check(pages["console"][2] == "rw-s" and pages["safety"][2] == "r--s", f"{pages}")
        check(shared_pages(safety)["console"][2] == "r--s", "the safety process may write the console's page")
        for low, high, _access in pages.values():
            resize(f"/proc/{console}/map_files/{low:x}-{high:x}")
        return "user, groups, capabilities, filter, descriptors, sealed pages are as they must be"


# --- Sockets ---

SOCKET, PORT = RUN + "/socket", 7300
SOCKETS = ("--socket", SOCKET, "--tcp", str(PORT))


def ask(client, line, what):
    """Says a line on a socket, and waits for words in the answer."""
    client.sendall(line.encode() + b"\n")
    client.settimeout(5)
    said = ""
    while what not in said:
        part = client.recv(65536).decode(errors="replace")
        check(part, f"closed before {what!r}: {said[-300:]!r}")
        said += part


def connected_anew(seconds):
    """A connection to a console that has just been started: the old one may still seem to listen for a moment."""
    end = now() + seconds * 1_000_000_000
    while True:
        client = socket.socket(socket.AF_UNIX)
        try:
            client.connect(SOCKET)
            ask(client, "role", "control is free")
            return client
        except OSError as problem:
            client.close()
            check(now() < end, f"the new console does not listen: {problem}")
            time.sleep(0.05)


@test
def sockets():
    """Two sockets beside the line that holds control: what they may ask, and the stop that anybody may send."""
    with Bench(*SOCKETS) as bench:
        bench.to_safe()
        local = socket.socket(socket.AF_UNIX)
        local.connect(SOCKET)
        remote = socket.create_connection(("127.0.0.1", PORT), 5)
        bench.arm(30)
        ask(local, "pulse", "refused: control  line holds control")
        ask(remote, "status", "ready")
        fault = now()
        local.sendall(b"\x18")
        result = timed(bench, fault, 20)
        os.kill(bench.firmware.children()[1], signal.SIGKILL)
        with connected_anew(5) as again:
            ask(again, "status", "safe")
        local.close()
        remote.close()
        return f"refused by the holder's name; Ctrl-X from a socket: {result}; a new console listens again"


# --- Somebody takes the console over ---

PERIOD = 200_000_000  # nanoseconds


def legal_pulses(bench):
    """Every pulse is one of the train that was asked for, or of the same train asked for again: at its pace, at its voltage."""
    pulses = bench.plant.pulses()
    for (first, _), (second, _) in zip(pulses, pulses[1:]):
        check(second - first >= PERIOD - 200_000, f"two pulses {(second - first) / 1e6:.3f} ms apart")
    check(all(abs(level / 1000 - 495) <= 495 * 0.03 + 2 for _, level in pulses), f"pulses at other voltages: {pulses}")
    return len(pulses)


@test
def console_hostile():
    """In the middle of a train: first they replay what they heard, whole and torn, then they write garbage at full speed."""
    with Bench() as bench:
        bench.to_ready(30)
        safety, console = bench.firmware.children()
        page, dice = Page(console), random.Random(1)
        bench.firmware.say("train 5Hz 20")
        page.record(1)
        check({1, 6} <= set(page.frames.values()), f"only commands of the kinds {set(page.frames.values())} were heard")
        os.kill(console, signal.SIGSTOP)
        torn = replayed(page, 3, dice)
        pulses = legal_pulses(bench)
        check(pulses >= 5, f"{pulses} pulses: no train to disturb")
        # Renewals are legal, and were replayed: the board is armed still, and the lease counts from here.
        fault = now()
        garbage(page, 1.4, dice)
        result = timed(bench, fault, 1_100)
        check(legal_pulses(bench) <= pulses + 6, "pulses out of garbage")
        check(bench.firmware.children()[0] == safety, "the safety process has gone")
        os.close(page.memory)
        # What the new console tells first depends on what the old one's page came to: that it has a prompt is enough.
        bench.firmware.forget()
        os.kill(console, signal.SIGKILL)
        bench.firmware.expect("> ", 5)
        bench.answers_anew()
        heard = f"{len(page.frames)} recorded frames, {torn} torn"
        return f"{heard}, {page.writes} writes, {pulses} pulses, all legal; {result}; a new console answers"
