"""Tests of signed updates on the image: taken, given up, refused."""

import base64
import os
import subprocess
import zlib

from card import KEY, ROOT, STIM, Card, test
from machine import check


def bundle(card, version, before, after):
    """A signed update of the board file, in which `after` stands for `before`: its path."""
    with open(os.path.join(ROOT, "Boards/vm/board.toml")) as file:
        text = file.read()
    check(text.count(before) == 1, f"{before!r} is not once in the board file")
    board, made = os.path.join(card.folder, "board"), os.path.join(card.folder, f"update-{version}")
    with open(board + ".toml", "w") as file:
        file.write(text.replace(before, after))
    for words in (["board", "compile", board + ".toml", "-o", board + ".bin"],
                  ["update", "make", "--key", KEY, "--version", str(version), "--board", "vm", "--board-file", board + ".bin",
                   "-o", made]):
        subprocess.run([STIM, *words], capture_output=True, check=True)
    return made


# A trial is confirmed 15 s after its start.
TRIAL = "sleep 16"


@test
def update_taken():
    """A good update on the boot partition: on trial, confirmed, and what runs from then on."""
    with Card() as card:
        card.put("update.pk", bundle(card, 1, "pulses_per_second = 50 ", "pulses_per_second = 40 "))
        with card.boots() as machine:
            machine.console.expect("version 1 is on trial in slot a")
            machine.to_safe()
            machine.do(TRIAL)
        with card.boots() as machine:
            machine.console.expect("version 1 is confirmed")
            machine.to_safe()
            machine.console.say("update status")
            machine.console.expect("a, confirmed")
            machine.console.say("limits")
            machine.console.expect("40 pulses")
        check("version 1 is confirmed" in card.show(), "the journal does not tell of it")
    return "on trial, confirmed, told on the line and in the journal; its limit holds"


@test
def update_returned():
    """Two bad ones: one whose self-test fails, one that ends by itself. The board file before runs again, and neither is tried again."""
    with Card() as card:
        card.put("update.pk", bundle(card, 1, "adc_address = 0x48", "adc_address = 0x49"))
        with card.boots() as machine:
            machine.console.expect("version 1 is on trial in slot a")
            machine.console.expect("version 1 is given up, the one before runs: its self-test did not pass")
            machine.to_safe()
        with card.boots() as machine:
            machine.console.expect("this very bundle, version 1, was tried here and given up")
            machine.to_safe()
        card.put("update.pk", bundle(card, 2, 'charge = { line = "charge"', 'charge = { line = "elsewhere"'))
        with card.boots() as machine:
            machine.console.expect("version 2 is on trial in slot a")
            machine.console.expect("version 2 is given up, the one before runs: it ended by itself")
            machine.to_safe()
        check("version 2 is given up" in card.show(), "the journal does not tell of it")
    return "self-test failed, and ended by itself: both given up, the factory's runs, told on the line and in the journal"


@test
def update_over_the_line():
    """Received over the serial line, taken at the next start; changed on the card meanwhile, refused there."""
    with Card() as card:
        made = bundle(card, 1, "pulses_per_second = 50 ", "pulses_per_second = 40 ")
        with open(made, "rb") as file:
            data = file.read()

        def receive(machine):
            machine.to_safe()
            machine.do("echo hand key on >/test/run/inbox; sleep 1")
            machine.console.say(f"update begin {len(data)}")
            machine.console.expect(f"received 0 of {len(data)} bytes")
            for start in range(0, len(data), 168):
                piece = data[start:start + 168]
                text = base64.b64encode(piece).decode()
                machine.console.say(f"update data {start} {text} {zlib.crc32(piece):08x}")
                machine.console.expect(f"received {start + len(piece)} of")
            machine.console.say("update end")
            machine.console.expect("version 1 is whole and signed")

        with card.boots() as machine:
            receive(machine)
            machine.do("printf '\\001' | dd of=/data/incoming/update bs=1 seek=300 conv=notrunc 2>&1; sync")
        with card.boots() as machine:
            machine.console.expect("update from the console refused: the bytes of board.bin are not those that were signed")
            receive(machine)
        with card.boots() as machine:
            machine.console.expect("version 1 is on trial in slot a")
            machine.to_safe()
    return f"{len(data)} bytes received, verified, taken at the next start; refused there when changed on the card"
