# SPDX-License-Identifier: BSD-3-Clause
"""Open vSwitch as a peer: database and switch with folders of their own, packets by its netdev datapath."""
import os
import shutil
import subprocess

from swbase import PATIENT, Skip, wait_for

ROOT = os.environ.get("SWD_OVS", "")  # the folder that stands for /, where tools/test unpacked the package
VSCTL = ROOT + "/usr/bin/ovs-vsctl"
SCHEMA = ROOT + "/usr/share/openvswitch/vswitch.ovsschema"
DAEMONS = (ROOT + "/usr/lib/openvswitch-switch/ovs-vswitchd", ROOT + "/usr/sbin/ovs-vswitchd")


class Ovs:
    """Started when made; ends with the test."""

    def __init__(self, net):
        daemon = next((path for path in DAEMONS if os.path.exists(path)), None)
        if not (daemon and os.path.exists(VSCTL) and shutil.which("ovsdb-server")):
            raise Skip("no ovs-vswitchd and ovsdb-server: sudo tools/test net unpacks and installs them")
        self.net, self.dir = net, net.dir / "ovs"
        self.dir.mkdir()
        self.env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "OVS_RUNDIR": str(self.dir),
                    "OVS_DBDIR": str(self.dir), "OVS_LOGDIR": str(self.dir), "OVS_SYSCONFDIR": str(self.dir)}
        self.socket = self.dir / "db.sock"
        subprocess.run(["ovsdb-tool", "create", self.dir / "conf.db", SCHEMA], check=True, timeout=PATIENT,
                       env=self.env)
        self.spawn("ovsdb-server", self.dir / "conf.db", f"--remote=punix:{self.socket}",
                   "--private-key=db:Open_vSwitch,SSL,private_key", log="ovsdb")
        wait_for(self.socket.exists, 10, "ovsdb-server listens")
        self.ctl("--no-wait", "init")
        self.switch = self.spawn(daemon, f"unix:{self.socket}", "--disable-system", log="ovs-vswitchd")

    def spawn(self, program, *words, log):
        return self.net.spawn(program, *words, "--no-chdir", f"--unixctl={self.dir}/{log}.ctl", log=log,
                              env=self.env)

    def ctl(self, *words):
        """ovs-vsctl, which waits until the switch has done it."""
        words = words[0].split() if len(words) == 1 else words
        said = self.net.run(VSCTL, f"--db=unix:{self.socket}", "-t", PATIENT, *words, env=self.env)
        return said.stdout.strip()

    def forget(self):
        """Packets from here on are judged by the rules of now. Without it OVS may send a packet the way of an
        older set of rules, or of half a set: it looks through its flows after a barrier's answer."""
        self.net.run("ovs-appctl", "-t", self.dir / "ovs-vswitchd.ctl", "-T", PATIENT, "revalidator/purge",
                     env=self.env)

    def bridge(self, name, *ports):
        self.ctl(f"add-br {name} -- set bridge {name} datapath_type=netdev "
                 "other_config:disable-in-band=true fail_mode=secure")
        for number, port in enumerate(ports, 1):
            self.ctl(f"add-port {name} {port} -- set interface {port} ofport_request={number}")

    def ofctl(self, command, bridge, *words, version="OpenFlow13"):
        return self.net.run("ovs-ofctl", "-t", PATIENT, "-O", version, command,
                            f"unix:{self.dir}/{bridge}.mgmt", *words).stdout
