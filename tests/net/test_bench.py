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
from benchlib import cases, report  # noqa: E402  (found there)


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


@swnet.limit(90)
def test_quick(net):
    """One case with what there is: every program gave figures, and all of it is gone."""
    before = seen()
    result = net.run(BENCH, "--quick", "--json", "--build", net.built_in, "--programs", ",".join(there()),
                     "l2-10", timeout=80, env={**os.environ, "TMPDIR": str(net.dir)})
    nothing_left(net, before)
    answer = json.loads(result.stdout)
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
    if not (net.built_in / "swgen").exists():
        raise swnet.Skip(f"no {net.built_in / 'swgen'}, the generator")
    before = seen()
    # Half a second is too short here: both sides must have had their cores in it.
    result = net.run(BENCH, "--quick", "--seconds", "3", "--json", "--build", net.built_in, "--programs",
                     "swd,testpmd", "vhost-1", timeout=80, env={**os.environ, "TMPDIR": str(net.dir)})
    nothing_left(net, before)
    case = json.loads(result.stdout)["cases"][0]
    for found in case["slices"]:
        swnet.same(found.get("trouble"), None, f"trouble of {found['program']}")
        swnet.same(found["mpps"] > 0 and found["mode"] in ("near", "far", "mixed"), True, f"rate, {found},")


@swnet.limit(60)
def test_interrupted(net):
    """Ctrl-C in the middle of a slice."""
    before = seen()
    bench = net.spawn(BENCH, "--seconds", "60", "--build", net.built_in, "--programs", "swd", "xc-1",
                      log="bench", env={**os.environ, "TMPDIR": str(net.dir)})
    swnet.wait_for(lambda: bench.poll() is not None or of_run(net), 20, "the bench starts swd")
    bench.send_signal(signal.SIGINT)
    swnet.same(bench.wait(timeout=30), 130, "exit status after Ctrl-C")
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
    swnet.same(found["verdict"], {"added": "5.0 above", "ratio": "0.50 short"}, "verdict")
    swnet.same(found["programs"]["ovs"]["cycles"], 150, "median of OVS")
    slices[0]["trouble"], slices[4]["ran"] = "it died", 0.5
    found = report.summarize(case, slices, True)
    swnet.same(found["ratio"], {"median": 5.0, "min": 5.0, "max": 5.0}, "ratio of what is left")
    swnet.same(found["verdict"], {"added": "met", "ratio": "met"}, "verdict of what is left")
    swnet.within(" ".join(found["notes"]), "it died", "notes")
    swnet.within(" ".join(report.company([found])), "1 of 5 slices", "word on other work")
