"""The simulated board as a program beside its client."""

import os
import socket
import subprocess
import tempfile
import time


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def on_simulator(arguments, steps, paths=("board",), closed=()):
    """Starts `arguments` with its paths in a folder of their own, waits for them, and runs `steps` with them.

    arguments: from the paths to the command line. steps: from the paths to an exit status. closed: those of the paths that must be gone
    at the end. The status is 1 when the program ends before its time.
    """
    with tempfile.TemporaryDirectory() as folder:
        places = [os.path.join(folder, name) for name in paths]
        process = subprocess.Popen(arguments(*places), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            deadline = time.monotonic() + 20
            while not all(os.path.exists(place) for place in places):
                if process.poll() is not None or time.monotonic() > deadline:
                    print(f"FAILED  start: not there: {places}, exit status {process.poll()}")
                    return 1
                time.sleep(0.05)
            status = steps(*places)
            if process.poll() is not None:
                print(f"FAILED  end: the program has ended with status {process.poll()}")
                status = 1
        finally:
            process.terminate()
            process.wait(10)
        left = [name for name, place in zip(paths, places) if name in closed and os.path.exists(place)]
        if left:
            print(f"FAILED  end: left behind: {left}")
            status = 1
        return status
