# The peer llama2.c: the program that the first argument names, or else LLMSYS_LLAMA2C, made of run.c. It is started for every call and tells its
# own speed, which leaves out the start and the first token. Its vocabulary is a list of numbers, so what it writes are the ids.

import os
import re
import subprocess
import sys

PROGRAM = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("LLMSYS_LLAMA2C", "")
if not (os.path.isfile(PROGRAM) and os.access(PROGRAM, os.X_OK)):
    print("missing", "neither --llama2c nor LLMSYS_LLAMA2C names a program" if PROGRAM == "" else PROGRAM + " cannot be run", flush=True)
    sys.exit(0)

NAME = "llama2c " + os.path.basename(PROGRAM)
SPEED = re.compile(r"achieved tok/s: ([0-9.]+)")


def run(folder, tokens):
    """Seconds for so many tokens and the ids written, one more than that: the first is not timed."""
    done = subprocess.run([PROGRAM, file_of(folder, "model.bin"), "-z", file_of(folder, "tokenizer.bin"), "-t", "0", "-n", str(tokens + 1)],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300)
    found = SPEED.search(done.stderr)
    if done.returncode != 0 or not found:
        raise RuntimeError("llama2.c ended with status %d: %s" % (done.returncode, done.stderr[-200:]))
    return tokens / float(found.group(1)), [int(word) for word in done.stdout.split()]


def decode(folder, tokens):
    expected = list(numbers(folder, "ids.bin", "i"))[:tokens + 1]
    _, ids = run(folder, tokens)
    if ids != expected:
        place = next((i for i, (a, b) in enumerate(zip(ids, expected)) if a != b), min(len(ids), len(expected)))
        raise Declined("it writes others: %d ids, and id %d is %s, ours %s" % (len(ids), place, ids[place:place + 3], expected[place:place + 3]))
    return {"%d ids as ours" % len(ids): Timed(lambda: run(folder, tokens)[0])}


CASES = {"decode": decode}
