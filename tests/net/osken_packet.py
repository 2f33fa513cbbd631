# SPDX-License-Identifier: BSD-3-Clause
"""Packets as os-ken's switch tester reads them: a list of texts, each a header of os_ken.lib.packet, the last
one bytes. A Packet is changed by the names that OpenFlow has for fields."""
import copy

ETHERTYPES = {"ipv4": 0x0800, "arp": 0x0806, "vlan": 0x8100, "ipv6": 0x86dd, "mpls": 0x8847, "svlan": 0x88a8,
              "itag": 0x88e7}
PROTOCOLS = {"tcp": 6, "udp": 17, "sctp": 132}
PAYLOAD = bytes(range(48, 80))
MAC_A, MAC_B, MAC_C = "0a:11:12:13:14:15", "0a:21:22:23:24:25", "0a:31:32:33:34:35"
V4_A, V4_B, V4_C = "198.51.100.17", "203.0.113.34", "192.0.2.51"
V6_A, V6_B, V6_C = "2001:db8::11", "2001:db8:1::22", "2001:db8:2::33"

# OpenFlow's name: headers that may have it, and the argument there. What is not so simple is in Packet.set.
PLACES = {
    "eth_dst": (("ethernet",), "dst"), "eth_src": (("ethernet",), "src"),
    "vlan_pcp": (("vlan", "svlan"), "pcp"), "ip_proto": (("ipv4", "ipv6"), ("proto", "nxt")),
    "ipv4_src": (("ipv4",), "src"), "ipv4_dst": (("ipv4",), "dst"),
    "ipv6_src": (("ipv6",), "src"), "ipv6_dst": (("ipv6",), "dst"), "ipv6_flabel": (("ipv6",), "flow_label"),
    "nw_ttl": (("ipv4", "ipv6"), ("ttl", "hop_limit")),
    "icmpv4_type": (("icmp",), "type_"), "icmpv4_code": (("icmp",), "code"),
    "icmpv6_type": (("icmpv6",), "type_"), "icmpv6_code": (("icmpv6",), "code"),
    "arp_op": (("arp",), "opcode"), "arp_spa": (("arp",), "src_ip"), "arp_tpa": (("arp",), "dst_ip"),
    "arp_sha": (("arp",), "src_mac"), "arp_tha": (("arp",), "dst_mac"),
    "mpls_label": (("mpls",), "label"), "mpls_tc": (("mpls",), "exp"), "mpls_bos": (("mpls",), "bsb"),
    "mpls_ttl": (("mpls",), "ttl"), "pbb_isid": (("itag",), "sid"), "pbb_uca": (("itag",), "uca"),
    "ipv6_nd_target": (("nd",), "dst"), "ipv6_nd_sll": (("nd",), "hw"), "ipv6_nd_tll": (("nd",), "hw"),
}
for _protocol in PROTOCOLS:
    PLACES[f"{_protocol}_src"] = ((_protocol,), "src_port")
    PLACES[f"{_protocol}_dst"] = ((_protocol,), "dst_port")


class Text(str):
    """An argument that goes out as it is, without quotes."""


def crc32c(data):
    """os-ken 2.5 computes it wrong: it sums up the text of the bytes."""
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return int.from_bytes((crc ^ 0xffffffff).to_bytes(4, "little"), "big")


class Packet:
    def __init__(self, *headers, payload=PAYLOAD):
        self.headers, self.payload = [(name, dict(args)) for name, args in headers], payload

    def find(self, names):
        return next((at for at in self.headers if at[0] in names), None)

    def has(self, name):
        return self.find((name,)) is not None

    def set(self, field, value):
        """A copy with another value in the outermost header that has the field."""
        new = copy.deepcopy(self)
        if field in ("ip_dscp", "ip_ecn"):
            name, args = new.find(("ipv4", "ipv6"))
            key = "tos" if name == "ipv4" else "traffic_class"
            args[key] = args[key] & 3 | value << 2 if field == "ip_dscp" else args[key] & 0xfc | value
        elif field == "vlan_vid":
            new.find(("vlan", "svlan"))[1]["vid"] = value & 0xfff
        elif field == "eth_type":
            new.headers[new.tags()][1]["ethertype"] = value
        else:
            names, key = PLACES[field]
            name, args = new.find(names)
            args[key if isinstance(key, str) else key[names.index(name)]] = value
        return new

    def tags(self):
        """How many, behind the first header."""
        return next((i for i, (name, _) in enumerate(self.headers[1:]) if name not in ("vlan", "svlan")), 0)

    def changed(self, fields):
        new = self
        for field, value in fields.items():
            new = new.set(field, value)
        return new

    def texts(self):
        lines = []
        for name, args in self.headers:
            if name == "sctp":
                args = {**args, "csum": self.sctp_sum(args)}
            if name == "icmpv6" and self.has("nd"):
                args = {**args, "data": self.neighbour()}
            if name != "nd":
                lines.append(f"{name}(" + ", ".join(f"{key}={show(value)}" for key,
                                                    value in args.items()) + ")")
        return lines + ([repr(self.payload)] if self.payload else [])

    def sctp_sum(self, args):
        head = b"".join(args[key].to_bytes(2, "big") for key in ("src_port", "dst_port"))
        return crc32c(head + args["vtag"].to_bytes(4, "big") + bytes(4) + self.payload)

    def neighbour(self):
        args = self.find(("nd",))[1]
        option = Text(f"nd_option_{args['kind']}(hw_src='{args['hw']}')")
        return Text(f"nd_neighbor(dst='{args['dst']}', option={option})")

    def title(self):
        return "/".join(name for name, _ in self.headers)


