# SPDX-License-Identifier: BSD-3-Clause
"""The cases: one descriptor each. What is switched, what is sent, and the target of the project.

A case has one of four set-ups that every program knows: cross (port to port), l2 (a learning bridge), vlan
(a learning bridge; port 0 access in VLAN 10, port 1 a trunk), rules (its own); and a topology:
  solo   one core: net_pcap sends a capture without end into each port, or into the first alone
  vhost  two cores: swgen plays two guests (virtio-user) on the other one
  memif  two cores: swgen is the other end of two shared-memory ports
With two cores there may be ports beside those of swgen, as in solo; and a case may have parts: each slice
measures all of them, one after another, and what is judged is one part beside another.
"""
import dataclasses

from . import classes, frames

VLAN = 10
BUFFERS = 262144  # packet buffers of each program: OVS makes as many, whatever it is told


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    what: str
    setup: str
    sources: tuple = ()  # solo: functions that give a list of packets, by port; None: a sink
    stations: int = 0    # solo: how many there are to learn
    added: float = None  # target, solo: at most so many cycles above testpmd
    share: float = None  # target, two cores: packets a second of swd / testpmd, at least
    ratio: float = None  # target: cycles of OVS / swd, at least
    tails: tuple = None  # target, latency: p99 and p99.9 of swd / OVS, at most; at half of OVS's rate
    topology: str = "solo"
    traffic: tuple = ()  # two cores: options of swgen
    beside: tuple = ()   # two cores: ports 2 and up, as sources, but cut to the buffers there are
    fixed: tuple = ()    # (port, MAC) of stations that are set, not learned
    parts: dict = None   # name: {field: its value in this part}; the last is the one in question
    keeps: float = None  # target, flood: packets a second of swd in the last part / the first, at least
    grows: float = None  # target, growth: cycles of swd in the last part / the first, at most
    kind: str = None     # how it is compared; default solo or pairs, by topology
    rules: object = None # set-up rules, or two cores: a function that gives them, as ovs-ofctl does
    groups: tuple = ()   # that rules send to
    total: float = None  # target, solo: cycles of swd in all, at most
    added_rules: int = 0          # adds: so many
    rules_a_second: float = None  # target, adds: that swd takes, at least
    changes: int = 0     # changes: so many a second
    forgets: int = 0     # solo: so often a second swd is told to forget the flows that it keeps
    buffers: int = BUFFERS  # solo: that swd and testpmd make, for captures that OVS has no room for

    def part(self, name):
        """The case as it is in one of its parts."""
        return dataclasses.replace(self, parts=None, **self.parts[name])


FORGETS = 250  # a second; at 10 Mpps a capture of 100,000 packets comes again 100 times


def thousands(n):
    return f"{n // 1000000}m" if n >= 1000000 else f"{n // 1000}k" if n >= 1000 else str(n)


def cross(n):
    # The target is a range, 1.05 to 1.3: less where the source is most of the cost (one flow, cold memory).
    ratio = 1.3 if n in (1000, 10000) else 1.05
    return Case(f"xc-{thousands(n)}", f"port to port, one way, {n} flow{'s' * (n > 1)}", "cross",
                (lambda: frames.flows(n), None), added=5, ratio=ratio)


def bridge(n, added, ratio):
    return Case(f"l2-{thousands(n)}", f"learning bridge, both ways, {n} pairs of stations", "l2",
                (lambda: frames.pairs(n, 0), lambda: frames.pairs(n, 1)), stations=2 * n, added=added,
                ratio=ratio)


def tuples(n, added, ratio, buffers=BUFFERS):
    """A rule for each flow, all with one mask: source, destination, both ports."""
    few = f" (OVS is sent {BUFFERS} of them at most)" if buffers > BUFFERS else ""
    return Case(f"rules-5t-{thousands(n)}",
                f"a rule for each of {n} flows{few}, one way, one mask of five fields", "rules",
                (lambda: frames.flows(n), None), added=added, ratio=ratio, buffers=buffers,
                rules=lambda: frames.exact_rules(n))


def masks(n, flows, added, ratio):
    return Case(f"rules-masks-{n}", f"{n} rules, each with a mask of its own, one way, {flows} flows",
                "rules", (lambda: frames.masked_flows(n, flows), None), added=added, ratio=ratio,
                rules=lambda: frames.masked_rules(n))


def class_bench(n, flows, added, ratio):
    return Case(f"rules-class-{thousands(n)}-{thousands(flows)}",
                f"{n} rules as ClassBench makes them (access lists), one way, {flows} flows", "rules",
                (lambda: classes.packets(n, flows), None), added=added, ratio=ratio,
                rules=lambda: classes.words(n))


def class_walk(n, packets):
    """A capture comes again, so its flows are new only once; but swd forgets them before they come again."""
    return Case(f"rules-class-{thousands(n)}-new",
                f"{n} rules as ClassBench makes them, one way, each packet of a new flow: {packets} flows, "
                f"forgotten {FORGETS} times a second", "rules",
                (lambda: classes.packets(n, packets), None), total=600, ratio=50,
                rules=lambda: classes.words(n), forgets=FORGETS)


def pipeline(flows):
    return Case("rules-pipeline",
                f"five tables, metadata written and matched, two groups, one way, {flows} flows", "rules",
                (lambda: frames.flows(flows), None), added=90, ratio=3, rules=frames.pipeline_rules,
                groups=frames.PIPELINE_GROUPS)


