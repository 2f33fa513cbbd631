# SPDX-License-Identifier: BSD-3-Clause
"""What conformance suites of OpenFlow 1.3 that others wrote ask, and os-ken's tester does not: the ONF's
TS-026 (Basic Single Table) and OFTest's. By a controller's connection and frames on the wires of four ports;
numbers in brackets are sections of the specification, 1.3.5."""
import socket
import struct

import swnet
from osken_peer import V13, Peer, library

WAITS = True  # all of it (run.py)

ERROR, FLOW_MOD, GROUP_MOD, PORT_MOD, TABLE_MOD, MULTIPART, METER_MOD = 1, 14, 15, 16, 17, 18, 29
ANY = "0001 0004 00000000"


class World:
    """The switch with its ports 1 to 4, a wire to each, and its controller."""

    def __init__(self, net):
        library()
        listener = socket.create_server(("127.0.0.1", 7101))
        hosts = [net.host(f"h{number}") for number in range(1, 5)]
        self.sw = net.switch()
        self.sw.ctl("add-br br0 -- set bridge br0 fail_mode=secure protocols=OpenFlow13")
        for number in range(1, 5):
            self.sw.ctl(f"add-port br0 vif{number - 1}.0 -- "
                        f"set interface vif{number - 1}.0 ofport_request={number}")
        self.sw.ctl("set-controller br0 tcp:127.0.0.1:7101")
        self.c = Peer(listener, V13)
        self.p, self.o = self.c.p, self.c.o
        self.hosts, self.wires = hosts, [None] + [host.wire() for host in hosts]
        self.marks = 0

    def frame(self):
        """One that is like no other."""
        self.marks += 1
        return swnet.frame("00:01:02:03:04:05", "00:06:07:08:09:0a", b"mark%08d" % self.marks, size=100)

    def add(self, *actions, match=None, **more):
        does = [self.c.does(*actions)] if actions else []
        self.c.quiet("FlowMod", match=match or self.p.OFPMatch(), instructions=does, **more)

    def delete(self, **more):
        where = {"table_id": self.o.OFPTT_ALL, "out_port": self.o.OFPP_ANY, "out_group": self.o.OFPG_ANY}
        self.c.quiet("FlowMod", command=self.o.OFPFC_DELETE, **(where | more))

    def flows(self, **more):
        return [one for reply in self.c.ask("FlowStatsRequest", **more) for one in reply.body]

    def comes(self, port, data):
        """The frame comes out of the port, unchanged."""
        swnet.same(self.wires[port].find(data), data, f"frame out of port {port}")

    def told(self, kind, what):
        return swnet.wait_for(lambda: self.c.news(kind), 5, what)

    def error_of(self, number, body, version=V13):
        """(type, code) of the one error, of the version that was agreed on, with this message's xid and the
        bytes it began with, 64 or more (7.4.4); None without one."""
        self.c.xid += 1
        data = struct.pack("!BBHI", version, number, 8 + len(body), self.c.xid) + body
        self.c.socket.sendall(data)
        end = self.c.send(self.p.OFPBarrierRequest(self.c.datapath))
        errors = []
        while True:
            heard = self.c.bytes()
            if struct.unpack_from("!I", heard, 4)[0] == end:
                break
            if heard[1] == ERROR:
                swnet.same((heard[0], heard[4:8], heard[12:76]), (V13, data[4:8], data[:64]), "error's data")
                errors.append(struct.unpack_from("!HH", heard, 8))
        swnet.same(len(errors) < 2, True, f"errors: {errors}")
        return errors[0] if errors else None


def flow(table="00", command="00", flags="0000", match=ANY, does="", buffer="ffffffff"):
    return (f"0000000000000000 0000000000000000 {table} {command} 0000 0000 8000 {buffer} ffffffff ffffffff "
            f"{flags} 0000 {match} {does}")


def apply(action):
    return f"0004 {8 + len(bytes.fromhex(action)):04x} 00000000 {action}"


def match(fields):
    size = 4 + len(bytes.fromhex(fields))
    return f"0001 {size:04x} {fields} {'00' * (-size % 8)}"


