# SPDX-License-Identifier: BSD-3-Clause
"""What OpenFlow 1.4 and 1.5 add, asked for in the words of os-ken's library, which reads the answers, too:
each must be read to its end, and have nothing in it that the library does not know. The connections are those
of Controller rows."""
import socket

import swnet
from osken_peer import V14, V15, Peer, library

NAMES = {V14: "OpenFlow14", V15: "OpenFlow15"}


def begin(net, version):
    """The switch, two controllers of it; ports 1 and 2."""
    library()
    listeners = [socket.create_server(("127.0.0.1", 7101 + i)) for i in range(2)]
    sw = net.switch()
    sw.ctl(f"add-br br0 -- set bridge br0 fail_mode=secure protocols={NAMES[version]}")
    for number in (1, 2):
        sw.ctl(f"add-port br0 p{number} -- set interface p{number} type=dummy ofport_request={number}")
    sw.ctl("set-controller", "br0", *[f"tcp:127.0.0.1:{7101 + i}" for i in range(2)])
    return sw, *[Peer(listener, version) for listener in listeners]


def rules(c):
    """Two, with much of what can be in one."""
    p, o = c.p, c.o
    c.quiet("FlowMod", match=p.OFPMatch(eth_type=0x800, ip_proto=6), priority=5, idle_timeout=100,
            hard_timeout=200, importance=3, cookie=9, flags=o.OFPFF_SEND_FLOW_REM,
            instructions=[c.does(c.out(2))])
    does = [p.OFPInstructionGotoTable(4), p.OFPInstructionWriteMetadata(5, 0xff),
            c.does(p.OFPActionSetField(eth_dst="0a:00:00:00:00:01"), p.OFPActionPushVlan(0x8100),
                   c.out(o.OFPP_CONTROLLER, 128), written=True)]
    c.quiet("FlowMod", match=p.OFPMatch(in_port=1), priority=6, table_id=3, instructions=does)


def statistics(c):
    """Every multipart request of the version."""
    p, o, body = c.p, c.o, lambda *words, **more: c.answer(*words, **more).body
    swnet.same(body("DescStatsRequest").dp_desc, b"br0", "description")
    swnet.same([one.port_no for one in body("PortDescStatsRequest")], [1, 2, o.OFPP_LOCAL], "ports")
    swnet.same(len(body("PortStatsRequest", 0, o.OFPP_ANY)), 3, "statistics of ports")
    swnet.same((body("QueueDescStatsRequest"), body("QueueStatsRequest", 0, o.OFPP_ANY, o.OFPQ_ALL)),
               ([], []),
               "queues")
    group = body("GroupDescStatsRequest")[0]
    swnet.same((group.group_id, group.type, len(group.buckets)), (7, o.OFPGT_SELECT, 2), "group")
    swnet.same(len(body("GroupStatsRequest")[0].bucket_stats), 2, "statistics of buckets")
    swnet.same(body("GroupFeaturesStatsRequest").types, 15, "types of groups")
    meter = body("MeterDescStatsRequest" if c.version == V15 else "MeterConfigStatsRequest")[0]
    swnet.same((meter.meter_id, [band.rate for band in meter.bands]), (3, [1000, 500]), "meter")
    swnet.same(len(body("MeterStatsRequest")[0].band_stats), 2, "statistics of bands")
    swnet.same(body("MeterFeaturesStatsRequest")[0].band_types, 6, "types of bands")
    swnet.same(len(body("TableStatsRequest", 0)), 254, "statistics of tables")
    swnet.same(len(body("TableDescStatsRequest")), 254, "tables")
    several = c.ask("TableFeaturesStatsRequest", 0, [])
    swnet.same([one.table_id for message in several for one in message.body], list(range(254)),
               "table features")
    flows = body("FlowDescStatsRequest" if c.version == V15 else "FlowStatsRequest")
    swnet.same([(one.table_id, one.priority, one.importance) for one in flows], [(0, 5, 3), (3, 6, 0)],
               "rules")
    swnet.same([type(one).__name__ for one in flows[1].instructions],
               ["OFPInstructionActions", "OFPInstructionWriteMetadata",
                "OFPInstructionGotoTable"], "instructions")
    c.answer("AggregateStatsRequest", 0, o.OFPTT_ALL, o.OFPP_ANY, o.OFPG_ANY, 0, 0, p.OFPMatch())
    if c.version == V15:
        stats = body("FlowStatsRequest")[0].stats
        swnet.same(sorted(name for name, _ in stats.fields), ["byte_count", "duration", "idle_time",
                                                                 "packet_count"], "statistics of a rule")
        swnet.same(len(body("ControllerStatusStatsRequest")), 2, "controllers")
        swnet.same(body("BundleFeaturesStatsRequest", feature_request_flags=0).capabilities, 7, "bundles")


