# SPDX-License-Identifier: BSD-3-Clause
"""From slices to figures, and the table.

added is swd's cycles a packet less testpmd's, ratio OVS's over swd's; both of slices in one half of a
round, then the median of the halves, and the smallest and largest.
"""
import statistics

LOW_SHARE = 0.98


def middle(values):
    return statistics.median(values) if values else None


def spread(values):
    return {"median": middle(values), "min": min(values), "max": max(values)} if values else None


def by_half(slices, program):
    return {s["half"]: s for s in slices if s["program"] == program and "trouble" not in s}


def compare(slices, one, other, how):
    left, right = by_half(slices, one), by_half(slices, other)
    return spread([how(left[h]["cycles"], right[h]["cycles"]) for h in sorted(left) if h in right])


def verdict(found, target, most):
    """'met', or by how much it is not; None without a figure or a target."""
    if found is None or target is None:
        return None
    off = found["median"] - target if most else target - found["median"]
    if off <= 0:
        return "met"
    return f"{off:.1f} above" if most else f"{off:.2f} short"


def summarize(case, slices, judge):
    programs = {}
    for name in dict.fromkeys(s["program"] for s in slices):
        good = list(by_half(slices, name).values())
        programs[name] = {what: middle([s[what] for s in good])
                          for what in ("cycles", "counted", "mpps", "ran", "slow")}
    added = compare(slices, "swd", "testpmd", lambda a, b: a - b)
    ratio = compare(slices, "ovs", "swd", lambda a, b: a / b)
    return {"name": case.name, "what": case.what, "topology": case.topology, "programs": programs,
            "added": added, "ratio": ratio, "target": {"added": case.added, "ratio": case.ratio},
            "verdict": {"added": verdict(added, case.added, True),
                        "ratio": verdict(ratio, case.ratio, False)} if judge else None,
            "slices": slices, "notes": list(notes(case, slices))}


def notes(case, slices):
    """What a reader must know before believing a figure."""
    for s in slices:
        who = f"{case.name}, {s['program']}"
        if "trouble" in s:
            yield f"{who}: {s['trouble']}"
            continue
        if s["ran"] < LOW_SHARE:
            yield (f"{who}: was on its core {100 * s['ran']:.0f} % of a slice; other work had the rest and "
                   "the caches")
        if s["stolen"] > 0.01:
            yield f"{who}: the host took the core away for {100 * s['stolen']:.0f} % of a slice"
        if s.get("stations") is not None and s["stations"] < case.stations:
            yield f"{who}: knows {s['stations']} of {case.stations} stations"
        if s["slow"] > 0.0001:
            yield f"{who}: {100 * s['slow']:.2f} % of packets missed every cache (upcall)"


# --- the table --------------------------------------------------------------------------------------
def number(value, form):
    return "-" if value is None else format(value, form)


def cells(result):
    of = lambda name, what, form: number(result["programs"].get(name, {}).get(what), form)  # noqa: E731
    added, ratio, target = result["added"], result["ratio"], result["target"]
    said = result["verdict"] or {"added": None, "ratio": None}
    row = [result["name"]]
    row += [of(name, "cycles", ".1f") for name in ("swd", "testpmd", "ovs")]
    row += [number(added and added["median"], ".1f"),
            f"{added['min']:.1f}..{added['max']:.1f}" if added else "-",
            f"<= {target['added']:g}" if target["added"] is not None else "-", said["added"] or "-"]
    row += [number(ratio and ratio["median"], ".2f"),
            f"{ratio['min']:.2f}..{ratio['max']:.2f}" if ratio else "-",
            f">= {target['ratio']:g}" if target["ratio"] is not None else "-", said["ratio"] or "-"]
    row += [of(name, "mpps", ".2f") for name in ("swd", "testpmd", "ovs")]
    return row


HEADS = (("", "cycles a packet", "", "", "added", "", "", "", "OVS / swd", "", "", "", "Mpps", "", ""),
         ("case", "swd", "testpmd", "OVS", "", "spread", "target", "", "", "spread", "target", "", "swd",
          "testpmd", "OVS"))


def table(results):
    rows = [cells(result) for result in results]
    width = [max(len(row[i]) for row in [HEADS[1], *rows]) for i in range(len(HEADS[1]))]
    group = [0, 1, 4, 8, 12]
    top = ""
    for i in group[1:]:
        start = sum(width[:i]) + 2 * i
        top = top.ljust(start) + HEADS[0][i]
    lines = [top.rstrip()]
    for row in [HEADS[1], *rows]:
        lines.append("  ".join(text.ljust(w) if i == 0 else text.rjust(w)
                               for i, (text, w) in enumerate(zip(row, width))).rstrip())
    return "\n".join(lines)


def head(about):
    programs = about["programs"]
    lines = [f"{about['date']}, {about['cpu']}, TSC {about['tsc'] or 'of unknown frequency'}, "
             f"Linux {about['kernel']}",
             "; ".join(f"{name}: {text}" for name, text in programs.items()),
             f"core {about['core']} forwards, core {about['control_core']} controls; "
             f"{about['memory']}; {about['rounds']} round{'s' * (about['rounds'] != 1)} of "
             f"{about['seconds']:g} s slices after {about['warmup']:g} s of warm-up; load of the machine "
             f"{' '.join(map(str, about['load']))}"]
    lines += [f"left out: {name}: {why}" for name, why in about["missing"].items()]
    lines += [f"note: {text}" for text in about["notes"]]
    return "\n".join(lines)


def gather(lines):
    """Notes that come again are told once, with how often."""
    count = {}
    for line in lines:
        count[line] = count.get(line, 0) + 1
    return [line + (f" ({n} times)" if n > 1 else "") for line, n in count.items()]
