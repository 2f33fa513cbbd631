# SPDX-License-Identifier: BSD-3-Clause
"""swctl monitor and swctl top on a running switch, one that dies and comes back, and one with many ports."""
import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import termios

import swnet

WAITS = True  # all of it (run.py)


class Watcher:
    """A swctl that goes on, its lines read as they come."""

    def __init__(self, sw, *words):
        self.process = subprocess.Popen([str(sw.net.build / "swctl"), "--socket", str(sw.socket), *words],
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.rest = b""

    def line(self, *says):
        """The next line that says all of `says`."""
        while True:
            while b"\n" not in self.rest:
                ready, _, _ = select.select([self.process.stdout], [], [], swnet.PATIENT)
                data = os.read(self.process.stdout.fileno(), 65536) if ready else b""
                if not data:
                    raise AssertionError(f"no line says {says}")
                self.rest += data
            line, _, self.rest = self.rest.partition(b"\n")
            text = line.decode()
            print("  |", text.rstrip(), flush=True)
            if all(word in text for word in says):
                return text

    def end(self):
        self.process.send_signal(2)
        self.process.stdout.read()
        swnet.same(self.process.wait(timeout=swnet.PATIENT), 0, "exit status after Ctrl-C")


def dummy(port, bridge="br0"):
    return f"-- add-port {bridge} {port} -- set interface {port} type=dummy"


def test_monitor(net):
    """Events and changes come by themselves; after a kill -9 the monitor is back, with the differences."""
    sw = net.switch()
    sw.ctl("add-br br0 -- set interface br0 type=dummy " + dummy("p1"))
    watcher = Watcher(sw, "monitor")
    watcher.line("watching")
    sw.ctl("set port p1 tag=7")
    watcher.line("config", "by root: set port p1 tag=7")
    watcher.line("changed", "Port p1", "tag=[] -> 7")
    sw.ctl("add-port br0 p2 -- set interface p2 type=dummy")
    watcher.line("port_opened", "port p2 is open")
    watcher.line("new", "Interface p2")
    sw.kill9()
    watcher.line("the switch is away")
    sw.start()
    watcher.line("restarted")
    watcher.line("watching")
    sw.ctl("del-port p2")
    watcher.line("config", "del-port p2")
    watcher.line("gone", "Port p2")
    watcher.end()
    swnet.within(sw.ctl("event show"), ["generation", "port p2 is closed"], "event show")
    one = sw.ctl("event show config --last=1")
    swnet.same(len(one.splitlines()), 2, "heading and one event")


def test_monitor_ends(net):
    """--count, --for, JSON, and what is not there."""
    sw = net.switch()
    sw.ctl("add-br br0 -- set interface br0 type=dummy")
    line = json.loads(sw.ctl("--json monitor Bridge:name --count=1"))
    swnet.same([row["columns"]["name"] for row in line["rows"]], ["br0"], "rows of the snapshot")
    swnet.same(len(sw.ctl("monitor --for=1").splitlines()), 1, "lines when nothing happens")
    swnet.within(sw.ctl_raw("monitor", "Brigde").stderr, ["Brigde", "Bridge"], "error")
    swnet.same(sw.ctl_raw("monitor", "lnik").returncode, 3, "status of an unknown kind of events")
    swnet.same(sw.ctl_raw("monitor", "--count=x").returncode, 2, "status of a bad number")


def longest_step(sw):
    """Of the control loop while a table is made, in us of the processor; a shared one is slower at times."""
    sw.ctl("control stats-clear")
    sw.ctl("top --count=1")
    return int(re.search(r"worst_step_cpu_us +(\d+)", sw.ctl("control show"))[1])


def test_top(net):
    """The first table holds the ports and the totals; a terminal gets a screen and q ends it."""
    sw = net.switch()
    ports = " ".join(dummy(f"p{n}") for n in range(200))
    sw.ctl("add-br br0 -- set interface br0 type=dummy " + ports)
    table = sw.ctl("top --count=2")
    swnet.same(table.count("rx pkt/s"), 2, "pictures")
    swnet.within(table, ["worker 0", "longest step", "p199"], "table")
    rates = json.loads(sw.ctl("--json top --count=1 --sort=drops"))
    swnet.same(len(rates["ports"]), 201, "ports")
    swnet.same(set(rates["total"]) >= {"rx_pps", "tx_bps", "drops", "reason"}, True, "rates")
    steps = []
    while len(steps) < 6 and (not steps or steps[-1] > 10000):
        steps.append(longest_step(sw))
    swnet.same(min(steps) <= 10000, True, f"longest step, us of the processor: {steps}")
    pid, fd = pty.fork()
    if pid == 0:
        os.execv(str(net.build / "swctl"), ["swctl", "--socket", str(sw.socket), "top"])
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 20, 100, 0, 0))
    shown = b""
    while b"ports more" not in shown:
        ready, _, _ = select.select([fd], [], [], swnet.PATIENT)
        swnet.same(bool(ready), True, f"a picture that fits the screen; so far {shown[-200:]}")
        shown += os.read(fd, 65536)
    os.write(fd, b"q")
    _, status = os.waitpid(pid, 0)
    swnet.same(os.waitstatus_to_exitcode(status), 0, "exit status after q")
    os.close(fd)
