# SPDX-License-Identifier: BSD-3-Clause
"""A slice: one program runs one case for a while, on one core."""
import contextlib
import time

from . import machine, process

SLOW_SHARE = 0.001  # of packets, up to which a program has settled


def sample(program, core, forgets=0):
    found = program.read()
    if forgets and hasattr(program, "found"):
        found["found"] = program.found()
    found["when"], found["threads"] = time.monotonic(), program.process.core_ns()
    found["busy"], found["stolen"] = machine.core_times(core)
    return found


def difference(before, after):
    """What happened between two samples. `ran` is the share of the time that the busiest thread, the one
    that polls, was on its core; the rest was other work on this machine, which the time-stamp counter
    does not stop for. So cycles are what was counted, times that share."""
    seconds = after["when"] - before["when"]
    ran = max((after["threads"][task] - before["threads"].get(task, 0) for task in after["threads"]),
              default=0) / 1e9 / seconds
    packets = after["packets"] - before["packets"]
    counted = after["cycles"] - before["cycles"]
    if packets <= 0:
        raise process.Trouble("no packet came through in the slice")
    ran = min(1.0, ran)
    more = {"found": (after["found"] - before["found"]) / packets} if "found" in after else {}
    return {**more, "seconds": round(seconds, 3), "packets": packets, "counted": counted / packets,
            "ran": round(ran, 4), "cycles": counted / packets * ran, "mpps": packets / seconds / 1e6,
            "slow": (after["slow"] - before["slow"]) / packets,
            "stolen": round((after["stolen"] - before["stolen"]) / seconds, 4)}


def settle(program, case, settings):
    """Wait until all stations are known and next to nothing takes the slow path, but not for ever: OVS
    learns and makes flows by a few thousand upcalls a second."""
    end = time.monotonic() + settings.settle
    last = program.read()
    while time.monotonic() < end:
        time.sleep(0.2)
        now = program.read()
        packets, slow = now["packets"] - last["packets"], now["slow"] - last["slow"]
        last = now
        known = program.stations() if case.stations else None
        if packets and slow <= SLOW_SHARE * packets and (known is None or known >= case.stations):
            return


def forgetting(program, case):
    """Where flows of the case are to be new each time: for programs that can forget those they keep."""
    if case.forgets and hasattr(program, "forgetting"):
        return program.forgetting(case.forgets)
    return contextlib.nullcontext()


def measure(program, case, place, settings):
    """One slice: start, warm up, measure, stop."""
    try:
        program.start(case)
        process.wait_for(lambda: program.read()["packets"] > 0, 30, f"{program.name} forwards")
        settle(program, case, settings)
        with forgetting(program, case):
            time.sleep(settings.warmup)
            before = sample(program, place.core, case.forgets)
            time.sleep(settings.seconds)
            # On a core that others keep busy half a second may bring nothing.
            process.wait_for(lambda: program.read()["packets"] > before["packets"], 30,
                             "a packet comes through")
            found = difference(before, sample(program, place.core, case.forgets))
        if case.stations and program.stations() is not None:
            found["stations"] = program.stations()
        return found
    finally:
        program.stop()
