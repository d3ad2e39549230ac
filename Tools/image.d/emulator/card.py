"""What every test of the image needs: a name, and a card with the image on it."""

import os
import shutil
import subprocess
import sys
import tempfile

from machine import Machine, check

ROOT = sys.argv[1]
BUILT = os.path.join(ROOT, ".build-image/vm")
STIM = os.path.join(ROOT, ".build/release/stim")
KEY = os.path.join(ROOT, ".build-image/test-key")
# Where the boot partition begins, bytes.
BOOT = 1 << 20
TESTS = {}


def test(function):
    TESTS[function.__name__.replace("_", "-")] = function
    return function


class Card:
    """A copy of the image, as a card that a machine writes to and a person takes out."""

    def __init__(self, board="vm"):
        self.folder = tempfile.mkdtemp(prefix="card.")
        self.path = os.path.join(self.folder, "card")
        image = os.path.join(ROOT, f"out/image/{board}.img")
        subprocess.run(["cp", "--sparse=always", image, self.path], check=True)

    def boots(self, **how):
        return Machine(self.path, BUILT, **how)

    def put(self, name, source="/dev/null"):
        """A person puts a file on the boot partition: a copy of `source`."""
        copy = os.path.join(self.folder, name)
        shutil.copyfile(source, copy)
        subprocess.run(["mcopy", "-o", "-i", f"{self.path}@@{BOOT}", copy, "::" + name], check=True)

    def take(self, name):
        subprocess.run(["mdel", "-i", f"{self.path}@@{BOOT}", "::" + name], check=True)

    def log(self):
        """The journal as the card has it now: a copy of the data partition, its file system's own journal replayed as a mount does."""
        data, log = os.path.join(self.folder, "data"), os.path.join(self.folder, "log")
        subprocess.run(["dd", "if=" + self.path, "of=" + data, "bs=1M", "skip=35", "conv=sparse", "status=none"], check=True)
        replayed = subprocess.run(["e2fsck", "-p", data], capture_output=True, text=True)
        check(replayed.returncode < 2, "e2fsck: " + replayed.stdout + replayed.stderr)
        subprocess.run(["debugfs", "-R", f"dump /journal/log {log}", data], capture_output=True, check=True)
        return log

    def verify(self):
        """What `stim log verify` says of the journal, which must be whole."""
        said = subprocess.run([STIM, "log", "verify", self.log()], capture_output=True, text=True)
        text = " ".join((said.stdout + said.stderr).split())
        check(said.returncode == 0, text)
        return text

    def show(self):
        return subprocess.run([STIM, "log", "show", self.log()], capture_output=True, text=True, check=True).stdout

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder)
