#!/usr/bin/env python3
"""Checks what the console writes in JSON against its schema.

    schema_check.py SCHEMA STIM SPECIMENS...

Validates every line of SPECIMENS (written by the tests: one of every reply, refusal and event), and every line that the host tool
STIM writes for the scripts of this folder. Then breaks each kind of line in turn, and wants every broken one to be found: a schema
that takes everything proves nothing. Needs jsonschema.
"""

import json
import pathlib
import subprocess
import sys

from jsonschema import Draft202012Validator


def kind(line):
    """The name of a line's kind: what it answers or tells."""
    if "record" in line:
        return f"record {line.get('event', 'text')}"
    if "event" in line:
        return f"event {line['event']}"
    return f"reply {line['reply']}" if line["ok"] else f"refusal {line['refusal']}"


def breakages(line):
    """The line with each of its members left out, of another type, and with one more."""
    for key in line:
        # An id, and what only some refusals have, may be left out.
        yield f"{key} of another type", {**line, key: {"no": "such value"}}
    yield "a member too many", {**line, "surplus": 1}
    for key in ("reply", "ok", "event"):
        if key in line:
            yield f"{key} left out", {k: v for k, v in line.items() if k != key}


def transcripts(stim):
    """Every line of JSON that the scripts of this folder make the console write."""
    for script in sorted(pathlib.Path(__file__).parent.glob("*.stim")):
        run = subprocess.run([stim, "run", "--json", script], capture_output=True, text=True, check=False)
        for line in run.stdout.splitlines():
            if line.startswith("{"):
                yield script.name, line


def check(validator, source, text, seen):
    """The errors of one line, as text."""
    line = json.loads(text)
    seen.setdefault(kind(line), line)
    return [f"{source}: {error.message[:200]}: {text[:200]}" for error in validator.iter_errors(line)]


def main(schema_path, stim, *specimens):
    schema = json.loads(pathlib.Path(schema_path).read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    seen, findings, count = {}, [], 0
    for path in specimens:
        for text in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
            findings += check(validator, path, text, seen)
            count += 1
    for source, text in transcripts(stim):
        findings += check(validator, source, text, seen)
        count += 1
    broken = 0
    for name, line in seen.items():
        for what, damaged in breakages(line):
            broken += 1
            if validator.is_valid(damaged):
                findings.append(f"not found: {name} with {what}")
    for finding in findings:
        print(finding)
    print(f"{count} lines of {len(seen)} kinds, {broken} broken ones: {len(findings)} findings")
    return 1 if findings or not count else 0


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
