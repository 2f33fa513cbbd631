# SPDX-License-Identifier: BSD-3-Clause
"""OpenFlow with its real client, ovs-ofctl, on the bridge's own socket."""
import os
import socket
import struct

import swnet
from swwire import frame, mac_bytes

WAITS = True  # all of it (run.py)

VERSIONS = ("OpenFlow10", "OpenFlow13", "OpenFlow14", "OpenFlow15")


def bridge(net):
    """A switch with bridge br0 and two ports with a host each."""
    for name, ip in (("a", "10.0.0.1/24"), ("b", "10.0.0.2/24")):
        net.host(name, ip)
    sw = net.switch()
    sw.ctl("add-br br0 -- add-port br0 vif0.0 -- add-port br0 vif1.0")
    return sw


def ofctl(net, sw, command, *words, version=None, options=(), **more):
    options = [*options, *(["-O", version] if version else [])]
    return net.run("ovs-ofctl", "-t", "60", *options, command, f"unix:{sw.dir}/run/br0.mgmt", *words, **more)


def flows(net, sw, version=None, *words):
    """The rules, without statistics, sorted."""
    said = ofctl(net, sw, "dump-flows", *words, version=version, options=["--no-stats"]).stdout
    return sorted(line.strip() for line in said.splitlines() if "reply" not in line)


def refused(net, sw, command, *words, says, **more):
    result = ofctl(net, sw, command, *words, check=False, **more)
    swnet.same(result.returncode, 1, f"exit status of ovs-ofctl {command}")
    swnet.within(result.stderr + result.stdout, says, f"what ovs-ofctl {command} says")


def test_hello(net):
    sw = bridge(net)
    for version in VERSIONS:
        ofctl(net, sw, "probe", version=version)
        ofctl(net, sw, "ping", version=version)
        said = ofctl(net, sw, "show", version=version).stdout
        swnet.within(said, ["1(vif0.0)", "2(vif1.0)", "LOCAL(br0)", "n_tables:254"], version)
        said = ofctl(net, sw, "dump-desc", version=version).stdout
        swnet.within(said, ["Manufacturer: swd", "DP Description: br0"], version)
        said = ofctl(net, sw, "dump-ports", version=version).stdout
        swnet.within(said, ["3 ports", "rx pkts="], version)
        said = ofctl(net, sw, "dump-ports", "vif0.0", version=version).stdout
        swnet.within(said, "1 ports", version)
        said = ofctl(net, sw, "dump-ports-desc", version=version).stdout
        swnet.within(said, ["1(vif0.0)", "2(vif1.0)", "LOCAL(br0)"], version)
        said = ofctl(net, sw, "dump-tables", version=version).stdout
        swnet.within(said, "active=1", version)
        said = ofctl(net, sw, "queue-stats", version=version).stdout
        swnet.within(said, "0 queues", version)
    said = ofctl(net, sw, "dump-table-features", version="OpenFlow13").stdout
    swnet.within(said, ["table 0", "max_entries", "set_field"], "table features")
    failed = ofctl(net, sw, "probe", version="OpenFlow11", check=False)
    swnet.same(failed.returncode, 1, "exit status with a version that is not spoken")
    sw.ctl("del-br br0")
    swnet.same(os.path.exists(sw.dir / "run" / "br0.mgmt"), False, "the socket of a bridge that is gone")
    sw.stop()


