# SPDX-License-Identifier: BSD-3-Clause
"""The order of slices: programs in turn, so that a change of the machine hits all.

In a round: swd, OVS, testpmd, testpmd, OVS, swd. Each half is compared in itself: ratios are of neighbours
in time.
"""
from . import adds, pairs, parts, process, slices


def play(case, programs, place, settings, tell):
    """Yields (case, slice): each slice of a case as a dictionary; a case at half load with its rate."""
    place.write_sources(case)
    how = parts.measure if case.parts else slices.measure if case.topology == "solo" else pairs.measure
    if case.kind in ("adds", "changes"):
        how = adds.measure_added if case.kind == "adds" else adds.measure_changed
        programs = [program for program in programs if program.name != "testpmd"]  # it has no rules
    if case.kind in ("latency", "flood"):
        tell(f"{case.name}: the rate")
        case = pairs.at_half_load(case, programs, place, settings)
    turn = list(programs) if settings.quick else list(programs) + list(reversed(programs))
    for number in range(settings.rounds):
        for at, program in enumerate(turn):
            half = 2 * number + at // len(programs)
            tell(f"{case.name}: round {number + 1} of {settings.rounds}, {program.name}")
            found = {"case": case.name, "program": program.name, "half": half}
            try:
                found.update(how(program, case, place, settings))
            except process.Trouble as trouble:
                found["trouble"] = str(trouble)
            yield case, found