def entries(c):
    """A group and a meter; in 1.5 the group by buckets."""
    p, o = c.p, c.o
    one, two = c.bucket(1, 2, 5), c.bucket(2, 1, 6)
    if c.version == V14:
        c.quiet("GroupMod", **c.group(o.OFPGC_ADD, 7, o.OFPGT_SELECT, one, two))
    else:
        c.quiet("GroupMod", **c.group(o.OFPGC_ADD, 7, o.OFPGT_SELECT, one))
        c.quiet("GroupMod", **c.group(o.OFPGC_INSERT_BUCKET, 7, o.OFPGT_SELECT, two, at=o.OFPG_BUCKET_LAST))
    bands = [p.OFPMeterBandDrop(rate=1000, burst_size=100),
             p.OFPMeterBandDscpRemark(rate=500, burst_size=90, prec_level=1)]
    c.quiet("MeterMod", command=o.OFPMC_ADD, flags=o.OFPMF_KBPS | o.OFPMF_STATS | o.OFPMF_BURST, meter_id=3,
            bands=bands)


def bundle(c, kind):
    answer = c.answer("BundleCtrlMsg", 5, kind, c.o.OFPBF_ATOMIC, [])
    swnet.same((answer.bundle_id, answer.type), (5, kind + 1), "answer to a message of bundles")


def watched(c):
    """A monitor hears of what is there, and of what goes; a bundle changes all at once."""
    p, o = c.p, c.o
    wants = o.OFPFMF_INITIAL | o.OFPFMF_ADD | o.OFPFMF_REMOVED | o.OFPFMF_MODIFY | o.OFPFMF_INSTRUCTIONS
    told = c.answer("FlowMonitorRequest", 0, 1, o.OFPP_ANY, o.OFPG_ANY, wants, o.OFPTT_ALL, o.OFPFMC_ADD,
                    p.OFPMatch())
    swnet.same([(one.event, one.priority) for one in told.body],
               [(o.OFPFME_INITIAL, 5), (o.OFPFME_INITIAL, 6)], "rules that are there")
    c.quiet("FlowMod", match=p.OFPMatch(eth_type=0x800, ip_proto=6), priority=5,
            command=o.OFPFC_DELETE_STRICT, out_port=o.OFPP_ANY, out_group=o.OFPG_ANY)
    gone = c.news("FlowRemoved", "FlowMonitorReply")
    swnet.same(sorted(type(one).__name__ for one in gone), ["OFPFlowMonitorReply", "OFPFlowRemoved"],
               "news of a rule that goes")
    bundle(c, o.OFPBCT_OPEN_REQUEST)
    add = p.OFPFlowMod(c.datapath, match=p.OFPMatch(in_port=1), priority=66, instructions=[c.does(c.out(2))])
    add.set_xid(c.xid + 1)
    c.quiet("BundleAddMsg", 5, o.OFPBF_ATOMIC, add, [])
    bundle(c, o.OFPBCT_CLOSE_REQUEST)
    bundle(c, o.OFPBCT_COMMIT_REQUEST)


