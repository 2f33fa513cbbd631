#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Files of many rules: how long they take, and how long they keep the control loop from everybody else.

    sudo tests/perf/rule_files.py [--build DIR] [--rules 100000] [--persist]

swctl's commands that take a file, and ovs-ofctl's on the same bridge: rules of one IPv4 5-tuple each. The
figures are the time of the command with the start of its program, the longest step of the control loop
meanwhile, of the processor and by the clock, its name, and what memory the switch has afterwards. Not a
test: nothing fails on a number.
"""
import argparse
import contextlib
import io
import json
import os
import pathlib
import sys
import time

sys.dont_write_bytecode = True
from perfnet import measure_in_namespace, swnet  # noqa: E402  (leaves nothing behind)

HERE = pathlib.Path(__file__).resolve().parent
PATIENCE = 300


def rule(n, port):
    return (f"priority={1 + n % 9},tcp,nw_src=10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255},"
            f"nw_dst=192.168.{n & 255}.1,tp_src={1 + n % 60000},tp_dst=80,actions=output:{port}\n")


def resident(sw):
    status = pathlib.Path(f"/proc/{sw.process.pid}/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0]) // 1024


def steps(rpc):
    return rpc.call("transact", commands=[["control", "steps"]])["result"]["results"][0]["value"]["rows"]


class Measure:
    def __init__(self, net, sw):
        self.net, self.sw, self.rpc = net, sw, sw.rpc(timeout=PATIENCE)
        print("case                        s  processor ms  clock ms   MiB  step")

    def __call__(self, name, *command, status=0):
        self.rpc.call("transact", commands=[["control", "stats-clear"]])
        began = time.monotonic()
        with contextlib.redirect_stdout(io.StringIO()):
            result = self.net.run(*command, check=False, timeout=PATIENCE)
        took = time.monotonic() - began
        swnet.same(result.returncode, status, f"exit status of {name}: {result.stderr[-300:]}")
        worst = max(steps(self.rpc), key=lambda row: row[4])
        longest = max(row[3] for row in steps(self.rpc))
        print(f"{name:22} {took:6.2f} {worst[4] / 1000:13.1f} {longest / 1000:9.1f} "
              f"{resident(self.sw):5}  {worst[0]}", flush=True)


def write(path, lines):
    path.write_text("".join(lines), encoding="ascii")
    return path


def run(net, args):
    cores = sorted(os.sched_getaffinity(0))
    sw = net.switch(config=f"[worker]\ncores = {cores[-1]}\n[memory]\nhugepages = no\n")
    sw.ctl("add-br br0 -- add-port br0 p1 -- set interface p1 type=dummy ofport_request=1")
    sw.ctl("set bridge br0 other_config:rules-max=4000000 other_config:table-rules-max=4000000")
    if args.persist:
        sw.ctl("set bridge br0 other_config:persist-rules=true")
    n = args.rules
    ones = write(net.dir / "ones", (rule(i, 1) for i in range(n)))
    twos = write(net.dir / "twos", (rule(i, 2) for i in range(n)))
    half = write(net.dir / "half", (rule(i + n // 2, 1) for i in range(n)))
    wrong = write(net.dir / "wrong", [*(rule(i + n, 1) for i in range(n)), "priority=1,actions=group:77\n"])
    swctl = [net.build / "swctl", "-t", PATIENCE, "--socket", sw.socket]
    ofctl = ["ovs-ofctl", "-t", PATIENCE, "-O", "OpenFlow14"]
    mgmt = f"unix:{sw.dir}/run/br0.mgmt"
    measure = Measure(net, sw)
    clear = [*swctl, "rule", "del", "br0"]
    measure("swctl add-flows", *swctl, "add-flows", "br0", ones)
    measure("  other actions", *swctl, "add-flows", "br0", twos)
    measure("  last line wrong", *swctl, "add-flows", "br0", wrong, status=3)
    measure("swctl diff-flows", *swctl, "diff-flows", "br0", twos, status=10)
    measure("swctl replace-flows", *swctl, "replace-flows", "br0", half)
    measure("swctl rule del", *clear)
    measure("ovs-ofctl add-flows", *ofctl, "add-flows", mgmt, ones)
    measure("  --bundle, other", *ofctl, "--bundle", "add-flows", mgmt, twos)
    measure("  --bundle, wrong", *ofctl, "--bundle", "add-flows", mgmt, wrong, status=1)
    measure("swctl rule del", *clear)
    measure("ovs-ofctl --bundle", *ofctl, "--bundle", "add-flows", mgmt, ones)
    print(json.dumps({"bytes": ones.stat().st_size, "rules": n}))
    sw.stop()


def main():
    parser = argparse.ArgumentParser(description="Files of many rules.")
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent.parent / "build")
    parser.add_argument("--rules", type=int, default=100000)
    parser.add_argument("--persist", action="store_true", help="with other_config:persist-rules")
    measure_in_namespace(run, parser.parse_args())


if __name__ == "__main__":
    main()
