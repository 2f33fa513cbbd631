# SPDX-License-Identifier: BSD-3-Clause
"""Cases that count what comes through in some seconds, give or take a tenth: meters, and shares of select
groups. They depend on time, so they run when they are asked for only."""
from osken_form import apply, bucket, case, flow, group, group_action, match, meter, metered, output
from osken_pipeline import KBPS, PKTPS, SELECT, band

SECONDS = 15  # what a meter has saved up for a second counts a fifteenth
ETHER = {"ip4": 0x0800, "ip6": 0x86dd, "arp": 0x0806}
MAC = "netaddr.EUI(randint(0, 2 ** 48 - 1) & 0xfeffffffffff)"


def address(kind):
    return f"netaddr.IPAddress(randint(1, 2 ** {128 if kind == 'ip6' else 32} - 1))"


def packet(kind, macs=False, addresses=False, tos=0):
    """1,500 bytes; MAC addresses, or those of IP with the ports, are others in each."""
    two = {"ip4": "src={0}, dst={0}", "ip6": "src={0}, dst={0}", "arp": "src_ip={0}, dst_ip={0}"}[kind]
    ends = two.format(address(kind)) if addresses else ""
    ports = "src_port=randint(1, 65535), dst_port=randint(1, 65535)" if addresses else ""
    outer = f"dst={MAC}, src={MAC}" if macs else "dst='0a:21:22:23:24:25', src='0a:11:12:13:14:15'"
    inner = {"ip4": [f"ipv4(proto=6, tos={tos}, {ends})", f"tcp({ports})"],
             "ip6": [f"ipv6(nxt=6, traffic_class={tos}, {ends})", f"tcp({ports})"],
             "arp": [f"arp({ends})"]}[kind]
    used = {"ip4": 54, "ip6": 74, "arp": 42}[kind]
    return [f"ethernet({outer}, ethertype={ETHER[kind]})", *inner, f"bytes({1500 - used})"]


def through(data, a_second, *shares):
    """So many packets a second, and what is to come of them: (unit, rate, fields)."""
    return {"ingress": {"packets": {"data": data, "pktps": a_second, "duration_time": SECONDS}},
            "egress": {"throughput": [{**match(*fields), unit: rate} for unit, rate, fields in shares]}}


def meters():
    cases = []
    for kind in ETHER:
        for unit, flag, rate, sent in (("kbps", KBPS, 1000, 175), ("pktps", PKTPS, 100, 200)):
            rules = [flow([("in_port", 1)], metered(1), apply(output()))]
            drop, remark = band("Drop", rate), band("DscpRemark", rate, prec_level=1)
            cases.append(case(f"{kind} above {rate} {unit}, dropped", [meter(1, flag, drop), *rules],
                              through(packet(kind), sent, (unit, rate, [("in_port", 2)]))))
            if kind == "arp":  # it has none
                cases.append(case(f"arp above {rate} {unit}, remarked", [meter(1, flag, remark), *rules],
                                  through(packet(kind), sent, (unit, 2 * rate, [("in_port", 2)]))))
                continue
            for was, becomes in ((24, 16), (18, 20)):  # CS3 becomes CS2; AF21 becomes AF22
                shares = [(unit, rate, [("in_port", 2), ("eth_type", ETHER[kind]), ("ip_dscp", dscp)])
                          for dscp in (was, becomes)]
                cases.append(case(f"{kind} above {rate} {unit}, DSCP {was} becomes {becomes}",
                                  [meter(1, flag, remark), *rules],
                                  through(packet(kind, tos=was << 2), sent, *shares)))
    return cases


def selects():
    cases, rule = [], flow([("in_port", 1)], apply(group_action(0)))
    for kind in ETHER:
        for what in ("macs", "addresses"):
            for two, three in ((1, 1), (1, 2)):
                chosen = group(0, SELECT, bucket(output(2), weight=two), bucket(output(3), weight=three))
                shares = [("kbps", 2000 * weight // (two + three), [("in_port", port)])
                          for port, weight in ((2, two), (3, three))]
                cases.append(case(f"{kind}, {what} at random, weights {two} and {three}", [chosen, rule],
                                  through(packet(kind, **{what: True}), 175, *shares)))
    return cases


def files():
    return {"rate: meters": meters(), "rate: select groups": selects()}