def news(c, other, sw):
    """Of roles, tables, groups, meters, ports and packets, as asked for."""
    p, o = c.p, c.o
    prop = p.OFPAsyncConfigPropReasons
    masks = {o.OFPACPT_ROLE_STATUS_SLAVE: 7, o.OFPACPT_ROLE_STATUS_MASTER: 7,
             o.OFPACPT_TABLE_STATUS_MASTER: 0x18,
             o.OFPACPT_REQUESTFORWARD_MASTER: 3}
    c.quiet("SetAsync", [prop(type_=kind, mask=mask) for kind, mask in masks.items()])
    told = {one.type: one.mask for one in c.answer("GetAsyncRequest").properties}
    swnet.same({kind: told[kind] for kind in masks}, masks, "masks of news")
    short = [] if c.version == V14 else [0]
    swnet.same(c.answer("RoleRequest", o.OFPCR_ROLE_MASTER, *short, 1).role, o.OFPCR_ROLE_MASTER, "role")
    other.answer("RoleRequest", o.OFPCR_ROLE_MASTER, *short, 2)
    swnet.same([one.role for one in c.news("RoleStatus")], [o.OFPCR_ROLE_SLAVE], "news of roles")
    other.answer("RoleRequest", o.OFPCR_ROLE_EQUAL, *short, 2)
    c.answer("RoleRequest", o.OFPCR_ROLE_EQUAL, *short, 2)
    other.quiet("GroupMod", **other.group(o.OFPGC_ADD, 77, o.OFPGT_SELECT, other.bucket(1, 2, 1)))
    other.quiet("MeterMod", command=o.OFPMC_DELETE, flags=o.OFPMF_KBPS, meter_id=3)
    requests = [type(one.request).__name__ for one in c.news("RequestForward")]
    swnet.same(requests, ["OFPGroupMod", "OFPMeterMod"], "requests of others")
    sw.ctl("set bridge br0 other_config:table-rules-max=10")
    vacancy = p.OFPTableModPropVacancy(type_=o.OFPTMPT_VACANCY, vacancy_down=50, vacancy_up=80, vacancy=0)
    c.quiet("TableMod", 1, o.OFPTC_VACANCY_EVENTS, [vacancy])
    for kind in range(8):
        other.quiet("FlowMod", table_id=1, match=p.OFPMatch(eth_type=0x9000 + kind),
                    instructions=[c.does(c.out(2))])
    other.quiet("FlowMod", table_id=1, command=o.OFPFC_DELETE, out_port=o.OFPP_ANY, out_group=o.OFPG_ANY)
    swnet.same([one.reason for one in c.news("TableStatus")], [o.OFPTR_VACANCY_DOWN, o.OFPTR_VACANCY_UP],
               "news of a table")
    sw.ctl("add-port br0 p3 -- set interface p3 type=dummy")
    added = (o.OFPPR_ADD, b"p3")
    swnet.wait_for(lambda: added in [(one.reason, one.desc.name) for one in c.news("PortStatus")], 5,
                   "news of a port")
    packets(c)


def packets(c):
    """Table 0 sends to the controller what it is sent."""
    p, o = c.p, c.o
    c.quiet("FlowMod", priority=100, cookie=0x55, match=p.OFPMatch(in_port=1),
            instructions=[c.does(p.OFPActionSetField(tunnel_id=5), c.out(o.OFPP_CONTROLLER, 0xffff))])
    frame = bytes.fromhex("0a00000000020a00000000010800") + bytes(50)
    where = {"in_port": 1} if c.version == V14 else {"match": p.OFPMatch(in_port=1)}
    c.send(p.OFPPacketOut(c.datapath, buffer_id=o.OFP_NO_BUFFER, actions=[c.out(o.OFPP_TABLE)], data=frame,
                          **where))
    message = swnet.wait_for(lambda: c.news("PacketIn"), 5, "a packet-in")[0]
    swnet.same((message.data, message.cookie, dict(message.match.items())),
               (frame, 0x55, {"in_port": 1, "tunnel_id": 5}), "packet-in")


