# SPDX-License-Identifier: BSD-3-Clause
"""Open vSwitch with DPDK as a program under test: Debian's package, unpacked, never installed.

Installing it would start a switch of the machine. A database server and the switch are started by hand,
with every path in the run's own folder; clients have time limits.
"""
import os
import re
import shutil

from . import process
from .cases import BUFFERS, VLAN

PACKAGES = ("openvswitch-switch", "openvswitch-switch-dpdk")


class Ovs:
    name = "ovs"
    # Its main thread has the first, its polling thread the second. Over memif a queue has a ring when the
    # client made one, and what is sent on a queue without is dropped.
    transmit_queues = 2

    def __init__(self, place):
        self.place, self.dir = place, place.folder / "ovs"
        root = place.source / ".cache" / "ovs-dpdk"
        self.root = root
        self.vswitchd = root / "usr/lib/openvswitch-switch-dpdk/ovs-vswitchd-dpdk"
        self.vsctl = root / "usr/bin/ovs-vsctl"
        self.server = self.daemon = None
        self.env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
                    **{f"OVS_{what}DIR": str(self.dir) for what in ("RUN", "DB", "LOG", "SYSCONF")}}

    def missing(self):
        if not self.vswitchd.exists():
            return (f"{self.vswitchd} is not there: tools/dev/unpack-ovs-dpdk downloads and unpacks "
                    f"{' and '.join(PACKAGES)}")
        if not self.place.huge:
            return "it needs huge pages: it starts DPDK with --in-memory, which does not go with --no-huge"
        for tool in ("ovsdb-server", "ovsdb-tool", "ovs-appctl", "ovs-ofctl"):
            if not shutil.which(tool):
                return f"{tool} is not there: apt-get install openvswitch-common"
        try:
            self.version()
        except process.Trouble as trouble:
            return str(trouble)
        return None

    def version(self):
        lines = process.run(self.vswitchd, "--version").split("\n")
        return f"{lines[0].split(')')[0].split('(')[-1]} {lines[0].split()[-1]}, {lines[1]}"

    # --- clients ------------------------------------------------------------------------------
    def set(self, *words):
        return process.run(self.vsctl, f"--db=unix:{self.dir / 'db.sock'}", "--no-syslog", "-t", "20",
                           *words, timeout=30, env=self.env)

    def app(self, *words):
        return process.run("ovs-appctl", "-T", "10", "-t", self.dir / "vs.ctl", *words, env=self.env)

    def flow_control(self, *words):
        return process.run("ovs-ofctl", "-t", "10", *words, env=self.env)

    # --- life ---------------------------------------------------------------------------------
    def start(self, case):
        shutil.rmtree(self.dir, ignore_errors=True)
        self.dir.mkdir()
        process.run("ovsdb-tool", "create", self.dir / "conf.db",
                    self.root / "usr/share/openvswitch/vswitch.ovsschema", env=self.env)
        self.server = process.Process("ovsdb-server", [
            "ovsdb-server", self.dir / "conf.db", f"--remote=punix:{self.dir / 'db.sock'}",
            f"--unixctl={self.dir / 'db.ctl'}", "--no-chdir"], self.dir, env=self.env)
        self.server.wait_for((self.dir / "db.sock").exists, 10, "ovsdb-server listens")
        self.set("--no-wait", "init")
        self.set("--no-wait", "set", "open", ".", *self.settings())
        self.daemon = process.Process("ovs-vswitchd", [
            self.vswitchd, f"unix:{self.dir / 'db.sock'}", f"--unixctl={self.dir / 'vs.ctl'}",
            f"--log-file={self.dir / 'vs.log'}", "--no-chdir"], self.dir, env=self.env)
        self.daemon.wait_for((self.dir / "vs.ctl").exists, 30, "ovs-vswitchd listens")
        self.change(*self.bridge(case))
        self.rules(case)  # before there is traffic: it would take its time from them
        self.change(*self.ports(case))
        errors = [self.set("get", "interface", f"p{i}", "error").strip()
                  for i in range(len(self.place.interfaces(case)))]
        if set(errors) != {"[]"}:
            raise process.Trouble(f"ovs-vswitchd opened no port: {errors}")
        for port, mac in case.fixed:
            self.app("fdb/add", "br0", f"p{port}", "0", mac.hex(":"))

    def settings(self):
        place = self.place
        extra = f"--no-telemetry -a {place.no_device}"
        words = ["dpdk-init=true", f"dpdk-lcore-mask={1 << place.control_core:#x}",
                 f"pmd-cpu-mask={1 << place.core:#x}", f"dpdk-socket-mem={place.memory_mb}"]
        return [f"other_config:{word}" for word in words] + [f'other_config:dpdk-extra="{extra}"']

    def change(self, *words):
        try:
            self.set(*words)
        except process.Trouble:
            self.daemon.check()  # it tells more
            raise

    def bridge(self, case):
        return ["add-br", "br0", "--", "set", "bridge", "br0", "datapath_type=netdev", "fail_mode=secure",
                f"other_config:mac-table-size={max(8192, 2 * case.stations)}"]

    def ports(self, case):
        words, name = [], "few" if self.place.mbufs > BUFFERS else "source"
        for i, (kind, option) in enumerate(self.place.interfaces(case, name)):
            key, _, value = option.partition("=")
            words += ["--", "add-port", "br0", f"p{i}", "--", "set", "interface", f"p{i}", f"type={kind}",
                      f"ofport_request={i + 1}", f'options:{key}="{value}"']
        if case.setup == "vlan":
            words += ["--", "set", "port", "p0", f"tag={VLAN}", "--", "set", "port", "p1",
                      f"trunks={VLAN}"]
        return words

    def rules(self, case):
        bridge = self.dir / "br0.mgmt"
        self.flow_control("mod-port", bridge, "br0", "no-flood")
        if case.setup == "cross":
            self.flow_control("add-flow", bridge, "in_port=1,actions=output:2")
            self.flow_control("add-flow", bridge, "in_port=2,actions=output:1")
        elif case.rules and case.kind != "adds":
            for group in case.groups:
                self.flow_control("-O", "OpenFlow13", "add-group", bridge, group)
            (self.dir / "rules").write_text("\n".join(case.rules()))
            process.run("ovs-ofctl", "-t", "300", "-O", "OpenFlow13", "add-flows", bridge, self.dir / "rules",
                        env=self.env, timeout=300)  # groups and goto_table are of no version before
        else:
            self.flow_control("add-flow", bridge, "actions=NORMAL")

    def management(self):
        return self.dir / "br0.mgmt"

    def stop(self):
        for started in (self.daemon, self.server):
            if started:
                started.stop()
        self.daemon = self.server = None

    # --- figures ------------------------------------------------------------------------------
    @property
    def process(self):
        return self.daemon

    def read(self):
        text = self.app("dpif-netdev/pmd-stats-show", "-pmd", str(self.place.core))
        found = {key: sum(map(int, re.findall(pattern, text))) for key, pattern in (
            ("packets", r"packets received: (\d+)"), ("cycles", r"processing cycles: (\d+)"),
            ("slow", r"miss with \w+ upcall: (\d+)"))}
        return found

    def stations(self):
        found = re.search(r"Current/maximum MAC entries in the table: (\d+)", self.app("fdb/stats-show",
                                                                                      "br0"))
        return int(found.group(1)) if found else None