def pipeline_mixed(flows):
    return dataclasses.replace(
        pipeline(flows), name="rules-pipeline-mixed",
        what=f"the same, and one flow after another goes one of 128 ways, {flows} flows",
        rules=lambda: frames.pipeline_rules(mixed=True))


def adds(n):
    return Case("rules-added", f"{n} rules of one mask added by OpenFlow, as single flow-mods and in one "
                "bundle: rules a second", "rules", (None, None), kind="adds", rules_a_second=100000, ratio=2,
                rules=lambda: frames.exact_rules(n), added_rules=n)


def changing(flows, changes):
    return Case("rules-change", f"a rule for each of {flows} flows, one way, while {changes} rules a second "
                "of the same table come and go by OpenFlow", "rules", (lambda: frames.flows(flows), None),
                kind="changes", keeps=0.9, rules=lambda: frames.exact_rules(flows), changes=changes)


def mesh(n, packets):
    return Case(f"l2-any-{thousands(n)}",
                f"learning bridge, {n} stations a side, any to any: {packets} of {n * n} pairs each way",
                "l2", (lambda: frames.any_to_any(n, 0, packets), lambda: frames.any_to_any(n, 1, packets)),
                stations=2 * n, added=42, ratio=30)  # 1k pairs and 20 %


def tags(n):
    return Case(f"vlan-{thousands(n)}", f"access and trunk port, both ways, {n} pairs of stations", "vlan",
                (lambda: frames.pairs(n, 0), lambda: frames.pairs(n, 1, VLAN)), stations=2 * n, added=45,
                ratio=1.6)


def latency(n):
    return dataclasses.replace(
        guests("vhost", n), name=f"latency-{thousands(n)}", kind="latency", tails=(0.5, 0.3),
        what=f"latency between guests by vhost-user at half of what OVS carries, both ways, {n} flows")


def flood(name, what, target, keeps=None):
    """Two guests at half load; beside them a port that sends as fast as it can. Its packets go to a fourth
    port, or to nobody: then they are flooded, to the guests, too, and take their room by right."""
    strangers = (lambda: frames.strangers(100000, target), None)
    known = (lambda: frames.talk(1000, frames.SINK), None)
    return dataclasses.replace(
        guests("vhost", 1), name=name, what=what, kind="flood", keeps=keeps, fixed=((3, frames.SINK),),
        parts={"quiet": {"beside": (None, None)}, "ordinary": {"beside": known},
               "flood": {"beside": strangers}})


def attack():
    """As flood(), but by rules: guests by one rule each, and what a third port sends by 200 masks, of which
    each of its packets is one more flow."""
    strangers = (lambda: frames.random_headers(100000), None)
    known = (lambda: frames.flows(1000), None)
    return dataclasses.replace(
        guests("vhost", 1), name="flood-rules", setup="rules", kind="flood", keeps=0.95,
        what="guests by vhost-user at half load, a third port sends random headers through 200 masks "
             "(tuple-space attack)", rules=frames.attacked_rules,
        parts={"quiet": {"beside": (None, None)}, "ordinary": {"beside": known},
               "flood": {"beside": strangers}})


def pairs_of(n):
    """All pairs of n stations a side, each way; beside it n of the pairs."""
    traffic = ("--both", "--macs", str(n), "--size", "64", "--learn")
    parts = {"pairs": {"traffic": traffic}, "mesh": {"traffic": (*traffic, "--pattern", "mesh")}}
    return Case(f"memif-any-{thousands(n * n)}", f"learning bridge, memif, both ways, {n} stations a side: "
                f"all {n * n} pairs each way, and {n} pairs", "l2", topology="memif", kind="growth",
                stations=2 * n, grows=1.2, ratio=30, parts=parts)


def guests(topology, n, share=None, ratio=None):
    what = {"vhost": "guests by vhost-user", "memif": "memif"}[topology]
    return Case(f"{topology}-{thousands(n)}", f"learning bridge, {what}, both ways, 64 bytes, "
                f"{n} flow{'s' * (n > 1)} between two stations", "l2", topology=topology, share=share,
                ratio=ratio, traffic=("--both", "--macs", "1", "--flows", str(n), "--size", "64"))


CASES = [cross(1), cross(1000), cross(10000), cross(100000),
         bridge(10, 35, 1.45), bridge(100, 35, 2.0), bridge(1000, 35, 2.3),
         bridge(10000, 50, 7), bridge(100000, 60, 4), mesh(1000, 100000), tags(1000),
         tuples(1000, 50, 1.4), tuples(100000, 75, 1.8), tuples(1000000, 90, 3, 1100000),
         masks(1, 100000, 75, 1.0), masks(200, 100000, 75, 45),
         class_bench(1000, 1000, 50, 2.1), class_bench(1000, 100000, 90, 75), class_walk(100000, 100000),
         pipeline(100000), pipeline_mixed(100000), adds(100000), changing(10000, 100000),
         guests("vhost", 1, 0.95, 1.6), guests("vhost", 100000, 0.92, 2.0),
         guests("memif", 1), guests("memif", 100000), pairs_of(1000), latency(1000),
         flood("flood-mac", "guests by vhost-user at half load, a third port floods: a new source MAC in "
               "each packet, to a station on a fourth", frames.SINK, keeps=0.95),
         flood("flood-unknown", "the same, to a station that nobody knows: the guests get the flood, too",
               frames.NOBODY),
         attack()]