def everything(net, version):
    sw, c, other = begin(net, version)
    entries(c)
    rules(c)
    statistics(c)
    watched(c)
    news(c, other, sw)
    sw.stop()


def tell_of(c, status):
    """(id, role, reason, is it up, where) of an entry about a controller."""
    return (status.short_id, status.role, status.reason, status.channel_status == c.o.OFPCT_STATUS_UP,
            [one.uri.decode() for one in status.properties])


def ask_of_all(c):
    return sorted([tell_of(c, one) for one in c.answer("ControllerStatusStatsRequest").body],
                  key=lambda one: one[-1])


def test_controllers_15(net):
    """Who else is configured, connected, in which role, under which id: asked for, and as news."""
    sw, c, other = begin(net, V15)
    o, uri = c.o, [f"tcp:127.0.0.1:{7101 + i}" for i in range(3)]
    equal, master, slave = o.OFPCR_ROLE_EQUAL, o.OFPCR_ROLE_MASTER, o.OFPCR_ROLE_SLAVE
    other.news()  # its hello was read
    swnet.same(ask_of_all(c), [(0, equal, 0, True, [uri[0]]), (0, equal, 0, True, [uri[1]])], "controllers")
    c.quiet("SetAsync", [c.p.OFPAsyncConfigPropReasons(type_=kind, mask=0x7f) for kind in
                         (o.OFPACPT_CONT_STATUS_MASTER, o.OFPACPT_CONT_STATUS_SLAVE)])

    def news():
        return [tell_of(c, one.status) for one in c.news("ControllerStatus")]

    # An id is one connection's alone, and stays when a role is just asked for.
    swnet.same(other.answer("RoleRequest", equal, 7, 0).short_id, 7, "id")
    swnet.same(news(), [(7, equal, o.OFPCSR_SHORT_ID, True, [uri[1]])], "news of an id")
    taken = c.ask("RoleRequest", master, 7, 1)
    swnet.same([(one.type, one.code) for one in taken], [(o.OFPET_ROLE_REQUEST_FAILED, o.OFPRRFC_ID_IN_USE)],
               "an id that is taken")
    asked = other.answer("RoleRequest", o.OFPCR_ROLE_NOCHANGE, 0, 0)
    swnet.same((asked.role, asked.short_id), (equal, 7), "role and id")
    swnet.same(news(), [], "news of nothing")
    # One becomes master, then the other: the first is told of both.
    swnet.same(c.answer("RoleRequest", master, 3, 1).short_id, 3, "id of a master")
    swnet.same(news(), [(0, master, o.OFPCSR_ROLE, True, [uri[0]]),
                        (3, master, o.OFPCSR_SHORT_ID, True, [uri[0]])], "news of a master")
    other.answer("RoleRequest", master, 7, 2)
    swnet.same(news(), [(3, slave, o.OFPCSR_ROLE, True, [uri[0]]),
                        (7, master, o.OFPCSR_ROLE, True, [uri[1]])], "news of another master")
    # A row more, which nobody answers; then one that goes while it is connected.
    sw.ctl(f"-- --id=@c create controller target={uri[2]} -- add bridge br0 controller @c")
    swnet.same(news(), [(0, equal, o.OFPCSR_CONTROLLER_ADDED, False, [uri[2]])], "news of a row")
    swnet.same(ask_of_all(c)[2], (0, equal, 0, False, [uri[2]]), "a controller that is not connected")
    row = sw.ctl("--bare", "--columns=_uuid", "find", "controller", f'target="{uri[1]}"').strip()
    sw.ctl(f"remove bridge br0 controller {row}")
    swnet.same(news(), [(7, master, o.OFPCSR_CHANNEL_STATUS, False, [uri[1]]),
                        (0, equal, o.OFPCSR_CONTROLLER_REMOVED, False, [uri[1]])], "news of one that goes")
    sw.stop()


