#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""What it costs that rules persist, and how long a million of them take to come back.

    sudo tests/perf/persist.py [--build DIR] [--rules 1000000] [--seconds 3] [--disk DIR]

Rules of one 5-tuple each, by OpenFlow 1.3 over BRIDGE.mgmt. Without and with persist-rules in turn: rules a
second with a barrier behind each, and 10,000 with one barrier at the end. Then so many rules, a kill -9 and a
start: until the log says that they are back, which is before the bridge has its ports, and until a new file
is on the disk. The state folder is below --disk: what a sync takes there is most of the first figure. Not a
test: nothing fails on a number.
"""
import argparse
import os
import pathlib
import re
import socket
import struct
import sys
import time

sys.dont_write_bytecode = True
from perfnet import measure_in_namespace, swnet  # noqa: E402  (leaves nothing behind)

HERE = pathlib.Path(__file__).resolve().parent
OXM_IN_PORT, OXM_ETH_TYPE, OXM_PROTO = 0x80000004, 0x80000A02, 0x80001401
OXM_SRC, OXM_DST, OXM_TCP_SRC, OXM_TCP_DST = 0x80001604, 0x80001804, 0x80001A02, 0x80001C02
MATCH = struct.Struct("!HH I I I H I B I I I I I H I H 3x")
MATCH_LEN = 4 + 8 + 6 + 5 + 8 + 8 + 6 + 6
HEAD = struct.Struct("!BBHI QQ BBHHH III HH")
ACTIONS = struct.pack("!HHI HHIH6x", 4, 24, 0, 0, 16, 2, 0)


def flow_mod(n):
    match = MATCH.pack(1, MATCH_LEN, OXM_IN_PORT, 1, OXM_ETH_TYPE, 0x0800, OXM_PROTO, 6,
                       OXM_SRC, 0x0A000000 + n, OXM_DST, 0x0B000000 + n * 7 % 65521,
                       OXM_TCP_SRC, n % 60000 + 1, OXM_TCP_DST, 80)
    match = match[:MATCH_LEN] + bytes(-MATCH_LEN % 8)
    size = HEAD.size + len(match) + len(ACTIONS)
    return HEAD.pack(4, 14, size, n & 0x7fffffff, n, 0, 0, 0, 0, 0, 100, 0xffffffff, 0xffffffff, 0xffffffff,
                     0, 0) + match + ACTIONS


class Controller:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(600)
        self.socket.connect(str(path))
        self.data = b""
        self.socket.sendall(struct.pack("!BBHI", 4, 0, 8, 1))
        self.wait(0)

    def more(self):
        """Until there is a whole message; EOFError when there will be none."""
        while len(self.data) < 8 or len(self.data) < struct.unpack_from("!H", self.data, 2)[0]:
            more = self.socket.recv(65536)
            if not more:
                raise EOFError("the switch closed the connection")
            self.data += more

    def wait(self, kind):
        """The next message of that type; an error ends the measurement."""
        while True:
            self.more()
            got, size = struct.unpack_from("!BH", self.data, 1)
            body, self.data = self.data[:size], self.data[size:]
            if got == 1:
                raise SystemExit(f"the switch says error {body.hex()}")
            if got == kind:
                return

    def barrier(self):
        self.socket.sendall(struct.pack("!BBHI", 4, 20, 8, 7))
        self.wait(21)

    def rules(self, first, n):
        """Seconds until n rules are acknowledged together."""
        data = b"".join(flow_mod(k) for k in range(first, first + n))
        began = time.monotonic()
        self.socket.sendall(data)
        self.barrier()
        return time.monotonic() - began

    def singly(self, first, seconds):
        n, began = 0, time.monotonic()
        while time.monotonic() - began < seconds:
            self.socket.sendall(flow_mod(first + n))
            self.barrier()
            n += 1
        return n / (time.monotonic() - began)


def memory(sw):
    status = pathlib.Path(f"/proc/{sw.process.pid}/status").read_text(encoding="ascii")
    return {name: int(re.search(rf"{name}:\s+(\d+)", status)[1]) // 1024 for name in ("VmRSS", "VmHWM")}


def worst_step(sw):
    rows = [line.split() for line in sw.ctl("--plain control show", quiet=True).splitlines()]
    return " ".join(" ".join(row) for row in rows if row and row[0].startswith("worst"))


def run(net, args):
    sw = net.switch(args=("--state", str(args.disk / f"swd-perf-{os.getpid()}")))
    sw.ctl("add-br br0 -- add-port br0 d1 -- set interface d1 type=dummy ofport_request=1 "
           "-- add-port br0 d2 -- set interface d2 type=dummy ofport_request=2")
    path = sw.dir / "run/br0.mgmt"
    at = 0
    for _ in range(3):
        for persist in ("false", "true"):
            sw.ctl(f"set bridge br0 other_config:persist-rules={persist}")
            c = Controller(path)
            rate = c.singly(at, args.seconds)
            at += 100000
            many = c.rules(at, 10000)
            at += 100000
            print(f"persist-rules={persist}: {rate:.0f} rules a second singly, "
                  f"10,000 in {many * 1000:.0f} ms", flush=True)
            sw.ctl("rule del br0", timeout=60)
    c = Controller(path)
    began, done = time.monotonic(), 0
    while done < args.rules:
        c.rules(done, min(20000, args.rules - done))
        done += 20000
    print(f"{args.rules} rules in {time.monotonic() - began:.1f} s, a barrier each 20,000; {memory(sw)} MiB")
    state = args.disk / f"swd-perf-{os.getpid()}"
    print(f"file: {(state / 'rules.br0').stat().st_size / 1e6:.0f} MB; worst steps: {worst_step(sw)}")
    sw.kill9()
    began = time.monotonic()
    sw.start()
    swnet.wait_for(lambda: "are back" in sw.log(), 300, "rules are back")
    back = time.monotonic() - began
    swnet.wait_for(lambda: "=stored" in sw.get("bridge br0 status"), 300, "a new file")
    print(re.findall(r"bridge br0: .*are back.*", sw.log())[-1])
    print(f"back {back:.1f} s after the start, on the disk again {time.monotonic() - began:.1f} s after it; "
          f"{memory(sw)} MiB; worst steps: {worst_step(sw)}")
    sw.stop()
    for path in state.iterdir():
        path.unlink()
    state.rmdir()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent.parent / "build")
    parser.add_argument("--rules", type=int, default=1000000)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--disk", type=pathlib.Path, default=pathlib.Path("/var/tmp"))
    measure_in_namespace(run, parser.parse_args())


if __name__ == "__main__":
    main()
