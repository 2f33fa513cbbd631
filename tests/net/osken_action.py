# SPDX-License-Identifier: BSD-3-Clause
"""Cases of actions: set_field of each field, headers put on and taken off, TTLs, and the action set."""
import osken_packet as p
from osken_form import (CLEAR, CONTROLLER, IN_PORT, act, apply, case, flow, goto, output, passes, set_field,
                        told, write)
from osken_match import ARP, INNER, IPV4, IPV6, MPLS, OUTER, PBB, two_tags, unwrap

TYPES = {"tcp4": IPV4, "tcp6": IPV6, "arp": ARP}


def one(title, fields, actions, packet, becomes):
    """Applied, and where the action set allows them, written."""
    return case(title, [flow(fields, apply(*actions, output()))], passes(packet, becomes))


def set_inner(field):
    cases, change = [], set_field(field.name, field.two)
    for name in field.packets:
        packet = p.PACKETS[name]
        becomes, fields = packet.set(field.name, field.two), [*field.needs]
        title = f"set {field.name} of {packet.title()}"
        cases.append(one(title, [*fields, (field.name, field.one)], [change], packet, becomes))
        cases.append(one(f"{title}, tagged", fields, [change], p.tagged(packet), p.tagged(becomes)))
        cases.append(case(f"{title}, written", [flow(fields, write(change, output()))],
                          passes(packet, becomes)))
        for what, wrap in ((MPLS, p.labelled), (PBB, p.backboned)):
            rules = [unwrap(what, packet.headers[0][1]["ethertype"]),
                     flow(fields, apply(change, output()), table=1)]
            cases.append(case(f"{title} behind {wrap(packet).title()}", rules, passes(wrap(packet), becomes)))
    return cases


def set_outer(field):
    cases, change = [], set_field(field.name, field.two)
    for name in field.packets:
        for wrap in (lambda it: it, p.tagged, two_tags, p.labelled, p.backboned):
            packet = wrap(p.PACKETS[name])
            cases.append(one(f"set {field.name} of {packet.title()}", [("in_port", 1)], [change], packet,
                             packet.set(field.name, field.two)))
    return cases


def set_tags():
    files = {}
    any_tag, plain = ("vlan_vid", 0x1000, 0x1000), lambda it: it
    for field, needs, value, wraps in (
            ("vlan_vid", [any_tag], 203, (p.tagged, two_tags)), ("vlan_pcp", [any_tag], 6,
                    (p.tagged, two_tags)),
            ("mpls_label", [MPLS], 99999, (p.labelled,)), ("mpls_tc", [MPLS], 6, (p.labelled,)),
            ("mpls_bos", [MPLS, ("mpls_bos", 1)], 0, (p.labelled,)),
            ("pbb_isid", [PBB], 0xabcdef, (p.backboned,))):
        cases = files[f"action: set {field}"] = []
        change = set_field(field, value | 0x1000 if field == "vlan_vid" else value)
        for name in ("tcp4", "tcp6", "arp"):
            for wrap in wraps:
                for more in (plain, p.tagged) if field.startswith("mpls") else (plain,):
                    packet = more(wrap(p.PACKETS[name]))
                    cases.append(one(f"set {field} of {packet.title()}", needs, [change], packet,
                                     packet.set(field, value)))
        packet = p.backboned(two_tags(p.PACKETS["tcp4"]), btag=True)
        if field == "pbb_isid":
            cases.append(one(f"set {field} of {packet.title()}", needs, [change], packet,
                             packet.set(field, value)))
        packet = p.labelled(p.labelled(p.PACKETS["udp6"]))
        if field.startswith("mpls"):
            needs, value = needs[:1], 1 if field == "mpls_bos" else value
            cases.append(one(f"set {field} of {packet.title()}", needs, [set_field(field, value)], packet,
                             packet.set(field, value)))
    return files


def set_types():
    """The bytes behind it stay, and a later table reads them as what they are called then."""
    cases = []
    for name, kind in TYPES.items():
        for wrap in (lambda it: it, p.tagged, two_tags):
            packet = wrap(p.PACKETS[name])
            becomes, change = packet.set("eth_type", 0x8848), set_field("eth_type", 0x8848)
            title = f"set eth_type of {packet.title()}"
            cases.append(one(title, [kind], [change], packet, becomes))
            cases.append(case(f"{title}, written", [flow([kind], write(change, output()))],
                              passes(packet, becomes)))
            rules = [flow([kind], apply(change), goto(1)),
                     flow([("eth_type", 0x8848)], apply(output(CONTROLLER)), table=1)]
            cases.append(case(f"{title}, then a match", rules, told(packet, becomes)))
    for name in ("tcp4", "tcp6"):
        packet = p.PACKETS[name]
        becomes = packet.set("ip_proto", 17)
        rules = [flow([TYPES[name], ("ip_proto", 6)], apply(set_field("ip_proto", 17)), goto(1)),
                 flow([TYPES[name], ("ip_proto", 17), ("udp_dst", 2222)], apply(output(CONTROLLER)), table=1)]
        cases.append(case(f"set ip_proto of {packet.title()}, then its port", rules, told(packet, becomes)))
    return {"action: set eth_type": cases}