def bundle_time(c, flags=0, future=0, past=0):
    """(most in the future, most in the past, now) as bundle features tell them; or set before."""
    zero, kind = c.p.OFPTime(0, 0), c.o.OFPTMPBF_TIME_CAPABILITY
    bounds = c.p.OFPTime(future, 0), c.p.OFPTime(past, 0)
    asked = c.p.OFPBundleFeaturesPropTime(kind, None, zero, *bounds, zero)
    told = c.answer("BundleFeaturesStatsRequest", 0, flags, [asked]).body
    can = c.o.OFPBF_ATOMIC | c.o.OFPBF_ORDERED | c.o.OFPBF_TIME
    swnet.same(told.capabilities, can, "what bundles can")
    time = told.properties[0]
    return [one.seconds * 10**9 + one.nanoseconds
            for one in (time.sched_max_future, time.sched_max_past, time.timestamp)]


def commit_at(c, number, ns):
    """What is said of a bundle of one rule, in the table of its number, to be committed then."""
    p, o = c.p, c.o
    flags = o.OFPBF_ATOMIC | o.OFPBF_ORDERED
    add = p.OFPFlowMod(c.datapath, table_id=number, match=p.OFPMatch(), instructions=[c.does(c.out(2))])
    add.set_xid(c.xid + 1)
    c.quiet("BundleAddMsg", number, flags, add, [])
    time = p.OFPBundlePropTime(o.OFPBPT_TIME, None, p.OFPTime(*divmod(ns, 10**9)))
    return c.ask("BundleCtrlMsg", number, o.OFPBCT_COMMIT_REQUEST, flags | o.OFPBF_TIME, [time])


def test_timed_15(net):
    """Bundles that are committed at a time: past, soon, in an hour but for a discard; or refused."""
    sw, c, other = begin(net, V15)
    o, second = c.o, 10**9

    def is_committed(heard, number):
        swnet.same([(one.bundle_id, one.type) for one in heard], [(number, o.OFPBCT_COMMIT_REPLY)], "commit")

    def tables():
        rules = [one for message in c.ask("FlowDescStatsRequest") for one in message.body]
        return sorted(one.table_id for one in rules)

    swnet.same(bundle_time(c)[:2], [second, second], "bounds that nobody set")
    future, past, now = bundle_time(c, o.OFPBF_TIME_SET_SCHED, 7200, 7200)
    swnet.same((future, past), (7200 * second, 7200 * second), "bounds")
    swnet.same(bundle_time(other)[:2], [second, second], "bounds of another")
    is_committed(commit_at(c, 1, now - 3600 * second), 1)
    soon = now + second // 2
    is_committed(commit_at(c, 2, soon) or [c.read()], 2)
    swnet.same(bundle_time(c)[2] >= soon, True, "it was not committed before its time")
    swnet.same(commit_at(c, 3, now + 3600 * second), [], "said of a commit in an hour")
    swnet.same(tables(), [1, 2], "tables with rules")
    discarded = c.answer("BundleCtrlMsg", 3, o.OFPBCT_DISCARD_REQUEST, 0, [])
    swnet.same((discarded.bundle_id, discarded.type), (3, o.OFPBCT_DISCARD_REPLY), "discard")
    for distance, code in ((100000, o.OFPBFC_SCHED_FUTURE), (-100000, o.OFPBFC_SCHED_PAST)):
        heard = commit_at(c, 4, now + distance * second)
        swnet.same([(one.type, one.code) for one in heard], [(o.OFPET_BUNDLE_FAILED, code)], "too far")
    swnet.same(tables(), [1, 2], "tables with rules")
    sw.stop()


def test_openflow_14(net):
    everything(net, V14)


def test_openflow_15(net):
    everything(net, V15)