def port_mod(port, address="00" * 6, config="00000000", mask="00000000", advertise="00000000"):
    return f"{port} 00000000 {address} 0000 {config} {mask} {advertise} 00000000"


OUT = "0000 0010 00000002 0000 000000000000"
ERRORS = {
    # 7.2.3.1 and on
    "match type": (FLOW_MOD, flow(match="0028 0004 00000000"), (4, 0)),
    "match of 2 bytes": (FLOW_MOD, flow(match="0001 0002 80000606 010203040506 0000"), (4, 1)),
    "value outside of its mask": (FLOW_MOD, flow(match=match("80000a02 0800 80001708 0a000001 ffffff00")),
                                  (4, 5)),
    "field 40 of the class": (FLOW_MOD, flow(match=match("80005004 00000000")), (4, 6)),
    "class that is not there": (FLOW_MOD, flow(match=match("80010004 00000001")), (4, 6)),
    "vlan_vid without its bit": (FLOW_MOD, flow(match=match("80000c02 0fff")), (4, 7)),
    "ip_dscp of 7 bits": (FLOW_MOD, flow(match=match("80000a02 0800 80001001 64")), (4, 7)),
    "masked eth_type": (FLOW_MOD, flow(match=match("80000b04 0800 ff00")), (4, 8)),
    "field behind what needs it": (FLOW_MOD, flow(match=match("80001604 0a000001 80000a02 0800")), (4, 9)),
    "field twice": (FLOW_MOD, flow(match=match("80000004 00000001 80000004 00000001")), (4, 10)),
    # 7.2.4, 5.9
    "instruction": (FLOW_MOD, flow(does="00ff 0008 00000000"), (3, 0)),
    "goto in the last table": (FLOW_MOD, flow("fd", does="0001 0008 fd 000000"), (3, 1)),
    "goto of a table that is not": (FLOW_MOD, flow(does="0001 0008 fe 000000"), (3, 2)),
    "goto back": (FLOW_MOD, flow("05", does="0001 0008 04 000000"), (3, 2)),
    "experimenter's instruction": (FLOW_MOD, flow(does="ffff 0008 12345678"), (3, 5)),
    "clear-actions with actions": (FLOW_MOD, flow(does="0005 0018 00000000" + OUT), (3, 7)),
    # 7.2.5
    "action": (FLOW_MOD, flow(does=apply("001e 0008 00000000")), (2, 0)),
    "action of 14 bytes": (FLOW_MOD, flow(does=apply("0000 000e 00000002 0000 000000000000")), (2, 1)),
    "experimenter's action": (FLOW_MOD, flow(does=apply("ffff 0008 12345678")), (2, 2)),
    "output to TABLE": (FLOW_MOD, flow(does=apply("0000 0010 fffffff9 0000 000000000000")), (2, 4)),
    "tag of no tag's type": (FLOW_MOD, flow(does=apply("0011 0008 0801 0000")), (2, 5)),
    "all queues": (FLOW_MOD, flow(does=apply("0015 0008 ffffffff")), (2, 8)),
    "all groups": (FLOW_MOD, flow(does=apply("0016 0008 fffffffc")), (2, 9)),
    "ip_dscp set to 7 bits": (FLOW_MOD, flow(match=match("80000a02 0800"), does=apply(
        "0019 0010 80001001 64 000000 00000000")), (2, 15)),
    # 7.3.4.1
    "table 254": (FLOW_MOD, flow("fe", "03"), (5, 2)),
    "flow-mod's command": (FLOW_MOD, flow(command="09"), (5, 6)),
    "flow-mod's flags": (FLOW_MOD, flow(flags="0080"), (5, 7)),
    "buffer": (FLOW_MOD, flow(buffer="000004db"), (1, 8)),
    "buffer of what is deleted": (FLOW_MOD, flow(command="03", buffer="000004db"), None),
    # 7.3.4.2 to 7.3.4.4, 7.3.2, 7.3.9
    "weight in a group of all": (GROUP_MOD, "0000 00 00 00000001 0020 0001 ffffffff ffffffff 00000000" + OUT,
                                 (6, 1)),
    "port ANY": (PORT_MOD, port_mod("ffffffff"), (7, 0)),
    "another's address": (PORT_MOD, port_mod("00000001"), (7, 1)),
    "meter of all": (METER_MOD, "0000 0001 ffffffff 0001 0010 00000064 00000000 00000000", (12, 2)),
    "meter behind the last": (METER_MOD, "0000 0001 ffff0001 0001 0010 00000064 00000000 00000000", (12, 2)),
    "band of a meter": (METER_MOD, "0000 0001 00000001 0005 0010 00000064 00000000 00000000", (12, 8)),
    "meter that is not": (FLOW_MOD, flow(does="0006 0008 00000400"), (12, 3)),
    "fragments both ways": (9, "0003 0080", (10, 0)),
    "role": (24, "00000004 00000000 0000000000000000", (11, 2)),
    # 7.3.5, 7.3.7, 7.4.4
    "type of messages": (97, "", (1, 1)),
    "multipart": (MULTIPART, "000f 0000 00000000", (1, 2)),
    "experimenter's multipart": (MULTIPART, "ffff 0000 00000000 12345678 00000001", (1, 3)),
    "statistics of port 1111": (MULTIPART, "0004 0000 00000000 00000457 00000000", (1, 11)),
    "queues of port MAX": (22, "ffffff00 00000000", (9, 0)),
    "packet-out from 1111": (13, "ffffffff 00000457 0010 000000000000" + OUT + "00" * 60, (1, 11)),
    "packet-out from TABLE": (13, "ffffffff fffffff9 0010 000000000000" + OUT + "00" * 60, (1, 11)),
    "packet-out from LOCAL": (13, "ffffffff fffffffe 0010 000000000000" + OUT + "00" * 60, None),
    "packet of a byte": (13, "ffffffff fffffffd 0010 000000000000" + OUT + "00", (1, 12)),
}


