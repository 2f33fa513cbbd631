# SPDX-License-Identifier: BSD-3-Clause
"""Traffic as captures: what stations say to each other, and files that net_pcap reads.

A capture holds every packet that a source sends, over and over. All of it comes from one seed, so that
each program and each run gets the same bytes.
"""
import random
import struct

SEED = 42
FRAME = 60  # bytes without FCS: 64 on the wire
PCAP_HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)


def station_mac(side, number):
    """The address of a station: spread over the number space, as those of machines are."""
    mixed = (number + 1) * 0x9E3779B1 & 0xFFFFFFFF  # odd factor: no two numbers give the same
    return bytes((0x02, side)) + struct.pack(">I", mixed)


def frame(src, dst, flow, vid=None):
    """IPv4 and UDP of one flow; with a tag when there is a vid."""
    tag = struct.pack(">HH", 0x8100, vid) if vid is not None else b""
    payload = FRAME - 14 - len(tag)
    ip = struct.pack(">BBHHHBBHII", 0x45, 0, payload, 0, 0, 64, 17, 0,
                     0x0A000000 | flow & 0xFFFFFF, 0x0B000000 | flow >> 3 & 0xFFFFFF)
    ip = ip[:10] + checksum(ip) + ip[12:]
    udp = struct.pack(">HHHH", 1024 + flow % 50000, 4789 + 1, payload - 20, 0)
    return (dst + src + tag + b"\x08\x00" + ip + udp).ljust(FRAME, b"\0")


def checksum(header):
    total = sum(struct.unpack(f">{len(header) // 2}H", header))
    total = (total & 0xFFFF) + (total >> 16)
    return struct.pack(">H", ~(total + (total >> 16)) & 0xFFFF)


def flows(n):
    """n flows from one station to another."""
    src, dst = station_mac(0, 0), station_mac(1, 0)
    return [frame(src, dst, i) for i in range(n)]


def address(number):
    return ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))


def exact_rules(n):
    """A rule for each of flows(n), which says all of its addresses and ports."""
    return [f"udp,nw_src={address(0x0A000000 | i & 0xFFFFFF)},"
            f"nw_dst={address(0x0B000000 | i >> 3 & 0xFFFFFF)},"
            f"tp_src={1024 + i % 50000},tp_dst=4790,actions=output:2" for i in range(n)]


def masked_rules(n):
    """Rule i takes the sources of network i; no two have the same length of both prefixes."""
    return [f"udp,nw_src=10.{i}.0.0/{16 + i % 10},nw_dst=11.0.0.0/{8 + i // 10},actions=output:2"
            for i in range(n)]


def masked_flows(n, packets):
    """Flows for masked_rules(n), as many for each rule, in no order."""
    src, dst, found = station_mac(0, 0), station_mac(1, 0), []
    for i in range(packets):
        rule, k = i % n, i // n
        packet = bytearray(frame(src, dst, i))
        packet[26:34] = bytes((10, rule, 0, k % 128, 11, 0, 0, k // 128 % 32))
        packet[34:36] = struct.pack(">H", 1024 + k // 4096)
        packet[24:26] = b"\0\0"
        packet[24:26] = checksum(bytes(packet[14:34]))
        found.append(bytes(packet))
    random.Random(SEED).shuffle(found)
    return found


# Rules of five tables for flows(): a class by the source, a way by the destination, then both.
PIPELINE_GROUPS = ("group_id=1,type=select,bucket=output:2", "group_id=2,type=indirect,bucket=output:2")


def pipeline_rules(mixed=False):
    """By networks that one flow after another is of, or (mixed) by hosts: then neighbours go other ways."""
    net = ("0.0.0.{}/0.0.0.15",) * 2 if mixed else ("10.{}.0.0/16", "11.{}.0.0/16")
    rules = ["table=0,priority=1,ip,actions=goto_table:1"]
    rules += [f"table=1,udp,nw_src={net[0].format(i)},"
              f"actions=write_metadata:{i % 4:#x}/0xff,goto_table:2" for i in range(16)]
    rules += [f"table=2,udp,nw_dst={net[1].format(i)},"
              f"actions=write_metadata:{i % 2 + 1 << 8:#x}/0xff00,goto_table:3" for i in range(16)]
    rules += [f"table=3,udp,metadata={way << 8 | kind:#x}/0xffff,tp_dst=4790,actions=goto_table:4"
              for way in (1, 2) for kind in range(4)]
    return rules + [f"table=4,ip,metadata={way << 8:#x}/0xff00,actions=group:{way}" for way in (1, 2)]


def attacked_rules():
    """Guests on ports 1 and 2 have a rule each; what comes from port 3 meets masked_rules(200)."""
    masked = [f"in_port=3,{rule.replace('output:2', 'output:4')}" for rule in masked_rules(200)]
    return ["in_port=1,actions=output:2", "in_port=2,actions=output:1", *masked,
            "priority=1,in_port=3,actions=output:4"]


def random_headers(n):
    """Every bit of the addresses and ports that is left by chance, within what masked_rules() look at."""
    dice, found = random.Random(SEED), []
    packet = bytearray(frame(station_mac(2, 0), SINK, 0))
    for _ in range(n):
        packet[26:34] = bytes((10, dice.randrange(256))) + dice.randbytes(2) + b"\x0b" + dice.randbytes(3)
        packet[34:36] = dice.randbytes(2)
        packet[24:26] = b"\0\0"
        packet[24:26] = checksum(packet[14:34])
        found.append(bytes(packet))
    return found


def pairs(n, side, vid=None):
    """n stations on this side, each talking to its partner on the other, in no order."""
    order = list(range(n))
    random.Random(SEED + side).shuffle(order)
    return [frame(station_mac(side, i), station_mac(1 - side, i), i, vid) for i in order]


def any_to_any(n, side, packets):
    """n stations on each side, any to any; so many packets of random pairs, every station among them."""
    dice = random.Random(SEED + side)
    speakers = list(range(n)) + [dice.randrange(n) for _ in range(packets - n)]
    return [frame(station_mac(side, src), station_mac(1 - side, dice.randrange(n)), i)
            for i, src in enumerate(speakers)]


SINK, NOBODY = station_mac(3, 0), station_mac(4, 0)


def talk(n, target):
    """n stations, all to one."""
    return [frame(station_mac(2, i), target, i) for i in range(n)]


def strangers(n, target):
    """A source MAC that was never seen in each packet, all to one."""
    dice = random.Random(SEED)
    return [frame(bytes((0x06,)) + dice.randbytes(5), target, i) for i in range(n)]


def write_pcap(path, packets):
    with open(path, "wb") as file:
        file.write(PCAP_HEADER)
        for i, data in enumerate(packets):
            file.write(struct.pack("<IIII", i // 1000000, i % 1000000, len(data), len(data)) + data)
