#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Is anything lost or does anything grow while the configuration around two ports changes every second?

    sudo tests/perf/longrun.py [--minutes 10] [--rate 300000] [--build DIR] [--seed N] [--dir DIR]

swgen on one core plays two guests of a vhost-user switch whose worker has the other: 2000 flows of 128
stations, IMIX, both ways, far below what the switch carries. Their ports, in a VLAN of their own, are never
touched. Every second the rest of their bridge changes: ports come and go (null, dummy, tap and veth ports,
a source of new MACs without end), change their VLANs and trunks or are made anew; veths send frames of new
stations; stations are tied and untied, VLANs flushed, the table of stations gets another size; whole bridges
with a patch port to this one come and go; queues are rebalanced; clients connect and leave.

It fails (exit status 1, a sentence for each reason) when a packet of the guests was lost, came twice or out
of order, when resident memory grew after the first minute, when memory, buffers or files that were
taken are not back when all ports but theirs are gone, or when a port failed to open. Needs two cores
and no huge pages. In less than two minutes the resident memory is shown and not judged.

The journal is on a tmpfs unless --dir names a folder.
"""
import argparse
import collections
import contextlib
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from perfnet import measure_in_namespace, swnet  # noqa: E402  (leaves nothing behind)
from benchlib import frames  # noqa: E402  (found by perfnet)

HERE = pathlib.Path(__file__).resolve().parent

THEIRS = 10           # the VLAN of the guests
VLANS = range(200, 240)
STRANGERS = 20000     # packets of the source without end, each with a source MAC of its own
GROWTH_KIB = 2048     # of resident memory; one bridge more or less is some 600
# Of DPDK's memory: net_null (22.11) forgets 384 bytes each time it is closed; and pieces between others.
NULL_KIB, PIECES_KIB = 0.375, 64
RING = 4096           # descriptors of a guest
# Packets under way each way. swgen gives those up that are held for STUCK_MS and sends as many more: when the
# worker's core is taken for half a second, all of them still have room in the ring.
WINDOW = 512


class Around:
    """All that changes beside the guests' ports; counts what it did."""

    def __init__(self, sw, folder, seed):
        self.sw, self.rpc, self.dice = sw, sw.rpc(timeout=20), random.Random(seed)
        self.done, self.refused, self.nulls = {}, [], 0
        self.devices = {}  # by name of the port: how its interface is set
        for n in range(3):
            self.devices[f"n{n}"] = f"type=dpdk options:dpdk-devargs=net_null{n},no-rx=1"
            self.devices[f"d{n}"] = "type=dummy"
        for n in range(2):
            self.devices[f"t{n}"] = "type=tap"
            self.devices[f"v{n}"] = None
        frames.write_pcap(folder / "strangers.pcap", frames.strangers(STRANGERS, frames.SINK))
        self.devices["flood"] = (f"type=dpdk options:dpdk-devargs=net_pcap0,"
                                 f"rx_pcap={folder}/strangers.pcap,infinite_rx=1")
        self.there, self.fixed, self.bridges, self.wires = set(), [], 0, []
        # What the source without end sends has a way in each VLAN: flooded into the kernel's ports it
        # would take the worker's time, and then the guests' losses were a matter of capacity.
        sw.ctl(f"add-port br0 sink trunks={','.join(map(str, VLANS))} -- set interface sink type=dpdk "
               "options:dpdk-devargs=net_null_sink,no-rx=1", quiet=True)
        for vlan in VLANS:
            sw.ctl(f"fdb add br0 sink {vlan} {frames.SINK.hex(':')}", quiet=True)
        for n in range(2):
            ip("link", "add", f"v{n}", "type", "veth", "peer", "name", f"w{n}")
            for end in (f"v{n}", f"w{n}"):
                ip("link", "set", end, "up")
            self.wires.append(swnet.Wire(f"w{n}"))

    def change(self, what, *commands):
        answer = self.rpc.call("transact", commands=[c.split() if isinstance(c, str) else c
                                                     for c in commands])
        if "error" in answer:
            self.refused.append(f"{what}: {json.dumps(answer['error'])[:300]}")
        self.done[what] = self.done.get(what, 0) + 1

    # --- ports and VLANs --------------------------------------------------------------------
    def vlan(self):
        """A random place in the VLANs, never in the guests'."""
        tag, trunks = self.dice.choice(VLANS), self.dice.sample(VLANS, self.dice.randint(1, 20))
        kind = self.dice.choice(("access", "trunk", "native-tagged", "native-untagged"))
        return {"access": f"vlan_mode=access tag={tag} trunks=[]",
                "trunk": f"vlan_mode=trunk tag=[] trunks={','.join(map(str, trunks))}"}.get(
                    kind, f"vlan_mode={kind} tag={tag} trunks={','.join(map(str, trunks))}")

    def add(self, name):
        kind = self.devices[name]
        self.nulls += kind is not None and "net_null" in kind
        return [f"add-port br0 {name}", f"set port {name} {self.vlan()}",
                *([f"set interface {name} {kind}"] if kind else [])]

    def ports(self):
        for name in self.devices:
            step = self.dice.random()
            if name not in self.there:
                if step < 0.6:
                    self.change("port added", *self.add(name))
                    self.there.add(name)
            elif step < 0.25:
                self.change("port removed", f"del-port br0 {name}")
                self.there.remove(name)
            elif step < 0.35:
                self.change("port made anew", f"del-port br0 {name}", *self.add(name))
            elif step < 0.85:
                self.change("VLANs of a port", f"set port {name} {self.vlan()}")
            elif name != "flood":
                self.change("MTU", f"set interface {name} mtu_request={self.dice.choice((1400, 1500))}")

    # --- stations ---------------------------------------------------------------------------
    def talk(self):
        """Frames of new stations from the veths, some to all, some tagged."""
        for wire in self.wires:
            for _ in range(100):
                tag = self.dice.choice((None, self.dice.choice(VLANS)))
                target = self.dice.choice((b"\xff" * 6, self.dice.randbytes(6)))
                source = b"\x06" + self.dice.randbytes(5)
                head = b"" if tag is None else b"\x81\x00" + tag.to_bytes(2, "big")
                wire.send((target + source + head + b"\x08\x00").ljust(60, b"\0"))

    def stations(self):
        # A port that goes takes the stations tied to it along.
        self.fixed = [entry for entry in self.fixed if entry[0] in self.there]
        if self.there and len(self.fixed) < 40:
            port, vlan = self.dice.choice(sorted(self.there)), self.dice.choice(VLANS)
            mac = (b"\x02\xee" + self.dice.randbytes(4)).hex(":")
            self.change("station tied", f"fdb add br0 {port} {vlan} {mac}")
            self.fixed.append((port, vlan, mac))
        else:
            for _, vlan, mac in self.fixed:
                self.change("station untied", f"--if-exists fdb del br0 {vlan} {mac}")
            self.fixed = []

    # --- the rest ---------------------------------------------------------------------------
    def bridge(self):
        """br1 and br2 in turn: there for a second or two, joined with br0 by a patch port."""
        name = f"br{1 + self.bridges // 2 % 2}"
        if self.bridges % 2 == 0:
            self.change("bridge added", f"add-br {name}", f"add-port {name} {name}-d",
                        f"set interface {name}-d type=dummy",
                        f"add-port {name} {name}-in", f"set interface {name}-in type=patch "
                        f"options:peer={name}-out", f"add-port br0 {name}-out",
                        f"set port {name}-out {self.vlan()}",
                        f"set interface {name}-out type=patch options:peer={name}-in")
        else:
            self.change("bridge removed", f"del-port br0 {name}-out", f"del-br {name}")
        self.bridges += 1

    def second(self, n):
        self.ports()
        self.stations()
        self.bridge()
        self.change("VLAN flushed", f"fdb flush br0 --vlan={self.dice.choice(VLANS)}")
        self.change("key", f"set bridge br0 external_ids:second={n}")
        if n % 10 == 9:
            self.change("queues rebalanced", "worker rebalance")
        if n % 15 == 14:
            self.change("table of stations", "set bridge br0 other_config:mac-table-size="
                        f"{self.dice.choice((8192, 16384, 65536))}")
        self.talk()
        client = self.sw.rpc()
        client.call("transact", commands=[["show"], ["list", "interface"], ["fdb", "show", "br0"]])
        client.close()

    def failed(self):
        """Ports that are there and did not open."""
        found = {}
        for name in sorted(self.there):
            error = self.sw.get(f"interface {name} error")
            if error not in ("", "[]"):
                found[name] = error
        return found

    def clear(self):
        """Only the guests' ports stay."""
        if self.bridges % 2:
            self.bridge()
        self.change("all removed", *[f"del-port br0 {name}" for name in sorted(self.there)],
                    "set bridge br0 other_config:mac-table-size=8192")
        self.there.clear()


