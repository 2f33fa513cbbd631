# SPDX-License-Identifier: BSD-3-Clause
"""Cases of groups, meters and tables."""
import osken_packet as p
from osken_form import (CONTROLLER, apply, bucket, case, flow, goto, group, group_action, metadata, meter,
                        metered, output, passes,
                        set_field, told, write)
from osken_match import IPV4, IPV6

ALL, SELECT, INDIRECT, FAILOVER = 0, 1, 2, 3
KBPS, PKTPS, BURST, STATS = 1, 2, 4, 8


def of_group(packet, word, rule):
    """Cases with one rule that sends to group 7, applied or written; by the file they belong to."""
    change = set_field("eth_src", p.MAC_C)
    changed = packet.set("eth_src", p.MAC_C)
    here, there = bucket(change, output()), bucket(output(3))

    def to(title, *messages, test=passes(packet, changed)):
        return case(f"{title} of {packet.title()}, {word}", [*messages, rule], test)

    def weighed(weight):
        return bucket(change, output(), weight=weight)

    def watched(port):
        return bucket(change, output(), watch_port=port)

    inner = group(8, INDIRECT, here)
    live = group(8, FAILOVER, watched(2))
    return {
        "group: all": [
            to("the first", group(7, ALL, here, there)),
            to("the second as it was", group(7, ALL, bucket(change, output(3)), bucket(output())),
               test=passes(packet)),
            to("told", group(7, ALL, bucket(change, output(3)), bucket(output(CONTROLLER))),
               test=told(packet))],
        "group: select": [
            to("the only one", group(7, SELECT, weighed(1))),
            to("none with weight 0", group(7, SELECT, bucket(output(3), weight=0), weighed(5))),
            to("either", group(7, SELECT, weighed(1), weighed(9)))],
        "group: indirect": [to("indirect", inner, group(7, INDIRECT, bucket(group_action(8)))),
                            to("one bucket", group(7, INDIRECT, here))],
        "group: fast failover": [
            to("the first is live", group(7, FAILOVER, watched(2), bucket(output(3), watch_port=3))),
            to("the first is not", group(7, FAILOVER, bucket(output(3), watch_port=99), watched(2)))],
        "group: chained": [
            to("all to indirect", inner, group(7, ALL, there, bucket(group_action(8)))),
            to("a group watched", live, group(7, FAILOVER, bucket(group_action(8), watch_group=8)))],
    }


def groups():
    made = {}
    for name in ("tcp4", "tcp6", "arp"):
        for word, does in (("applied", apply), ("written", write)):
            rule = flow([("in_port", 1)], does(group_action(7)))
            for title, cases in of_group(p.PACKETS[name], word, rule).items():
                made.setdefault(title, []).extend(cases)
        messages = [group(7, ALL, bucket(set_field("eth_src", p.MAC_C), output(3))),
                    flow([("in_port", 1)], apply(group_action(7), output()))]
        made["group: all"].append(case(f"{name}: its changes end with it", messages, passes(p.PACKETS[name])))
    return made


def band(kind, rate, burst=0, **more):
    return {f"OFPMeterBand{kind}": {"rate": rate, "burst_size": burst, **more}}


METERS = {
    "drop kbps": (KBPS, band("Drop", 1000)), "drop pktps": (PKTPS, band("Drop", 100)),
    "drop kbps, burst": (KBPS | BURST, band("Drop", 1000, 4000)),
    "drop pktps, burst, stats": (PKTPS | BURST | STATS, band("Drop", 100, 50)),
    "remark": (KBPS, band("DscpRemark", 1000, prec_level=1)),
    "remark pktps": (PKTPS, band("DscpRemark", 100, prec_level=2)),
    "remark and drop": (KBPS, band("DscpRemark", 1000, prec_level=1), band("Drop", 2000)),
}


def meters():
    """A packet that is within its rate; each form must be told as it was sent."""
    cases = []
    for name in ("tcp4", "tcp6", "arp"):
        packet = p.PACKETS[name]
        for word, (flags, *bands) in METERS.items():
            for number, port, test in ((1, 2, passes(packet)), (2, CONTROLLER, told(packet))):
                rule = flow([("in_port", 1)], metered(number), apply(output(port)))
                messages = [meter(number, flags, *bands), rule]
                cases.append(case(f"{word} of {name}, meter {number}", messages, test))
    return {"meter: within the rate": cases}


def tables():
    cases = []
    for name, kind in (("tcp4", IPV4), ("tcp6", IPV6)):
        packet = p.PACKETS[name]
        by_src, by_dst = packet.set("eth_src", p.MAC_C), packet.set("eth_dst", p.MAC_C)
        to_two, to_three = apply(output()), apply(output(3))
        for title, rules, becomes in (
                ("goto by goto", [flow([kind], goto(1)), flow([kind], goto(3), table=1),
                                  flow([kind], goto(200), table=3), flow([kind], to_two, table=200)], packet),
                ("the highest priority", [flow([kind], to_three, priority=5), flow([], priority=4),
                                          flow([kind, ("ip_proto", 6)], to_two, priority=6)], packet),
                ("what no other takes", [flow([("in_port", 2)], to_three, priority=9),
                                         flow([], to_two, priority=0)], packet),
                ("metadata in parts", [flow([kind], metadata(0xaa00, 0xff00), goto(1)),
                                       flow([kind], metadata(0xbb, 0xff), goto(2), table=1),
                                       flow([("metadata", 0xaabb)], to_two, table=2)], packet),
                ("matched as it was changed", [flow([kind], apply(set_field("eth_dst", p.MAC_C)), goto(1)),
                                               flow([("eth_dst", p.MAC_C)], to_two, table=1),
                                               flow([("eth_dst", p.MAC_B)], to_three, table=1)], by_dst),
                ("timeouts, cookie", [flow([kind], to_two, cookie=0x123456789abcdef0, idle_timeout=300,
                                           hard_timeout=600, priority=77)], packet),
                ("the set waits", [flow([kind], write(output()), goto(1)),
                                   flow([], apply(set_field("eth_src", p.MAC_C)), table=1)], by_src)):
            cases.append(case(f"{title}, {name}", rules, passes(packet, becomes)))
    return {"table: several": cases}


def files():
    return {**groups(), **meters(), **tables()}
