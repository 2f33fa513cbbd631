# SPDX-License-Identifier: BSD-3-Clause
"""Packets, ports and monitors by ovs-ofctl; and every other command of it: it works, or is
refused by an error of the specification (src/ctl/of/README.md has the table)."""
import os
import re

import swnet
from swwire import frame
from test_openflow import VERSIONS, bridge, flows, ofctl, refused

WAITS = True  # all of it (run.py)

A, B = "02:00:00:00:00:0a", "02:00:00:00:00:0b"


def packet(mark, dst=B):
    return frame(dst, A, mark, kind=0x88b5, size=60)


def said_in(net, log, words, what):
    path = net.logs / f"{log}.log"
    swnet.wait_for(lambda: all(word in path.read_text() for word in words), 20, what)


def test_packet_out(net):
    """packet-out, in every version: to ports, to all, through the tables, from a port and from none."""
    sw = bridge(net)
    a, b = net.hosts["a"].wire(), net.hosts["b"].wire()
    for version in VERSIONS:
        ofctl(net, sw, "del-flows", version=version)
        ofctl(net, sw, "add-flow", "in_port=1,actions=output:2", version=version)
        for n, (in_port, actions, to_a, to_b) in enumerate((
                ("none", "output:2", False, True), ("2", "IN_PORT", False, True),
                ("local", "all", True, True),
                ("1", "FLOOD", False, True), ("1", "TABLE", False, True),
                ("2", "TABLE", False, False), ("controller", "NORMAL", True, True),
                ("1", "set_field:02:00:00:00:00:0c->eth_dst,2", False, True))):
            mark = f"{version} {n} ".encode()
            out = f"in_port={in_port},packet={packet(mark).hex()},actions={actions}"
            ofctl(net, sw, "packet-out", out, version=version)
            for wire, wanted in ((b, to_b), (a, to_a)):
                found = wire.find(mark, swnet.PATIENT if wanted else 0.3)
                swnet.same(found is not None, wanted, f"{version}: from {in_port} by {actions}")
        refused(net, sw, "packet-out", f"in_port=77,packet={packet(b'x').hex()},actions=2", version=version,
                says=["BAD_PORT"])
    sw.stop()


def test_mod_port(net):
    """mod-port: what a port is asked not to do, what is told of it, what is lost."""
    sw = bridge(net)
    a, b = net.hosts["a"], net.hosts["b"]
    a.ping(b.ip)
    for version in VERSIONS:
        for off, on, told, lost in (("down", "up", "PORT_DOWN", "tx_port_down"),
                                    ("no-receive", "receive", "NO_RECV", "rx_no_receive"),
                                    ("no-forward", "forward", "NO_FWD", "tx_no_forward"),
                                    ("no-packet-in", "packet-in", "NO_PACKET_IN", None)):
            ofctl(net, sw, "mod-port", "vif1.0", off, version=version)
            swnet.within(ofctl(net, sw, "show", version=version).stdout, told, f"{version}: {off}")
            if lost:
                a.no_ping(b.ip)
                swnet.within(sw.ctl("port drops vif1.0"), lost, f"{version}: {off}")
            else:
                a.ping(b.ip)
            ofctl(net, sw, "mod-port", "vif1.0", on, version=version)
        a.ping(b.ip)
    ofctl(net, sw, "mod-port", "vif1.0", "no-flood")
    swnet.within(ofctl(net, sw, "show").stdout, "NO_FLOOD", "no-flood")
    sw.stop()


