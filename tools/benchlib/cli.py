# SPDX-License-Identifier: BSD-3-Clause
"""The command line: what to run, with what, and what is printed."""
import argparse
import fnmatch
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from . import machine, place as places, process, report, table, turns
from .cases import CASES
from .ovs import PACKAGES, Ovs
from .swd import Swd
from .swgen import Swgen
from .testpmd import Testpmd

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAMS = {"swd": Swd, "ovs": Ovs, "testpmd": Testpmd}


def positive(form):
    def read(text):
        value = form(text)
        if value <= 0:
            raise argparse.ArgumentTypeError(f"{text} is not above 0")
        return value
    read.__name__ = "number above 0"
    return read


def programs_of(text):
    names = text.split(",")
    for name in names:
        if name not in PROGRAMS:
            raise argparse.ArgumentTypeError(f"{name!r} is no program: {', '.join(PROGRAMS)}")
    return [name for name in PROGRAMS if name in names]


def arguments(argv):
    parser = argparse.ArgumentParser(
        prog="tools/bench", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Compare swd with OVS-DPDK and testpmd: same devices, cores and traffic, in one run.",
        epilog="A CASE may hold * and ?. What the figures mean: tools/benchlib/README.md.")
    parser.add_argument("cases", nargs="*", metavar="CASE", help="default: all (--list)")
    parser.add_argument("--list", action="store_true", help="print the cases and their targets")
    parser.add_argument("--programs", type=programs_of, default=list(PROGRAMS), metavar="LIST",
                        help="of swd,ovs,testpmd; default all")
    parser.add_argument("--seconds", type=positive(float), help="of a slice; default 5")
    parser.add_argument("--warmup", type=positive(float), help="seconds before it; default 2")
    parser.add_argument("--settle", type=positive(float),
                        help="seconds before that, at most, to learn stations and make flows; default 60")
    parser.add_argument("--rounds", type=positive(int), help="each program runs twice a round; default 2")
    parser.add_argument("--mode", choices=("near", "far"),
                        help="two cores: wait before each slice until they are so near to each other, and "
                        "measure it again when they were not throughout")
    parser.add_argument("--mode-wait", type=positive(float), default=120, metavar="SECONDS",
                        help="at most so long a slice; then it is taken as it is; default 120")
    parser.add_argument("--quick", action="store_true",
                        help="each program once, half a second, few buffers; no target is judged")
    parser.add_argument("--json", action="store_true", help="print all that was measured, as JSON")
    parser.add_argument("--build", type=pathlib.Path, default=SOURCE / "build",
                        help="folder with swd and swctl; default build")
    args = parser.parse_args(argv)
    quick = {"seconds": 0.5, "warmup": 0.5, "settle": 5, "rounds": 1}
    for name, value in {"seconds": 5.0, "warmup": 2.0, "settle": 60.0, "rounds": 2}.items():
        if getattr(args, name) is None:
            setattr(args, name, quick[name] if args.quick else value)
    args.chosen = choose(parser, args.cases)
    return args


def choose(parser, words):
    for word in words:
        if not any(fnmatch.fnmatchcase(case.name, word) for case in CASES):
            parser.error(f"no case is named {word!r}: {', '.join(case.name for case in CASES)}")
    return [case for case in CASES
            if not words or any(fnmatch.fnmatchcase(case.name, word) for word in words)]


def target_of(case):
    words = []
    if case.added is not None:
        words.append(f"<= {case.added:g} cycles above testpmd")
    if case.grows is not None:
        words.append(f"cycles <= {case.grows:g} of those with few pairs")
    if case.keeps is not None:
        words.append(f"the other ports keep >= {case.keeps:g} of their packets")
    if case.share is not None:
        words.append(f"packets a second >= {case.share:g} of testpmd")
    if case.tails:
        words.append(f"p99 <= {case.tails[0]:g} and p99.9 <= {case.tails[1]:g} of OVS")
    if case.ratio is not None:
        words.append(f"OVS / swd >= {case.ratio:g}")
    return ", ".join(words) or "none"


def print_list(cases):
    for case in cases:
        print(f"{case.name:13} {case.what}\n{'':13} target: {target_of(case)}")


def tell(text):
    print(text, file=sys.stderr, flush=True)