def test_errors(net):
    w = World(net)
    for what, (number, body, wanted) in ERRORS.items():
        swnet.same(w.error_of(number, bytes.fromhex(body)), wanted, what)
    swnet.same(w.error_of(0, b"", version=0), (0, 0), "a HELLO that comes late, of no version (6.3.1)")
    for version in 0, 2, 5:
        swnet.same(w.error_of(20, b"", version=version), (1, 0), f"barrier of version {version}")
    features = w.c.answer("PortDescStatsRequest", 0).body
    address = next(one.hw_addr for one in features if one.port_no == 1).replace(":", "")
    for what, words, wanted in (("config", ("00000100", "00000100"), (7, 2)),
                                ("advertise", ("00000000", "00000000", "80000000"), (7, 3))):
        body = bytes.fromhex(port_mod("00000001", address, *words))
        swnet.same(w.error_of(PORT_MOD, body), wanted, what)
    swnet.same(w.flows(), [], "rules that errors left")
    w.sw.stop()


def counts(w, **more):
    return [(one.packet_count, one.byte_count) for one in w.flows(**more)]


def test_counters(net):
    """What counts, and what starts to count anew (6.4, 7.3.4.1)."""
    w = World(net)
    c, p, o, lan = w.c, w.p, w.o, w.p.OFPMatch(in_port=1)
    w.add(c.out(2), match=lan, cookie=5, flags=o.OFPFF_SEND_FLOW_REM, idle_timeout=90)

    def passes(count, what):
        data = w.frame()
        w.wires[1].send(data)
        w.comes(2, data)
        swnet.wait_for(lambda: counts(w) == [(count, 100 * count)], 2, f"{count} packets: {what}")
    passes(1, "the first")
    w.wires[3].send(w.frame())  # no rule takes it
    table = swnet.wait_for(lambda: [(one.lookup_count, one.matched_count, one.active_count)
                                    for one in c.answer("TableStatsRequest", 0).body[:1]] == [(2, 1, 1)], 2,
                           "lookups and matches of the table")
    swnet.same(table, True)
    w.add(c.out(2), match=lan, cookie=6, flags=o.OFPFF_SEND_FLOW_REM)
    passes(2, "the rule is put over itself")
    swnet.same([(one.cookie, one.idle_timeout) for one in w.flows()], [(6, 0)], "what it is by then")
    w.add(c.out(2), match=lan, cookie=7, command=o.OFPFC_MODIFY)
    passes(3, "modified")
    swnet.same([(one.cookie, one.flags) for one in w.flows()], [(6, o.OFPFF_SEND_FLOW_REM)], "it keeps these")
    w.add(c.out(2), match=lan, command=o.OFPFC_MODIFY, flags=o.OFPFF_RESET_COUNTS)
    passes(1, "modified, RESET_COUNTS")
    w.add(c.out(2), match=lan, cookie=8, flags=o.OFPFF_RESET_COUNTS | o.OFPFF_SEND_FLOW_REM)
    passes(1, "put over itself, RESET_COUNTS")
    swnet.same(c.news("FlowRemoved"), [], "rules that went, by that")
    for where in {"out_port": 3}, {"out_group": 1}, {"cookie": 1, "cookie_mask": 1}, {"table_id": 1}:
        w.delete(**where)
        swnet.same((len(w.flows()), w.flows(**where)), (1, []), f"rules that stay: {where}")
    where = {"out_port": 2, "cookie": 8, "cookie_mask": 0xff, "table_id": 0}
    swnet.same(len(w.flows(**where)), 1, "rules asked for in all these ways")
    w.delete(**where)
    gone = [(one.reason, one.packet_count, one.byte_count, one.cookie) for one in c.news("FlowRemoved")]
    swnet.same((gone, w.flows()), ([(o.OFPRR_DELETE, 1, 100, 8)], []), "what is deleted, and told of")
    w.sw.stop()