def test_watch(net):
    """monitor watch: rules that come, change and go are told, and packets to controllers. From 1.4 on the
    flag that ovs-ofctl calls own is the specification's ONLY_OWN."""
    sw = bridge(net)
    for version in VERSIONS:
        ofctl(net, sw, "del-flows", version=version)
        log = f"watch-{version}"
        watcher = net.spawn("ovs-ofctl", "-O", version, "monitor", f"unix:{sw.dir}/run/br0.mgmt",
                            "65534",
                            "watch:" if version in VERSIONS[:2] else "watch:!own",
                            log=log, env={**os.environ, "OVS_RUNDIR": str(net.dir)})
        said_in(net, log, ["FLOW_MONITOR"], "the first answer")
        ofctl(net, sw, "add-flow", "table=4,priority=5,tcp,actions=output:1", version=version)
        said_in(net, log, ["event=ADDED table=4 cookie=0 tcp"], "added")
        ofctl(net, sw, "mod-flows", "table=4,actions=output:2", version=version)
        said_in(net, log, ["event=MODIFIED"], "modified")
        ofctl(net, sw, "del-flows", "table=4", version=version)
        said_in(net, log, ["event=DELETED"], "deleted")
        out = f"in_port=1,packet={packet(b'seen').hex()},actions=CONTROLLER"
        ofctl(net, sw, "packet-out", out, version=version)
        said_in(net, log, ["PACKET_IN"], "a packet to controllers")
        watcher.terminate()
        watcher.wait(timeout=swnet.PATIENT)
    sw.stop()


def groups(net, sw, version):
    says = ofctl(net, sw, "dump-groups", version=version).stdout
    return sorted(int(n) for n in re.findall(r"group_id=(\d+),type", says))


def test_userdata(net):
    """controller(userdata=...): monitor -P nxt_packet_in2 shows it."""
    sw = bridge(net)
    for version in VERSIONS:
        ofctl(net, sw, "del-flows", version=version)
        log = f"userdata-{version}"
        watcher = net.spawn("ovs-ofctl", "-O", version, "-P", "nxt_packet_in2", "monitor",
                            f"unix:{sw.dir}/run/br0.mgmt", "65534",
                            log=log, env={**os.environ, "OVS_RUNDIR": str(net.dir)})
        ofctl(net, sw, "add-flow", "actions=controller(userdata=01.02.03.04.05)", version=version)
        swnet.within("\n".join(flows(net, sw, version)), "actions=controller(userdata=01.02.03.04.05)",
                     version)
        out = f"in_port=1,packet={packet(b'seen').hex()},actions=TABLE"

        def told():
            ofctl(net, sw, "packet-out", out, version=version)
            return "userdata=01.02.03.04.05" in (net.logs / f"{log}.log").read_text()
        swnet.wait_for(told, 20, f"{version}: userdata of a packet-in")
        watcher.terminate()
        watcher.wait(10)
    sw.stop()


def test_resume(net):
    """controller(pause): monitor resume sends each packet on, and it goes on behind the action."""
    sw = bridge(net)
    a, b = net.hosts["a"], net.hosts["b"]
    for version in VERSIONS:
        ofctl(net, sw, "del-flows", version=version)
        ofctl(net, sw, "add-flow", "actions=set_field:3->reg0,push:reg0[],resubmit(,1),NORMAL",
              version=version)
        ofctl(net, sw, "add-flow", "table=1,actions=controller(pause,userdata=0a.0b),pop:reg1[]",
              version=version)
        swnet.within("\n".join(flows(net, sw, version)), "controller(userdata=0a.0b,pause)", version)
        a.no_ping(b.ip)
        log = f"resume-{version}"
        watcher = net.spawn("ovs-ofctl", "-O", version, "-P", "nxt_packet_in2", "monitor",
                            f"unix:{sw.dir}/run/br0.mgmt", "65534", "resume",
                            log=log, env={**os.environ, "OVS_RUNDIR": str(net.dir)})
        a.ping(b.ip)
        said = (net.logs / f"{log}.log").read_text()
        swnet.within(said, ["NXT_PACKET_IN2", "userdata=0a.0b", "continuation.bridge=", "NXT_RESUME",
                            "reg0=0x3"], version)
        for bad in ("decode error", "NXR_STALE", "OFPT_ERROR"):
            swnet.same(bad in said, False, f"{version}: {bad} in what the monitor says")
        watcher.terminate()
        watcher.wait(timeout=swnet.PATIENT)
    swnet.within(sw.ctl("trace br0 in_port=1,ip"), "waits until one resumes it", "trace")
    sw.stop()


