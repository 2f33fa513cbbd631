# SPDX-License-Identifier: BSD-3-Clause
"""The tables, and what stands above them."""
PROGRAMS = ("swd", "testpmd", "ovs")
NAMES = ("swd", "testpmd", "OVS")


def number(value, form):
    return "-" if value is None else format(value, form)


def of_programs(result, what, form):
    return [number(result["programs"].get(name, {}).get(what), form) for name in PROGRAMS]


def of_figure(result, key, form, sign):
    """Median, spread, target, verdict."""
    found, target = result[key], result["target"][key]
    said = (result["verdict"] or {}).get(key)
    return [number(found and found["median"], form),
            f"{found['min']:{form}}..{found['max']:{form}}" if found else "-",
            f"{sign} {target:g}" if target is not None else "-", said or "-"]


FIGURE = ("", "spread", "target", "")


def lay_out(groups, rows):
    """Columns in groups: [(title, heads)], each as wide as its title; a row is as long as all heads."""
    heads = ["case"] + [head for _, names in groups for head in names]
    width = [max(len(row[i]) for row in [heads, *rows]) for i in range(len(heads))]
    top, at = "", 1
    for title, names in groups:
        width[at] += max(0, len(title) - sum(width[at:at + len(names)]) - 2 * (len(names) - 1))
        at += len(names)
    at = 1
    for title, names in groups:
        top = top.ljust(sum(width[:at]) + 2 * at) + title
        at += len(names)
    lines = [top.rstrip()]
    for row in [heads, *rows]:
        lines.append("  ".join(text.ljust(w) if i == 0 else text.rjust(w)
                               for i, (text, w) in enumerate(zip(row, width))).rstrip())
    return "\n".join(lines)


def solo(results):
    rows = [[result["name"], *of_programs(result, "cycles", ".1f"),
             *of_figure(result, "added", ".1f", "<="), *of_figure(result, "ratio", ".2f", ">="),
             *of_figure(result, "total", ".1f", "<=")[2:], *of_programs(result, "mpps", ".2f")]
            for result in results]
    return lay_out([("cycles a packet", NAMES), ("added above testpmd", FIGURE), ("OVS / swd", FIGURE),
                    ("swd in all", FIGURE[2:]), ("Mpps", NAMES)], rows)


def adds(results):
    rows = [[result["name"],
             *of_programs(result, "singly", ",.0f"), *of_figure(result, "singly", ",.0f", ">=")[2:],
             *of_programs(result, "bundle", ",.0f"), *of_figure(result, "bundle", ",.0f", ">=")[2:],
             *of_figure(result, "ratio", ".2f", ">=")] for result in results]
    return lay_out([("rules a second, singly", NAMES), ("", FIGURE[2:]), ("in a bundle", NAMES),
                    ("", FIGURE[2:]), ("swd / OVS", FIGURE)], rows)


def changes(results):
    rows = [[result["name"], *of_programs(result, "quiet_cycles", ".1f"),
             *of_programs(result, "cycles", ".1f"), *of_programs(result, "changes", ",.0f"),
             *of_figure(result, "keeps", ".3f", ">=")] for result in results]
    return lay_out([("cycles, no changes", NAMES), ("cycles with them", NAMES), ("changes a second", NAMES),
                    ("swd: packets for its cycles", FIGURE)], rows)


def of_part(result, what, name, form):
    """One part of the case, by program."""
    told = [result["programs"].get(program, {}).get("parts", {}) for program in PROGRAMS]
    return [number(parts.get(what, {}).get(name), form) for parts in told]


def by_mode(results):
    """A row a result, or one for each mode of the machine that occurred."""
    for result in results:
        if not result["by_mode"]:
            yield result, modes(result)
        for mode, part in result["by_mode"].items():
            some = [s for s in result["slices"] if s.get("mode") == mode]
            row = {**part, "name": f"{result['name']}, {mode}", "slices": some}
            yield row, modes(row)


def pairs(results):
    rows = [[result["name"], *of_programs(result, "mpps", ".2f"),
             *of_figure(result, "share", ".2f", ">="), *of_figure(result, "rate", ".2f", "")[:2],
             *of_programs(result, "cycles", ".0f"), *of_figure(result, "ratio", ".2f", ">="), told]
            for result, told in by_mode(results)]
    return lay_out([("Mpps, both ways", NAMES), ("swd / testpmd", FIGURE), ("swd / OVS", FIGURE[:2]),
                    ("cycles a packet", NAMES), ("OVS / swd", FIGURE),
                    ("", ("cores, counts a round trip",))], rows)


def latency(results):
    rows = [[result["name"], *of_programs(result, "p50", ".1f"), *of_programs(result, "p99", ".1f"),
             *of_programs(result, "p99_9", ".1f"), *of_figure(result, "p99", ".2f", "<="),
             *of_figure(result, "p99_9", ".2f", "<="), told] for result, told in by_mode(results)]
    return lay_out([("p50, us", NAMES), ("p99, us", NAMES), ("p99.9, us", NAMES), ("p99: swd / OVS", FIGURE),
                    ("p99.9: swd / OVS", FIGURE), ("", ("cores, counts a round trip",))], rows)


def kept(result, name):
    """Share of the first part's packets that arrived in another one, by program."""
    shares = []
    for program in PROGRAMS:
        mpps = result["programs"].get(program, {}).get("parts", {}).get("mpps", {})
        shares.append(number(mpps[name] / mpps["quiet"] if mpps.get("quiet") else None, ".3f"))
    return shares


def flood(results):
    rows = [[result["name"], *of_part(result, "mpps", "quiet", ".2f"), *kept(result, "ordinary"),
             *kept(result, "flood"), *of_figure(result, "keeps", ".3f", ">="),
             *of_part(result, "others", "flood", ".2f"), *of_part(result, "p99", "quiet", ".0f"),
             *of_part(result, "p99", "flood", ".0f")] for result in results]
    return lay_out([("guests alone, Mpps", NAMES), ("kept, ordinary", NAMES), ("kept in the flood", NAMES),
                    ("swd keeps", FIGURE), ("flood taken, Mpps", NAMES), ("p99 alone, us", NAMES),
                    ("p99 in it, us", NAMES)], rows)


def growth(results):
    rows = [[result["name"], *of_part(result, "cycles", "pairs", ".0f"),
             *of_part(result, "cycles", "mesh", ".0f"),
             *of_figure(result, "grows", ".2f", "<="), *of_figure(result, "ratio", ".2f", ">="),
             *of_part(result, "mpps", "pairs", ".2f"), *of_part(result, "mpps", "mesh", ".2f"), told]
            for result, told in by_mode(results)]
    return lay_out([("cycles, few pairs", NAMES), ("cycles, all pairs", NAMES), ("swd: all / few", FIGURE),
                    ("OVS / swd, all pairs", FIGURE), ("Mpps, few", NAMES), ("Mpps, all", NAMES),
                    ("", ("cores, counts a round trip",))], rows)


def modes(result):
    """Each slice's mode and round trips, by program."""
    words = []
    for name, title in zip(PROGRAMS, NAMES):
        told = [f"{s['mode']} {'/'.join('?' if t is None else f'{t:.0f}' for t in s['round_trips'])}"
                for s in result["slices"] if s["program"] == name and "trouble" not in s]
        if told:
            words.append(f"{title} {', '.join(told)}")
    return "; ".join(words) or "-"


KINDS = {"solo": solo, "pairs": pairs, "growth": growth, "latency": latency, "flood": flood,
         "adds": adds, "changes": changes}


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
