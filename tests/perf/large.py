#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""How long the largest requests keep the control loop from everybody else.

    sudo tests/perf/large.py [--build DIR] [--ports 900] [--rounds 3] [NAME...]

Each case is one request of one client: a bridge with many ports made, changed, listed and removed in one
transaction, long lists of commands, large documents. The figures are the longest step of the control
loop while it ran, of the processor (what the step costs) and by the clock (what others waited, with what
else the machine did), the name of that step, and the time of the request. Best of the rounds. Not a test:
nothing fails on a number.
"""
import argparse
import json
import os
import pathlib
import sys
import time

sys.dont_write_bytecode = True
from perfnet import measure_in_namespace, swnet  # noqa: E402  (leaves nothing behind)

HERE = pathlib.Path(__file__).resolve().parent


class Cases:
    """Each method is a case; in order, each on what those before it left."""

    def __init__(self, rpc, ports):
        self.rpc, self.ports = rpc, ports
        self.names = [f"d{n}" for n in range(ports)]
        self.document = None

    def transact(self, *commands, **more):
        answer = self.rpc.call("transact", commands=list(commands), **more)
        if "error" in answer:
            raise SystemExit(json.dumps(answer)[:600])
        return answer["result"]

    def add_ports(self):
        self.transact(["add-br", "br0"], *[c for n in self.names for c in (
            ["add-port", "br0", n, "tag=7"], ["set", "interface", n, "type=dummy"])])

    def set_tags(self):
        tag = int(time.monotonic()) % 4000 + 1
        self.transact(*[["set", "port", n, f"tag={tag}"] for n in self.names])

    def set_numbers(self):
        self.transact(*[["set", "interface", n, f"ofport_request={5000 + i}"]
                        for i, n in enumerate(self.names)])

    def renumber(self):
        self.transact(*[["set", "interface", n, f"ofport_request={5000 + self.ports - i}"]
                        for i, n in enumerate(self.names)])

    def change_devices(self):
        self.transact(*[["set", "interface", n, "mtu_request=1400"] for n in self.names])

    def stations(self):
        self.transact(*[["set", "port", n, "static_macs=" + ",".join(
            f"7/02:00:00:{i // 256:02x}:{i % 256:02x}:{k:02x}" for k in range(8))]
            for i, n in enumerate(self.names)])

    def dry_run(self):
        self.transact(*[["set", "port", n, "tag=4"] for n in self.names], dry_run=True)

    def show(self):
        self.transact(["show"])

    def list_interface(self):
        self.transact(["list", "interface"])

    def list_five_times(self):
        self.transact(*[["list", "interface"]] * 5)

    def get_statistics(self):
        self.transact(*[["get", "interface", n, "statistics"] for n in self.names] * 3)

    def port_stats(self):
        self.transact(["port", "stats"], ["port", "drops"], ["worker", "show"])

    def export(self):
        self.document = self.transact(["config", "export"])["results"][0]["value"]

    def apply_same(self):
        self.transact(["config", "apply", "net.json"], input=json.dumps(self.document))

    def commands_6000(self):
        self.transact(*[["get", "open", ".", "cur_cfg"]] * 6000)

    def refused(self):
        """Two ports ask for one number, found out last; all of it is undone."""
        answer = self.rpc.call("transact", commands=[
            *[["set", "port", n, "tag=9"] for n in self.names],
            ["set", "interface", self.names[0], "ofport_request=77"],
            ["set", "interface", self.names[1], "ofport_request=77"]])
        swnet.same("error" in answer, True, "refused")

    def million_stations(self):
        self.transact(["set", "bridge", "br0", "other_config:mac-table-size=1000000"])

    def thousand_stations(self):
        self.transact(["set", "bridge", "br0", "other_config:mac-table-size=20000"])

    def del_bridge(self):
        self.transact(["del-br", "br0"])

    def apply_new(self):
        self.transact(["config", "apply", "net.json"], input=json.dumps(self.document))

    def rollback(self):
        now = self.transact(["get", "open", ".", "cur_cfg"])["generation"]
        self.transact(["config", "rollback", str(now - 1)])


def steps(rpc):
    rows = rpc.call("transact", commands=[["control", "steps"]])["result"]["results"][0]["value"]["rows"]
    return [row for row in rows if row[0] != "posted calls"] or rows


def measure(rpc, case):
    rpc.call("transact", commands=[["control", "stats-clear"]])
    began = time.monotonic()
    case()
    took = time.monotonic() - began
    worst = max(steps(rpc), key=lambda row: row[4])
    longest = max(row[3] for row in steps(rpc))
    return worst[4], longest, worst[0], took


def run(net, args):
    cores = sorted(os.sched_getaffinity(0))
    sw = net.switch(config=f"[worker]\ncores = {cores[-1]}\n[memory]\nhugepages = no\n")
    rpc, look = sw.rpc(timeout=60), sw.rpc(timeout=60)
    best = {}
    for _ in range(args.rounds):
        cases = Cases(rpc, args.ports)
        for name in [n for n in vars(Cases) if n[0] != "_" and n != "transact"]:
            found = measure(look, getattr(cases, name))
            best[name] = min(best.get(name, found), found)
        cases.transact(["--if-exists", "del-br", "br0"])
    print("case              processor ms  clock ms  request ms  step")
    for name, (cpu, wall, step, took) in best.items():
        if not args.names or name in args.names:
            print(f"{name:17} {cpu / 1000:12.1f} {wall / 1000:9.1f} {took * 1000:11.0f}  {step}")
    sw.stop()


def main():
    parser = argparse.ArgumentParser(description="Steps of the control loop under the largest requests.")
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent.parent / "build")
    parser.add_argument("--ports", type=int, default=900)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    measure_in_namespace(run, args)


if __name__ == "__main__":
    main()