def test_conjunction(net):
    """Conjunctive matches (ovs-fields(7)): two sets of addresses that may talk, in every version; how
    they are shown, watched and traced."""
    sw = bridge(net)
    a, b = net.hosts["a"], net.hosts["b"]
    for version in VERSIONS:
        ofctl(net, sw, "del-flows", version=version)
        log = f"conjunction-{version}"
        watcher = net.spawn("ovs-ofctl", "-O", version, "monitor", f"unix:{sw.dir}/run/br0.mgmt", "65534",
                            "watch:" if version in VERSIONS[:2] else "watch:!own",
                            log=log, env={**os.environ, "OVS_RUNDIR": str(net.dir)})
        said_in(net, log, ["FLOW_MONITOR"], "the monitor's first answer")
        rules = net.logs / f"conjunction-{version}.rules"
        rules.write_text("".join(f"{rule}\n" for rule in (
            "priority=1,arp,actions=NORMAL",
            "priority=50,conj_id=1234,ip,actions=NORMAL",
            f"priority=100,ip,nw_src={a.ip},actions=conjunction(1234,1/2)",
            f"priority=100,ip,nw_src={b.ip},actions=conjunction(1234, 1/2),note:01.02.03.04.05.06",
            f"priority=100,ip,nw_dst={a.ip},actions=conjunction(1234,2/2),conjunction(7,1/3)")))
        ofctl(net, sw, "add-flows", rules, version=version)
        said_in(net, log, ["conjunction(1234,2/2),conjunction(7,1/3)", "conj_id=1234"], "the monitor's news")
        a.no_ping(b.ip)  # b's address is no destination yet
        ofctl(net, sw, "add-flow", f"priority=100,ip,nw_dst={b.ip},actions=conjunction(1234,2/2)",
              version=version)
        a.ping(b.ip)
        swnet.within("\n".join(flows(net, sw, version)),
                     [f"ip,nw_dst={a.ip} actions=conjunction(1234,2/2),conjunction(7,1/3)",
                      "conj_id=1234,ip actions=NORMAL", "note:01.02.03.04.05.06"], f"{version}: dump-flows")
        ofctl(net, sw, "mod-flows", f"ip,nw_dst={b.ip},actions=drop", version=version)
        a.no_ping(b.ip)
        refused(net, sw, "packet-out", f"in_port=none,packet={packet(b'x').hex()},actions=conjunction(1,1/2)",
                version=version, says=["BAD_CONJUNCTION"])
        watcher.terminate()
        watcher.wait(10)
    traced = sw.ctl(f"trace br0 in_port=1,icmp,nw_src={a.ip},nw_dst=10.0.0.77")
    swnet.within(traced, "conjunction 1234, priority 100: of 2 dimensions met 1, lacking 2", "trace")
    traced = sw.ctl(f"trace br0 in_port=1,icmp,nw_src={a.ip},nw_dst={a.ip}")
    swnet.within(traced, ["conjunction 7, priority 100: of 3 dimensions met 1, lacking 2, 3",
                          "conjunction 1234, priority 100: all 2 dimensions met: looked up with conj_id=1234",
                          "table 0: priority=50,conj_id=1234,ip actions=NORMAL"], "trace")
    sw.stop()


