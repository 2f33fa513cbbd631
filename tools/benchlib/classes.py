# SPDX-License-Identifier: BSD-3-Clause
"""Rules as ClassBench makes them (Taylor and Turner, INFOCOM 2005), by the shape of its access lists, and
packets for them. tests/lib/class_rules.c says the same for other seeds, too: same shares, other dice.

A range of ports is as many rules as it has masks. More specific rules have higher priorities.
"""
import random
import struct

from . import frames

# Of a hundred rules: prefix lengths of source and destination, classes of ports, protocol.
PREFIXES = {(32, 32): 26, (24, 32): 14, (32, 24): 9, (24, 24): 12, (16, 32): 8, (28, 32): 6, (0, 32): 5,
            (32, 16): 3, (16, 24): 5, (27, 30): 4, (22, 26): 3, (0, 24): 2, (8, 32): 2, (24, 0): 1}
PORTS = {("any", "one"): 62, ("any", "any"): 14, ("any", "range"): 12, ("any", "high"): 6, ("one", "one"): 2,
         ("one", "any"): 2, ("high", "one"): 1, ("any", "low"): 1}
PROTOCOLS = {6: 72, 17: 18, 1: 2, 0: 8}
JITTER = 0.18
KNOWN = (80, 443, 25, 53, 22, 23, 21, 110, 143, 135, 139, 445, 389, 1433, 1521, 3306, 161, 123, 8080, 5060)
RANGES = ((20, 21), (137, 139), (161, 162), (1433, 1434), (5190, 5193), (6000, 6063), (3000, 3009),
          (2300, 2400), (1024, 5000), (8000, 8090))
NAMES = {6: "tcp", 17: "udp", 1: "icmp", 0: "ip"}


def choose(dice, shares):
    return dice.choices(list(shares), list(shares.values()))[0]


def skewed(dice, n):
    return min(dice.randrange(n), dice.randrange(n))


def address(dice, sites):
    """A site is a /16 in a few /8s; each has some nets, each net some hosts."""
    site = skewed(dice, sites)
    net = skewed(dice, 4 + site * 7 % 60)
    return site % 24 + 10 << 24 | (site // 24 * 37 & 255) << 16 | (net * 11 & 255) << 8 | dice.randrange(256)


def prefix(dice, length, sites):
    if length and dice.random() < JITTER:
        length = min(32, max(1, length + dice.randrange(-3, 4)))
    mask = 0xFFFFFFFF << 32 - length & 0xFFFFFFFF
    return address(dice, sites) & mask, mask


def blocks(first, last):
    """Value and mask of each aligned block of a range."""
    found = []
    while first <= last:
        size = first & -first or 65536
        while first + size - 1 > last:
            size //= 2
        found.append((first, 65536 - size))
        first += size
    return found


def ports(dice, kind):
    if kind == "one":
        known = dice.random() < 0.8
        port = KNOWN[skewed(dice, len(KNOWN))] if known else dice.randrange(1, 65536)
        return [(port, 65535)]
    return blocks(*{"any": (0, 65535), "high": (1024, 65535), "low": (0, 1023),
                    "range": dice.choice(RANGES)}[kind])


def rules(n):
    """(priority, protocol, source, destination, source port, destination port): values with masks."""
    dice, found, sites = random.Random(frames.SEED), [], min(6000, 8 + n // 12)
    while len(found) < n:
        lengths, kinds, protocol = choose(dice, PREFIXES), choose(dice, PORTS), choose(dice, PROTOCOLS)
        src, dst = (prefix(dice, length, sites) for length in lengths)
        bits = bin(src[1]).count("1") + bin(dst[1]).count("1") + 16 * kinds.count("one") + 8 * (protocol > 0)
        if protocol not in (6, 17):
            kinds = ("any", "any")
        priority = (16 + bits) * 500 + dice.randrange(500)
        found += [(priority, protocol, src, dst, sport, dport)
                  for sport in ports(dice, kinds[0]) for dport in ports(dice, kinds[1])]
    return found[:n]


def words(n):
    """The rules of rules(n) as ovs-ofctl knows them."""
    return [text(rule) for rule in rules(n)]


def text(rule):
    priority, protocol, src, dst, sport, dport = rule
    found = [f"priority={priority}", NAMES[protocol]]
    found += [f"{name}={frames.address(value)}/{frames.address(mask)}"
              for name, (value, mask) in (("nw_src", src), ("nw_dst", dst)) if mask]
    found += [f"{name}={value:#x}/{mask:#x}"
              for name, (value, mask) in (("tp_src", sport), ("tp_dst", dport)) if mask]
    return ",".join([*found, "actions=output:2"])


def packets(n, count):
    """Packets of count flows, each by chance within one of rules(n)."""
    dice, known, found = random.Random(frames.SEED + 1), rules(n), []
    for _ in range(count):
        _, protocol, *fields = dice.choice(known)
        src, dst, sport, dport = (value | dice.getrandbits(32) & ~mask & (0xFFFFFFFF if i < 2 else 0xFFFF)
                                  for i, (value, mask) in enumerate(fields))
        found.append(packet(protocol or dice.choice((6, 17)), (src, dst, sport, dport)))
    return found


def packet(protocol, fields):
    src, dst, sport, dport = fields
    ip = struct.pack(">BBHHHBBHII", 0x45, 0, frames.FRAME - 14, 0, 0, 64, protocol, 0, src, dst)
    ip = ip[:10] + frames.checksum(ip) + ip[12:]
    if protocol == 6:
        rest = struct.pack(">HHIIBBHHH", sport, dport, 0, 0, 0x50, 0x10, 512, 0, 0)
    elif protocol == 17:
        rest = struct.pack(">HHHH", sport, dport, frames.FRAME - 34, 0)
    else:
        rest = struct.pack(">BBHI", 8, 0, 0, 0)
    stations = frames.station_mac(1, 0) + frames.station_mac(0, 0)
    return (stations + b"\x08\x00" + ip + rest).ljust(frames.FRAME, b"\0")
