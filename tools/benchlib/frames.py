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