def test_packet_ins(net):
    """7.4.1, 5.4; cut to max_len (7.2.5, and README.md of OpenFlow here)."""
    w = World(net)
    c, p, o = w.c, w.p, w.o
    cases = {
        "table-miss": (dict(priority=0, cookie=1), 1, 0xffff, (o.OFPR_NO_MATCH, 0, 100)),
        "a rule": (dict(priority=5, cookie=2), 2, 60, (o.OFPR_ACTION, 0, 60)),
        "nothing of it": (dict(priority=6, cookie=3), 3, 0, (o.OFPR_ACTION, 0, 0)),
        "the largest max_len": (dict(priority=7, cookie=4), 4, 0xffe5, (o.OFPR_ACTION, 0, 100)),
    }
    for what, (rule, port, max_len, (reason, table, size)) in cases.items():
        w.add(c.out(o.OFPP_CONTROLLER, max_len), **rule)
        data = w.frame()
        w.wires[port].send(data)
        told = w.told("PacketIn", f"packet-in: {what}")
        swnet.same([(one.reason, one.table_id, one.cookie, one.total_len, one.data, one.buffer_id,
                     dict(one.match.items())) for one in told],
                   [(reason, table, rule["cookie"], 100, data[:size], o.OFP_NO_BUFFER, {"in_port": port})],
                   what)
    w.delete()
    w.c.quiet("FlowMod", cookie=8, instructions=[p.OFPInstructionWriteMetadata(5, 0xff),
                                                 p.OFPInstructionGotoTable(3)])
    w.add(p.OFPActionSetField(eth_dst="00:00:00:00:00:77"), c.out(o.OFPP_CONTROLLER, 0xffff), table_id=3,
          cookie=9)
    data = w.frame()
    w.wires[2].send(data)
    one = w.told("PacketIn", "packet-in of table 3")[0]
    swnet.same((one.table_id, one.cookie, dict(one.match.items()), one.data[:6], one.data[6:]),
               (3, 9, {"in_port": 2, "metadata": 5}, swnet.mac_bytes("00:00:00:00:00:77"), data[6:]),
               "packet-in")
    w.delete()
    w.add(p.OFPActionOutput(o.OFPP_ALL), p.OFPActionOutput(o.OFPP_IN_PORT), c.out(o.OFPP_CONTROLLER, 0xffff))
    data = w.frame()
    w.wires[2].send(data)
    for port in 1, 2, 3, 4:
        w.comes(port, data)
    swnet.same([one.data for one in w.told("PacketIn", "packet-in beside outputs")], [data], "packet-in")
    w.sw.stop()


