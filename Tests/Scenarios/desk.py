"""The ways to a board: its pseudo-terminal, its local socket, its TCP port."""

import os
import socket

from serial_client import Line
from simulator import free_port


class SocketLine(Line):
    """A line over a socket: the same lines of JSON."""

    def __init__(self, client):
        self.client = client
        client.setblocking(False)
        self.descriptor = client.fileno()
        self.rest, self.messages, self.mark = b"", [], 0
        self.send("mode json")

    def close(self):
        self.client.close()


class Desk:
    """Where the board can be reached."""

    def __init__(self, folder):
        self.link = os.path.join(folder, "board")
        self.path = os.path.join(folder, "socket")
        self.pins = os.path.join(folder, "pins")
        self.port = free_port()

    def raw_local(self):
        client = socket.socket(socket.AF_UNIX)
        client.connect(self.path)
        return client

    def raw_tcp(self):
        return socket.create_connection(("127.0.0.1", self.port), 5)

    def local(self):
        return SocketLine(self.raw_local())

    def tcp(self):
        return SocketLine(self.raw_tcp())

    def pty(self):
        line = Line(self.link)
        line.send("mode json")
        return line