def test_learn_limit(net):
    """learn with limit= and result_dst=: shown as it was given, and just two of five stations get a rule."""
    sw = bridge(net)
    a, b = net.hosts["a"].wire(), net.hosts["b"].wire()
    learn = "learn(table=1,cookie=0x7,limit=2,result_dst=NXM_NX_REG0[0],NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[])"
    stations = [f"02:00:00:00:01:0{n}" for n in range(1, 6)]
    for version in VERSIONS:
        ofctl(net, sw, "del-flows", version=version)
        ofctl(net, sw, "add-flow", f"in_port=1,dl_type=0x88b5,actions={learn},resubmit(,2)", version=version)
        ofctl(net, sw, "add-flow", "table=2,reg0=1,actions=output:2", version=version)
        ofctl(net, sw, "add-flow", "table=2,reg0=0,actions=IN_PORT", version=version)
        swnet.within("\n".join(flows(net, sw, version)), learn, version)
        for again in range(2):
            for n, station in enumerate(stations):
                mark = f"{version} {again} {n} ".encode()
                a.send(frame(B, station, mark, kind=0x88b5, size=60))
                told = b if n < 2 else a
                found = told.find(mark, swnet.PATIENT)
                swnet.same(found is not None, True, f"{version}: {station} is told so")
        made = flows(net, sw, version, "table=1")
        swnet.same([station for station in stations if f"dl_dst={station}" in "\n".join(made)], stations[:2],
                   f"{version}: stations that rules were made of")
        swnet.same(len(made), 2, f"{version}: rules made")
    sw.stop()


def test_group_bundle(net):
    """Groups, rules that use them and packets that meet both, all or none."""
    sw = bridge(net)
    b = net.hosts["b"].wire()
    file = net.dir / "groups"
    file.write_text("group_id=1,type=all,bucket=output:2\ngroup_id=2,type=all,bucket=group:1\n")
    ofctl(net, sw, "del-flows")
    for version in VERSIONS[1:]:
        mark = f"groups {version} ".encode()
        out = f"packet-out in_port=1,packet={packet(mark).hex()},actions=TABLE\n"
        both = ("group add group_id=5,type=all,bucket=output:2\nflow add in_port=1,actions=group:6\n"
                "group add group_id=6,type=all,bucket=group:5\n")
        refused(net, sw, "bundle", "-", version=version, text=out + both,
                says=["OFPBAC_BAD_OUT_GROUP", "OFPBFC_MSG_FAILED"])
        swnet.same(groups(net, sw, version), [], "groups that are left")
        five, rule, six = both.splitlines(True)
        ofctl(net, sw, "bundle", "-", version=version, text=out + five + six + rule)
        swnet.same(b.find(mark) is not None, True, "a packet by groups of its bundle")
        swnet.same(flows(net, sw, version), ["in_port=1 actions=group:6"], "rules of the bundle")
        ofctl(net, sw, "bundle", "-", version=version,
              text="group delete group_id=6\ngroup modify group_id=5,type=all,bucket=output:1\n")
        swnet.same(flows(net, sw, version), [], "rules whose group is gone")
        ofctl(net, sw, "del-groups", version=version, options=["--bundle"])
        ofctl(net, sw, "add-groups", file, version=version, options=["--bundle"])
        swnet.same(groups(net, sw, version), [1, 2], "groups by add-groups")
        refused(net, sw, "add-groups", file, version=version, options=["--bundle"],
                says=["OFPGMFC_GROUP_EXISTS", "OFPBFC_MSG_FAILED"])
        ofctl(net, sw, "del-groups", version=version, options=["--bundle"])
    sw.stop()


def test_packet_bundle(net):
    """A bundle of rules and packets: packets meet the rules, and one that fails sends none."""
    sw = bridge(net)
    b = net.hosts["b"].wire()
    ofctl(net, sw, "del-flows")
    for version in VERSIONS[1:]:
        mark = f"bundle {version} ".encode()
        out = f"packet-out in_port=1,packet={packet(mark).hex()},actions=TABLE\n"
        refused(net, sw, "bundle", "-", version=version, says=["OFPBFC_MSG_FAILED"],
                text=out + "flow add priority=7,ip,actions=1\n"
                "flow add priority=7,check_overlap,tcp,actions=2\n")
        swnet.same(b.find(mark, 0.3), None, "a packet of a bundle that failed")
        ofctl(net, sw, "bundle", "-", version=version, text=out + "flow add in_port=1,actions=2\n")
        swnet.same(b.find(mark) is not None, True, "a packet of a bundle")
        ofctl(net, sw, "del-flows", version=version)
    swnet.same(flows(net, sw), [], "rules that are left")
    sw.stop()


