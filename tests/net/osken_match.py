# SPDX-License-Identifier: BSD-3-Clause
"""Cases of matches: each field of OpenFlow 1.3, whole and masked, in packets that have it in several places:
plain, tagged, and behind a label or a backbone header that the table before takes off."""
import osken_packet as p
from osken_form import (CONTROLLER, act, apply, case, flow, goto, metadata, missed, output, passes, set_field,
                        told)

IPV4, IPV6, ARP = ("eth_type", 0x0800), ("eth_type", 0x86dd), ("eth_type", 0x0806)
MPLS, PBB = ("eth_type", 0x8847), ("eth_type", 0x88e7)
ND = (IPV6, ("ip_proto", 58))


class Field:
    """field: needs (what a match must have before it), the packets that have it, the value they have, another
    one, and a value and mask of which the first is and the other is not."""

    def __init__(self, name, needs, packets, one, two, masked=None):
        self.name, self.needs, self.packets = name, needs, packets.split()
        self.one, self.two, self.masked = one, two, masked

    def wire(self, value):
        return value | 0x1000 if self.name == "vlan_vid" else value


def ip(proto):
    return (IPV4, ("ip_proto", proto)), (IPV6, ("ip_proto", proto))


def ports(protocol, number):
    four, six = ip(number)
    return [Field(f"{protocol}_{end}", needs, f"{protocol}{suffix}", one, two, masked)
            for needs, suffix in ((four, 4), (six, 6))
            for end, one, two, masked in (("src", 1111, 60000, None), ("dst", 2222, 60001, None))]


# In what a packet has on its own, whatever stands in front of it.
INNER = [
    Field("ip_dscp", (IPV4,), "tcp4", 10, 46), Field("ip_dscp", (IPV6,), "tcp6", 10, 46),
    Field("ip_ecn", (IPV4,), "udp4", 2, 1), Field("ip_ecn", (IPV6,), "udp6", 2, 1),
    Field("ip_proto", (IPV4,), "tcp4", 6, 89), Field("ip_proto", (IPV6,), "tcp6", 6, 89),
    Field("ipv4_src", (IPV4,), "tcp4 udp4", p.V4_A, p.V4_C, ("198.51.100.0", "255.255.255.0")),
    Field("ipv4_dst", (IPV4,), "tcp4 icmp4", p.V4_B, p.V4_C, ("203.0.0.34", "255.0.0.255")),
    *ports("tcp", 6), *ports("udp", 17), *ports("sctp", 132),
    Field("icmpv4_type", (IPV4, ("ip_proto", 1)), "icmp4", 8, 0),
    Field("icmpv4_code", (IPV4, ("ip_proto", 1)), "icmp4", 0, 3),
    Field("arp_op", (ARP,), "arp", 1, 2),
    Field("arp_spa", (ARP,), "arp", p.V4_A, p.V4_C, ("198.51.100.0", "255.255.255.128")),
    Field("arp_tpa", (ARP,), "arp", p.V4_B, p.V4_C, ("203.0.0.0", "255.255.0.0")),
    Field("arp_sha", (ARP,), "arp", p.MAC_A, p.MAC_B, ("0a:11:00:00:00:00", "ff:ff:00:00:00:00")),
    Field("arp_tha", (ARP,), "arp", p.MAC_C, p.MAC_B, ("00:00:00:00:00:35", "00:00:00:00:00:ff")),
    Field("ipv6_src", (IPV6,), "tcp6 udp6", p.V6_A, p.V6_C, ("2001:db8::", "ffff:ffff:ffff:ffff::")),
    Field("ipv6_dst", (IPV6,), "tcp6 icmp6", p.V6_B, p.V6_C, ("::22", "::ffff")),
    Field("ipv6_flabel", (IPV6,), "tcp6", 0x12345, 0x54321, (0x12300, 0xfff00)),
    Field("icmpv6_type", ND, "icmp6", 128, 129), Field("icmpv6_code", ND, "icmp6", 0, 7),
    Field("ipv6_nd_target", (*ND, ("icmpv6_type", 135)), "solicit", p.V6_C, p.V6_A),
    Field("ipv6_nd_target", (*ND, ("icmpv6_type", 136)), "advertise", p.V6_C, p.V6_A),
    Field("ipv6_nd_sll", (*ND, ("icmpv6_type", 135)), "solicit", p.MAC_C, p.MAC_A),
    Field("ipv6_nd_tll", (*ND, ("icmpv6_type", 136)), "advertise", p.MAC_C, p.MAC_A),
]
# Of the outermost header that has it.
OUTER = [
    Field("eth_dst", (), "tcp4 tcp6 arp", p.MAC_B, p.MAC_C, ("0a:21:00:00:00:00", "ff:ff:00:00:00:00")),
    Field("eth_src", (), "tcp4 tcp6 arp", p.MAC_A, p.MAC_C, ("00:00:00:00:14:15", "00:00:00:00:ff:ff")),
]