def vlan_headers():
    push, multiple, pop = [], [], []
    for name, kind in TYPES.items():
        packet = p.PACKETS[name]
        for tpid in (0x8100, 0x88a8):
            push.append(one(f"push_vlan:{tpid:#x} on {name}", [kind], [act("PushVlan", ethertype=tpid)],
                            packet,
                            p.tagged(packet, tpid=tpid, pcp=0, vid=0)))
            push.append(one(f"push_vlan:{tpid:#x} on {name}, and its fields", [kind],
                            [act("PushVlan", ethertype=tpid), set_field("vlan_vid", 0x1000 | 77),
                             set_field("vlan_pcp", 5)],
                            packet, p.tagged(packet, tpid=tpid, pcp=5, vid=77)))
        for tpid in (0x8100, 0x88a8):
            multiple.append(one(f"push_vlan:{tpid:#x} on tagged {name}", [kind],
                                [act("PushVlan", ethertype=tpid)],
                                p.tagged(packet), p.tagged(p.tagged(packet), tpid=tpid)))
        multiple.append(one(f"push_vlan twice on {name}", [kind],
                            [act("PushVlan", ethertype=0x8100), set_field("vlan_vid", 0x1000 | 5),
                             act("PushVlan", ethertype=0x88a8)],
                            packet, p.tagged(p.tagged(packet, pcp=0, vid=5), tpid=0x88a8, pcp=0, vid=5)))
        any_tag = ("vlan_vid", 0x1000, 0x1000)
        pop.append(one(f"pop_vlan of {name}", [kind, any_tag], [act("PopVlan")], p.tagged(packet), packet))
        pop.append(one(f"pop_vlan of {name}, two tags", [kind, any_tag], [act("PopVlan")], two_tags(packet),
                       p.tagged(packet)))
        pop.append(case(f"pop_vlan of {name}, written", [flow([any_tag], write(act("PopVlan"), output()))],
                        passes(p.tagged(packet), packet)))
        pop.append(case(f"pop_vlan of {name}, then a match", [flow([any_tag], apply(act("PopVlan")), goto(1)),
                                                              flow([kind, ("vlan_vid", 0)],
                                                                      apply(output(CONTROLLER)), table=1)],
                        told(p.tagged(packet), packet)))
        packet = p.labelled(packet)
        push.append(one(f"push_vlan on {packet.title()}", [MPLS], [act("PushVlan", ethertype=0x8100)], packet,
                        p.tagged(packet, pcp=0, vid=0)))
        packet = p.backboned(p.PACKETS[name])
        push.append(one(f"push_vlan on {packet.title()}", [PBB], [act("PushVlan", ethertype=0x88a8)], packet,
                        p.tagged(packet, tpid=0x88a8, pcp=0, vid=0)))
    return {"action: push_vlan": push, "action: push_vlan multiple": multiple, "action: pop_vlan": pop}


def mpls_headers():
    push, multiple, pop = [], [], []
    for name, kind in TYPES.items():
        packet, ttl = p.PACKETS[name], 0 if name == "arp" else 64
        for kind_of in (0x8847, 0x8848):
            push.append(one(f"push_mpls:{kind_of:#x} on {name}", [kind], [act("PushMpls", ethertype=kind_of)],
                            packet,
                            p.labelled(packet, label=0, exp=0, ttl=ttl, ethertype=kind_of)))
        push.append(one(f"push_mpls on {name}, and its fields", [kind],
                        [act("PushMpls", ethertype=0x8847), set_field("mpls_label", 1234),
                         set_field("mpls_tc", 2), act("SetMplsTtl", mpls_ttl=33)],
                        packet, p.labelled(packet, label=1234, exp=2, ttl=33)))
        push.append(case(f"push_mpls on {name}, written",
                         [flow([kind], write(act("PushMpls", ethertype=0x8847), output()))],
                         passes(packet, p.labelled(packet, label=0, exp=0, ttl=ttl))))
        multiple.append(one(f"push_mpls on labelled {name}", [MPLS], [act("PushMpls", ethertype=0x8847)],
                            p.labelled(packet), p.labelled(p.labelled(packet))))
        multiple.append(one(f"push_mpls twice on {name}", [kind],
                            [act("PushMpls", ethertype=0x8847), act("PushMpls", ethertype=0x8847)], packet,
                            p.labelled(p.labelled(packet, label=0, exp=0, ttl=ttl), label=0, exp=0, ttl=ttl)))
        inner_type = packet.headers[0][1]["ethertype"]
        pop.append(one(f"pop_mpls of {name}", [MPLS], [act("PopMpls", ethertype=inner_type)],
                       p.labelled(packet), packet))
        pop.append(one(f"pop_mpls of tagged {name}", [MPLS], [act("PopMpls", ethertype=inner_type)],
                       p.tagged(p.labelled(packet)), p.tagged(packet)))
        pop.append(one(f"pop_mpls of {name}, two labels", [MPLS], [act("PopMpls", ethertype=0x8847)],
                       p.labelled(p.labelled(packet), label=3), p.labelled(packet)))
        pop.append(one(f"pop_mpls twice of {name}", [MPLS],
                       [act("PopMpls", ethertype=0x8847), act("PopMpls", ethertype=inner_type)],
                       p.labelled(p.labelled(packet), label=3), packet))
        pop.append(case(f"pop_mpls of {name}, written",
                        [flow([MPLS], write(act("PopMpls", ethertype=inner_type),
                                            output()))], passes(p.labelled(packet), packet)))
    return {"action: push_mpls": push, "action: push_mpls multiple": multiple, "action: pop_mpls": pop}