def test_commands(net):
    """The other commands of ovs-ofctl: works, or the error."""
    sw = bridge(net)
    for words in (["show"], ["dump-desc"], ["dump-tables"], ["dump-ports"], ["dump-ports-desc"],
                  ["queue-stats"], ["queue-get-config", "vif0.0"], ["get-frags"], ["set-frags", "normal"],
                  ["probe"],
                  ["benchmark", "64", "10"], ["dump-aggregate"], ["dump-flows"]):
        options = {"version": "OpenFlow13"} if words[0] == "queue-get-config" else {}
        ofctl(net, sw, *words, **options)
    ofctl(net, sw, "set-frags", "drop")
    swnet.same(ofctl(net, sw, "get-frags").stdout.strip(), "drop", "what is done with fragments")
    ofctl(net, sw, "set-frags", "normal")
    for version in VERSIONS[1:]:
        said = ofctl(net, sw, "dump-table-features", version=version).stdout
        swnet.within(said, "table 0", "table features")
        ofctl(net, sw, "dump-groups", version=version)
        ofctl(net, sw, "dump-group-features", version=version)
        ofctl(net, sw, "meter-features", version=version)
    ofctl(net, sw, "add-flow", "table=3,actions=drop")
    said = ofctl(net, sw, "dump-flows", "table=3", options=["--names"]).stdout
    swnet.within(said, "table=3,", "a table that nobody gave a name, with --names")
    said = ofctl(net, sw, "dump-table-desc", version="OpenFlow14").stdout
    swnet.within(said, "table 0", "table descriptions")
    # what swd has not, and the error that says so; 1.0 has none of its own for the first
    for version, words, error in (
            (None, ["set-frags", "reassemble"], "OFPBRC_EPERM"),
            ("OpenFlow13", ["set-frags", "reassemble"], "OFPSCFC_BAD_FLAGS"),
            ("OpenFlow13", ["set-frags", "nx-match"], "OFPSCFC_BAD_FLAGS"),
            (None, ["dump-ipfix-bridge"], "OFPBRC_BAD_SUBTYPE"),
            (None, ["dump-ipfix-flow"], "OFPBRC_BAD_SUBTYPE"),
            (None, ["ct-flush-zone", "1"], "OFPBRC_BAD_SUBTYPE"),
            (None, ["ct-flush", "zone=1"], "OFPBRC_BAD_SUBTYPE"),
            (None, ["dump-tlv-map"], "OFPBRC_BAD_SUBTYPE"),
            ("OpenFlow14", ["mod-table", "254", "evict"], "OFPTMFC_BAD_TABLE")):
        said = ofctl(net, sw, *words, version=version, check=False)
        swnet.within(said.stderr + said.stdout, error, f"{' '.join(words)} is refused")
    ofctl(net, sw, "mod-table", "1", "noevict", version="OpenFlow14")
    sw.stop()


