# SPDX-License-Identifier: BSD-3-Clause
"""Cases of 1.3 as OpenFlow 1.5 says them, and those that 1.4 and 1.5 add."""
import copy

import osken_packet as p
from osken_form import (CONTROLLER, act, apply, case, flow, goto, metadata, output, passes, set_field, told,
                        write)
from osken_match import IPV4, IPV6, PBB, both

WEIGHT, WATCH_PORT, WATCH_GROUP, ANY = 0, 1, 2, 0xffffffff


def name_of(item):
    return next(iter(item.items()))


def bucket_of_15(item, number, kind):
    args = item["OFPBucket"]
    properties = []
    if args["weight"] or kind == 1:
        properties.append({"OFPGroupBucketPropWeight": {"type": WEIGHT, "weight": args["weight"]}})
    for kind_of, key in ((WATCH_PORT, "watch_port"), (WATCH_GROUP, "watch_group")):
        if args[key] != ANY:
            properties.append({"OFPGroupBucketPropWatch": {"type": kind_of, "watch": args[key]}})
    return {"OFPBucket": {"bucket_id": number, "actions": args["actions"], "properties": properties}}


def message_of_15(message):
    """The meter is an action, buckets have numbers and properties."""
    name, args = name_of(copy.deepcopy(message))
    if name == "OFPFlowMod":
        meters = [one["OFPInstructionMeter"] for one in args["instructions"] if "OFPInstructionMeter" in one]
        args["instructions"] = [one for one in args["instructions"] if "OFPInstructionMeter" not in one]
        for one in meters:
            applied = [one for one in args["instructions"]
                       if one.get("OFPInstructionActions", {}).get("type") == 4]
            applied[0]["OFPInstructionActions"]["actions"].insert(0, {"OFPActionMeter": one})
    if name == "OFPGroupMod":
        args["buckets"] = [bucket_of_15(one, number, args["type"]) for number,
                           one in enumerate(args["buckets"])]
    return {name: args}


def of_15(one):
    return {**one, "prerequisite": [message_of_15(message) for message in one["prerequisite"]]}


def files_14():
    """pbb_uca; importance does not matter where there is room."""
    match, change, more = [], [], []
    for name in ("tcp4", "tcp6", "arp"):
        for packet in (p.backboned(p.PACKETS[name]), p.backboned(p.PACKETS[name], btag=True)):
            used = packet.set("pbb_uca", 1)
            match += both(f"pbb_uca of {packet.title()}", [PBB, ("pbb_uca", 1)], used, packet)
            change.append(case(f"set pbb_uca of {packet.title()}",
                               [flow([PBB, ("pbb_uca", 0)], apply(set_field("pbb_uca", 1), output()))],
                               passes(packet, used)))
        more.append(case(f"importance, {name}", [flow([], apply(output()), importance=77)],
                         passes(p.PACKETS[name])))
    return {"match: pbb_uca": match, "action: set pbb_uca": change, "flow: importance": more}


def copied(source, to, bits, source_at=0, to_at=0):
    oxms = [{"OFPOxmId": {"hasmask": False, "length": 0, "type": name}} for name in (source, to)]
    return act("CopyField", n_bits=bits, src_offset=source_at, dst_offset=to_at, oxm_ids=oxms)


def files_15():
    flags, masked, egress, copies = [], [], [], []
    for name, kind in (("tcp4", IPV4), ("tcp6", IPV6)):
        packet = p.PACKETS[name]
        for word, wrap in (("", lambda it: it), (", tagged", p.tagged)):
            other = p.Packet(*packet.headers)
            other.find(("tcp",))[1]["bits"] = 2
            title, fields = f"tcp_flags of {name}{word}", [kind, ("ip_proto", 6)]
            flags += both(title, [*fields, ("tcp_flags", 0x18)], wrap(packet), wrap(other))
            flags += both(f"{title} masked", [*fields, ("tcp_flags", 0x10, 0x12)], wrap(packet), wrap(other))
        masked.append(case(f"set a part of eth_dst, {name}",
                           [flow([kind], apply(set_field("eth_dst", "00:00:00:00:00:07", "00:00:00:00:00:ff"),
                                               output()))],
                           passes(packet, packet.set("eth_dst", p.MAC_B[:-2] + "07"))))
        egress.append(case(f"actset_output, {name}",
                           [flow([kind], write(output()), goto(1)),
                            flow([("actset_output", 2)], apply(set_field("eth_src", p.MAC_C)), table=1)],
                           passes(packet, packet.set("eth_src", p.MAC_C))))
        to_dst, to_tcp = copied("eth_src", "eth_dst", 48), copied("tcp_src", "tcp_dst", 16)
        for title, rules, test in (
                ("eth_src to eth_dst", [flow([kind], apply(to_dst, output()))],
                 passes(packet, packet.set("eth_dst", p.MAC_A))),
                ("a part of eth_src to metadata",
                 [flow([kind], apply(copied("eth_src", "metadata", 16, 0, 8)), goto(1)),
                  flow([("metadata", 0x141500)], apply(output()), table=1)], passes(packet)),
                ("tcp_src to tcp_dst", [flow([kind, ("ip_proto", 6)], apply(to_tcp, output(CONTROLLER)))],
                 told(packet, packet.set("tcp_dst", 1111))),
                ("metadata to tunnel_id",
                 [flow([], metadata(0xabcd), goto(1)),
                  flow([], apply(copied("metadata", "tunnel_id", 64)), goto(2), table=1),
                  flow([("tunnel_id", 0xabcd)], apply(output()), table=2)], passes(packet))):
            copies.append(case(f"copy {title}, {name}", rules, test))
    return {"match: tcp_flags": flags, "action: set masked": masked, "match: actset_output": egress,
            "action: copy_field": copies}