def test_flows(net):
    """Add, modify, delete, dump, by match, cookie and port, in every version."""
    sw = bridge(net)
    for version in VERSIONS:
        swnet.same(flows(net, sw, version), ["priority=0 actions=NORMAL"], "a new bridge's rules")
        ofctl(net, sw, "del-flows", version=version)
        swnet.same(flows(net, sw, version), [], "rules after del-flows")
        ofctl(net, sw, "add-flow", "priority=5,tcp,tp_dst=80,idle_timeout=100,cookie=0x11,actions=output:2",
              version=version)
        ofctl(net, sw, "add-flow", "table=3,priority=7,ip,nw_src=10.0.0.0/8,cookie=0x12,"
              "actions=dec_ttl,output:vif0.0", version=version)
        ofctl(net, sw, "add-flow", "table=3,priority=8,vlan_tci=0x1000/0x1000,in_port=1,actions=drop",
              version=version)
        want = ["cookie=0x11, idle_timeout=100, priority=5,tcp,tp_dst=80 actions=output:2",
                "cookie=0x12, table=3, priority=7,ip,nw_src=10.0.0.0/8 actions=dec_ttl,output:1",
                "table=3, priority=8,in_port=1,vlan_tci=0x1000/0x1000 actions=drop"]
        swnet.same(flows(net, sw, version), want, f"rules in {version}")
        swnet.same(flows(net, sw, version, "table=3,ip"), [want[1]], "those of a table and a match")
        swnet.same(flows(net, sw, version, "out_port=2"), [want[0]], "those to a port")
        said = ofctl(net, sw, "dump-aggregate", "table=3", version=version).stdout
        swnet.within(said, "flow_count=2", version)
        said = ofctl(net, sw, "dump-flows", version=version).stdout
        swnet.within(said, ["duration=", "n_packets=0", "n_bytes=0"], version)
        ofctl(net, sw, "mod-flows", "tcp,actions=output:1", version=version)
        ofctl(net, sw, "mod-flows", "priority=7,table=3,ip,nw_src=10.0.0.0/8,actions=drop", version=version,
              options=["--strict"])
        swnet.same(sum("actions=drop" in line for line in flows(net, sw, version)), 2, "rules that drop")
        # a modify of 1.0 also sets the cookie
        cookie = "0x0/0xf" if version == "OpenFlow10" else "0x10/0xf0"
        ofctl(net, sw, "del-flows", f"cookie={cookie},tcp", version=version)
        swnet.same(len(flows(net, sw, version)), 2, "rules that are left")
        ofctl(net, sw, "del-flows", "table=3,priority=8,vlan_tci=0x1000/0x1000,in_port=1", version=version,
              options=["--strict"])
        swnet.same(len(flows(net, sw, version)), 1, "rules that are left")
        ofctl(net, sw, "del-flows", version=version)
        ofctl(net, sw, "add-flow", "priority=3,packet_type=(0,0),actions=drop", version=version)
        swnet.same(flows(net, sw, version), ["priority=3 actions=drop"], "a rule of all Ethernet packets")
        ofctl(net, sw, "del-flows", version=version)
        ofctl(net, sw, "add-flow", "priority=0,actions=NORMAL", version=version)
    sw.stop()


RICH = """\
table=1,priority=100,tcp,vlan_vid=0x1005/0x1fff,nw_dst=10.1.0.0/16,tp_src=80,actions=pop_vlan,output:2
table=1,priority=99,ipv6,ipv6_src=fe80::/10,ipv6_label=0x12345,actions=set_field:fe80::1->ipv6_dst,output:1
table=1,priority=98,icmp6,icmp_type=135,icmp_code=0,nd_target=fe80::2,actions=NORMAL
table=1,priority=97,arp,arp_op=1,arp_tpa=10.0.0.1,actions=move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[],IN_PORT
table=1,priority=96,mpls,mpls_label=17,mpls_bos=1,actions=dec_mpls_ttl,output:2
table=1,priority=95,reg0=0x5/0xf,metadata=0x7,actions=resubmit(,2)
table=1,priority=94,sctp,tp_dst=9,actions=controller(max_len=128)
table=1,priority=93,tcp,tcp_flags=+syn-ack,actions=FLOOD
table=1,priority=92,ip,nw_frag=later,actions=ALL
table=1,priority=91,ip,actions=push:NXM_NX_REG0[],pop:NXM_NX_REG1[],note:01.02.03.00.00.00,exit
table=1,priority=90,dl_src=02:00:00:00:00:00/ff:00:00:00:00:00,actions=load:0x5->NXM_NX_REG2[0..7],LOCAL
table=1,priority=89,dl_type=0x1234,hard_timeout=600,send_flow_rem,actions=mod_vlan_vid:7,output:1
"""


