# SPDX-License-Identifier: BSD-3-Clause
"""Slices: one program runs one case for a while. In turn, so that a change of the machine hits all.

Order in a round: swd, OVS, testpmd, testpmd, OVS, swd. Each half is compared in itself: ratios are of
neighbours in time.
"""
import time

from . import machine, process

LEARN_SECONDS = 60  # OVS learns by a few thousand upcalls a second


def sample(program, core):
    found = program.read()
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
    return {"seconds": round(seconds, 3), "packets": packets, "counted": counted / packets,
            "ran": round(ran, 4), "cycles": counted / packets * ran, "mpps": packets / seconds / 1e6,
            "slow": (after["slow"] - before["slow"]) / packets,
            "stolen": round((after["stolen"] - before["stolen"]) / seconds, 4)}


def learn(program, case):
    """Wait until all stations are known; how many are."""
    if not case.stations or program.stations() is None:
        return None
    try:
        process.wait_for(lambda: program.stations() >= case.stations, LEARN_SECONDS, "")
    except process.Trouble:
        pass
    return program.stations()


def measure(program, case, place, settings):
    """One slice: start, warm up, measure, stop."""
    try:
        program.start(case)
        process.wait_for(lambda: program.read()["packets"] > 0, 30, f"{program.name} forwards")
        stations = learn(program, case)
        time.sleep(settings.warmup)
        before = sample(program, place.core)
        time.sleep(settings.seconds)
        found = difference(before, sample(program, place.core))
        if stations is not None:
            found["stations"] = program.stations()
        return found
    finally:
        program.stop()


def play(case, programs, place, settings, tell):
    """All slices of a case: a list of dictionaries."""
    place.write_sources(case)
    slices = []
    turn = list(programs) if settings.quick else list(programs) + list(reversed(programs))
    for number in range(settings.rounds):
        for at, program in enumerate(turn):
            half = 2 * number + at // len(programs)
            tell(f"{case.name}: round {number + 1} of {settings.rounds}, {program.name}")
            found = {"case": case.name, "program": program.name, "half": half}
            try:
                found.update(measure(program, case, place, settings))
            except process.Trouble as trouble:
                found["trouble"] = str(trouble)
            slices.append(found)
    return slices
