# SPDX-License-Identifier: BSD-3-Clause
"""Cases of OpenFlow 1.0: a match is one structure, and actions have their own names."""
import osken_packet as p
from osken_form import act, case, missed, passes, told
from osken_match import two_tags

CONTROLLER = 0xfffd
V4, V6, ARP = {"dl_type": 0x0800}, {"dl_type": 0x86dd}, {"dl_type": 0x0806}


def flow(match, *actions):
    return {"OFPFlowMod": {"command": 0, "cookie": 0, "match": {"OFPMatch": match}, "actions": list(actions)}}


def output(port=2):
    return act("Output", port=port)


def both(title, match, packet, other):
    return [case(f"{title}, output:2", [flow(match, output())], passes(packet)),
            case(f"{title}, output:CONTROLLER", [flow(match, output(CONTROLLER))], told(packet)),
            case(f"{title}, another", [flow(match, output())], missed(other))]


# Field of 1.0, its value, what the match needs, the packets, and the field of 1.3 with another value.
FIELDS = [
    ("dl_src", p.MAC_A, {}, "tcp4 tcp6 arp", "eth_src", p.MAC_C), ("dl_dst", p.MAC_B, {}, "tcp4 tcp6 arp",
            "eth_dst", p.MAC_C),
    ("nw_tos", 0x28, V4, "tcp4", "ip_dscp", 46), ("nw_tos", 0x28, V6, "tcp6", "ip_dscp", 46),
    ("nw_proto", 6, V4, "tcp4", "ip_proto", 89), ("nw_proto", 6, V6, "tcp6", "ip_proto", 89), ("nw_proto", 1,
            ARP, "arp", "arp_op", 2),
    ("nw_src", p.V4_A, V4, "tcp4", "ipv4_src", p.V4_C), ("nw_dst", p.V4_B, V4, "udp4", "ipv4_dst", p.V4_C),
    ("nw_src", p.V4_A, ARP, "arp", "arp_spa", p.V4_C), ("nw_dst", p.V4_B, ARP, "arp", "arp_tpa", p.V4_C),
    *[(f"tp_{end}", value, {**kind, "nw_proto": number}, f"{name}{suffix}", f"{name}_{end}", 60000)
      for kind, suffix in ((V4, 4), (V6, 6)) for name, number in (("tcp", 6),
              ("udp", 17)) for end, value in (("src", 1111), ("dst", 2222))],
    ("tp_src", 8, {**V4, "nw_proto": 1}, "icmp4", "icmpv4_type", 0), ("tp_dst", 0, {**V4, "nw_proto": 1},
            "icmp4", "icmpv4_code", 3),
]
CHANGES = [
    ("SetDlSrc", {"dl_addr": p.MAC_C}, {}, "tcp4 tcp6 arp", "eth_src", p.MAC_C), ("SetDlDst",
            {"dl_addr": p.MAC_C}, {}, "tcp4 tcp6 arp", "eth_dst", p.MAC_C),
    ("SetNwSrc", {"nw_addr": p.V4_C}, V4, "tcp4 udp4 icmp4 sctp4", "ipv4_src", p.V4_C), ("SetNwDst",
            {"nw_addr": p.V4_C}, V4, "tcp4 udp4", "ipv4_dst", p.V4_C),
    ("SetNwTos", {"tos": 0xb8}, V4, "tcp4", "ip_dscp", 46), ("SetNwTos", {"tos": 0xb8}, V6, "tcp6", "ip_dscp",
            46),
    *[(f"SetTp{end.title()}", {"tp": 60000}, {**kind, "nw_proto": number}, f"{name}{suffix}", f"{name}_{end}",
       60000)
      for kind, suffix in ((V4, 4), (V6, 6)) for name, number in (("tcp", 6), ("udp", 17)) for end in ("src",
              "dst")],
]


def wraps():
    return ("", lambda it: it), (", tagged", p.tagged)