def test_files(net):
    """add-flows, replace-flows and diff-flows with a file; what ovs-ofctl reads back is what it sent."""
    sw = bridge(net)
    rich, other = net.dir / "rich", net.dir / "other"
    rich.write_text(RICH)
    other.write_text("".join(RICH.splitlines(True)[:9]) + "table=1,priority=1,ip,actions=drop\n")
    ofctl(net, sw, "del-flows")
    for version in VERSIONS:
        ofctl(net, sw, "add-flows", rich, version=version)
        swnet.same(len(flows(net, sw, version)), 12, f"rules in {version}")
        same = ofctl(net, sw, "diff-flows", rich, version=version, check=False)
        # what ovs-ofctl sends otherwise than it is written, and so finds different: as with OVS
        bent = {"OpenFlow10": (99, 100), "OpenFlow13": (89,), "OpenFlow14": (89,), "OpenFlow15": (89, 90)}
        for line in same.stdout.splitlines():
            swnet.same(any(f"priority={n}," in line for n in bent[version]), True, f"may differ: {line}")
        # ovs-ofctl replaces no rules of tables by 1.0
        ofctl(net, sw, "replace-flows", other, version="OpenFlow13" if version == "OpenFlow10" else version)
        swnet.same(len(flows(net, sw, version)), 10, "rules after replace-flows")
        if version != "OpenFlow10":
            differ = ofctl(net, sw, "diff-flows", other, version=version, check=False).stdout
            swnet.same("priority=1," in differ or "priority=91," in differ, False, "false differences")
        differ = ofctl(net, sw, "diff-flows", rich, version=version, check=False)
        swnet.same(differ.returncode, 2, "exit status of diff-flows")
        swnet.within(differ.stdout, ["-table=1 priority=1,ip", "priority=91,ip"])
        ofctl(net, sw, "del-flows", version=version)
    many = net.dir / "many"
    many.write_text("".join(f"priority={1 + n % 9},tcp,nw_src=10.{n >> 8}.{n & 255}.1,tp_dst={n},"
                            f"actions=output:{1 + n % 2}\n" for n in range(5000)))
    for version in VERSIONS:
        ofctl(net, sw, "add-flows", many, version=version)
        swnet.same(len(flows(net, sw, version)), 5000, "rules of a large file")
        few = net.dir / "few"
        few.write_text("priority=7,arp,actions=NORMAL\n")
        ofctl(net, sw, "replace-flows", few, version=version)
        swnet.same(flows(net, sw, version), ["priority=7,arp actions=NORMAL"], "rules after replace-flows")
        ofctl(net, sw, "del-flows", version=version)
    sw.stop()


def test_bundles(net):
    sw = bridge(net)
    one, two = net.dir / "one", net.dir / "two"
    one.write_text("priority=1,tcp,actions=output:1\npriority=2,udp,actions=output:2\n")
    two.write_text("priority=1,tcp,actions=output:2\npriority=3,icmp,actions=output:2\n")
    ofctl(net, sw, "del-flows")
    for version in VERSIONS[1:]:
        ofctl(net, sw, "add-flows", one, version=version, options=["--bundle"])
        swnet.same(len(flows(net, sw, version)), 2, "rules of a bundle")
        ofctl(net, sw, "replace-flows", two, version=version, options=["--bundle"])
        want = ["priority=1,tcp actions=output:2", "priority=3,icmp actions=output:2"]
        swnet.same(flows(net, sw, version), want, "rules of a bundle")
        ofctl(net, sw, "bundle", "-", version=version, text="flow add priority=9,ip,actions=1\nflow delete\n"
              "flow add priority=10,arp,actions=2\n")
        want = ["priority=10,arp actions=output:2"]
        swnet.same(flows(net, sw, version), want, "rules of a bundle")
        refused(net, sw, "bundle", "-", version=version, says=["OFPFMFC_OVERLAP", "OFPBFC_MSG_FAILED"],
                text="flow add priority=77,ip,actions=1\nflow add priority=77,check_overlap,tcp,actions=2\n")
        swnet.same(flows(net, sw, version), want, "rules after a bundle that failed")
        ofctl(net, sw, "del-flows", version=version, options=["--bundle"])
        swnet.same(flows(net, sw, version), [], "rules after del-flows")
    sw.stop()


def test_traffic(net):
    """Rules do what they say: none, both ways, one way."""
    sw = bridge(net)
    a, b = net.hosts["a"], net.hosts["b"]
    a.ping(b.ip)
    ofctl(net, sw, "del-flows")
    a.no_ping(b.ip)
    ofctl(net, sw, "add-flow", "in_port=1,actions=output:2")
    a.no_ping(b.ip)
    ofctl(net, sw, "add-flow", "in_port=2,actions=output:1", version="OpenFlow13")
    a.ping(b.ip)
    said = ofctl(net, sw, "dump-flows", "in_port=1", version="OpenFlow14").stdout
    counted = int(said.split("n_packets=")[1].split(",")[0])
    swnet.same(counted >= 3, True, "packets are counted")
    ofctl(net, sw, "add-flow", "priority=40000,icmp,actions=drop", version="OpenFlow15")
    a.no_ping(b.ip)
    sw.stop()


