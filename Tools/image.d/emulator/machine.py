"""The image's own kernel and root in an emulated machine, and the two ends that a test has in it: the serial console, and a hand."""

import os
import select
import shutil
import socket
import subprocess
import tempfile
import time


class Failed(Exception):
    """What was expected did not come."""


def check(truth, text):
    if not truth:
        raise Failed(text)


class End:
    """The far end of one of the machine's serial lines."""

    def __init__(self, path):
        self.heard = ""
        self.all = ""
        self.line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        deadline = time.monotonic() + 60
        while True:
            try:
                self.line.connect(path)
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def listen(self, seconds):
        if select.select([self.line], [], [], seconds)[0]:
            text = self.line.recv(65536).decode(errors="replace")
            if not text:
                raise EOFError
            self.heard += text
            self.all += text

    def expect(self, text, seconds=300.0):
        """Waits for `text`; what came before it."""
        deadline = time.monotonic() + seconds
        while text not in self.heard:
            if time.monotonic() > deadline:
                raise Failed(f"no {text!r} within {seconds:.0f} s; heard {self.heard[-600:]!r}")
            try:
                self.listen(0.2)
            except (EOFError, ConnectionError) as error:
                raise Failed(f"the machine ended before it said {text!r}; heard {self.heard[-600:]!r}") from error
        before, _, self.heard = self.heard.partition(text)
        return before

    def say(self, line):
        # A byte at a time, as a person's keyboard sends it: the console takes 64 a millisecond.
        self.line.sendall(line.encode() + b"\r")


class Machine:
    """One run of the machine, from power-on to the end of the `with` block, which is a power cut."""

    def __init__(self, image, built, bare=False):
        self.folder = tempfile.mkdtemp(prefix="machine.")
        sockets = {name: os.path.join(self.folder, name) for name in ("hand", "console", "control")}
        with open(os.path.join(built, "cmdline")) as file:
            arguments = file.read().strip()
        if not bare:
            arguments += " rdinit=/test/init"
        lines = ["-serial", f"file:{self.folder}/kernel"]
        for name in ("hand", "console"):
            lines += ["-chardev", f"socket,id={name},path={sockets[name]},server=on,wait=on", "-device", f"pci-serial,chardev={name}"]
        # Time counts instructions, 1 ns each, and is skipped while nothing runs: what the host does meanwhile makes nothing late.
        self.process = subprocess.Popen(
            ["qemu-system-aarch64", "-M", "virt", "-cpu", "cortex-a53", "-smp", "1", "-m", "256", "-accel", "tcg,thread=single",
             "-icount", "shift=0,sleep=off", "-display", "none", "-nodefaults", "-no-user-config",
             "-kernel", os.path.join(built, "kernel"), "-initrd", os.path.join(built, "root" if bare else "root-and-test"),
             "-append", arguments, "-drive", f"file={image},if=none,id=card,format=raw,cache=writeback",
             "-device", "virtio-blk-pci,drive=card", "-device", "i6300esb", *lines],
            stdin=subprocess.DEVNULL, stderr=open(os.path.join(self.folder, "errors"), "w"))
        self.hand = End(sockets["hand"])
        self.console = End(sockets["console"])

    @classmethod
    def pi(cls, image, built):
        """The image for a Pi on the emulated Pi 3: the Pi's own pins, card and serial line, in the host's time. Nothing is on its bus, and its
        emulated watchdog resets at once when it is opened, so its driver is left out."""
        machine = cls.__new__(cls)
        machine.folder = tempfile.mkdtemp(prefix="machine.")
        console = os.path.join(machine.folder, "console")
        arguments = "console=ttyS1 loglevel=3 pulsekeeper.card=/dev/mmcblk0 module_blacklist=bcm2835_wdt mitigations=off cryptomgr.notests"
        machine.process = subprocess.Popen(
            ["qemu-system-aarch64", "-M", "raspi3b", "-accel", "tcg", "-display", "none", "-kernel", os.path.join(built, "pi-kernel"),
             "-dtb", os.path.join(built, "pi.dtb"), "-initrd", os.path.join(built, "pi-root"), "-append", arguments,
             "-drive", f"file={image},if=sd,format=raw", "-serial", f"unix:{console},server=on,wait=on", "-serial", "null"],
            stdin=subprocess.DEVNULL, stderr=open(os.path.join(machine.folder, "errors"), "w"))
        machine.console = End(console)
        return machine

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.cut()

    def cut(self):
        """The power goes."""
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder)

    def kernel(self):
        """What the kernel said."""
        with open(os.path.join(self.folder, "kernel"), errors="replace") as file:
            return file.read()

    def do(self, command, seconds=300.0):
        """Runs a command in the machine, as root; what it printed."""
        self.hand.heard = ""
        self.hand.line.sendall(command.encode() + b"\n")
        printed = self.hand.expect("done ", seconds)
        status = self.hand.expect("\n", seconds).strip()
        check(status == "0", f"{command!r}: status {status}: {printed}")
        return printed.replace("\r", "")

    def to_shell(self):
        """The firmware runs, and its shell answers; the self-test has begun."""
        self.console.expect("selfTest> ")

    def to_safe(self):
        """The self-test has passed: eight seconds of the machine's time, and more of this one's."""
        self.console.expect("self-test passed")
        self.console.expect("state: safe")
