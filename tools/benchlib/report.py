# SPDX-License-Identifier: BSD-3-Clause
"""From slices to figures.

One core: added is swd's cycles a packet less testpmd's, ratio OVS's over swd's. Two cores: share and rate
are of packets a second, swd's over testpmd's and over OVS's, ratio is of cycles again, where both slices
were in one mode of the machine; each mode is told for itself when there was more than one. Always of two
slices in one half of a round, then the median of the halves, smallest and largest. What is of the parts of
one slice (keeps, grows) is the last part over the first.
"""
import statistics

LOW_SHARE = 0.98
GENERATOR_SHARE = 0.9  # of its core, below which swgen was held up
MODES = ("near", "far", "mixed", "unknown")


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


def of_parts(slices, what):
    """Median of each part of the case, by the part's name."""
    names = slices[0]["parts"] if slices else ()
    return {name: middle([what(s["parts"][name]) for s in slices]) for name in names}


def of_program(slices):
    """Medians of one program's slices."""
    found = {what: middle([s[what] for s in slices]) for what in ("cycles", "counted", "mpps", "ran", "slow")}
    for key in ("p50", "p99", "p99_9"):
        found[key] = middle([s["latency_us"][key] for s in slices if "latency_us" in s])
    for key in ("singly", "bundle", "quiet_cycles", "changes"):
        found[key] = middle([s[key] for s in slices if key in s])
    with_parts = [s for s in slices if "parts" in s]
    if with_parts:
        found["parts"] = {
            "cycles": of_parts(with_parts, lambda p: p["cycles"]),
            "mpps": of_parts(with_parts, lambda p: p["mpps"]),
            "others": of_parts(with_parts, lambda p: p["all_mpps"] - p["mpps"]),
            "p99": of_parts(with_parts, lambda p: p["latency_us"]["p99"])}
    return found


def figures(case, kind, slices, judge):
    """Of these slices: the programs' medians, how they compare, and what that says of the targets."""
    names = dict.fromkeys(s["program"] for s in slices)
    found = COMPARE[kind](slices)
    target = {"added": case.added, "share": case.share, "ratio": case.ratio, "rate": None,
              "keeps": case.keeps, "grows": case.grows, "total": case.total,
              "singly": case.rules_a_second, "bundle": case.rules_a_second,
              **dict(zip(("p99", "p99_9"), case.tails or (None, None)))}
    said = {key: verdict(found[key], target[key], key not in LEAST) for key in found}
    return {"programs": {name: of_program(list(by_half(slices, name).values())) for name in names}, **found,
            "target": {key: target[key] for key in found}, "verdict": said if judge else None}


def summarize(case, slices, judge):
    kind = case.kind or ("solo" if case.topology == "solo" else "pairs")
    seen = {s["mode"] for s in slices if "mode" in s} if kind != "flood" else {}  # at half load all arrives
    by_mode = {mode: figures(case, kind, [s for s in slices if s.get("mode") == mode], judge)
               for mode in MODES if mode in seen}
    return {"name": case.name, "what": case.what, "topology": case.topology, "kind": kind,
            **figures(case, kind, slices, judge), "by_mode": by_mode if len(by_mode) > 1 else {},
            "slices": slices, "notes": list(notes(case, slices))}


def compare_solo(slices):
    return {"added": compare(slices, "swd", "testpmd", lambda a, b: a["cycles"] - b["cycles"]),
            "ratio": compare(slices, "ovs", "swd", lambda a, b: a["cycles"] / b["cycles"]),
            "total": spread([s["cycles"] for s in by_half(slices, "swd").values()])}


def compare_adds(slices):
    """The ratio is of the way in which swd gains less."""
    own = by_half(slices, "swd").values()
    return {**{key: spread([s[key] for s in own]) for key in ("singly", "bundle")},
            "ratio": compare(slices, "swd", "ovs",
                             lambda a, b: min(a[key] / b[key] for key in ("singly", "bundle")))}


def compare_changes(slices):
    own = by_half(slices, "swd").values()
    return {"keeps": spread([s["quiet_cycles"] / s["cycles"] for s in own])}


def compare_pairs(slices):
    return {"share": compare(slices, "swd", "testpmd", lambda a, b: a["mpps"] / b["mpps"]),
            "rate": compare(slices, "swd", "ovs", lambda a, b: a["mpps"] / b["mpps"]),
            "ratio": compare(slices, "ovs", "swd", lambda a, b: a["cycles"] / b["cycles"])}


def compare_latency(slices):
    return {key: compare(slices, "swd", "ovs",
                         lambda a, b, key=key: a["latency_us"][key] / b["latency_us"][key])
            for key in ("p99", "p99_9")}


def last_to_first(slices, program, what):
    """Of each slice with parts: the last one over the first."""
    values = []
    for s in by_half(slices, program).values():
        parts = list(s["parts"].values())
        values.append(parts[-1][what] / parts[0][what])
    return spread(values)


def compare_flood(slices):
    return {"keeps": last_to_first(slices, "swd", "mpps")}


def compare_growth(slices):
    steady = [s for s in slices if s.get("mode") != "mixed"]
    return {"grows": last_to_first(steady, "swd", "cycles"),
            "ratio": compare(slices, "ovs", "swd", lambda a, b: a["cycles"] / b["cycles"])}


COMPARE = {"solo": compare_solo, "pairs": compare_pairs, "latency": compare_latency, "flood": compare_flood,
           "growth": compare_growth, "adds": compare_adds, "changes": compare_changes}
LEAST = ("share", "rate", "ratio", "keeps", "singly", "bundle")  # targets that say: at least


OTHERS = "threads of the program, or other work, had the rest, so part of what is missing was never sent"


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
        if s.get("generator_ran", 1) < GENERATOR_SHARE:
            yield f"{who}: swgen had its core for {100 * s['generator_ran']:.0f} % of a slice only: {OTHERS}"
        if s.get("found") is not None:
            yield f"{who}: {100 * s['found']:.2f} % of packets found their flow kept"
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
