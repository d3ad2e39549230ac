#!/usr/bin/env python3
"""Several clients of one simulated board at once: two sockets and a pseudo-terminal, well-behaved and hostile.

    channel_clients.py STIM          STIM is the host tool's program

Starts `STIM sim --pty LINK --socket PATH --tcp PORT --pins FILE`. One line a step; the first step that fails ends it with status 1.
Standard library only.
"""

import os
import random
import select
import signal
import socket
import subprocess
import sys
import time

from desk import Desk, SocketLine
from serial_client import ARMED, Failure, Line, accepted, arm, check, until_discharged, until_rested, until_state
from simulator import on_simulator

PIN = "engineer-pin"


def refused_by(line, command, rule, *words):
    reply = line.ask(command)
    check(reply.get("ok") is False and reply.get("refusal") == rule, f"'{command}' was not refused by {rule}: {reply}")
    check(all(word in reply.get("why", "") for word in words), f"'{command}': not {words} in {reply}")


def closed_by_board(client, seconds=5):
    """True when the board closes the connection in time; what it says before is passed over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if select.select([client], [], [], 0.1)[0]:
            try:
                if client.recv(65536) == b"":
                    return True
            except ConnectionError:
                return True
    return False


def three_at_once(desk, main):
    accepted(main, "operate key on")
    until_state(main, {"safe"}, 30)
    local, tcp = desk.local(), desk.tcp()
    for line in (main, local, tcp):
        accepted(line, "status")
    accepted(tcp, "set intensity 60%")
    arm(tcp)
    refused_by(local, "pulse", "control", "tcp-2")
    refused_by(main, "arm", "control", "tcp-2")
    accepted(tcp, "train 10Hz 20")
    for line in (main, local, tcp):
        end = line.event("trainFinished", 20)
        check(end["delivered"] == 20, f"not whole: {end}")
    main.send(b"\x18")
    until_discharged(main)
    local.close()
    tcp.close()
    return "one fires, the others are refused by its name and see the same train; Ctrl-X from the terminal stops it"


def takeover(desk, main):
    local, tcp = desk.local(), desk.tcp()
    accepted(local, "set intensity 60%")
    arm(local)
    refused_by(tcp, "control take", "control", "local-1")
    tcp.ask("role engineer")
    reply = line_after(tcp, PIN, "role")
    check(reply.get("role") == "engineer", f"no engineer: {reply}")
    check(accepted(tcp, "control take").get("holdsControl") is True, "no control")
    local.event("controlTakenOver", 5, by="tcp-2", role="engineer")
    until_discharged(tcp)
    refused_by(local, "arm", "control", "tcp-2")
    local.close()
    tcp.close()
    return "an engineer takes over: the old holder is told, the board is discharged"


def line_after(line, text, name):
    """Sends a line that is no command, and returns the reply to the command before it."""
    line.mark = len(line.messages)
    line.send(text)
    return line.wait(f"reply of {name}", lambda m: m.get("reply") == name, 10)


def wrong_pins(desk, main):
    waits = []
    for _ in range(2):
        tcp = desk.tcp()
        tcp.ask("role engineer")
        reply = line_after(tcp, "wrong-pin", "role")
        check(reply.get("ok") is False, f"a wrong PIN was taken: {reply}")
        waits.append(reply["refusal"])
        tcp.close()
    check(waits == ["role", "cooldown"], f"a new connection begins anew: {waits}")
    return "a wrong PIN is refused, and a new connection does not help"


def killed_holder(desk, main):
    script = (
        "import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]);"
        "s.sendall(b'set intensity 60%\\narm\\n')\n"
        "while said := s.recv(4096): sys.stdout.buffer.write(said); sys.stdout.flush()"
    )
    # What the terminal heard of the board before is not about this holder.
    accepted(main, "status")
    main.mark = len(main.messages)
    process = subprocess.Popen([sys.executable, "-c", script, desk.path], stdout=subprocess.PIPE, text=True)
    try:
        main.event("state", 10, state="ready")
    except Failure as failure:
        process.kill()
        raise Failure(f"{failure}; the holder was told {process.communicate()[0]!r}") from failure
    process.send_signal(signal.SIGKILL)
    process.wait()
    main.event("state", 5, state="discharging")
    until_discharged(main)
    check(accepted(main, "control").get("holder") is None, "control is not free")
    return "a holder that is killed disarms, and control is free"


def bystander_leaves(desk, main):
    holder, other = desk.local(), desk.tcp()
    until_discharged(main)
    accepted(holder, "set intensity 60%")
    arm(holder)
    other.close()
    time.sleep(0.3)
    check(accepted(main, "status")["state"] == "ready", "the hang-up of another disarmed")
    accepted(holder, "disarm")
    until_discharged(main)
    holder.close()
    return "the hang-up of one who does not hold control does nothing"


def half_closed(desk, main):
    client = desk.raw_local()
    client.sendall(b"mode json\nstatus\n")
    client.shutdown(socket.SHUT_WR)
    said = b""
    while True:
        part = client.recv(65536)
        if not part:
            break
        said += part
    check(b'"reply":"status"' in said, f"not answered: {said}")
    client.close()
    holder = desk.local()
    accepted(holder, "set intensity 60%")
    arm(holder)
    main.mark = len(main.messages)
    holder.client.shutdown(socket.SHUT_WR)
    main.event("state", 5, state="discharging")
    check(closed_by_board(holder.client), "the board keeps a half-closed connection")
    holder.close()
    until_discharged(main)
    return "who has no more to say is answered, then let go; a holder disarms"


def many_connections(desk, main):
    holder = desk.local()
    accepted(holder, "set intensity 60%")
    arm(holder)
    clients = [desk.raw_tcp() if number % 2 else desk.raw_local() for number in range(128)]
    refused = sum(1 for client in clients if closed_by_board(client, 0.3))
    status = accepted(holder, "status")
    check(status["state"] == "ready", f"the holder was disarmed: {status['state']}")
    check(refused >= 126, f"{refused} of 128 were let go")
    for client in clients:
        client.close()
    again = reconnect(desk)
    accepted(holder, "disarm")
    until_discharged(main)
    again.close()
    holder.close()
    return f"{refused} of 128 are let go at once, the holder stays armed, the channels come back"


def reconnect(desk, seconds=10):
    deadline = time.monotonic() + seconds
    while True:
        line = desk.tcp()
        try:
            accepted(line, "status")
            return line
        except (Failure, OSError) as problem:
            line.close()
            if time.monotonic() > deadline:
                raise Failure("no channel came back") from problem


def pour(client, data, seconds):
    """Writes as fast as the board takes it, and never reads; how many bytes it took."""
    client.setblocking(False)
    count, deadline = 0, time.monotonic() + seconds
    while time.monotonic() < deadline:
        if select.select([], [client], [], 0.01)[1]:
            try:
                count += client.send(data)
            except BlockingIOError:
                pass
    return count


def flood(desk, main):
    until_rested(main)
    holder = desk.local()
    accepted(holder, "set intensity 60%")
    arm(holder)
    seed = 20_261_127
    source = random.Random(seed)
    noise = bytes(source.choice([10, *range(0x20, 0x7F)]) for _ in range(65536)).replace(b"*", b"-").replace(b":", b"-")
    deaf = desk.raw_tcp()
    taken = pour(deaf, b"help\nstatus\nlimits\n" * 1000, 3)
    taken += pour(deaf, noise, 3)
    check(accepted(holder, "status")["state"] == "ready", "a flood on another channel ended the lease")
    check(accepted(main, "status")["state"] == "ready", "the terminal is not answered")
    accepted(holder, "train 10Hz 20")
    taken += pour(deaf, noise, 1)
    main.send(b"\x18")
    end = main.event("trainFinished", 5)
    check(end["delivered"] < 20, f"Ctrl-X did not stop the train: {end}")
    until_discharged(main)
    deaf.close()
    holder.close()
    return f"{taken} bytes from one who never reads: the holder stays armed, Ctrl-X from the terminal stops (seed {seed})"


def ctrl_x_from_flood(desk, main):
    until_rested(main)
    arm(main)
    other = desk.raw_local()
    other.sendall(b"x" * 10_000 + b"\x18")
    main.event("state", 5, state="discharging")
    until_discharged(main)
    other.close()
    return "Ctrl-X behind 10 kB without an end of line, from one without control, stops"


def browser(desk, main):
    until_rested(main)
    accepted(main, "control release")
    client = desk.raw_tcp()
    body = b"set intensity 60%\narm\n"
    client.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n\r\n" + body)
    check(closed_by_board(client), "a browser is not let go")
    client.close()
    check(accepted(main, "status")["state"] == "safe", "a browser armed the board")
    check(accepted(main, "control").get("holder") is None, "a browser has control")
    return "a web page that has a browser post commands is hung up before its first line ends"


def loopback_alone(desk, main):
    with open("/proc/net/tcp", encoding="ascii") as table:
        listening = [row.split()[1] for row in table if row.split()[3] == "0A"]
    mine = [address for address in listening if address.endswith(f":{desk.port:04X}")]
    check(mine == [f"0100007F:{desk.port:04X}"], f"listens on {mine}")
    mode = os.stat(desk.path).st_mode & 0o777
    check(mode == 0o660, f"the socket's mode is {mode:o}")
    return "TCP on 127.0.0.1 alone; the local socket is its group's"


def run_steps(desk):
    main = desk.pty()
    steps = [
        three_at_once, takeover, wrong_pins, killed_holder, bystander_leaves, half_closed, many_connections, flood,
        ctrl_x_from_flood, browser, loopback_alone,
    ]  # fmt: skip
    name = ""
    try:
        for step in steps:
            name = step.__name__
            print(f"passed  {name}: {step(desk, main)}", flush=True)
    except (Failure, OSError, KeyError) as problem:
        print(f"FAILED  {name}: {type(problem).__name__}: {problem}", flush=True)
        return 1
    return 0


def main(program):
    desks = []

    def command(link, path):
        desk = Desk(os.path.dirname(link))
        desks.append(desk)
        subprocess.run(
            [program, "pin", desk.pins, "--set", "engineer"], input=PIN + "\n", text=True, check=True,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        return [program, "sim", "--pty", link, "--socket", path, "--tcp", str(desk.port), "--pins", desk.pins]

    return on_simulator(command, lambda *_: run_steps(desks[0]), paths=("board", "socket"), closed=("socket",))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