def pbb_headers():
    push, multiple, pop = [], [], []
    for name, kind in TYPES.items():
        packet = p.PACKETS[name]
        same = {"dst": p.MAC_B, "src": p.MAC_A}
        action = act("PushPbb", ethertype=0x88e7)
        push.append(one(f"push_pbb on {name}", [kind], [action], packet, p.backboned(packet, sid=0, **same)))
        push.append(one(f"push_pbb on tagged {name}", [kind], [action], p.tagged(packet),
                        p.backboned(p.tagged(packet), sid=0, pcp=3, **same)))
        push.append(one(f"push_pbb on {name}, and its fields", [kind],
                        [action, set_field("pbb_isid", 7), set_field("eth_dst", p.MAC_C)],
                        packet, p.backboned(packet, sid=7, dst=p.MAC_C, src=p.MAC_A)))
        push.append(case(f"push_pbb on {name}, written", [flow([kind], write(action, output()))],
                         passes(packet, p.backboned(packet, sid=0, **same))))
        multiple.append(one(f"push_pbb twice on {name}", [kind], [action, action], packet,
                            p.backboned(p.backboned(packet, sid=0, **same), sid=0, **same)))
        multiple.append(one(f"push_pbb on backboned {name}", [PBB], [action], p.backboned(packet, **same),
                            p.backboned(p.backboned(packet, **same), **same)))
        for inner in (packet, p.tagged(packet), two_tags(packet)):
            pop.append(one(f"pop_pbb of {inner.title()}", [PBB], [act("PopPbb")], p.backboned(inner), inner))
        pop.append(case(f"pop_pbb of {name}, written", [flow([PBB], write(act("PopPbb"), output()))],
                        passes(p.backboned(packet), packet)))
        pop.append(one(f"pop_pbb of {name}, backbone tag", [PBB, ("vlan_vid", 0x1000, 0x1000)],
                       [act("PopVlan"), act("PopPbb")], p.backboned(packet, btag=True), packet))
    return {"action: push_pbb": push, "action: push_pbb multiple": multiple, "action: pop_pbb": pop}


