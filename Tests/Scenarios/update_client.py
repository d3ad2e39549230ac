"""An update over a pseudo-terminal, with the commands that a person types: key, bundle, board, send.

    python3 Tests/Scenarios/update_client.py .build/release/stim

Exit status 1 when a step does not end as it must.
"""
import os
import subprocess
import sys
import tempfile
import time


def run(*words, status=0):
    """Runs stim; what it says on both outputs."""
    done = subprocess.run([STIM, *words], capture_output=True, text=True, timeout=120)
    said = done.stdout + done.stderr
    if done.returncode != status:
        sys.exit(f"stim {' '.join(words)}: status {done.returncode}, not {status}:\n{said}")
    return said


def expect(text, said):
    if text not in said:
        sys.exit(f"'{text}' is not in:\n{said}")


def make(version, key="key", board="sim"):
    run("update", "make", "--key", key, "--version", str(version), "--board", board, "--board-file", "board.bin",
        "-o", f"update-{version}.pk")
    return f"update-{version}.pk"


def turn_key(on):
    """A person at the same line, before and after the sender."""
    line = os.open("board", os.O_RDWR | os.O_NOCTTY)
    os.write(line, f"operate key {'on' if on else 'off'}\n".encode())
    time.sleep(0.3)
    os.close(line)


def wait_for_safe():
    """Reads until the self-test has ended; it bleeds for the board's time first."""
    line = os.open("board", os.O_RDWR | os.O_NOCTTY)
    os.set_blocking(line, False)
    said, end = b"", time.monotonic() + 60
    while b"state: safe" not in said and time.monotonic() < end:
        time.sleep(0.1)
        try:
            said += os.read(line, 65536)
        except BlockingIOError:
            pass
    os.close(line)
    expect("state: safe", said.decode())


def send(repository):
    run("key", "new", "key")
    run("key", "new", "stranger")
    run("board", "compile", os.path.join(repository, "Boards/sim/board.toml"), "-o", "board.bin")
    board = subprocess.Popen([STIM, "sim", "--pty", "board", "--plain", "--board", "board.bin", "--update-keys", "key.pub"],
                             stdout=subprocess.DEVNULL)
    try:
        while not os.path.exists("board"):
            time.sleep(0.05)
        wait_for_safe()
        bundle = make(20261127)
        expect("the key switch is off", run("update", "send", "--port", "board", bundle, status=1))
        turn_key(True)
        expect("version 20261127 is received and verified", run("update", "send", "--port", "board", bundle))
        expect("signed with key", run("update", "send", "--port", "board", make(20261128, key="stranger"), status=1))
        expect("does not begin", run("update", "send", "--port", "board", "board.bin", status=1))
    finally:
        board.terminate()
        board.wait()


if __name__ == "__main__":
    STIM = os.path.abspath(sys.argv[1])
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        send(root)
    print("an update over a pseudo-terminal: received, and refused where it must be")