def told(net, sw, version, command, *words):
    """What ovs-ofctl prints, one space between words, without the first line."""
    said = ofctl(net, sw, command, *words, version=version).stdout
    return " ".join(said.split("\n", 1)[1].split())


def test_groups(net):
    """Groups by every version; packets through them."""
    sw = bridge(net)
    a, b = net.hosts["a"], net.hosts["b"]
    for version in VERSIONS:
        ofctl(net, sw, "add-group", "group_id=1,type=all,bucket=output:1,bucket=output:2", version=version)
        ofctl(net, sw, "add-group", "group_id=2,type=ff,bucket=watch_port:2,output:2,"
              "bucket=watch_port:1,output:1", version=version)
        ofctl(net, sw, "add-group", "group_id=3,type=indirect,bucket=group:2", version=version)
        refused(net, sw, "add-group", "group_id=3,type=all", says="OFPGMFC_GROUP_EXISTS", version=version)
        refused(net, sw, "mod-group", "group_id=4,type=all", says="OFPGMFC_UNKNOWN_GROUP", version=version)
        refused(net, sw, "add-group", "group_id=5,type=all,bucket=group:5", says="OFPGMFC_LOOP",
                version=version)
        refused(net, sw, "add-flow", "actions=group:9", says="OFPBAC_BAD_OUT_GROUP", version=version)
        ofctl(net, sw, "mod-group", "group_id=4,type=all", version=version, options=["--may-create"])
        ofctl(net, sw, "mod-group", "group_id=1,type=all,bucket=output:2", version=version)
        ids = version in ("OpenFlow10", "OpenFlow15")
        first = "bucket_id:0," if ids else ""
        swnet.within(told(net, sw, version, "dump-groups"),
                     [f"group_id=1,type=all,bucket={first}actions=output:2",
                      f"group_id=2,type=ff,bucket={first}watch_port:2,actions=output:2",
                      f"group_id=3,type=indirect,bucket={first}actions=group:2"], f"groups in {version}")
        ofctl(net, sw, "add-flow", "table=7,actions=group:3", version=version)
        swnet.within(told(net, sw, version, "dump-group-stats"),
                     ["group_id=2,duration", "ref_count=1,packet_count=0"], f"statistics in {version}")
        swnet.within(told(net, sw, version, "dump-group-features"), "fast failover", f"features in {version}")
        ofctl(net, sw, "del-groups", "group_id=3", version=version)
        swnet.same(flows(net, sw, version, "table=7"), [], "rules of a group that is gone")
        if ids:
            ofctl(net, sw, "insert-buckets", "group_id=1,command_bucket_id=last,"
                  "bucket=bucket_id:7,output:3", version=version)
            refused(net, sw, "remove-buckets", "group_id=1,command_bucket_id=8",
                    says="OFPGMFC_UNKNOWN_BUCKET", version=version)
            ofctl(net, sw, "remove-buckets", "group_id=1,command_bucket_id=0", version=version)
            swnet.within(told(net, sw, version, "dump-groups"),
                         "type=all,bucket=bucket_id:7,actions=output:3", "buckets")
        ofctl(net, sw, "del-groups", version=version)
        swnet.same(told(net, sw, version, "dump-groups"), "", "groups when all are gone")
    ofctl(net, sw, "del-flows")
    ofctl(net, sw, "add-group", "group_id=1,type=select,bucket=output:2", version="OpenFlow14")
    ofctl(net, sw, "add-flow", "in_port=1,actions=group:1", version="OpenFlow14")
    ofctl(net, sw, "add-flow", "in_port=2,actions=output:1", version="OpenFlow14")
    a.ping(b.ip)
    said = told(net, sw, "OpenFlow14", "dump-group-stats")
    counted = int(said.split("bucket0:packet_count=")[1].split(",")[0])
    swnet.same(counted >= 3, True, "packets are counted")
    ofctl(net, sw, "del-groups", version="OpenFlow14")
    a.no_ping(b.ip)
    sw.stop()


