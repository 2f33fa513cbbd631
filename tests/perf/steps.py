#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""How long a bridge of a million rules keeps the control loop from everybody else.

    sudo tests/perf/steps.py [--build DIR] [--rules 1000000] [--disk DIR] [CASE...]

Each case is one request (or what follows from one: a timeout, a controller that goes) that concerns all of
the rules: they are deleted, changed, told of, stored. The figures are the longest step of the control loop
from its beginning until a second after its end, of the processor (what it costs) and by the clock (what
others waited, with what else the machine did), its name, the steps above 2 ms, and how long the request
took. Not a test: nothing fails on a number.
"""
import argparse
import contextlib
import io
import os
import pathlib
import socket
import struct
import sys
import threading
import time

sys.dont_write_bytecode = True
from perfnet import measure_in_namespace, swnet  # noqa: E402  (leaves nothing behind)
import persist  # noqa: E402  (found beside this)
import rule_files  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
PATIENCE = 600
ADD, MODIFY, DELETE = 0, 1, 3
ANY, NO_BUFFER, ALL_TABLES = 0xffffffff, 0xffffffff, 0xff
SEND_REMOVED, CHECK_OVERLAP = 1, 2
HARD_S = 4
LEARN = "table=0,priority=1,actions=learn(table=1,cookie=0x5,delete_learned,NXM_OF_ETH_SRC[])"

LIMIT = "table=0,priority=1,actions=learn(table=1,cookie=0x5,limit=9,NXM_OF_ETH_SRC[])"


def output(port):
    return struct.pack("!HHI HHIH6x", 4, 24, 0, 0, 16, port, 0)


def group(number):
    return struct.pack("!HHI HHI", 4, 16, 0, 22, 8, number)


def meter(number):
    return struct.pack("!HHI", 6, 8, number) + output(2)


def match_of(n):
    match = persist.MATCH.pack(
        1, persist.MATCH_LEN, persist.OXM_IN_PORT, 1, persist.OXM_ETH_TYPE, 0x0800, persist.OXM_PROTO, 6,
        persist.OXM_SRC, 0x0A000000 + n, persist.OXM_DST, 0x0B000000 + n * 7 % 65521,
        persist.OXM_TCP_SRC, n % 60000 + 1, persist.OXM_TCP_DST, 80)
    return match[:persist.MATCH_LEN] + bytes(-persist.MATCH_LEN % 8)


EMPTY = struct.pack("!HHI", 1, 4, 0)
UDP = struct.pack("!HH IH IB", 1, 15, persist.OXM_ETH_TYPE, 0x0800, persist.OXM_PROTO, 17) + b"\0"


def flow_mod(command, match=EMPTY, instructions=b"", *, cookie=0, mask=0, table=0, hard=0, priority=100,
             flags=0, version=4):
    size = persist.HEAD.size + len(match) + len(instructions)
    return persist.HEAD.pack(version, 14, size, 1, cookie, mask, table, command, 0, hard, priority, NO_BUFFER,
                             ANY, ANY, flags, 0) + match + instructions


def group_mod(command, number):
    buckets = struct.pack("!HHII4x", 32, 0, ANY, ANY) + struct.pack("!HHIH6x", 0, 16, 2, 0)
    body = struct.pack("!HBxI", command, 0, number) + (buckets if command == 0 else b"")
    return struct.pack("!BBHI", 4, 15, 8 + len(body), 1) + body


def meter_mod(command, number):
    body = struct.pack("!HHI", command, 1, number)
    body += struct.pack("!HHIII", 1, 16, 1000000, 0, 0) if command == 0 else b""
    return struct.pack("!BBHI", 4, 29, 8 + len(body), 1) + body


def multipart(kind, body):
    return struct.pack("!BBHIHH4x", 4, 18, 16 + len(body), 1, kind, 0) + body


class Reader(threading.Thread):
    """A controller that takes what it is sent, and counts it."""

    def __init__(self, path, request=b""):
        super().__init__(daemon=True)
        self.peer = persist.Controller(path)
        self.peer.socket.sendall(request)
        self.bytes, self.gone = 0, False
        self.start()

    def run(self):
        try:
            while data := self.peer.socket.recv(1 << 20):
                self.bytes += len(data)
        except OSError:
            pass
        self.gone = True


class Bridge:
    """br0 of a running switch; each method whose name has no _ in front is a case."""

    def __init__(self, net, sw, args):
        self._net, self._sw, self._n, self._build = net, sw, args.rules, args.build
        self._rpc = sw.rpc(timeout=PATIENCE)
        self._path = sw.dir / "run/br0.mgmt"
        self._mods, self._is = {}, None
        self._transact(
            ["add-br", "br0"], ["add-port", "br0", "d1"], ["set", "interface", "d1", "type=dummy"],
            ["add-port", "br0", "d2"], ["set", "interface", "d2", "type=dummy", "ofport_request=2"],
            ["set", "bridge", "br0", f"other_config:rules-max={4 * self._n}",
             f"other_config:table-rules-max={self._n + 1}"])
        self._peer = Peer(self._path)

    def _transact(self, *commands, **more):
        answer = self._rpc.call("transact", commands=list(commands), **more)
        if "error" in answer:
            raise SystemExit(str(answer)[:600])
        return answer["result"]["results"]

    def _send(self, data):
        self._peer.socket.sendall(data)
        self._peer.barrier()

    def _load(self, instructions=output(2), n=None, **more):
        """The bridge has n rules, just these."""
        n = n or self._n
        kind = (instructions, n, tuple(more.items()))
        if self._is == kind:
            return
        self._send(flow_mod(DELETE, table=ALL_TABLES))
        for first in range(0, n, 20000):
            self._send(b"".join(flow_mod(ADD, match_of(k), instructions, cookie=k, **more)
                                for k in range(first, min(first + 20000, n))))
        self._is = kind
        time.sleep(1)

    def _steps(self):
        return self._transact(["control", "steps"])[0]["value"]["rows"]

    def _measure(self, name, act):
        time.sleep(0.5)
        self._transact(["control", "stats-clear"])
        began = time.monotonic()
        said = act()
        took = time.monotonic() - began
        time.sleep(1)
        rows = sorted(self._steps(), key=lambda row: -row[4])
        long = ", ".join(f"{row[0]} {row[4] / 1000:.1f}" for row in rows[1:] if row[4] > 2000)
        print(f"{name:26} {rows[0][4] / 1000:8.1f} {max(row[3] for row in rows) / 1000:8.1f} "
              f"{took * 1000:8.0f}  {rows[0][0]}{'; ' + long if long else ''}{said or ''}", flush=True)

    def _changes(self, name, data):
        self._is = None
        self._measure(name, lambda: self._send(data))

    # --- flow-mods ---

    def delete_all(self):
        self._load()
        self._changes("delete all", flow_mod(DELETE, table=ALL_TABLES))

    def delete_half(self):
        self._load()
        self._changes("delete by cookie, half", flow_mod(DELETE, table=ALL_TABLES, cookie=1, mask=1))

    def delete_none(self):
        self._load()
        self._measure("delete by match, none", lambda: self._send(flow_mod(DELETE, UDP)))

    def modify_all(self):
        self._load()
        self._changes("modify all", flow_mod(MODIFY, EMPTY, output(1)))

    def overlap(self):
        self._load()
        self._measure("add, check overlap", lambda: self._send(
            flow_mod(ADD, UDP, output(1), flags=CHECK_OVERLAP)))

    # --- statistics ---

    def aggregate(self):
        self._load()
        self._measure("aggregate", lambda: self._send(
            multipart(2, struct.pack("!B3xII4xQQ", ALL_TABLES, ANY, ANY, 0, 0) + EMPTY)))

    def flow_stats(self):
        self._load()
        self._measure("flow stats", lambda: self._send(
            multipart(1, struct.pack("!B3xII4xQQ", ALL_TABLES, ANY, ANY, 0, 0) + EMPTY)))

    def dump(self):
        self._load()
        self._measure("rule dump", lambda: self._swctl("rule", "dump", "br0"))
        self._peer = Peer(self._path)

    def dump_none(self):
        self._load()
        self._measure("rule dump, none", lambda: self._transact(["rule", "dump", "br0", "udp"]) and None)

    # --- groups and meters ---

    def group_of_all(self):
        self._send(group_mod(0, 7))
        self._load(group(7))
        self._changes("delete the group of all", group_mod(2, 7))

    def meter_of_all(self):
        self._send(meter_mod(0, 7))
        self._load(meter(7))
        self._changes("delete the meter of all", meter_mod(2, 7))

    def all_groups(self):
        self._send(group_mod(0, 7))
        self._load(group(7))
        self._changes("delete all groups", group_mod(2, 0xfffffffc))

    def swctl_group(self):
        self._send(group_mod(0, 7))
        self._load(group(7))
        self._is = None
        self._measure("swctl group del",
                      lambda: self._transact(["group", "del", "br0", "group_id=7"]) and None)

    # --- who is told ---

    def monitored(self):
        self._load()
        watch = struct.pack("!IHHIB3x", 1, 0x1e, 4, ANY, ALL_TABLES) + EMPTY
        exp = multipart(0xffff, struct.pack("!II", 0x4f4e4600, 1870) + watch)
        readers = [Reader(self._path, exp) for _ in range(4)]
        time.sleep(1)
        self._is = None

        def act():
            self._send(flow_mod(DELETE, table=ALL_TABLES))
            time.sleep(3)
            return f"  {[(r.bytes >> 20, 'gone' if r.gone else 'there') for r in readers]} MiB"
        self._measure("delete all, 4 monitors", act)
        for r in readers:
            r.peer.socket.close()

    def removed(self):
        self._load(flags=SEND_REMOVED)
        readers = [Reader(self._path) for _ in range(4)]
        time.sleep(1)
        self._is = None

        def act():
            self._send(flow_mod(DELETE, table=ALL_TABLES))
            time.sleep(3)
            return f"  {[(r.bytes >> 20, 'gone' if r.gone else 'there') for r in readers]} MiB"
        try:
            self._measure("delete all, 4 are told", act)
        except EOFError as error:
            print("  the controller that deletes:", error)
        self._peer = Peer(self._path)
        for r in readers:
            r.peer.socket.close()

    # --- time, tables, controllers ---

    def expiry(self):
        n = min(self._n, 100000)
        self._load(n=n, hard=HARD_S)
        self._is = None
        self._measure("100,000 end by time", lambda: time.sleep(HARD_S))

    def evict(self):
        self._load()
        self._send(flow_mod(ADD, match_of(self._n), output(2)))

        def act():
            self._transact(["set", "bridge", "br0", "other_config:overflow-policy=evict"])
            self._peer.socket.sendall(flow_mod(ADD, match_of(self._n + 1), output(2)))
            self._peer.wait_error()
        self._is = None
        self._measure("evict, all are for good", act)
        self._transact(["remove", "bridge", "br0", "other_config", "overflow-policy"])

    def flow_table(self):
        """Rules that may go are gathered, grouped in other ways, and most of them go as the limit falls."""
        self._load(hard=60000)
        self._is = None

        def change(name, *commands):
            def act():
                self._transact(*commands)
                time.sleep(5)  # nothing says when all are in their groups
            self._measure(name, act)
        change("rules that may go", ["set", "bridge", "br0", "flow_tables:0=@t"],
               ["--id=@t", "create", "flow_table", "name=t", "overflow_policy=evict"])
        change("each a group", ["set", "flow_table", "t", 'groups="ip_src[]"'])
        change("one group again", ["clear", "flow_table", "t", "groups"])
        change("256 groups", ["set", "flow_table", "t", 'groups="ip_dst[0..7]"'])

        def act():
            self._transact(["set", "flow_table", "t", "flow_limit=1000"])
            swnet.wait_for(lambda: self._rules() <= 1000, PATIENCE, "rules are gone")
        self._measure("evict all but 1,000", act)
        self._transact(["clear", "bridge", "br0", "flow_tables"])

    def fail_mode(self):
        self._load()
        self._is = None

        def act():
            self._transact(["set-controller", "br0", "tcp:127.0.0.1:1"])
            swnet.wait_for(lambda: self._rules() < 2, PATIENCE, "rules are gone")
        self._measure("a controller comes", act)
        self._transact(["del-controller", "br0"])

    def _rules(self):
        rows = self._transact(["rule", "tables", "br0"])[0]["value"]["rows"]
        return sum(row[1] for row in rows)

    def unlearn(self):
        self._load(table=1)
        self._transact(["rule", "add", "br0", LEARN])
        self._is = None
        self._measure("delete_learned, none",
                      lambda: self._transact(["rule", "del", "br0", "table=0"]) and None)

    def unlearn_by_time(self):
        self._load(table=1)
        self._transact(["rule", "add", "br0", "hard_timeout=1," + LEARN])
        self._is = None
        self._measure("delete_learned, by time", lambda: time.sleep(2))

    def limit(self):
        self._load(table=1)
        self._measure("a limit begins", lambda: self._transact(["rule", "add", "br0", LIMIT]) and None)
        self._transact(["rule", "del", "br0", "table=0"])

    # --- files ---

    def swctl_del(self):
        self._load()
        self._is = None
        self._measure("swctl rule del", lambda: self._transact(["rule", "del", "br0"]) and None)

    def _file(self, name, port):
        path = self._net.dir / name
        if not path.exists():
            with open(path, "w", encoding="ascii") as out:
                for n in range(self._n):
                    out.write(rule_files.rule(n, port))
        return path

    def _quiet(self, *words):
        with contextlib.redirect_stdout(io.StringIO()):
            self._net.run(*words, timeout=PATIENCE)

    def _swctl(self, *words):
        self._quiet(self._build / "swctl", "-t", PATIENCE, "--socket", self._sw.socket, *words)

    def files(self):
        self._send(flow_mod(DELETE, table=ALL_TABLES))
        self._is = None
        ones, twos = self._file("ones", 1), self._file("twos", 2)
        self._measure("swctl add-flows", lambda: self._swctl("add-flows", "br0", ones))
        self._measure("swctl replace-flows", lambda: self._swctl("replace-flows", "br0", twos))
        self._measure("swctl rule del", lambda: self._swctl("rule", "del", "br0"))
        self._peer = Peer(self._path)  # the one before answers no echo requests while it waits

    def bundle(self):
        self._send(flow_mod(DELETE, table=ALL_TABLES))
        self._is = None
        ones = self._file("ones", 1)
        self._measure("ovs-ofctl --bundle", lambda: self._quiet(
            "ovs-ofctl", "-t", PATIENCE, "-O", "OpenFlow14", "--bundle", "add-flows", f"unix:{self._path}",
            ones))

    # --- the bridge ---

    def ports(self):
        self._load()
        self._measure("a port comes and goes", lambda: self._transact(
            ["add-port", "br0", "d3"], ["set", "interface", "d3", "type=dummy"]) and
            self._transact(["del-port", "d3"]) and None)

    def persisted(self):
        self._load()
        self._measure("persist-rules", lambda: self._transact(
            ["set", "bridge", "br0", "other_config:persist-rules=true"]) and None)
        self._measure("delete all, persist", lambda: self._send(flow_mod(DELETE, table=ALL_TABLES)))
        self._is = None
        self._load()
        self._measure("modify all, persist", lambda: self._send(flow_mod(MODIFY, EMPTY, output(1))))
        self._is = None
        self.files()
        self.bundle()
        self._transact(["remove", "bridge", "br0", "other_config", "persist-rules"])

    def remove(self):
        self._load()
        self._measure("del-br", lambda: self._transact(["del-br", "br0"]) and None)


class Peer(persist.Controller):
    """One that is sent an error when that is meant."""

    def wait_error(self):
        kind = 0
        while kind != 1:
            self.more()
            kind, size = struct.unpack_from("!BH", self.data, 1)
            self.data = self.data[size:]


def run(net, args):
    cores = sorted(os.sched_getaffinity(0))
    sw = net.switch(config=f"[worker]\ncores = {cores[-1]}\n[memory]\nhugepages = no\n",
                    args=("--state", str(args.disk / f"swd-perf-{os.getpid()}")))
    bridge = Bridge(net, sw, args)
    print("case                       processor ms clock ms request ms  step")
    for name in [n for n in vars(Bridge) if n[0] != "_"]:
        if not args.names or name in args.names:
            getattr(bridge, name)()
    sw.stop()
    state = args.disk / f"swd-perf-{os.getpid()}"
    for path in state.iterdir():
        path.unlink()
    state.rmdir()


def main():
    parser = argparse.ArgumentParser(description="Steps of the control loop of a bridge of many rules.")
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent.parent / "build")
    parser.add_argument("--rules", type=int, default=1000000)
    parser.add_argument("--disk", type=pathlib.Path, default=pathlib.Path("/var/tmp"))
    parser.add_argument("names", nargs="*", metavar="CASE")
    measure_in_namespace(run, parser.parse_args())


if __name__ == "__main__":
    main()
