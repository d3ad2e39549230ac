"""A step of the serial client: the host tool runs a script on the board at the other end of the line."""

import json
import subprocess

SCRIPT = """
set intensity $level
arm
for rate in 5Hz 10Hz
repeat 2
train $rate 3
wait 2s
end
end
disarm
start
expect refusal notArmed
"""


def script(program, link, check):
    """A script with variables and loops, run by the host tool on the board at the other end of the line."""
    command = [program, "run", "--port", link, "--set", "level=30%", "-"]
    run = subprocess.run(command, input=SCRIPT, capture_output=True, text=True, timeout=120)
    check(run.returncode == 0, f"status {run.returncode}: {run.stderr}")
    trains = [json.loads(text) for text in run.stdout.splitlines() if '"trainFinished"' in text]
    check([train["delivered"] for train in trains] == [3, 3, 3, 3], f"trains: {trains}")
    slip = subprocess.run(command, input="arm\nset intensity $levle\n", capture_output=True, text=True, timeout=60)
    check(slip.returncode == 2 and ":2: no variable $levle" in slip.stderr, slip.stderr)
    return "four trains of 3 pulses from two loops; a misspelt variable ran nothing"
