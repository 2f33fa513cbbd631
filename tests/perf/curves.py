#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""What grows with ports, stations, VLANs and workers: a table each, cycles a packet.

    sudo tests/perf/curves.py [--build DIR] [--slices 3] [--seconds 1] [CURVE...]

Curves: ports, floods, stations, vlans, learning, workers; without a name all of them.

Two net_pcap sources without end feed one pinned worker, as in tools/bench; about four minutes in all.
Figures are medians of slices: time-stamp counts that were not idle, over packets, times the share of the
slice that the worker was on its core. `alone` is the cross-connect program on the same captures: mostly
what the source costs, which reads cold memory when its captures are large. Not a test: nothing fails on a
number. Needs two cores; takes huge pages for the time of the run, or says that it has none.
"""
import argparse
import contextlib
import os
import pathlib
import statistics
import sys
import time

sys.dont_write_bytecode = True
from perfnet import measure_in_namespace, swnet  # noqa: E402  (leaves nothing behind)
from benchlib import frames, machine, place  # noqa: E402  (found by perfnet)

HERE = pathlib.Path(__file__).resolve().parent

STRANGERS = 100000  # stations a port, where they are learned anew
PAIRS = 1000        # of stations, where their number is not what grows
MBUFS = 262144      # as in tools/bench
BUFFER = 2432       # bytes, with what the pool needs beside
ETHERNET_MAX = 28   # devices that DPDK can have, less those that carry the traffic


class Rig:
    """A switch with a bridge, and sources of captures."""

    def __init__(self, net, args, workers=1, mbufs=MBUFS):
        cores = args.cores
        os.sched_setaffinity(0, cores)
        polled = ",".join(map(str, cores[-workers:]))
        self.net, self.args, self.seconds = net, args, args.seconds
        with open(net.logs / "commands.log", "a", encoding="utf-8") as log, contextlib.redirect_stdout(log):
            self.sw = net.switch(f"sw{len(net.switches)}", config=f"[worker]\ncores = {polled}\n"
                                 f"control-core = {cores[0]}\nidle-sleep-us = 0\n[memory]\n"
                                 f"hugepages = {'yes' if args.huge else 'no'}\nmbufs = {mbufs}\n"
                                 f"size-mb = {mbufs * BUFFER // 2**20 + 416}\n"
                                 f"[security]\nextra-dirs = {net.dir}\n[log]\nlevels = warn\n")
        os.sched_setaffinity(0, {cores[0]})
        self.rpc = self.sw.rpc(timeout=60)
        self.do("add-br br0")

    def do(self, *commands):
        answer = self.rpc.call("transact", commands=[c.split() for c in commands])
        if "error" in answer:
            raise SystemExit(f"{commands[0]}: {answer['error']}")
        return answer["result"]["results"]

    def table(self, command):
        found = self.do(command)[0]["value"]
        return [dict(zip(found["columns"], row)) for row in found["rows"]]

    def add(self, names, settings):
        """Ports in one transaction; each % in settings is the port's number."""
        if names:
            self.do(*[c for n, name in names for c in (
                f"add-port br0 {name}", f"set interface {name} {settings.replace('%', str(n))}")])

    def source(self, n, packets):
        frames.write_pcap(self.net.dir / f"{n}.pcap", packets)
        self.add([(n, f"p{n}")], f"type=dpdk options:dpdk-devargs=net_pcap%,rx_pcap={self.net.dir}/%.pcap,"
                                 "infinite_rx=1")

    def pairs(self):
        for side in (0, 1):
            self.source(side, frames.pairs(PAIRS, side))

    def ran(self):
        """Nanoseconds that each worker has been on its core."""
        tasks, found = pathlib.Path(f"/proc/{self.sw.process.pid}/task"), {}
        for task in tasks.iterdir():
            name = (task / "comm").read_text().strip()
            if name.startswith("swd-w"):
                found[int(name[5:])] = int((task / "schedstat").read_text().split()[0])
        return found

    def read(self):
        return time.monotonic(), self.ran(), {row["Worker"]: row for row in
                                              self.table("worker show --totals")}

    def slice(self):
        """By worker: packets, busy cycles a packet, cycles a turn, all as if the core had been ours alone."""
        began, ran, before = self.read()
        time.sleep(self.seconds)
        ended, ran_then, after = self.read()
        found = {}
        for w, now in after.items():
            grew = {key: now[key] - before[w][key] for key in now}
            share = min(1.0, (ran_then[w] - ran[w]) / 1e9 / (ended - began))
            all_cycles = grew["Busy cycles"] + grew["Idle cycles"]
            found[w] = {"packets": grew["Packets"], "turn": all_cycles / grew["Turns"] * share,
                        "cycles": grew["Busy cycles"] / grew["Packets"] * share if grew["Packets"] else None}
        return found

    def median(self, what, worker=0):
        time.sleep(0.3)
        return statistics.median(self.slice()[worker][what] for _ in range(self.args.slices))

    def learned(self, n):
        swnet.wait_for(lambda: self.table("fdb stats br0")[0]["Current"] >= n, 60, f"{n} stations known")

    def stop(self):
        self.rpc.close()
        self.sw.stop()


