# SPDX-License-Identifier: BSD-3-Clause
"""tools/bench: that it works and leaves nothing. No figure is judged here."""
import json
import os
import pathlib
import shutil
import signal
import sys

import swnet

BENCH = swnet.SOURCE / "tools" / "bench"
PAGES = pathlib.Path("/proc/sys/vm/nr_hugepages")
OVS = swnet.SOURCE / ".cache/ovs-dpdk/usr/lib/openvswitch-switch-dpdk/ovs-vswitchd-dpdk"
sys.path.insert(0, str(BENCH.parent))
from benchlib import cases, frames, report, table  # noqa: E402  (found there)


def there():
    return ["swd"] + ["ovs"] * OVS.exists() + ["testpmd"] * bool(shutil.which("dpdk-testpmd"))


def of_run(net):
    """Processes that were started with something in the run's folder."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if str(net.dir / "swd-bench-").encode() in path.read_bytes():
                found.append(path.parent.name)
        except (FileNotFoundError, ProcessLookupError):
            pass
    return found


def seen():
    return PAGES.read_text(), pathlib.Path("/proc/self/mountinfo").read_text()


def nothing_left(net, before):
    swnet.same(of_run(net), [], "processes of the run")
    swnet.same(list(net.dir.glob("swd-bench-*")), [], "folders of the run")
    swnet.same(seen(), before, "huge pages and mounts")


def bench_quick(net, *words, timeout=80):
    """What a quick run says as JSON; it left nothing."""
    before = seen()
    result = net.run(BENCH, "--quick", "--json", "--build", net.built_in, *words, timeout=timeout,
                     env={**os.environ, "TMPDIR": str(net.dir)})
    nothing_left(net, before)
    return json.loads(result.stdout)


def need_swgen(net):
    if not (net.built_in / "swgen").exists():
        raise swnet.Skip(f"no {net.built_in / 'swgen'}, the generator")


@swnet.limit(90)
def test_quick(net):
    """One case with what there is: every program gave figures, and all of it is gone."""
    answer = bench_quick(net, "--programs", ",".join(there()), "l2-10")
    names = there()
    if "huge pages" in answer["about"]["missing"].get("ovs", ""):  # OVS cannot without, and says so
        names.remove("ovs")
    swnet.same(sorted(answer["about"]["programs"]), sorted(names), "programs that ran")
    case = answer["cases"][0]
    swnet.same((len(answer["cases"]), case["name"], case["verdict"]), (1, "l2-10", None), "cases")
    for name in names:
        figures = case["programs"][name]
        swnet.same(all(figures[what] > 0 for what in ("cycles", "mpps", "ran")), True,
                   f"figures of {name}, {figures},")
    for found in case["slices"]:
        swnet.same(found.get("stations", 20), 20, f"stations that {found['program']} knows")
    swnet.same([note for note in case["notes"] if "stations" in note], [], "notes")


@swnet.limit(90)
def test_two_cores(net):
    """Guests by vhost-user, swgen on the other core."""
    need_swgen(net)
    # Half a second is too short here: both sides must have had their cores in it.
    case = bench_quick(net, "--seconds", "3", "--programs", "swd,testpmd", "vhost-1")["cases"][0]
    for found in case["slices"]:
        swnet.same(found.get("trouble"), None, f"trouble of {found['program']}")
        swnet.same(found["mpps"] > 0 and found["mode"] in ("near", "far", "mixed"), True, f"rate, {found},")


@swnet.limit(120)
def test_flood(net):
    """Ports beside those of the guests, a station that is set, and a slice of three parts."""
    need_swgen(net)
    case = bench_quick(net, "--seconds", "2", "--programs", "swd", "flood-mac", timeout=110)["cases"][0]
    swnet.same([found.get("trouble") for found in case["slices"]], [None], "troubles")
    swnet.same(list(case["slices"][0]["parts"]), ["quiet", "ordinary", "flood"], "parts")
    swnet.same(case["programs"]["swd"]["parts"]["mpps"]["flood"] > 0, True, "packets that guests got in it")


@swnet.limit(60)
def test_interrupted(net):
    """Ctrl-C in the middle of a slice."""
    before = seen()
    bench = net.spawn(BENCH, "--seconds", "60", "--build", net.built_in, "--programs", "swd", "xc-1",
                      log="bench", env={**os.environ, "TMPDIR": str(net.dir)})
    swnet.wait_for(lambda: bench.poll() is not None or of_run(net), 20, "the bench starts swd")
    bench.send_signal(signal.SIGINT)
    swnet.same(bench.wait(timeout=swnet.PATIENT), 130, "exit status after Ctrl-C")
    nothing_left(net, before)


def test_figures(_net):
    """Ratios are of the halves of a round; a target that is missed is told by how much."""
    slices = [{"program": name, "half": half, "cycles": cycles, "counted": cycles, "mpps": 1, "ran": 1.0,
               "slow": 0, "stolen": 0}
              for name, half, cycles in (("swd", 0, 50), ("ovs", 0, 100), ("testpmd", 0, 20),
                                         ("swd", 1, 40), ("ovs", 1, 200), ("testpmd", 1, 30))]
    case = cases.Case("c", "a case", "l2", (), added=15, ratio=4)
    found = report.summarize(case, slices, True)
    swnet.same(found["ratio"], {"median": 3.5, "min": 2.0, "max": 5.0}, "ratio")
    swnet.same(found["added"], {"median": 20, "min": 10, "max": 30}, "added")
    swnet.same(found["verdict"], {"added": "5.0 above", "ratio": "0.50 short", "total": None}, "verdict")
    swnet.same(found["total"], {"median": 45, "min": 40, "max": 50}, "cycles in all")
    swnet.same(found["programs"]["ovs"]["cycles"], 150, "median of OVS")
    slices[0]["trouble"], slices[4]["ran"] = "it died", 0.5
    found = report.summarize(case, slices, True)
    swnet.same(found["ratio"], {"median": 5.0, "min": 5.0, "max": 5.0}, "ratio of what is left")
    swnet.same(found["verdict"], {"added": "met", "ratio": "met", "total": None}, "verdict of what is left")
    swnet.within(" ".join(found["notes"]), "it died", "notes")
    swnet.within(" ".join(report.company([found])), "1 of 5 slices", "word on other work")


def pair_slice(program, half, mode, mpps, **more):
    return {"program": program, "half": half, "mode": mode, "mpps": mpps, "cycles": 2000 / mpps,
            "counted": 100, "ran": 1.0, "slow": 0, "stolen": 0, "round_trips": [1, 1], **more}


def test_modes(_net):
    """Near and far are told apart: a row each, with the medians of its own slices."""
    slices = [pair_slice("swd", 0, "near", 20), pair_slice("ovs", 0, "near", 10),
              pair_slice("swd", 1, "far", 6), pair_slice("ovs", 1, "far", 4),
              pair_slice("swd", 2, "mixed", 9), pair_slice("ovs", 2, "far", 5)]
    case = cases.Case("c", "a case", "l2", topology="vhost", ratio=1.6)
    found = report.summarize(case, slices, True)
    parts = found["by_mode"]
    swnet.same({mode: part["ratio"] and part["ratio"]["median"] for mode, part in parts.items()},
               {"near": 2.0, "far": 1.5, "mixed": None}, "ratio by mode")
    swnet.same([parts[mode]["verdict"]["ratio"] for mode in ("near", "far")], ["met", "0.10 short"],
               "verdicts")
    rows = table.pairs([found]).splitlines()[2:]
    swnet.same([row.split("  ")[0] for row in rows], ["c, near", "c, far", "c, mixed"], "rows")
    swnet.within(rows[1], "OVS far 1/1, far 1/1", "modes of the far row")
    found = report.summarize(case, slices[:2], True)
    swnet.same((found["by_mode"], found["ratio"]["median"]), ({}, 2.0), "with one mode")
    swnet.same(len(table.pairs([found]).splitlines()), 3, "lines with one mode")


def parts_of(program, half, mode, **values):
    parts = {name: {"mpps": value, "cycles": value, "all_mpps": value, "latency_us": {"p99": value}}
             for name, value in values.items()}
    return pair_slice(program, half, mode, 1, parts=parts)


def test_parts(_net):
    """What the last part of a slice has, beside the first."""
    flood = next(case for case in cases.CASES if case.name == "flood-mac")
    slices = [parts_of("swd", 0, "far", quiet=4, ordinary=4, flood=3.6),
              parts_of("swd", 1, "mixed", quiet=4, ordinary=4, flood=4)]
    found = report.summarize(flood, slices, True)
    swnet.same((found["keeps"], found["verdict"]["keeps"]), ({"median": 0.95, "min": 0.9, "max": 1.0}, "met"),
               "keeps")
    found = report.summarize(flood, slices[:1], True)
    swnet.same(found["verdict"]["keeps"], "0.05 short", "verdict of a flood that takes a tenth")
    swnet.within(table.flood([found]), "0.900", "table of the flood")
    growth = next(case for case in cases.CASES if case.kind == "growth")
    slices = [parts_of("swd", 0, "far", pairs=100, mesh=130), parts_of("swd", 1, "mixed", pairs=1, mesh=9)]
    found = report.summarize(growth, slices, True)
    swnet.same((found["grows"]["median"], found["verdict"]["grows"]), (1.3, "0.10 above"), "growth")
    swnet.within(table.growth([found]), "1.30", "table of growth")
    sources = {packet[6:12] for packet in frames.strangers(1000, frames.SINK)}
    swnet.same(len(sources), 1000, "sources of a flood")
