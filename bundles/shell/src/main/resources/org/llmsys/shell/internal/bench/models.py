# What the peers that write share: a folder with a model in the forms that they read, and what they must come to.
#   prompt.bin   ids (int32), little-endian
#   logits.bin   the logits after them (float32), as our engine gives them

import array
import os

THREADS = int(os.environ["OMP_NUM_THREADS"])


def numbers(folder, name, form):
    """All numbers of a file: form i or f, four bytes each."""
    found = array.array(form)
    with open(os.path.join(folder, name), "rb") as file:
        found.frombytes(file.read())
    return found


def prompt_of(folder):
    return list(numbers(folder, "prompt.bin", "i"))


def file_of(folder, name):
    path = os.path.join(folder, name)
    if not os.path.exists(path):
        raise Declined("this model has no form that " + NAME + " reads: there is no " + name)
    return path


def same_logits(folder, logits, tolerance):
    """Whether logits are those expected, but for this share of the largest."""
    expected = numbers(folder, "logits.bin", "f")
    if len(expected) != len(logits):
        raise Declined("it gives %d logits, and ours are %d" % (len(logits), len(expected)))
    largest = max(abs(value) for value in expected)
    worst = max(abs(a - b) if a == a else float("inf") for a, b in zip(logits, expected))
    if worst > tolerance * largest:
        raise Declined("its logits are others: they differ by up to %g, where the largest is %g" % (worst, largest))
    return worst / largest


def shown(share):
    """For the way's name: how near the logits are."""
    return "logits within %.1e of the largest" % share