def matches():
    files = {}
    for field, value, needs, names, other_field, other in FIELDS:
        cases = files.setdefault(f"match: {field}", [])
        for name in names.split():
            for word, wrap in wraps():
                packet = p.PACKETS[name]
                cases += both(f"{field} of {name}{word}", {**needs, field: value}, wrap(packet),
                              wrap(packet.set(other_field, other)))
    for field, value, at in (("nw_src", "198.51.100.0", "ipv4_src"), ("nw_dst", "203.0.113.0", "ipv4_dst")):
        packet = p.PACKETS["tcp4"]
        files[f"match: {field} masked"] = both(f"{field}/24", {**V4, field: value, f"{field}_mask": 24},
                                               packet, packet.set(at, p.V4_C))
    vlan, pcp, kinds, ports = [], [], [], []
    for name, kind in (("tcp4", V4), ("tcp6", V6), ("arp", ARP)):
        plain, other = p.PACKETS[name], p.PACKETS["arp" if name != "arp" else "tcp4"]
        for packet, vid, level in ((p.tagged(plain), 100, 3), (two_tags(plain), 10, 5)):
            vlan += both(f"dl_vlan of {packet.title()}", {"dl_vlan": vid}, packet,
                         packet.set("vlan_vid", 203))
            pcp += both(f"dl_vlan_pcp of {packet.title()}", {"dl_vlan": vid, "dl_vlan_pcp": level}, packet,
                        packet.set("vlan_pcp", 6))
        vlan += both(f"no dl_vlan of {name}", {"dl_vlan": 0xffff}, plain, p.tagged(plain))
        for word, wrap in wraps():
            kinds += both(f"dl_type of {name}{word}", kind, wrap(plain), wrap(other))
        ports += both(f"in_port of {name}", {"in_port": 1}, plain,
                      plain)[:2] + [case(f"in_port of {name}, another", [flow({"in_port": 2}, output())],
                                         missed(plain))]
    return {**files, "match: dl_vlan": vlan, "match: dl_vlan_pcp": pcp, "match: dl_type": kinds,
            "match: in_port": ports}


def actions():
    files = {}
    for name, args, needs, packets, field, value in CHANGES:
        for packet_name in packets.split():
            for word, wrap in wraps():
                packet = p.PACKETS[packet_name]
                files.setdefault(f"action: {name}", []).append(
                    case(f"{name} of {packet_name}{word}", [flow(needs, act(name, **args), output())],
                         passes(wrap(packet), wrap(packet.set(field, value)))))
    vid, pcp, strip, out = [], [], [], []
    for name in ("tcp4", "tcp6", "arp"):
        packet = p.PACKETS[name]
        vid.append(case(f"VlanVid of {name}", [flow({}, act("VlanVid", vlan_vid=203), output())],
                        passes(packet, p.tagged(packet, pcp=0, vid=203))))
        vid.append(case(f"VlanVid of tagged {name}", [flow({}, act("VlanVid", vlan_vid=203), output())],
                        passes(p.tagged(packet), p.tagged(packet, vid=203))))
        pcp.append(case(f"VlanPcp of {name}", [flow({}, act("VlanPcp", vlan_pcp=5), output())],
                        passes(packet, p.tagged(packet, pcp=5, vid=0))))
        pcp.append(case(f"VlanPcp of tagged {name}", [flow({}, act("VlanPcp", vlan_pcp=5), output())],
                        passes(p.tagged(packet), p.tagged(packet, pcp=5))))
        strip.append(case(f"StripVlan of tagged {name}", [flow({}, act("StripVlan"), output())],
                          passes(p.tagged(packet), packet)))
        strip.append(case(f"StripVlan of {name}", [flow({}, act("StripVlan"), output())], passes(packet)))
        for port, word in ((0xfffa, "NORMAL"), (0xfffb, "FLOOD"), (0xfffc, "ALL")):
            out.append(case(f"output:{word} of {name}", [flow({}, output(port))], passes(packet)))
        out.append(case(f"output:3,IN_PORT,2 of {name}", [flow({}, output(3), output(0xfff8), output())],
                        passes(packet)))
    return {**files, "action: VlanVid": vid, "action: VlanPcp": pcp, "action: StripVlan": strip,
            "action: output": out}


def files():
    return {**matches(), **actions()}