def both(title, fields, packet, other, becomes=None, table=0, before=()):
    """A packet that the rule takes, to port 2 and to the controller, and one that it does not."""
    rules = [[*before, flow(fields, apply(output(port)), table=table)] for port in (2, CONTROLLER)]
    return [case(f"{title}, output:2", rules[0], passes(packet, becomes)),
            case(f"{title}, output:CONTROLLER", rules[1], told(packet, becomes)),
            case(f"{title}, another", rules[0], missed(other, table))]


def unwrap(what, inner_type):
    """The rule of table 0 that takes off a header, and goes on in table 1."""
    pop = act("PopMpls", ethertype=inner_type) if what == MPLS else act("PopPbb")
    return flow([what], apply(pop), goto(1))


def inner(field, wanted, suffix):
    cases = []
    for name in field.packets:
        packet = p.PACKETS[name]
        other, fields = packet.set(field.name, field.two), [*field.needs, wanted]
        title = f"{field.name}{suffix} of {packet.title()}"
        cases += both(title, fields, packet, other)
        cases += both(f"{title}, tagged", fields, p.tagged(packet), p.tagged(other))
        for what, wrap in ((MPLS, p.labelled), (PBB, p.backboned)):
            first = unwrap(what, packet.headers[0][1]["ethertype"])
            word = "label" if what == MPLS else "backbone header"
            cases += both(f"{title} behind a {word}", fields, wrap(packet), wrap(other), packet, 1, [first])
    return cases


def outer(field, wanted, suffix):
    cases = []
    for name in field.packets:
        for word, wrap in (("", lambda packet: packet), (", tagged", p.tagged), (", two tags", two_tags),
                           (", labelled", p.labelled)):
            packet = wrap(p.PACKETS[name])
            other = packet.set(field.name, field.two)
            cases += both(f"{field.name}{suffix} of {p.PACKETS[name].title()}{word}", [*field.needs, wanted],
                          packet, other)
        packet = p.backboned(p.PACKETS[name], dst=p.MAC_B, src=p.MAC_A)
        other = packet.set(field.name, field.two)
        cases += both(f"{field.name}{suffix} of {packet.title()}", [*field.needs, wanted], packet, other)
    return cases


def two_tags(packet):
    return p.tagged(p.tagged(packet), tpid=0x88a8, pcp=5, vid=10)


def of_fields(fields, cases_of):
    """Files: a title and its cases."""
    files = {}
    for field in fields:
        whole = (field.name, field.wire(field.one))
        files.setdefault(f"match: {field.name}", []).extend(cases_of(field, whole, ""))
        if field.masked:
            files.setdefault(f"match: {field.name} masked", []).extend(
                cases_of(field, (field.name, *field.masked), " masked"))
    return files


def tags():
    """VLAN tags, labels and backbone headers themselves."""
    files = {}
    vid, pcp, masked, presence, none = [], [], [], [], []
    for name in ("tcp4", "tcp6", "arp"):
        plain = p.PACKETS[name]
        for packet, word in ((p.tagged(plain), "tagged"), (two_tags(plain), "two tags")):
            one = 100 if word == "tagged" else 10
            vid += both(f"vlan_vid of {name} {word}", [("vlan_vid", one | 0x1000)], packet,
                        packet.set("vlan_vid", 203))
            masked += both(f"vlan_vid masked of {name} {word}", [("vlan_vid", one & 0xf | 0x1000, 0x100f)],
                           packet,
                           packet.set("vlan_vid", 203))
            presence += both(f"any vlan_vid of {name} {word}", [("vlan_vid", 0x1000, 0x1000)], packet, plain)
            level = 3 if word == "tagged" else 5
            pcp += both(f"vlan_pcp of {name} {word}", [("vlan_vid", 0x1000, 0x1000), ("vlan_pcp", level)],
                        packet,
                        packet.set("vlan_pcp", 6))
        none += both(f"no vlan_vid of {name}", [("vlan_vid", 0)], plain, p.tagged(plain))
    files |= {"match: vlan_vid": vid, "match: vlan_vid masked": masked, "match: vlan_vid any": presence,
              "match: vlan_vid none": none, "match: vlan_pcp": pcp}
    for field, one, two in (("mpls_label", 1000, 1001), ("mpls_tc", 3, 4), ("mpls_bos", 1, 0)):
        cases = files[f"match: {field}"] = []
        for name in ("tcp4", "tcp6", "arp"):
            packet = p.labelled(p.PACKETS[name])
            cases += both(f"{field} of {packet.title()}", [MPLS, (field, one)], packet,
                          packet.set(field, two))
            packet = p.tagged(packet)
            cases += both(f"{field} of {packet.title()}", [MPLS, (field, one)], packet,
                          packet.set(field, two))
        stack = p.labelled(p.labelled(p.PACKETS["udp4"]), label=77, exp=5)
        value = {"mpls_label": 77, "mpls_tc": 5, "mpls_bos": 0}[field]
        cases += both(f"{field} of two labels", [MPLS, (field, value)], stack,
                      stack.set(field, two if field != "mpls_bos" else 1))
        other = p.labelled(p.PACKETS["udp4"], ethertype=0x8848)
        cases += both(f"{field} of multicast", [("eth_type", 0x8848), (field, one)], other,
                      other.set(field, two))
    isid, masked = files["match: pbb_isid"], files["match: pbb_isid masked"] = [], []
    for name in ("tcp4", "tcp6", "arp"):
        for packet in (p.backboned(p.PACKETS[name]), p.backboned(two_tags(p.PACKETS[name]), btag=True)):
            other = packet.set("pbb_isid", 5555)
            isid += both(f"pbb_isid of {packet.title()}", [PBB, ("pbb_isid", 4242)], packet, other)
            masked += both(f"pbb_isid masked of {packet.title()}", [PBB, ("pbb_isid", 0x1090, 0xfff0)],
                           packet, other)
    return files


