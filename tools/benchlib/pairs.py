# SPDX-License-Identifier: BSD-3-Clause
"""Slices with two cores: the program on one, swgen on the other.

How far the two cores are from each other decides the rate, and on a virtual machine it changes within
seconds: a cache line's round trip is measured before and after each slice. Near is below 400 counts; a
slice with one of each is of no mode. Rates are compared within one mode only.
"""
import dataclasses
import json
import time

from . import process, slices
from .swgen import Swgen

NEAR = 400


def round_trip(place):
    """Time-stamp counts; None without the program that measures it."""
    tool = place.build / "tools/benchlib/pingpong"
    if not tool.exists():
        return None
    return json.loads(process.run(tool, place.control_core, place.core))["round_trip"]


def mode_of(trips):
    if None in trips:
        return "unknown"
    modes = {"near" if trip < NEAR else "far" for trip in trips}
    return modes.pop() if len(modes) == 1 else "mixed"


def wait_for_mode(place, settings, end):
    """With --mode: until the cores are so near to each other, or the time is over."""
    while settings.mode and time.monotonic() < end and mode_of([round_trip(place)]) != settings.mode:
        time.sleep(0.2)


def steady(way):
    """Delays of packets that swgen itself did not keep waiting: other work, control threads of the program
    among it, has its core at times. All of them where nothing else is left."""
    return way["latency_steady_ns"] or way["latency_ns"]


def measure(program, case, place, settings):
    """One slice; with --mode again until one is in that mode throughout, or the time for it is over."""
    end = time.monotonic() + settings.mode_wait
    while True:
        wait_for_mode(place, settings, end)
        found = measure_once(program, case, place, settings)
        if settings.mode in (None, found["mode"]) or time.monotonic() >= end:
            return found


def measure_once(program, case, place, settings):
    """Rates are swgen's, cycles the program's within the same seconds."""
    generator = Swgen(place)
    for i in (0, 1):
        place.socket(case, i).unlink(missing_ok=True)
    before = round_trip(place)
    try:
        program.start(case)
        generator.start(case, program, settings)
        process.wait_for(generator.counts, 60 + settings.warmup, "what swgen sends comes back")
        start, began = slices.sample(program, place.core), generator.core_seconds()
        # Before the end of the traffic: net_memif forgets its counters when the other end leaves.
        time.sleep(settings.seconds)
        found = slices.difference(start, slices.sample(program, place.core))
        found["generator_ran"] = round((generator.core_seconds() - began) / found["seconds"], 3)
        report = generator.result(settings)
    finally:
        generator.stop()
        program.stop()
    for way in report["directions"]:
        if not way["received"]:
            raise process.Trouble(f"nothing arrived from {way['from'].split(',')[0]} to "
                                  f"{way['to'].split(',')[0]}; {way['sent']} packets were sent")
    trips = [before, round_trip(place)]
    rate = sum(way["pps_received"] for way in report["directions"]) / 1e6
    return {**found, "mpps": rate, "all_mpps": found["mpps"], "loss": report["loss"],
            "round_trips": trips, "mode": mode_of(trips),
            "latency_us": {key: max(steady(way)[key] for way in report["directions"]) / 1000
                           for key in ("p50", "p99", "p99_9")}}


def at_half_load(case, programs, place, settings):
    """The case at half of the rate that OVS (or else the last program) carries; the rate is measured now."""
    slowest = next((p for p in programs if p.name == "ovs"), programs[-1])
    alone = case.part(next(iter(case.parts))) if case.parts else case
    rate = int(measure(slowest, alone, place, settings)["mpps"] * 1e6 / 2 / 2)
    return dataclasses.replace(case, traffic=(*case.traffic, "--rate", str(rate)),
                               what=f"{case.what}: {rate} packets a second each way")
