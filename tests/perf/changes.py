#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""What a packet costs a worker while the configuration changes.

    sudo tests/perf/changes.py [--build DIR] [--rate 1000] [--rounds 7] [--seconds 2] [--dir DIR]

Two net_pcap sources feed one pinned worker with 60-byte packets of 100 station pairs. Rounds alternate
between quiet and `rate` transactions a second on the same bridge: a port is added or removed, a VLAN
changes, a key is set, in turn; three quarters of them publish something to the worker. The figure is
busy cycles a packet of each round and the median of the ratios of neighbours. Not a test: nothing
fails on a number. Needs two cores and no huge pages.

The journal is on a tmpfs unless --dir names a folder: a disk's interrupts and its kernel threads may land on
the worker's core, and then that is what is measured.
"""
import argparse
import os
import pathlib
import statistics
import sys
import threading
import time

sys.dont_write_bytecode = True
from perfnet import measure_in_namespace  # noqa: E402  (leaves nothing behind)
from benchlib import frames  # noqa: E402  (found by perfnet)

HERE = pathlib.Path(__file__).resolve().parent

PAIRS, FRAME = 100, 60


def write_pcap(path, side):
    """PAIRS frames from the stations of one side to those of the other."""
    sides = [[bytes([2, 0, 0, end, 0, n]) for n in range(PAIRS)] for end in (side, 1 - side)]
    frames.write_pcap(path, [(other + mine + b"\x08\x00").ljust(FRAME, b"\0")
                             for mine, other in zip(*sides)])


class Changes(threading.Thread):
    """`rate` transactions a second until stopped, sent in bursts of a hundredth of a second."""

    def __init__(self, sw, rate):
        super().__init__(daemon=True)
        self.rpc, self.rate, self.done, self.ended, self.n = sw.rpc(), rate, 0, threading.Event(), 0

    def commands(self):
        self.n += 1
        kind, vlan = self.n % 4, self.n // 4 % 4000 + 1
        if kind == 0:
            return [["add-port", "br0", "d1", f"tag={vlan}"], ["set", "interface", "d1", "type=dummy"]]
        if kind == 1:
            return [["set", "port", "d0", f"tag={vlan}"]]
        if kind == 2:
            return [["del-port", "br0", "d1"]]
        return [["set", "bridge", "br0", f"external_ids:n={self.n}"]]

    def run(self):
        self.n = 3  # begin with the port
        due = time.monotonic()
        while not self.ended.is_set() or self.n % 4 != 3:
            for _ in range(max(1, self.rate // 100)):
                answer = self.rpc.call("transact", commands=self.commands())
                if "error" in answer:
                    print(answer, file=sys.stderr)
                    return
                self.done += 1
            due += max(1, self.rate // 100) / self.rate
            time.sleep(max(0.0, due - time.monotonic()))


def totals(sw):
    row = sw.rpc().call("transact", commands=[["worker", "show", "--totals"]])
    table = row["result"]["results"][0]["value"]
    return dict(zip(table["columns"], table["rows"][0]))


def measure(sw, seconds):
    """Busy cycles a packet and packets over the time."""
    before = totals(sw)
    time.sleep(seconds)
    after = totals(sw)
    packets = after["Packets"] - before["Packets"]
    return (after["Busy cycles"] - before["Busy cycles"]) / packets, packets


def run(net, args):
    for side in (0, 1):
        write_pcap(net.dir / f"{side}.pcap", side)
    cores = sorted(os.sched_getaffinity(0))
    sw = net.switch(config=f"[worker]\ncores = {cores[-1]}\nidle-sleep-us = 0\n[memory]\nhugepages = no\n"
                    f"[security]\nextra-dirs = {net.dir}\n",
                    args=("--state", args.dir or "/run/state"))
    os.sched_setaffinity(0, {cores[0]})
    sw.ctl("add-br br0")
    for side in (0, 1):
        sw.ctl(f"add-port br0 p{side} -- set interface p{side} type=dpdk options:dpdk-devargs="
               f"net_pcap{side},rx_pcap={net.dir}/{side}.pcap,infinite_rx=1")
    sw.ctl("add-port br0 d0 tag=1 -- set interface d0 type=dummy")
    measure(sw, 1)
    ratios, worst = [], 0
    print("quiet   changing  ratio  transactions/s  Mpps", flush=True)
    for _ in range(args.rounds):
        quiet, _ = measure(sw, args.seconds)
        changes = Changes(sw, args.rate)
        changes.start()
        began, had = time.monotonic(), changes.done
        busy, packets = measure(sw, args.seconds)
        rate = (changes.done - had) / (time.monotonic() - began)
        changes.ended.set()
        changes.join()
        ratios.append(busy / quiet)
        print(f"{quiet:6.1f}  {busy:8.1f}  {busy / quiet:5.3f}  {rate:14.0f}  "
              f"{packets / args.seconds / 1e6:4.1f}", flush=True)
    print(f"median ratio {statistics.median(ratios):.3f} (from {min(ratios):.3f} to {max(ratios):.3f})")
    sw.stop()


def main():
    parser = argparse.ArgumentParser(description="Cycles a packet while the configuration changes.")
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent.parent / "build")
    parser.add_argument("--rate", type=int, default=1000, help="transactions a second")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--dir", type=pathlib.Path, help="state folder; default: one on a tmpfs")
    args = parser.parse_args()
    measure_in_namespace(run, args)


if __name__ == "__main__":
    main()