def test_rules_go(net):
    """Reasons, counts, durations (7.4.2); rules that send to a group go with it (6.7)."""
    w = World(net)
    c, p, o = w.c, w.p, w.o
    more = {"flags": o.OFPFF_SEND_FLOW_REM, "priority": 9, "table_id": 0}

    def gone(what):
        return [(one.reason, one.cookie, one.packet_count, one.byte_count, one.duration_sec, one.idle_timeout,
                 one.hard_timeout, one.priority) for one in w.told("FlowRemoved", what)]
    w.add(c.out(2), match=p.OFPMatch(in_port=1), cookie=1, hard_timeout=1, **more)
    data = w.frame()
    w.wires[1].send(data)
    w.comes(2, data)
    swnet.same(gone("a hard timeout"), [(o.OFPRR_HARD_TIMEOUT, 1, 1, 100, 1, 0, 1, 9)], "the rule that went")
    w.add(c.out(2), match=p.OFPMatch(in_port=1), cookie=2, idle_timeout=1, **more)
    swnet.same(gone("an idle timeout"), [(o.OFPRR_IDLE_TIMEOUT, 2, 0, 0, 1, 1, 0, 9)], "the rule that went")
    c.quiet("GroupMod", command=o.OFPGC_ADD, group_id=1, type_=o.OFPGT_ALL,
            buckets=[p.OFPBucket(actions=[c.out(2)])])
    w.add(p.OFPActionGroup(1), cookie=3, **more)
    w.add(c.out(2), match=p.OFPMatch(in_port=3), cookie=4, **more)
    c.quiet("GroupMod", command=o.OFPGC_DELETE, group_id=1)
    swnet.same([one[:2] for one in gone("a group that is deleted")], [(o.OFPRR_GROUP_DELETE, 3)],
               "the rule that went")
    swnet.same([one.cookie for one in w.flows()], [4], "rules that stay")
    w.sw.stop()


def test_ports(net):
    """Ports that do not receive, or not send (7.2.1, 7.3.4.3), and news of them (7.4.3)."""
    w = World(net)
    c, p, o = w.c, w.p, w.o
    used = o.OFPPC_PORT_DOWN | o.OFPPC_NO_RECV | o.OFPPC_NO_FWD | o.OFPPC_NO_PACKET_IN
    w.add(c.out(2), match=p.OFPMatch(in_port=1))
    w.add(c.out(o.OFPP_CONTROLLER, 0xffff), priority=0)  # a table-miss, which NO_PACKET_IN is about

    def stats(port):
        one = c.answer("PortStatsRequest", 0, port).body[0]
        return one.rx_packets, one.tx_packets, one.rx_dropped, one.tx_dropped

    def mod(port, config):
        is_now = next(one for one in c.answer("PortDescStatsRequest", 0).body if one.port_no == port)
        c.quiet("PortMod", port, is_now.hw_addr, config, used, 0)
        news = w.told("PortStatus", f"news of port {port}")
        swnet.same([(one.reason, one.desc.port_no, one.desc.config) for one in news],
                   [(o.OFPPR_MODIFY, port, config)], "news of a port")
    data = w.frame()
    w.wires[1].send(data)
    w.comes(2, data)
    mod(1, o.OFPPC_NO_RECV)
    before = stats(1)
    w.wires[1].send(w.frame())
    swnet.wait_for(lambda: stats(1)[2] == before[2] + 1, 2, "a packet in rx_dropped of port 1")
    mod(1, 0)
    mod(2, o.OFPPC_NO_FWD)
    before = stats(2)
    w.wires[1].send(w.frame())
    swnet.wait_for(lambda: stats(2)[3] == before[3] + 1, 2, "a packet in tx_dropped of port 2")
    mod(2, 0)
    mod(3, o.OFPPC_NO_PACKET_IN)
    w.wires[3].send(w.frame())
    swnet.wait_for(lambda: (1, 100) in counts(w), 2, "a packet of port 3, counted")
    mod(3, 0)
    data = w.frame()
    w.wires[3].send(data)
    swnet.same([one.data for one in w.told("PacketIn", "a packet-in")], [data], "packets told, of two")
    data = w.frame()
    w.wires[1].send(data)
    swnet.same(w.wires[2].receive(swnet.PATIENT), data, "the next that port 2 sends: none of those before")
    for state in o.OFPPS_LINK_DOWN, 0:
        w.hosts[3].run("ip", "link", "set", "eth0", "down" if state else "up")
        news = w.told("PortStatus", "news of a link")
        swnet.same([(one.reason, one.desc.port_no, one.desc.state & o.OFPPS_LINK_DOWN) for one in news],
                   [(o.OFPPR_MODIFY, 4, state)], "news of a link")
    w.sw.stop()


