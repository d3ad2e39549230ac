"""What the drills see of a process from outside."""

import os
import re


class Failed(Exception):
    pass


def check(condition, what):
    if not condition:
        raise Failed(what)


def status(pid, name):
    with open(f"/proc/{pid}/status") as file:
        return re.search(rf"^{name}:[ \t]*(.*)$", file.read(), re.M).group(1)


def shared_pages(pid):
    """The shared pages of a process: name, address, access."""
    pages = {}
    with open(f"/proc/{pid}/maps") as file:
        for line in file:
            found = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+) .*memfd:pulsekeeper-(\w+)", line)
            if found:
                pages.setdefault(found.group(4), (int(found.group(1), 16), int(found.group(2), 16), found.group(3)))
    return pages


def alive(pid):
    try:
        return status(pid, "State")[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError, AttributeError):
        return False


def resize(path):
    """Cutting a page off, or making it longer: refused by its seals, also to root."""
    file = os.open(path, os.O_RDWR)
    for size in (0, 1, 4096, 65536):
        try:
            os.ftruncate(file, size)
            raise Failed(f"{path} was resized to {size}")
        except PermissionError:
            pass
    os.close(file)