def row(*cells):
    print("  ".join(f"{cell:{'<' if i == 0 else '>'}{12 if i == 0 else 9}}" for i, cell in enumerate(
        f"{c:.1f}" if isinstance(c, float) else "-" if c is None else str(c) for c in cells)), flush=True)


# --- ports ----------------------------------------------------------------------------------------
IDLE = {"dummy": "type=dummy",
        "vhost": "type=dpdkvhostuserclient options:vhost-server-path=%RUN/none%.sock",
        "tap": "type=tap",
        "null": "type=dpdk options:dpdk-devargs=net_null%,no-rx=1"}


def ports(net, args):
    """Two busy ports beside idle ones of one class: on each, and cycles that an idle port adds to a turn."""
    print("idle ports: cycles a packet of two busy ports; cycles of a turn without traffic; an idle port's")
    row("class", "ports", "packet", "idle turn", "a port")
    for kind, settings in IDLE.items():
        rig, there = Rig(net, args), 0
        settings = settings.replace("%RUN", str(net.dir))
        alone = None
        for n in (2, 16, 64, 256):
            if kind == "null" and n > ETHERNET_MAX:
                break
            names = [(i, f"{kind[0]}{i}") for i in range(there, n - 2)]
            there = n - 2
            rig.add(names, settings)
            turn = rig.median("turn")
            alone = turn if alone is None else alone
            rig.pairs()
            rig.learned(2 * PAIRS)
            row(kind, n, rig.median("cycles"), turn, (turn - alone) / (n - 2) if n > 2 else None)
            rig.do("del-port br0 p0", "del-port br0 p1")
        rig.stop()


def floods(net, args):
    """One port to a station that nobody knows: what each further copy costs."""
    print("flooding: cycles a packet, and of each copy beyond the first")
    row("class", "ports", "packet", "a copy")
    refuses = "type=dummy options:tx_room=0"  # a packet is dropped where a device would take it
    for kind, settings, sizes in (("null", IDLE["null"], (2, 16)), ("dummy", refuses, (2, 16, 64, 256))):
        rig, there, one = Rig(net, args), 0, None
        rig.do("set port br0 tag=4000")  # no copies to the kernel
        for n in sizes:
            rig.add([(i, f"{kind[0]}{i}") for i in range(there, n - 1)], settings)
            there = n - 1
            rig.source(0, frames.talk(PAIRS, frames.NOBODY))
            rig.learned(PAIRS)
            cost = rig.median("cycles")
            one = cost if one is None else one
            row(kind, n, cost, (cost - one) / (n - 2) if n > 2 else None)
            rig.do("del-port br0 p0")
        rig.stop()