def test_meters(net):
    """Meters by every version that has them; packets through one."""
    sw = bridge(net)
    a, b = net.hosts["a"], net.hosts["b"]
    for version in VERSIONS[1:]:
        ofctl(net, sw, "add-meter", "meter=1,kbps,burst,stats,bands=type=drop,rate=1000,burst_size=50",
              version=version)
        ofctl(net, sw, "add-meter", "meter=controller,pktps,bands=type=dscp_remark,rate=5,prec_level=1,"
              "type=drop,rate=9", version=version)
        refused(net, sw, "add-meter", "meter=1,kbps,bands=type=drop,rate=1", says="OFPMMFC_METER_EXISTS",
                version=version)
        refused(net, sw, "mod-meter", "meter=2,kbps,bands=type=drop,rate=1", says="OFPMMFC_UNKNOWN_METER",
                version=version)
        refused(net, sw, "add-flow", "actions=meter:3", says="OFPMMFC_UNKNOWN_METER", version=version)
        swnet.same(told(net, sw, version, "dump-meters"),
                   "meter=1 kbps burst stats bands= type=drop rate=1000 burst_size=50 "
                   "meter=controller pktps bands= type=dscp_remark rate=5 prec_level=1 type=drop rate=9",
                   f"meters in {version}")
        ofctl(net, sw, "add-flow", "table=7,actions=meter:1,output:1", version=version)
        swnet.within(told(net, sw, version, "meter-stats", "meter=1"),
                     "meter:1 flow_count:1 packet_in_count:0", f"statistics in {version}")
        swnet.within(told(net, sw, version, "meter-features"), ["max_bands:16", "drop dscp_remark"], version)
        ofctl(net, sw, "del-meter", "meter=1", version=version)
        swnet.same(flows(net, sw, version, "table=7"), [], "rules of a meter that is gone")
        ofctl(net, sw, "del-meters", version=version)
        swnet.same(told(net, sw, version, "dump-meters"), "", "meters when all are gone")
    ofctl(net, sw, "add-meter", "meter=1,pktps,bands=type=drop,rate=1000", version="OpenFlow13")
    ofctl(net, sw, "add-flow", "in_port=1,actions=meter:1,NORMAL", version="OpenFlow13")
    a.ping(b.ip)
    said = told(net, sw, "OpenFlow13", "meter-stats")
    swnet.same(int(said.split("packet_in_count:")[1].split()[0]) >= 3, True, "packets are counted")
    ofctl(net, sw, "mod-meter", "meter=1,kbps,burst,bands=type=drop,rate=1,burst_size=1",
          version="OpenFlow13")
    a.run("ping", "-c", "3", "-i", "0.2", "-W", "1", "-s", "1400", b.ip, check=False)
    said = told(net, sw, "OpenFlow13", "meter-stats")
    swnet.same(int(said.split("0: packet_count:")[1].split()[0]) >= 1, True, "what is too much is dropped")
    sw.stop()


def dial(sw, version=4):
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(swnet.PATIENT)
    s.connect(str(sw.dir / "run" / "br0.mgmt"))
    s.sendall(struct.pack(">BBHI", version, 0, 8, 1))
    return s


def flow_mod(command, mac):
    """Of OpenFlow 1.3, 7.3.4.1: what goes to the MAC leaves by port 2."""
    match = struct.pack(">HHI", 1, 14, 0x80000606) + mac_bytes(mac) + bytes(2)
    action = struct.pack(">HHIH6x", 0, 16, 2, 0)
    apply = struct.pack(">HH4x", 4, 8 + len(action)) + action
    body = struct.pack(">QQBBHHHIIIHxx", 0, 0, 0, command, 0, 0, 32768, 0xffffffff, 0xffffffff, 0xffffffff, 0)
    return struct.pack(">BBHI", 4, 14, 8 + len(body + match + apply), 0) + body + match + apply


def hear(s):
    """The type of the next message, which is whole."""
    _, kind, length, _ = struct.unpack(">BBHI", s.recv(8, socket.MSG_WAITALL))
    if length > 8:
        s.recv(length - 8, socket.MSG_WAITALL)
    return kind


def in_force(s, message):
    """Send it, and wait for the reply to a barrier behind it; news of ports may come before."""
    s.sendall(message + struct.pack(">BBHI", 4, 20, 8, 7))
    kind = hear(s)
    while kind == 12:
        kind = hear(s)
    swnet.same(kind, 21, "the reply to the barrier")