def unpack_ovs():
    """While there still is a network: Debian's OVS with DPDK, in .cache. Without it, it is left out."""
    if (SOURCE / ".cache/ovs-dpdk/usr/lib/openvswitch-switch-dpdk/ovs-vswitchd-dpdk").exists():
        return
    tell(f"unpacking {' and '.join(PACKAGES)} below .cache")
    subprocess.run([SOURCE / "tools/dev/unpack", SOURCE / ".cache/ovs-dpdk", *PACKAGES],
                   stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False)


def core_pair(place):
    """What the program for pairs of cores tells: TSC frequency, and a cache line's round trip."""
    tool = place.build / "tools/benchlib/pingpong"
    if not os.access(tool, os.X_OK):
        return {}
    return json.loads(process.run(tool, place.control_core, place.core))


def about(args, place, programs, missing, remarks):
    pair = core_pair(place)
    hertz = pair.get("tsc_hz")
    return {**machine.describe(), "tsc": f"{hertz / 1e9:.3f} GHz" if hertz else None, "pair": pair,
            "core": place.core, "control_core": place.control_core,
            "memory": f"{place.memory_mb} MB in {'huge' if place.huge else 'ordinary (--no-huge)'} pages",
            "mbufs": place.mbufs, "seconds": args.seconds, "warmup": args.warmup, "settle": args.settle,
            "rounds": args.rounds, "quick": args.quick, "mode": args.mode,
            "programs": {p.name: p.version() for p in programs}, "missing": missing, "notes": remarks}


def measure_all(args, place, remarks):
    """In the inner process."""
    made = [PROGRAMS[name](place) for name in args.programs]
    missing = {p.name: p.missing() for p in made if p.missing()}
    cases, two_cores = args.chosen, Swgen(place).missing()
    if two_cores and any(case.topology != "solo" for case in cases):
        missing["cases with two cores"] = two_cores
        cases = [case for case in cases if case.topology == "solo"]
    programs = [p for p in made if p.name not in missing]
    facts = about(args, place, programs, missing, remarks)
    if not args.json:
        print(table.head(facts), flush=True)
    if not programs:
        tell("nothing to run: no program is there")
        return 1
    results = []
    try:
        for case in cases:
            results.append(of_case(case, programs, place, args, results))
    finally:
        facts["load_after"] = [round(x, 2) for x in os.getloadavg()]
        print_results(args, facts, results)
    troubled = any("trouble" in s for result in results for s in result["slices"])
    return 1 if troubled else 0


def of_case(case, programs, place, args, results):
    """Its summary; when it is interrupted, what there is of it goes to the results before."""
    done = []
    try:
        for case, found in turns.play(case, programs, place, args, tell):
            done.append(found)
    except process.Trouble as trouble:  # before the first slice
        done = [{"program": programs[0].name, "half": 0, "trouble": str(trouble)}]
    except BaseException:
        if done:
            results.append(report.summarize(case, done, not args.quick))
        raise
    return report.summarize(case, done, not args.quick)


def print_results(args, facts, results):
    """What there is; after Ctrl-C the slices that were done."""
    if args.json:
        print(json.dumps({"about": facts, "cases": results}, indent=1))
        return
    for kind, draw in table.KINDS.items():
        some = [result for result in results if result["kind"] == kind]
        if some:
            print("\n" + draw(some))
    found = report.gather([note for result in results for note in result["notes"]])
    for line in [*report.company(results), *found]:
        print(f"note: {line}")


def main(argv=None):
    args = arguments(argv)
    if args.list:
        print_list(args.chosen)
        return 0
    if os.geteuid() != 0:
        sys.exit("tools/bench makes namespaces and reserves huge pages: run it as root (sudo tools/bench)")
    lock = places.only_one()
    if "ovs" in args.programs:
        unpack_ovs()
    status = reserve_and_run(args)
    lock.close()
    return status


def reserve_and_run(args):
    """In the outer process: what is not undone by the kernel is undone here."""
    with tempfile.TemporaryDirectory(prefix="swd-bench-") as folder:
        pages = machine.Hugepages(places.needed_mb(args.chosen, args.quick), tell)
        remarks = [f"no huge pages, all programs run without: {pages.problem}"] if pages.problem else []
        try:
            place = places.Place(SOURCE, args.build.resolve(), pathlib.Path(folder), not pages.problem,
                                 args.quick)
            return places.run_inside(lambda: measure_all(args, place, remarks))
        finally:
            left = pages.give_back()
            if left:
                tell(f"huge pages are not as before: {left}")
