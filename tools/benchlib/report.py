# SPDX-License-Identifier: BSD-3-Clause
"""From slices to figures.

One core: added is swd's cycles a packet less testpmd's, ratio OVS's over swd's. Two cores: share and ratio
are of packets a second, swd's over testpmd's and over OVS's, where both slices were in one mode of the
machine. Always of two slices in one half of a round, then the median of the halves, smallest and largest.
"""
import statistics

LOW_SHARE = 0.98


def middle(values):
    return statistics.median(values) if values else None


def spread(values):
    return {"median": middle(values), "min": min(values), "max": max(values)} if values else None


def by_half(slices, program):
    return {s["half"]: s for s in slices if s["program"] == program and "trouble" not in s}


def comparable(one, other):
    """Slices of one core always; of two when the cores were as near to each other, all the time."""
    return one.get("mode") == other.get("mode") != "mixed"


def compare(slices, one, other, how):
    left, right = by_half(slices, one), by_half(slices, other)
    return spread([how(left[h], right[h]) for h in sorted(left)
                   if h in right and comparable(left[h], right[h])])


def verdict(found, target, most):
    """'met', or by how much it is not; None without a figure or a target."""
    if found is None or target is None:
        return None
    off = found["median"] - target if most else target - found["median"]
    if off <= 0:
        return "met"
    return f"{off:.{1 if target >= 2 else 2}f} above" if most else f"{off:.2f} short"


def summarize(case, slices, judge):
    programs = {}
    for name in dict.fromkeys(s["program"] for s in slices):
        good = list(by_half(slices, name).values())
        programs[name] = {what: middle([s[what] for s in good])
                          for what in ("cycles", "counted", "mpps", "ran", "slow")}
        for key in ("p50", "p99", "p99_9"):
            programs[name][key] = middle([s["latency_us"][key] for s in good if "latency_us" in s])
    kind = "latency" if case.tails else "solo" if case.topology == "solo" else "pairs"
    found = COMPARE[kind](slices)
    target = {"added": case.added, "share": case.share, "ratio": case.ratio,
              **dict(zip(("p99", "p99_9"), case.tails or ()))}
    said = {key: verdict(found[key], target[key], key not in ("share", "ratio")) for key in found}
    return {"name": case.name, "what": case.what, "topology": case.topology, "kind": kind,
            "programs": programs, **found, "target": {key: target[key] for key in found},
            "verdict": said if judge else None, "slices": slices, "notes": list(notes(case, slices))}


def compare_solo(slices):
    return {"added": compare(slices, "swd", "testpmd", lambda a, b: a["cycles"] - b["cycles"]),
            "ratio": compare(slices, "ovs", "swd", lambda a, b: a["cycles"] / b["cycles"])}


def compare_pairs(slices):
    return {"share": compare(slices, "swd", "testpmd", lambda a, b: a["mpps"] / b["mpps"]),
            "ratio": compare(slices, "swd", "ovs", lambda a, b: a["mpps"] / b["mpps"])}


def compare_latency(slices):
    return {key: compare(slices, "swd", "ovs",
                         lambda a, b, key=key: a["latency_us"][key] / b["latency_us"][key])
            for key in ("p99", "p99_9")}


COMPARE = {"solo": compare_solo, "pairs": compare_pairs, "latency": compare_latency}


def notes(case, slices):
    """What a reader must know before believing a figure."""
    for s in slices:
        who = f"{case.name}, {s['program']}"
        if "trouble" in s:
            yield f"{who}: {s['trouble']}"
            continue
        if s["stolen"] > 0.01:
            yield f"{who}: the host took the core away for {100 * s['stolen']:.0f} % of a slice"
        if s.get("stations") is not None and s["stations"] < case.stations:
            yield f"{who}: knows {s['stations']} of {case.stations} stations"
        if s["slow"] > 0.0001:
            yield f"{who}: {100 * s['slow']:.2f} % of packets missed every cache (upcall)"


def company(results):
    """One line on other work, when there was some."""
    ran = [s["ran"] for result in results for s in result["slices"] if "trouble" not in s]
    low = [share for share in ran if share < LOW_SHARE]
    if low:
        yield (f"not alone: in {len(low)} of {len(ran)} slices the program was on its core for less than "
               f"{100 * LOW_SHARE:.0f} % of the time ({100 * min(low):.0f} to {100 * max(low):.0f} %); other "
               "work had the rest, and the caches. These are no figures to quote")


def gather(lines):
    """Notes that come again are told once, with how often."""
    count = {}
    for line in lines:
        count[line] = count.get(line, 0) + 1
    return [line + (f" ({n} times)" if n > 1 else "") for line, n in count.items()]