def seen_until(wire, fence):
    """Frames that come before the fence."""
    found = []
    while not found or fence not in found[-1]:
        found.append(wire.receive(swnet.PATIENT))
        if found[-1] is None:
            raise AssertionError(f"{fence} does not come")
    return b"".join(found)


def test_visible(net):
    """A packet that comes after the reply to a barrier meets the rules as they are then, though the worker
    kept, a moment before, that there is none, or what there was."""
    sw = bridge(net)
    a, b = net.hosts["a"].wire(), net.hosts["b"].wire()
    s = dial(sw)
    swnet.same(hear(s), 0, "HELLO comes first")
    ofctl(net, sw, "del-flows")
    in_force(s, flow_mod(0, "02:00:00:00:ff:ff"))

    def arrives(text, mac):
        packet, fence = f"<{text}>".encode(), f"[{text}]".encode()
        a.send(frame(mac, "02:00:00:00:00:0a", packet))
        a.send(frame("02:00:00:00:ff:ff", "02:00:00:00:00:0a", fence))
        return packet in seen_until(b, fence)

    for i in range(300):
        mac = f"02:00:00:00:01:{i % 5:02x}"
        swnet.same(arrives(f"before {i}", mac), False, "there is no rule")
        in_force(s, flow_mod(0, mac))
        swnet.same(arrives(f"after {i}", mac), True, "a rule was added")
        in_force(s, flow_mod(4, mac))
    s.close()
    sw.stop()


def test_evil(net):
    """Peers that send garbage, halves, floods and read nothing cost others nothing."""
    sw = bridge(net)
    keep = []
    for n in range(8):
        s = dial(sw)
        s.setblocking(False)
        data = [b"GET / HTTP/1.0\r\n\r\n" * 1000, b"\0" * 65536, struct.pack(">BBHI", 4, 14, 60000, 1),
                struct.pack(">BBHI", 4, 2, 1000, 1) + bytes(992), os.urandom(65536),
                struct.pack(">BBHIHHI", 4, 18, 16, 1, 12, 0, 0) * 1000,
                struct.pack(">BBHIHHI", 4, 18, 16, 1, 4, 0, 0) * 1000,
                struct.pack(">BBHI", 4, 20, 8, 1) * 8000][n]
        try:
            for _ in range(100):
                s.send(data)
        except (BlockingIOError, BrokenPipeError, ConnectionResetError):
            pass
        keep.append(s)
        ofctl(net, sw, "probe")
        swnet.same(flows(net, sw), ["priority=0 actions=NORMAL"], "rules")
    for _ in range(64):
        keep.append(dial(sw))
    for s in keep:
        s.close()
    swnet.wait_for(lambda: ofctl(net, sw, "probe", check=False).returncode == 0, 10, "there is room again")
    net.hosts["a"].ping(net.hosts["b"].ip)
    sw.stop()


SNOOP = """
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
s.settimeout(60)
print(len(s.recv(8)))
"""


def test_roles(net):
    """The roles of the control socket hold here: who may only read gets errors for the rest."""
    sw = swnet.Switch(net, "sw")
    sw.config.write_text(sw.boot_facts() + "[access]\nsocket-mode = 0666\noperate = 6002\nread = 6001\n")
    net.switches.append(sw)
    sw.start()
    sw.ctl("add-br br0")
    sw.dir.chmod(0o755)
    for uid, read, change in ((6001, 0, 1), (6002, 0, 0), (6009, 1, 1)):
        user = ("setpriv", "--reuid", uid, "--regid", uid, "--clear-groups")

        def as_user(*words, user=user):
            return net.run(*user, "ovs-ofctl", "-t", "60", "-O", "OpenFlow13", *words, check=False)
        socket_name = f"unix:{sw.dir}/run/br0.mgmt"
        swnet.same(as_user("dump-flows", socket_name).returncode, read, f"dump-flows as {uid}")
        result = as_user("add-flow", socket_name, "priority=9,arp,actions=drop")
        swnet.same(result.returncode, change, f"add-flow as {uid}")
        if uid == 6001:
            swnet.within(result.stderr, "OFPBRC_EPERM")
        result = net.run(*user, "/usr/bin/python3", "-c", SNOOP, f"{sw.dir}/run/br0.snoop")
        swnet.same(result.stdout.strip(), "8" if uid == 6002 else "0", f"bytes to a snooper as {uid}")
    swnet.same(len(flows(net, sw)), 2, "rules")
    sw.stop()
