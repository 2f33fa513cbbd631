# SPDX-License-Identifier: BSD-3-Clause
"""VLANs on real interfaces, frame by frame as a capture on the host's cable shows them.

IEEE 802.1Q-2018 for the tag; the modes are those of Open vSwitch's Port.vlan_mode.
"""
import itertools

import swnet

ALL = "ff:ff:ff:ff:ff:ff"


class Cables:
    """Hosts with a wire each; every frame sent carries a mark of its own."""

    def __init__(self, net, *ports):
        self.marks, self.sent = itertools.count(1), dict.fromkeys(ports, 0)
        self.hosts = {name: net.host(name, port=f"vif-{name}") for name in ports}
        self.sw = net.switch()
        self.sw.ctl("add-br br-in")
        for name in ports:
            self.sw.ctl(f"add-port br-in vif-{name}")
        self.wires = {name: host.wire() for name, host in self.hosts.items()}

    def set(self, name, settings):
        self.sw.ctl(f"set port vif-{name} {settings}")

    def send(self, name, tag=None, pcp=0, **expected):
        """Broadcast from `name`. expected: host = None (nothing comes), "untagged", or (VID, PCP)."""
        mark, what = b"mark %06d" % next(self.marks), f"frame of {name} (tag {tag}, PCP {pcp})"
        self.wires[name].send(swnet.frame(ALL, self.hosts[name].mac(), mark, tag=tag, pcp=pcp))
        self.sent[name] += 1
        for other, want in expected.items():
            if want is not None:
                data = self.wires[other].find(mark)
                swnet.same(data is not None, True, f"{what} reaches {other}")
                swnet.same(swnet.tag_of(data) or "untagged", want, f"tag at {other} of {what}")
        # What must not come has not come when the switch has taken the frame: it sends in the same turn.
        swnet.wait_for(lambda: self.sw.count(f"vif-{name}", "rx_packets") >= self.sent[name], 5,
                       f"the switch takes the {what}")
        for other, want in expected.items():
            while want is None and (data := self.wires[other].receive(0)) is not None:
                swnet.same(mark in data, False, f"{what} reaches {other}")


def test_isolation(net):
    """Hosts in two VLANs of one bridge: each hears its own only; drops are counted and named."""
    a, b, c, d = (net.host(n, f"10.0.0.{i}/24", port=f"vif{i}.0") for i, n in enumerate("abcd", 1))
    sw = net.switch()
    sw.ctl("add-br br-in")
    for host, vlan in ((a, 10), (b, 10), (c, 20), (d, 20)):
        sw.ctl(f"add-port br-in {host.port} tag={vlan}")
    a.ping(b.ip)
    c.ping(d.ip)
    wire = c.wire()
    a.no_ping(c.ip)
    swnet.same(wire.find(swnet.mac_bytes(a.mac()), 0), None, "a frame of host a in the other VLAN")
    sw.ctl("set port vif3.0 tag=10")
    a.ping(c.ip)
    c.no_ping(d.ip)


def test_trunk_to_access(net):
    """A host with VLAN sub-interfaces on a trunk talks to hosts on access ports, and to nobody else."""
    trunk = net.host("trunk", port="vif0.0")
    a, b = net.host("a", "10.0.10.2/24", port="vif1.0"), net.host("b", "10.0.20.2/24", port="vif2.0")
    trunk.vlan(10, "10.0.10.1/24")
    trunk.vlan(20, "10.0.20.1/24")
    trunk.vlan(30, "10.0.30.1/24")
    sw = net.switch()
    sw.ctl("add-br br-in -- add-port br-in vif0.0 trunks=10,20"
           " -- add-port br-in vif1.0 tag=10 -- add-port br-in vif2.0 tag=20")
    trunk.ping(a.ip)
    trunk.ping(b.ip)
    a.ping("10.0.10.1")
    capture = net.spawn("tcpdump", "-lnei", "vif0.0", "-c", "4", "icmp or (vlan and icmp)", log="tcpdump")
    swnet.wait_for(lambda: "listening" in (net.logs / "tcpdump.log").read_text(), 10, "tcpdump listens")
    trunk.ping(a.ip)
    capture.wait(timeout=swnet.PATIENT)
    swnet.within((net.logs / "tcpdump.log").read_text(), ["vlan 10", "10.0.10.2"], "tcpdump")
    sw.ctl("set port vif0.0 trunks=20")
    trunk.no_ping(a.ip)
    trunk.ping(b.ip)