def ip(*words):
    subprocess.run(["ip", *words], check=True, timeout=10)


class Health:
    """What swd holds: resident memory by the second, DPDK's memory, buffers, files, threads."""

    def __init__(self, sw, around):
        self.sw, self.around, self.rss = sw, around, []
        self.proc = pathlib.Path(f"/proc/{sw.process.pid}")

    def sample(self, at):
        for line in (self.proc / "status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                self.rss.append((at, int(line.split()[1])))

    def held(self):
        rows = json.loads(self.sw.ctl("--json memory show", quiet=True))["rows"]
        self.files = collections.Counter()
        for fd in os.listdir(self.proc / "fd"):
            try:
                self.files[os.readlink(self.proc / "fd" / fd).split(":[")[0]] += 1
            except FileNotFoundError:  # just closed
                pass
        return {"packet buffers": rows[0][4], "KiB of DPDK's memory": rows[1][4],
                "files": self.files.total(), "threads": len(os.listdir(self.proc / "task"))}

    def more(self, before, now):
        """Of what more is held than is known of a driver."""
        slack = {"KiB of DPDK's memory": PIECES_KIB + NULL_KIB * self.around.nulls}
        return [what for what in before if now[what] > before[what] + slack.get(what, 0)]

    def growth(self, warmup):
        """(first, last) medians in KiB, KiB a minute by least squares; after the warm-up."""
        samples = [(at, kib) for at, kib in self.rss if at >= warmup]
        window = min(60, len(samples) // 3)
        first, last = (statistics.median(kib for _, kib in part)
                       for part in (samples[:window], samples[-window:]))
        slope = statistics.linear_regression(*zip(*samples)).slope * 60
        return first, last, slope


def start_swgen(net, core, ports, args, seconds):
    return net.spawn("nice", "-n", "-5", net.build / "swgen", "--core", core, "--no-huge",
                     *[word for port in ports for word in ("--port", port)], "--both", "--learn",
                     "--macs", "128", "--pattern", "any", "--flows", "2000", "--size", "imix",
                     "--descriptors", RING, "--memory", "256", "--window", WINDOW, "--drain", "2",
                     "--rate", args.rate, "--time", seconds,
                     "--json", log=f"swgen-{seconds:g}")


def swgen_result(net, process, seconds):
    text = (net.logs / f"swgen-{seconds:g}.log").read_text(errors="replace")
    if "{" not in text:
        raise SystemExit(f"swgen ended with {process.returncode}: {text.strip()[-500:]}")
    return json.loads(text[text.index("{"):])


def judge_traffic(result, sw):
    """Sentences of what is wrong with what the guests received."""
    wrong = []
    for way in result["directions"]:
        names = [part.split(",")[0] for part in (way["from"], way["to"])]
        print(f"{' to '.join(names)}: {way['sent']} sent, {way['received']} received, {way['lost']} lost, "
              f"{way['reordered']} reordered, {way['duplicates']} duplicates; "
              f"{way['pps_received']:.0f} a second; latency p50 {way['latency_ns']['p50'] / 1000:.0f} us, "
              f"p99.9 {way['latency_ns']['p99_9'] / 1000:.0f} us, at most "
              f"{way['latency_ns']['max'] / 1e6:.1f} ms")
        for what in ("lost", "reordered", "duplicates"):
            if way[what]:
                wrong.append(f"{way[what]} packets {what} from {' to '.join(names)}")
    for port in ("g0", "g1"):
        drops = json.loads(sw.ctl(f"--json port drops {port}", quiet=True))["rows"]
        wrong += [f"{port} dropped {row[2]} as {row[1]}" for row in drops if row[2]]
    return wrong


def judge_memory(health, before, files, after, minutes):
    first, last, slope = health.growth(60 if minutes >= 2 else 0)
    print(f"resident memory: {first:.0f} KiB in the beginning, {last:.0f} at the end, "
          f"{slope:+.1f} a minute")
    print("held before and after: " + ", ".join(f"{what} {before[what]} {after[what]}" for what in before))
    more = health.more(before, after)
    wrong = [f"{what} were {before[what]} before and are {after[what]} after" for what in more]
    if "files" in more:
        wrong.append(f"files that were not open before: {dict(health.files - files)}")
    if minutes < 2:
        print("(too short to judge resident memory)")
    elif last - first > GROWTH_KIB and slope * (minutes - 1) > GROWTH_KIB:
        wrong.append(f"resident memory grew from {first:.0f} to {last:.0f} KiB")
    return wrong


def settled(health, before):
    """What is held once all is closed: closing is a job, and frees after a grace period."""
    end = time.monotonic() + 10
    while True:
        now = health.held()
        if not health.more(before, now) or time.monotonic() > end:
            return now
        time.sleep(0.2)


def run(net, args):
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        sys.exit("two cores are needed, one for the worker and one for swgen")
    with open(net.logs / "commands.log", "a", encoding="utf-8") as log, contextlib.redirect_stdout(log):
        seen = watch(net, args, cores)
    report(net, *seen, args)


def watch(net, args, cores):
    """The run itself: the switch, swgen (ended), what was changed, what was held, before and since."""
    sw = net.switch(config=f"[worker]\ncores = {cores[-1]}\ncontrol-core = {cores[0]}\nidle-sleep-us = 0\n"
                    f"[memory]\nhugepages = no\n[security]\nextra-dirs = {net.dir}\n",
                    args=("--state", args.dir or "/run/state"))
    os.sched_setaffinity(0, {cores[0]})
    sw.ctl("add-br br0", quiet=True)
    ports = []
    for n in (0, 1):
        path = net.dir / f"g{n}.sock"
        sw.ctl(f"add-port br0 g{n} tag={THEIRS} -- set interface g{n} type=dpdkvhostuserclient "
               f"options:vhost-server-path={path}", quiet=True)
        ports.append(f"virtio_user{n},path={path},server=1,queues=1,queue_size={RING}")
    around = Around(sw, net.dir, args.seed)
    health = Health(sw, around)
    # What is made once and kept shall be there before: threads, files, heaps.
    for n in (0, 1, 2):
        around.second(n)
    around.clear()
    first = start_swgen(net, cores[0], ports, args, 1)
    swnet.wait_for(lambda: first.poll() is not None, 30, "swgen's first second is over")
    time.sleep(1)
    before, files = health.held(), health.files
    swgen = start_swgen(net, cores[0], ports, args, args.minutes * 60)
    swnet.wait_for(lambda: swgen.poll() is not None or sw.count("g0", "tx_packets") > 1000, 30,
                   "swgen's packets come through")
    around.done, around.nulls = {}, 0
    sw.ctl("control stats-clear", quiet=True)
    began, n, failed = time.monotonic(), 0, {}
    while swgen.poll() is None:
        around.second(n)
        n += 1
        health.sample(time.monotonic() - began)
        time.sleep(max(0.0, began + n - time.monotonic()))
        failed.update(around.failed())
    around.clear()
    after = settled(health, before)
    return sw, swgen, around, health, (before, files, after), failed


def report(net, sw, swgen, around, health, held, failed, args):
    control = dict(json.loads(sw.ctl("--json control show", quiet=True))["rows"])
    wrong = judge_traffic(swgen_result(net, swgen, args.minutes * 60), sw)
    wrong += judge_memory(health, *held, args.minutes)
    print(f"changes: {sum(around.done.values())} ("
          + ", ".join(f"{what} {count}" for what, count in sorted(around.done.items())) + ")")
    print(f"longest step of the control loop: {int(control['worst_step_us']) / 1000:.1f} ms "
          f"({control['worst_step']}; {int(control['worst_step_cpu_us']) / 1000:.1f} ms on the processor)")
    wrong += [f"refused: {text}" for text in around.refused]
    wrong += [f"port {name} did not open: {text}" for name, text in failed.items()]
    sw.stop()
    if wrong:
        sys.exit("\n".join(f"wrong: {sentence}" for sentence in wrong))
    print("nothing lost, nothing grew")


def main():
    parser = argparse.ArgumentParser(description="Loss and growth while the configuration changes.")
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent.parent / "build")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--rate", default="300000", help="packets a second each way, as swgen's --rate")
    parser.add_argument("--seed", type=int, default=1, help="of the changes")
    parser.add_argument("--dir", type=pathlib.Path, help="state folder; default: one on a tmpfs")
    args = parser.parse_args()
    measure_in_namespace(run, args)


if __name__ == "__main__":
    main()
