# SPDX-License-Identifier: BSD-3-Clause
"""A slice of a case that has parts: one after another, each with the program started anew."""
from . import pairs


def measure(program, case, place, settings):
    """What the last part gave, and all of them by name; its mode when all parts had it."""
    found = {}
    for name in case.parts:
        part = case.part(name)
        place.write_sources(part)
        found[name] = pairs.measure(program, part, place, settings)
    modes = {part["mode"] for part in found.values()}
    return {**found[name], "parts": found, "mode": modes.pop() if len(modes) == 1 else "mixed"}