def test_groups(net):
    """What is told of a group; flows are spread over buckets, and stay there (5.6, 7.3.5.9, 7.3.5.10)."""
    w = World(net)
    c, p, o = w.c, w.p, w.o
    buckets = [p.OFPBucket(weight=1, actions=[c.out(port)]) for port in (2, 3, 4)]
    c.quiet("GroupMod", command=o.OFPGC_ADD, group_id=1, type_=o.OFPGT_SELECT, buckets=buckets)
    # A loxigen controller's fast failover: watch_group is 0, and there is no such group.
    c.quiet("GroupMod", command=o.OFPGC_ADD, group_id=2, type_=o.OFPGT_FF,
            buckets=[p.OFPBucket(watch_port=port, watch_group=0, actions=[c.out(port)]) for port in (3, 2)])
    swnet.same([(one.type, len(one.buckets), one.buckets[0].watch_group)
                for one in c.answer("GroupDescStatsRequest").body],
               [(o.OFPGT_SELECT, 3, o.OFPG_ANY), (o.OFPGT_FF, 2, 0)], "descriptions of groups")
    w.add(p.OFPActionGroup(1), match=p.OFPMatch(in_port=1))
    w.add(p.OFPActionGroup(1), match=p.OFPMatch(in_port=2), table_id=7)
    sent = [swnet.frame("00:01:02:03:04:05", "0a:00:00:00:%02x:%02x" % divmod(i, 256), b"flow", size=60)
            for i in range(300)]
    ways = []
    for _ in range(2):
        for data in sent:
            w.wires[1].send(data)
        way = {}

        def arrived():
            for port in 2, 3, 4:
                while (data := w.wires[port].receive(0)) is not None:
                    way[data] = port
            return len(way) == 300
        swnet.wait_for(arrived, 5, "300 packets out of the group's ports")
        ways.append(way)
    swnet.same(ways[0] == ways[1], True, "each packet came twice by the same port")
    shares = [list(ways[0].values()).count(port) for port in (2, 3, 4)]
    swnet.same([60 < share < 140 for share in shares], [True] * 3, f"equal shares: {shares}")
    one = swnet.wait_for(lambda: [one for one in c.answer("GroupStatsRequest", 0, 1).body
                                  if one.packet_count >= 600], 2, "600 packets, counted")[0]
    buckets = [b.packet_count for b in one.bucket_stats]
    swnet.same((one.ref_count, one.packet_count, one.byte_count, buckets),
               (2, 600, 36000, [2 * share for share in shares]), "statistics of the group")
    w.add(p.OFPActionGroup(2), match=p.OFPMatch(in_port=1))
    data = w.frame()
    w.wires[1].send(data)
    w.comes(3, data)
    w.sw.stop()


