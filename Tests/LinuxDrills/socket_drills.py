"""The drill on the sockets of `stimd`: its console is confined when somebody connects."""

import os
import signal
import socket
import time


def ask(bench, client, line, what):
    """Says a line on a socket, and waits for words in the answer."""
    client.sendall(line.encode() + b"\n")
    client.settimeout(5)
    said = ""
    while what not in said:
        part = client.recv(65536).decode(errors="replace")
        bench.check(part, f"closed before {what!r}: {said[-300:]!r}")
        said += part


def connect_anew(bench, seconds):
    """Connects to the socket of a console that has just been started: the old one may still seem to listen for a moment."""
    end = time.monotonic() + seconds
    while True:
        client = socket.socket(socket.AF_UNIX)
        try:
            client.connect(bench.socket)
            ask(bench, client, "role", "control is free")
            return client
        except OSError as problem:
            client.close()
            bench.check(time.monotonic() < end, f"the new console does not listen: {problem}")
            time.sleep(0.05)


def sockets(bench, _):
    local = socket.socket(socket.AF_UNIX)
    local.connect(bench.socket)
    tcp = socket.create_connection(("127.0.0.1", bench.port), 5)
    bench.ready()
    ask(bench, local, "pulse", "refused: control  line holds control")
    ask(bench, tcp, "status", "ready")
    begin = time.monotonic()
    local.sendall(b"\x18")
    after = bench.dead_after(begin, 1.0)
    _, console = bench.children()
    os.kill(console, signal.SIGKILL)
    again = connect_anew(bench, 5)
    ask(bench, again, "status", "safe")
    return f"refused by the holder's name; Ctrl-X from a socket: dead after {after * 1000:.0f} ms; a new console listens again"