# --- stations and VLANs ---------------------------------------------------------------------------
def stations(net, args):
    """Pairs of stations, half of them behind each port."""
    print("stations: cycles a packet; of the cross-connect on the same captures; the difference")
    row("stations", "packet", "alone", "added")
    for n in (10, 100, 1000, 10000, 100000, 1000000):
        rig = Rig(net, args, mbufs=max(MBUFS, n + 32768))
        rig.do(f"set bridge br0 other_config:mac-table-size={min(max(8192, 2 * n), 1000000)}")
        for side in (0, 1):
            rig.source(side, frames.pairs(n // 2, side))
        rig.learned(n * 0.999)  # the largest table is just as large as the last curve is long
        both(rig, n)


def both(rig, name):
    cost = rig.median("cycles")
    rig.do("set bridge br0 other_config:cross-connect=true")
    alone = rig.median("cycles")
    row(name, cost, alone, cost - alone)
    rig.stop()


def vlans(net, args):
    """4094 pairs of stations between two trunk ports; only the number of VLANs they are in grows."""
    print("VLANs: cycles a packet of 8188 stations on two trunk ports; cross-connect; the difference")
    row("VLANs", "packet", "alone", "added")
    for n in (1, 10, 100, 1000, 4094):
        rig = Rig(net, args)
        rig.do("set bridge br0 other_config:mac-table-size=20000")
        for side in (0, 1):
            packets = frames.pairs(4094, side)
            rig.source(side, [p[:12] + tag(p, n) + p[12:] for p in packets])
        rig.learned(2 * 4094)
        both(rig, n)


def tag(packet, n):
    """One VLAN of n for both stations of a pair: by the flow, whose number is in the IP source."""
    flow = int.from_bytes(packet[27:30], "big")
    return b"\x81\x00" + (flow % n + 1).to_bytes(2, "big")


def learning(net, args):
    """100,000 stations behind each port, which the bridge is told to forget over and over."""
    print("learning: stations learned a second, packets a second, cycles a packet")
    row("flushes a s", "learned", "Mpps", "packet")
    rig = Rig(net, args)
    rig.do("set bridge br0 other_config:mac-table-size=400000",
           "set port br0 tag=4000")  # no floods to the kernel
    for side in (0, 1):
        rig.source(side, frames.pairs(STRANGERS, side))
    rig.learned(2 * STRANGERS)
    for flushes in (0, 2, 5, 10, 20):
        seen = [forgetful(rig, flushes) for _ in range(args.slices)]
        row(flushes, *(statistics.median(s[what] for s in seen) for what in ("learned", "Mpps", "cycles")))
    rig.stop()


def forgetful(rig, flushes):
    """A slice with so many flushes a second, which begins and ends with all stations known."""
    began, ran, before = rig.read()
    known = rig.table("fdb stats br0")[0]["Learned"]
    for n in range(round(flushes * rig.seconds)):
        rig.do("fdb flush br0")
        time.sleep(max(0.0, began + (n + 1) / flushes - time.monotonic()))
    time.sleep(max(0.0, began + rig.seconds - time.monotonic()))
    rig.learned(2 * STRANGERS)
    ended, ran_then, after = rig.read()
    grew = {key: after[0][key] - before[0][key] for key in after[0]}
    share = min(1.0, (ran_then[0] - ran[0]) / 1e9 / (ended - began))
    return {"learned": (rig.table("fdb stats br0")[0]["Learned"] - known) / (ended - began),
            "Mpps": grew["Packets"] / (ended - began) / 1e6,
            "cycles": grew["Busy cycles"] / grew["Packets"] * share}


# --- workers --------------------------------------------------------------------------------------
def workers(net, args):
    """One table of stations under one worker and under two, which forward to each other's ports."""
    print("workers on one table: cycles a packet; the first core is control's, too")
    row("workers", "worker", "packet", "Mpps", "polls")
    for n in (1, 2):
        rig = Rig(net, args, workers=n)
        rig.pairs()
        rig.learned(2 * PAIRS)
        time.sleep(0.3)
        slices = [rig.slice() for _ in range(args.slices)]
        polls = rig.table("worker queues")
        for w in sorted(slices[0]):
            of = [q["Port"] for q in polls if q["Worker"] == w and q["Port"] != "br0"]
            row(n, w, statistics.median(s[w]["cycles"] for s in slices if s[w]["cycles"]),
                statistics.median(s[w]["packets"] for s in slices) / args.seconds / 1e6, ",".join(of))
        rig.stop()


CURVES = {"ports": ports, "floods": floods, "stations": stations, "vlans": vlans, "learning": learning,
          "workers": workers}


def run(net, args):
    about = machine.describe()
    print(f"{about['date']}, {about['cpu']}, {'huge pages' if args.huge else 'ordinary pages'}")
    for name in args.curves or CURVES:
        print()
        CURVES[name](net, args)


def main():
    parser = argparse.ArgumentParser(description="Cycles a packet by ports, stations, VLANs, workers.")
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent.parent / "build")
    parser.add_argument("--slices", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1, help="of a slice")
    parser.add_argument("curves", nargs="*", metavar="CURVE", help=f"of {', '.join(CURVES)}; default all")
    args = parser.parse_args()
    for name in args.curves:
        if name not in CURVES:
            parser.error(f"{name} is no curve: {', '.join(CURVES)}")
    if os.geteuid() != 0:
        sys.exit("it makes a network namespace of its own: run it as root")
    lock = place.only_one()
    # With a million stations all their packets stay in buffers.
    largest = 1000000 + 32768 if not args.curves or "stations" in args.curves else MBUFS
    pages = machine.Hugepages(largest * BUFFER // 2**20 + 480,
                              lambda text: print(text, file=sys.stderr, flush=True))
    args.huge, args.cores = not pages.problem, sorted(os.sched_getaffinity(0))
    try:
        if pages.problem:
            print(f"without huge pages: {pages.problem}", file=sys.stderr)
        measure_in_namespace(run, args)
    finally:
        trouble = pages.give_back()
        lock.close()
        if trouble:
            print(trouble, file=sys.stderr)


if __name__ == "__main__":
    main()