def test_roles(net):
    """Generations that are stale (6.3.4), and what a slave may not do."""
    w = World(net)
    c, p, o, every = w.c, w.p, w.o, 2 ** 64

    def ask(role, generation=0):
        one = c.ask("RoleRequest", role, generation)[0]
        return (one.type, one.code) if isinstance(one, p.OFPErrorMsg) else (one.role, one.generation_id)
    stale = (11, 0)
    last = every - 3
    swnet.same(ask(o.OFPCR_ROLE_SLAVE, last), (o.OFPCR_ROLE_SLAVE, last), "slave, of the first generation")
    for number, body in ((13, "ffffffff fffffffd 0010 000000000000" + OUT + "00" * 60),
                         (FLOW_MOD, flow("ff", "03")),
                         (GROUP_MOD, "0002 00 00 fffffffc"), (TABLE_MOD, "01000000 00000000"),
                         (PORT_MOD, port_mod("00000001")),
                         (METER_MOD, "0002 0000 ffffffff"), (MULTIPART, "000c 0000 00000000" + "00" * 64)):
        swnet.same(w.error_of(number, bytes.fromhex(body)), (1, 10), f"IS_SLAVE, message {number}")
    c.answer("DescStatsRequest")
    swnet.same(ask(o.OFPCR_ROLE_SLAVE, last - 1), stale, "a generation before")
    swnet.same(ask(o.OFPCR_ROLE_MASTER, (last + 2 ** 63) % every), stale, "one as far before as behind")
    swnet.same(ask(o.OFPCR_ROLE_NOCHANGE), (o.OFPCR_ROLE_SLAVE, last), "what it was asked for")
    swnet.same(ask(o.OFPCR_ROLE_EQUAL), (o.OFPCR_ROLE_EQUAL, last), "equal, which has no generation")
    swnet.same(ask(o.OFPCR_ROLE_MASTER, 2), (o.OFPCR_ROLE_MASTER, 2), "a generation behind the last number")
    swnet.same(ask(o.OFPCR_ROLE_SLAVE, last), stale, "the first, by then")
    w.add(c.out(2))
    swnet.same(len(w.flows()), 1, "rules of the master")
    w.sw.stop()


def test_long_replies(net):
    """A reply in several messages has one xid; all say MORE but the last (7.3.5)."""
    w = World(net)
    c, p = w.c, w.p
    for number in range(3000):
        c.send(p.OFPFlowMod(c.datapath, cookie=number, match=p.OFPMatch(in_port=number + 1),
                            instructions=[c.does(c.out(2))]))
    replies = c.ask("FlowStatsRequest")
    swnet.same(len({one.xid for one in replies}), 1, "xids")
    swnet.same([one.flags for one in replies], [1] * (len(replies) - 1) + [0], "flags")
    swnet.same(sorted(one.cookie for reply in replies for one in reply.body), list(range(3000)), "rules")
    w.sw.stop()


def test_hellos(net):
    """6.3.1, 7.5.1: the version that both have; none is HELLO_FAILED, with text, and the end."""
    sw = net.switch()
    sw.ctl("add-br br0 -- set bridge br0 protocols=OpenFlow13")

    def says(hello):
        peer = socket.socket(socket.AF_UNIX)
        peer.settimeout(swnet.PATIENT)
        peer.connect(str(sw.dir / "run" / "br0.mgmt"))
        peer.sendall(bytes.fromhex(hello) + struct.pack("!BBHI", V13, 2, 8, 7))
        heard = b""
        while more := peer.recv(65536):
            heard += more
            if struct.pack("!BBHI", V13, 3, 8, 7) in heard:
                return "answers"
        at = struct.unpack_from("!H", heard, 2)[0]
        version, number, size, _, kind, code = struct.unpack_from("!BBHIHH", heard, at)
        swnet.same((number, kind, code, size > 12), (ERROR, 0, 0, True), f"what is said to {hello}")
        return "HELLO_FAILED"
    for hello, what in (
            ("04000008 00000001", "answers"), ("05000008 00000001", "answers"),
            ("04000010 00000001 0001 0008 00000012", "answers"),  # a bitmap: 1.0 and 1.3
            ("01000010 00000001 0001 0008 00000012", "answers"),  # it has the word, not the header
            ("04000010 00000001 0009 0008 00000000", "answers"),  # an element of no type there is
            ("0400000c 00000001 74657874", "answers"),  # no elements at all
            ("00000008 00000001", "HELLO_FAILED"), ("01000008 00000001", "HELLO_FAILED"),
            ("04000010 00000001 0001 0008 00000004", "HELLO_FAILED"),  # only 1.1
            ("04140008 00000001", "HELLO_FAILED")):  # a barrier
        swnet.same(says(hello), what, f"what comes of {hello}")
    sw.stop()