def of_type():
    """eth_type is the one behind VLAN tags, but not of what a label hides."""
    cases = []
    for name, value in (("tcp4", 0x0800), ("tcp6", 0x86dd), ("arp", 0x0806)):
        packet, other = p.PACKETS[name], p.PACKETS["arp" if name != "arp" else "tcp4"]
        for word, wrap in (("", lambda it: it), (", tagged", p.tagged), (", two tags", two_tags)):
            cases += both(f"eth_type of {name}{word}", [("eth_type", value)], wrap(packet), wrap(other))
        cases += both(f"eth_type of labelled {name}", [MPLS], p.labelled(packet), packet)
        cases += both(f"eth_type of backboned {name}", [PBB], p.backboned(packet), packet)
        cases += both(f"eth_type of {name}, backbone tag", [PBB], p.backboned(packet, btag=True), packet)
    return {"match: eth_type": cases}


def pipeline():
    """What no packet has: the port, metadata and tunnel_id, which a table before sets."""
    port, meta, meta_masked, tunnel, tunnel_masked, headers, headers_masked = [], [], [], [], [], [], []
    for name in ("tcp4", "tcp6", "arp"):
        packet = p.PACKETS[name]
        port += both(f"in_port of {name}", [("in_port", 1)], packet, packet)[:2]
        port.append(case(f"in_port of {name}, another", [flow([("in_port", 2)], apply(output()))],
                         missed(packet)))
        for write, fields, hit in ((0x1234, ("metadata", 0x1234), True),
                                   (0x1234, ("metadata", 0x1235), False)):
            first = flow([], metadata(write), goto(1))
            meta += three(f"metadata of {name}", first, [fields], packet, hit)
        for fields, hit in ((("metadata", 0x1200, 0xff00), True), (("metadata", 0x1300, 0xff00), False)):
            first = flow([], metadata(0x1234, 0xffff), goto(1))
            meta_masked += three(f"metadata masked of {name}", first, [fields], packet, hit)
        first = flow([("in_port", 1)], apply(set_field("tunnel_id", 0x123456789)), goto(1))
        for value, hit in ((0x123456789, True), (0x123456780, False)):
            tunnel += three(f"tunnel_id of {name}", first, [("tunnel_id", value)], packet, hit)
        for value, hit in ((0x123000000, True), (0x124000000, False)):
            tunnel_masked += three(f"tunnel_id masked of {name}", first, [("tunnel_id", value, 0xfff000000)],
                                   packet, hit)
    packet, plain = p.PACKETS["exthdr"], p.PACKETS["tcp6"]
    for word, wrap in (("", lambda it: it), (", tagged", p.tagged)):
        headers += both(f"ipv6_exthdr{word}", [IPV6, ("ipv6_exthdr", 0x44)], wrap(packet), wrap(plain))
        headers_masked += both(f"ipv6_exthdr masked{word}", [IPV6, ("ipv6_exthdr", 0x40, 0x1f0)],
                               wrap(packet), wrap(plain))
    for what, wrap in ((MPLS, p.labelled), (PBB, p.backboned)):
        first = unwrap(what, 0x86dd)
        headers += both("ipv6_exthdr behind " + wrap(packet).title(), [IPV6, ("ipv6_exthdr", 0x44)],
                        wrap(packet), wrap(plain), packet, 1, [first])
        headers_masked += both("ipv6_exthdr masked behind " + wrap(packet).title(),
                               [IPV6, ("ipv6_exthdr", 0x40,
                                       0x1f0)], wrap(packet), wrap(plain), packet, 1, [first])
    return {"match: in_port": port, "match: metadata": meta, "match: metadata masked": meta_masked,
            "match: tunnel_id": tunnel, "match: tunnel_id masked": tunnel_masked,
            "match: ipv6_exthdr": headers, "match: ipv6_exthdr masked": headers_masked}


def three(title, first, fields, packet, hit):
    cases = both(title, fields, packet, packet, None, 1, [first])
    return cases[:2] if hit else cases[2:]


def files():
    return {**of_fields(INNER, inner), **of_fields(OUTER, outer), **tags(), **of_type(), **pipeline()}
