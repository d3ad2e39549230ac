"""Numbers of an image, all measured: report.py ROOT BOARD. Starts the image for the emulator, and the firmware of this machine on a
preloaded board (plant.c)."""

import os
import re
import subprocess
import sys
import tempfile
import time

ROOT, BOARD = sys.argv[1:3]
STIM = os.path.join(ROOT, ".build/release/stim")


def size(path):
    return os.path.getsize(os.path.join(ROOT, path))


def in_emulator():
    """Seconds from the kernel's start to SAFE, and kilobytes, of the last first power-on in the emulator; made anew."""
    boot = os.path.join(ROOT, "Tools/image.d/boot")
    said = subprocess.run([boot, "first-power-on"], capture_output=True, text=True)
    if said.returncode:
        sys.exit("Tools/image --report: the first power-on in the emulator failed:\n" + said.stdout + said.stderr)
    return float(re.search(r"SAFE ([\d.]+) s after", said.stdout)[1]), int(re.search(r"= (\d+) kB", said.stdout)[1])


def on_host():
    """Seconds from the program's start to SAFE on this machine, and to its shell. A machine that stands still meanwhile trips the firmware,
    rightly: five tries."""
    with tempfile.TemporaryDirectory() as folder:
        plant, board = os.path.join(folder, "plant.so"), os.path.join(folder, "board.bin")
        source = os.path.join(ROOT, "Tools/image.d/plant.c")
        subprocess.run(["clang", "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o", plant, source], check=True)
        subprocess.run([STIM, "board", "compile", os.path.join(ROOT, "Boards/vm/board.toml"), "-o", board], check=True, stdout=subprocess.DEVNULL)
        for _ in range(5):
            safe, prompt, heard = start_on_host(plant, board)
            if safe and prompt:
                return safe, prompt
    sys.exit(f"Tools/image --report: the firmware on this machine did not come to SAFE: {heard!r}")


def start_on_host(plant, board):
    """One start: seconds to SAFE and to the shell, None when it did not come there, and what the line said."""
    with tempfile.TemporaryDirectory() as folder:
        master, line = os.openpty()
        os.set_blocking(master, False)
        begun = time.monotonic()
        process = subprocess.Popen(
            [os.path.join(ROOT, ".build/release/stimd"), "--board", board, "--journal", folder + "/journal", "--latches",
             folder + "/latches", "--tty", os.ttyname(line)], env=dict(os.environ, LD_PRELOAD=plant))
        heard, prompt = b"", None
        while b"state: safe" not in heard and b"state: faulted" not in heard and time.monotonic() < begun + 60:
            try:
                heard += os.read(master, 4096)
            except BlockingIOError:
                time.sleep(0.001)
            if prompt is None and b"selfTest> " in heard:
                prompt = time.monotonic() - begun
        safe = time.monotonic() - begun if b"state: safe" in heard else None
        process.terminate()
        process.wait()
        os.close(master)
        os.close(line)
        return safe, prompt, heard.decode(errors="replace")


def main():
    stimd, image = size("out/firmware/arm64/stimd"), size(f"out/image/{BOARD}.img")
    print(f"stimd, arm64, static and stripped          {stimd / 1e6:8.2f} MB   goal 1 MB")
    print(f"image of {BOARD:<8}                          {image / 1e6:8.2f} MB   goal 64 MB")
    kernel, peak = in_emulator()
    print(f"kernel start to SAFE, emulator's time      {kernel:8.2f} s    of which 5 s blind bleed, and the rest of the self-test")
    safe, prompt = on_host()
    print(f"stimd start to its shell, on this machine  {prompt * 1000:8.1f} ms   goal 50 ms: what follows are the self-test's waits")
    print(f"stimd start to SAFE, on this machine       {safe:8.2f} s")
    print(f"peak resident memory, all processes        {peak / 1000:8.2f} MB   goal 8 MB")


if __name__ == "__main__":
    main()