def ttls():
    out, into, set_mpls, dec_mpls, set_nw, dec_nw = [], [], [], [], [], []
    for name, kind in (("tcp4", IPV4), ("tcp6", IPV6)):
        packet = p.PACKETS[name]
        label = p.labelled(packet)
        out.append(one(f"copy_ttl_out of {name}", [MPLS], [act("CopyTtlOut")], label,
                       label.set("mpls_ttl", 64)))
        into.append(one(f"copy_ttl_in of {name}", [MPLS], [act("CopyTtlIn")], label,
                        p.labelled(packet.set("nw_ttl", 50))))
        for title, wrap in ((name, lambda it: it), (f"tagged {name}", p.tagged)):
            set_nw.append(one(f"set_nw_ttl of {title}", [kind], [act("SetNwTtl", nw_ttl=5)], wrap(packet),
                              wrap(packet.set("nw_ttl", 5))))
            dec_nw.append(one(f"dec_nw_ttl of {title}", [kind], [act("DecNwTtl")], wrap(packet),
                              wrap(packet.set("nw_ttl", 63))))
        for what, wrap in ((MPLS, p.labelled), (PBB, p.backboned)):
            for actions, cases, ttl in (([act("DecNwTtl")], dec_nw, 63),
                                        ([act("SetNwTtl", nw_ttl=5)], set_nw, 5)):
                rules = [unwrap(what, kind[1]), flow([kind], apply(*actions, output()), table=1)]
                cases.append(case(f"{next(iter(actions[0]))} behind {wrap(packet).title()}", rules,
                                  passes(wrap(packet), packet.set("nw_ttl", ttl))))
        dec_nw.append(case(f"dec_nw_ttl of {name}, written", [flow([kind], write(act("DecNwTtl"), output()))],
                           passes(packet, packet.set("nw_ttl", 63))))
        two = p.labelled(label, ttl=9)
        out.append(one(f"copy_ttl_out of {name}, two labels", [MPLS], [act("CopyTtlOut")], two,
                       two.set("mpls_ttl", 50)))
        into.append(one(f"copy_ttl_in of {name}, two labels", [MPLS], [act("CopyTtlIn")], two,
                        p.labelled(p.labelled(packet, ttl=9), ttl=9)))
        out.append(one(f"push_mpls and copy_ttl_out of {name}", [kind],
                       [act("PushMpls", ethertype=0x8847), act("SetMplsTtl", mpls_ttl=3), act("CopyTtlOut")],
                       packet, p.labelled(packet, label=0, exp=0, ttl=64)))
    for name in TYPES:
        for label in (p.labelled(p.PACKETS[name]), p.tagged(p.labelled(p.PACKETS[name]))):
            set_mpls.append(one(f"set_mpls_ttl of {label.title()}", [MPLS], [act("SetMplsTtl", mpls_ttl=5)],
                                label, label.set("mpls_ttl", 5)))
            dec_mpls.append(one(f"dec_mpls_ttl of {label.title()}", [MPLS], [act("DecMplsTtl")], label,
                                label.set("mpls_ttl", 49)))
    return {"action: copy_ttl_out": out, "action: copy_ttl_in": into, "action: set_mpls_ttl": set_mpls,
            "action: dec_mpls_ttl": dec_mpls,
            "action: set_nw_ttl": set_nw, "action: dec_nw_ttl": dec_nw}


def outputs():
    cases = []
    for name, kind in TYPES.items():
        packet = p.PACKETS[name]
        for port, word in ((0xfffffffc, "ALL"), (0xfffffffb, "FLOOD"), (0xfffffffa, "NORMAL")):
            cases.append(case(f"output:{word} of {name}", [flow([kind], apply(output(port)))],
                              passes(packet)))
        cases.append(case(f"output:CONTROLLER of {name}", [flow([kind], apply(output(CONTROLLER)))],
                          told(packet)))
        cases.append(case(f"output:3,2 of {name}",
                          [flow([kind], apply(output(3), output(IN_PORT), output()))], passes(packet)))
        cases.append(case(f"output of {name}, changed between",
                          [flow([kind], apply(output(3), set_field("eth_src", p.MAC_C), output()))],
                          passes(packet, packet.set("eth_src", p.MAC_C))))
        cases.append(case(f"output of {name}, written", [flow([kind], write(output()))], passes(packet)))
    return {"action: output": cases}


def action_set():
    """Whatever the order they are written in, they are done in that of 5.10."""
    cases = []
    for name, kind in TYPES.items():
        packet = p.PACKETS[name]
        pushed = p.tagged(p.labelled(packet, label=9, exp=0, ttl=0 if name == "arp" else 64), pcp=0, vid=7)
        cases.append(case(f"written in any order, {name}",
                          [flow([kind], write(output(), set_field("mpls_label", 9),
                                              set_field("vlan_vid", 0x1007),
                                              act("PushVlan", ethertype=0x8100), act("PushMpls",
                                                      ethertype=0x8847)))],
                          passes(packet, pushed)))
        cases.append(case(f"written again in a later table, {name}",
                          [flow([kind], write(set_field("eth_src", p.MAC_B), output(3)), goto(1)),
                           flow([kind], write(set_field("eth_src", p.MAC_C), output()), table=1)],
                          passes(packet, packet.set("eth_src", p.MAC_C))))
        cases.append(case(f"cleared, {name}",
                          [flow([kind], write(set_field("eth_src", p.MAC_B), output(3)), goto(1)),
                           flow([], CLEAR, write(output()), table=1)],
                          passes(packet)))
        cases.append(case(f"applied before written, {name}",
                          [flow([kind], apply(set_field("eth_dst", p.MAC_C)), write(output()), goto(1)),
                           flow([("eth_dst", p.MAC_C)], apply(set_field("eth_src", p.MAC_C)), table=1)],
                          passes(packet, packet.changed({"eth_dst": p.MAC_C, "eth_src": p.MAC_C}))))
    return {"action: action set": cases}


def files():
    made = {}
    for field in INNER:
        made.setdefault(f"action: set {field.name}", []).extend(set_inner(field))
    for field in OUTER:
        made[f"action: set {field.name}"] = set_outer(field)
    return {**made, **set_tags(), **set_types(), **vlan_headers(), **mpls_headers(), **pbb_headers(),
            **ttls(), **outputs(), **action_set()}