def test_named_table(net):
    """A row of Flow_Table: its name, and its limit, which refuses, evicts, and falls."""
    sw = bridge(net)
    sw.ctl("set Bridge br0 flow_tables:1=@t -- --id=@t create Flow_Table name=acl flow_limit=3")
    ofctl(net, sw, "del-flows")
    for version in VERSIONS:
        words = "dump-table-features" if version in VERSIONS[1:] else "dump-tables"
        swnet.within(ofctl(net, sw, words, version=version).stdout, 'table 1 ("acl")', f"tables in {version}")
    ofctl(net, sw, "add-flow", "table=1,priority=9,actions=drop")
    said = ofctl(net, sw, "dump-flows", "table=acl", options=["--names"]).stdout
    swnet.within(said, "table=acl, ", "a table by its name")
    for n in range(2):
        ofctl(net, sw, "add-flow", f"table=1,idle_timeout={900 + n},priority={n},actions=1")
    refused(net, sw, "add-flow", "table=1,priority=5,actions=1", version="OpenFlow13",
            says=["OFPFMFC_TABLE_FULL"])
    sw.ctl("set flow_table acl overflow_policy=evict")
    ofctl(net, sw, "add-flow", "table=acl,idle_timeout=999,priority=5,actions=1", options=["--names"])
    left = re.findall(r"priority=(\d)", " ".join(flows(net, sw, "OpenFlow13")))
    swnet.same(sorted(left), list("159"), "rules that were not evicted")
    sw.ctl('set flow_table acl groups="NXM_OF_IN_PORT[]" flow_limit=5')
    for n in range(4):
        ofctl(net, sw, "add-flow", f"table=1,hard_timeout={2000 + n},in_port=2,priority={n + 1},actions=1")
    left = re.findall(r"priority=(\d)", " ".join(flows(net, sw, "OpenFlow13")))
    swnet.same(sorted(left), list("23459"), "rules of two groups: 1 went first, then the other 1")
    for version in VERSIONS[2:]:
        ofctl(net, sw, "mod-table", "1", "evict", version=version)
        said = ofctl(net, sw, "dump-table-desc", version=version).stdout
        swnet.within(said, "eviction=on eviction_flags=OTHER|IMPORTANCE|LIFETIME", "a table with groups")
        ofctl(net, sw, "mod-table", "1", "vacancy:30,70", version=version)
        ofctl(net, sw, "mod-table", "1", "noevict", version=version)
    sw.ctl("set flow_table acl flow_limit=1 name=small")
    swnet.wait_for(lambda: len(flows(net, sw, "OpenFlow13")) == 1, 10, "a table is as small as its limit")
    swnet.within(sw.ctl("list flow_table"), ["small", "flow_limit", "evict"], "its row")
    swnet.within(sw.ctl("rule tables br0"), ["small"], "tables of the bridge")
    sw.stop()


def test_full_table(net):
    """A table that says when it gets full, and then evicts."""
    sw = bridge(net)
    sw.ctl("set bridge br0 other_config:table-rules-max=5")
    ofctl(net, sw, "del-flows")
    for version in VERSIONS[2:]:
        ofctl(net, sw, "mod-table", "1", "vacancy:30,70", version=version)
        ofctl(net, sw, "mod-table", "1", "evict", version=version)
        said = ofctl(net, sw, "dump-table-desc", version=version).stdout
        swnet.within(said, ["eviction=on eviction_flags=IMPORTANCE|LIFETIME", "vacancy=on vacancy_down=30%",
                            "vacancy_up=70%", "vacancy=100%"], "table descriptions")
        for n in range(7):
            ofctl(net, sw, "add-flow", f"table=1,importance={n % 2},priority={n},hard_timeout=999,actions=1",
                  version=version)
        left = re.findall(r"priority=(\d)", " ".join(flows(net, sw, version)))
        swnet.same(sorted(left), list("13456"), "rules that were not evicted")
        sw.ctl("set bridge br0 other_config:overflow-policy=evict")
        ofctl(net, sw, "mod-table", "1", "noevict", version=version)
        ofctl(net, sw, "add-flow", "table=1,priority=9,actions=1", version=version)
        sw.ctl("remove bridge br0 other_config overflow-policy")
        refused(net, sw, "add-flow", "table=1,priority=10,actions=1", version=version,
                says=["OFPFMFC_TABLE_FULL"])
        ofctl(net, sw, "del-flows", version=version)
        ofctl(net, sw, "mod-table", "1", "novacancy", version=version)
    sw.stop()