def show(value):
    return str(value) if isinstance(value, Text) else repr(value)


def ether(ethertype, dst=MAC_B, src=MAC_A):
    return "ethernet", {"dst": dst, "src": src, "ethertype": ethertype}


def ipv4(proto, **more):
    return "ipv4", {"tos": 0x2a, "proto": proto, "src": V4_A, "dst": V4_B, "ttl": 64, "identification": 4711,
                    **more}


def ipv6(proto, **more):
    return "ipv6", {"traffic_class": 0x2a, "flow_label": 0x12345, "nxt": proto, "src": V6_A, "dst": V6_B,
                    "hop_limit": 64, **more}


def transport(protocol):
    more = {"tcp": {"seq": 7, "ack": 9, "bits": 0x18}, "sctp": {"vtag": 0x1020304}}.get(protocol, {})
    return protocol, {"src_port": 1111, "dst_port": 2222, **more}


def neighbour(icmp_type, kind):
    return Packet(ether(0x86dd), ipv6(58, hop_limit=255), ("icmpv6", {"type_": icmp_type, "code": 0}),
                  ("nd", {"dst": V6_C, "kind": kind, "hw": MAC_C}), payload=b"")


def make():
    """The packets that are there to be matched, by short names: tcp4, icmp6, arp, ..."""
    made = {f"{name}4": Packet(ether(0x0800), ipv4(number), transport(name)) for name,
            number in PROTOCOLS.items()}
    made |= {f"{name}6": Packet(ether(0x86dd), ipv6(number), transport(name)) for name,
             number in PROTOCOLS.items()}
    for name, four, outer, number in (("icmp4", True, ipv4(1), 8), ("icmp6", False, ipv6(58), 128)):
        header, echo = ("icmp", "echo") if four else ("icmpv6", "icmpv6echo")
        data = Text(f"{echo}(id_=5, seq=3, data=b'long enough that no switch fills it up')")
        made[name] = Packet(ether(0x0800 if four else 0x86dd), outer,
                            (header, {"type_": number, "code": 0, "data": data}), payload=b"")
    made["solicit"], made["advertise"] = neighbour(135, "sla"), neighbour(136, "tla")
    made["exthdr"] = Packet(ether(0x86dd), ipv6(0, ext_hdrs=Text("[hop_opts(nxt=51), auth(nxt=6)]")),
                            transport("tcp"))
    made["arp"] = Packet(ether(0x0806), ("arp", {"opcode": 1, "src_mac": MAC_A, "src_ip": V4_A,
                                                 "dst_mac": MAC_C, "dst_ip": V4_B}), payload=bytes(30))
    return made


PACKETS = make()


def tagged(packet, *, tpid=0x8100, pcp=3, vid=100, cfi=0):
    """With a VLAN tag in front."""
    new = copy.deepcopy(packet)
    inner = new.headers[0][1]["ethertype"]
    new.headers[0][1]["ethertype"] = tpid
    name = "vlan" if tpid == 0x8100 else "svlan"
    new.headers.insert(1, (name, {"pcp": pcp, "cfi": cfi, "vid": vid, "ethertype": inner}))
    return new


def labelled(packet, *, label=1000, exp=3, ttl=50, ethertype=0x8847):
    """With an MPLS label behind Ethernet and VLAN tags."""
    new = copy.deepcopy(packet)
    at = next(i for i, (name, _) in enumerate(new.headers) if name not in ("ethernet", "vlan", "svlan"))
    bottom = 0 if new.headers[at][0] == "mpls" else 1
    new.headers[at - 1][1]["ethertype"] = ethertype
    new.headers.insert(at, ("mpls", {"label": label, "exp": exp, "bsb": bottom, "ttl": ttl}))
    return new


def backboned(packet, *, sid=4242, pcp=0, dst=MAC_C, src=MAC_B, btag=False):
    """In another frame with a service tag (802.1ah), and with a backbone tag in front of that."""
    new = copy.deepcopy(packet)
    outer = [ether(0x88e7, dst, src), ("itag", {"pcp": pcp, "sid": sid})]
    if btag:
        outer = [ether(0x88a8, dst, src), ("svlan", {"pcp": 0, "cfi": 0, "vid": 10, "ethertype": 0x88e7}),
                 outer[1]]
    new.headers = [(name, dict(args)) for name, args in outer] + new.headers
    return new