def test_access_and_trunk_frames(net):
    c = Cables(net, "acc", "two", "all", "some")
    c.set("acc", "tag=10")
    c.set("two", "tag=10")
    c.set("some", "trunks=20,30")
    c.send("acc", two="untagged", all=(10, 0), some=None)
    c.send("acc", tag=0, pcp=5, two="untagged", all=(10, 5))
    c.send("acc", tag=10, two=None, all=None)
    c.send("acc", tag=20, two=None, all=None)
    c.send("all", tag=10, pcp=3, acc="untagged", two="untagged")
    c.send("all", tag=20, pcp=1, some=(20, 1), acc=None)
    c.send("all", acc=None, some=None)
    c.send("some", tag=10, all=None)
    c.send("some", tag=30, all=(30, 0))
    swnet.within(c.sw.ctl("port drops"), "vlan", "port drops")


def test_native_modes(net):
    c = Cables(net, "nt", "nu", "acc", "all")
    c.set("nt", "vlan_mode=native-tagged tag=10 trunks=10,20")
    c.set("nu", "vlan_mode=native-untagged tag=10 trunks=20")
    c.set("acc", "tag=10")
    c.send("nt", acc="untagged", all=(10, 0), nu="untagged")
    c.send("nu", acc="untagged", all=(10, 0), nt=(10, 0))
    c.send("acc", nt=(10, 0), nu="untagged", all=(10, 0))
    c.send("all", tag=20, pcp=2, nt=(20, 2), nu=(20, 2), acc=None)
    c.send("all", tag=30, nt=None, nu=None)
    c.send("nu", tag=10, pcp=4, acc="untagged", all=(10, 4), nt=(10, 4))
    c.send("nt", tag=20, all=(20, 0), nu=(20, 0))


def test_priority_tags(net):
    c = Cables(net, "never", "some", "always", "all")
    for name, setting in (("never", "never"), ("some", "if-nonzero"), ("always", "always")):
        c.set(name, f"tag=10 other_config:priority-tags={setting}")
    c.send("all", tag=10, never="untagged", some="untagged", always=(0, 0))
    c.send("all", tag=10, pcp=6, never="untagged", some=(0, 6), always=(0, 6))


def test_reserved_addresses(net):
    """01:80:c2:00:00:0x stays on its link unless the bridge is told otherwise."""
    a, b = net.host("a", port="vif0.0"), net.host("b", port="vif1.0")
    sw = net.switch()
    sw.ctl("add-br br-in -- add-port br-in vif0.0 -- add-port br-in vif1.0")
    out, into = a.wire(), b.wire()
    out.send(swnet.frame("01:80:c2:00:00:00", a.mac(), b"stays here"))
    out.send(swnet.frame(ALL, a.mac(), b"passes"))
    data = into.receive(swnet.PATIENT)
    swnet.same(data is not None and b"passes" in data, True, "the first frame that arrives is the second")
    sw.ctl("set bridge br-in other_config:forward-bpdu=true")
    out.send(swnet.frame("01:80:c2:00:00:00", a.mac(), b"goes on"))
    swnet.same(into.find(b"goes on") is not None, True, "a reserved address with forward-bpdu")


def test_vlan_4096(net):
    """A VLAN that does not exist is refused by a sentence that says what does; nothing changes."""
    net.host("a", port="vif0.0")
    sw = net.switch()
    sw.ctl("add-br br-in -- add-port br-in vif0.0 tag=10")
    sw.refused("set port vif0.0 tag=4096", ["4096", "4095"])
    sw.refused("set port vif0.0 trunks=10,4096", ["4096", "4095"])
    sw.refused("set port vif0.0 tag=-1", "-1")
    sw.refused("set port vif0.0 tag=ten", "ten")
    swnet.same(sw.get("port vif0.0 tag"), "10", "tag")
