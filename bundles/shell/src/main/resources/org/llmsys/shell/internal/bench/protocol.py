# What every peer shares. A peer's own text stands before this one and sets
#   NAME     its name and version
#   CASES    name of a case -> function of its sizes that gives {way: call without arguments}; the fastest way takes part.
#            Numbers are sizes; any other word is a text, percent-encoded. Declined(REASON) when it cannot.
#
# Standard input has one request a line, standard output one answer to each; it ends when the input does.
#   (start)               -> ready NAME
#   prepare CASE SIZES    -> ok WAY | unknown | declined REASON
#   run REPETITIONS CLOCK -> seconds SECONDS_OF_ONE       CLOCK is one of CLOCKS
#   anything that fails   -> failed REASON

import signal
import sys
import time
import urllib.parse


CLOCKS = {"WALL": time.perf_counter, "PROCESSOR": time.thread_time, "PROCESS": time.process_time}


class Declined(Exception):
    """Why this peer does not take part in a case that it knows."""


class Timed:
    """A call that tells its seconds itself, of time as it passes."""

    def __init__(self, call):
        self.call = call


def argument(word):
    return int(word) if word.isdigit() else urllib.parse.unquote_plus(word)


def seconds(call, repetitions, now=time.perf_counter):
    if isinstance(call, Timed):
        if now is not time.perf_counter:
            raise RuntimeError(NAME + " cannot tell processor time")
        return sum(call.call() for _ in range(repetitions)) / repetitions
    start = now()
    for _ in range(repetitions):
        call()
    return (now() - start) / repetitions


def fastest(ways):
    """The way with the best time of seven turns, taken in turn; of two turns, when one call takes a while."""
    if len(ways) == 1:
        return next(iter(ways))
    once = {way: seconds(call, 1) for way, call in ways.items()}
    turns = 7 if max(once.values()) < 0.5 else 2
    repetitions = {way: max(1, min(1000, int(0.01 / max(1e-9, min([once[way]] + [seconds(call, 1) for _ in range(turns - 5)])))))
                   for way, call in ways.items()}
    best = {}
    for _ in range(turns):
        for way, call in ways.items():
            best[way] = min(best.get(way, float("inf")), seconds(call, repetitions[way]))
    return min(best, key=best.get)


def answer(words, made):
    if words[0] == "run":
        return "seconds " + repr(seconds(made["call"], int(words[1]), CLOCKS[words[2]]))
    made.clear()                                       # the last case's memory is free before the next one is made
    if words[1] not in CASES:
        return "unknown"
    try:
        ways = CASES[words[1]](*map(argument, words[2:]))
    except Declined as e:
        return "declined " + " ".join(str(e).split())
    way = fastest(ways)
    made["call"] = ways[way]
    return "ok " + way


def serve():
    made = {}
    print("ready " + NAME, flush=True)
    for line in sys.stdin:
        try:
            said = answer(line.split(), made)
        except Exception as e:
            said = "failed " + " ".join((type(e).__name__ + ": " + str(e)).split())
        print(said, flush=True)


signal.signal(signal.SIGINT, signal.SIG_IGN)           # Ctrl-C reaches all processes of a terminal; who started this one ends it
try:
    serve()
except BrokenPipeError:
    pass
