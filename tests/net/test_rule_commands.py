# SPDX-License-Identifier: BSD-3-Clause
"""swctl's commands on rules, groups and meters beside ovs-ofctl on the same bridge."""
import json

import swnet


def bridge(net):
    sw = net.switch()
    sw.ctl("add-br br0 -- add-port br0 p1 -- set interface p1 type=dummy ofport_request=1 "
           "-- add-port br0 p2 -- set interface p2 type=dummy ofport_request=2")
    return sw


def ofctl(net, sw, command, *words, options=(), **more):
    options = ("-t", "60", "-O", "OpenFlow15", *options)
    return net.run("ovs-ofctl", *options, command, f"unix:{sw.dir}/run/br0.mgmt", *words, **more)


def dumped(net, sw, command):
    """What ovs-ofctl dumps, without its heading."""
    lines = ofctl(net, sw, command).stdout.splitlines()
    return [line.strip() for line in lines if "reply" not in line and line.strip()]


def column(sw, command):
    """The only column of a table."""
    return [row[0] for row in json.loads(sw.ctl(f"--json {command}"))["rows"]]


GROUPS = ("group_id=1,type=select,selection_method=hash,fields(ip_src,tcp_dst),bucket=bucket_id:3,weight:5,"
          "actions=output:1,bucket=bucket_id:4,watch_port:2,actions=set_field:1->ip_dscp,output:2",
          "group_id=2,type=ff,bucket=watch_port:2,output:2,bucket=watch_group:1,output:1",
          "group_id=70000,type=indirect,bucket=group:2")
METERS = ("meter=1,kbps,burst,stats,bands=type=drop,rate=1000,burst_size=100",
          "meter=7,pktps,bands=type=drop,rate=10,type=dscp_remark,rate=5,prec_level=2")


def test_groups_and_meters(net):
    """What one client adds the other shows in the same words, and takes again."""
    sw = bridge(net)
    sw.ctl("group", "add", "br0", *GROUPS)
    sw.ctl("meter", "add", "br0", *METERS)
    by_swctl = column(sw, "group dump br0")
    swnet.same(by_swctl, dumped(net, sw, "dump-groups"), "groups by swctl and by ovs-ofctl")
    meters = column(sw, "meter dump br0")
    others = " ".join(dumped(net, sw, "dump-meters")).replace("= type", "=type")
    swnet.same(" ".join(meters), others, "meters by both")
    sw.ctl("group del br0 -- meter del br0")
    swnet.same((column(sw, "group dump br0"), column(sw, "meter dump br0")), ([], []), "when all are deleted")
    for group in by_swctl:
        ofctl(net, sw, "add-group", group)
    for meter in meters:
        ofctl(net, sw, "add-meter", meter)
    swnet.same(column(sw, "group dump br0"), by_swctl, "groups that ovs-ofctl added")
    swnet.same(column(sw, "meter dump br0"), meters, "meters that ovs-ofctl added")
    sw.ctl("group del br0")
    sw.ctl("group", "add", "br0", *by_swctl)
    swnet.same(dumped(net, sw, "dump-groups"), by_swctl, "groups that swctl read back")
    sw.refused("group add br0 group_id=5,type=all group_id=1,type=all",
               "group_id=1,type=all: group 1 is there already")
    swnet.same(dumped(net, sw, "dump-groups"), by_swctl, "groups after a refusal")
    sw.stop()


FLOWS = """# of a test
priority=9,tcp,tcp_dst=80,actions=output:p2   # by the port's name
add table=1,priority=3,ip,actions=drop

modify_strict table=1,priority=3,ip,actions=output:1
delete_strict priority=0
"""


def test_files(net):
    """Files as ovs-ofctl reads them, by name and by standard input: all or nothing, errors tell the line."""
    sw = bridge(net)
    path = net.dir / "flows"
    path.write_text(FLOWS, encoding="utf-8")
    sw.ctl("add-flows", "br0", path)
    rules = ["table=1, priority=3,ip actions=output:1", "priority=9,tcp,tp_dst=80 actions=output:2"]
    swnet.same(sorted(column(sw, "rule dump br0 --no-stats")), sorted(rules), "rules of the file")
    path.write_text("priority=1,arp,actions=drop\nip,actions=outputt:2\n", encoding="utf-8")
    sw.refused(["add-flows", "br0", str(path)], f"{path}:2: ", "outputt", status=3)
    sw.refused(["add-flows", "br0", str(net.dir / "none")], "cannot be read: No such file", status=3)
    sw.refused(["add-flows", "br9", str(path)], 'br9')
    swnet.same(sorted(column(sw, "rule dump br0 --no-stats")), sorted(rules), "rules after refusals")
    path.write_text(f"{rules[1]}\npriority=1,arp,actions=drop\n", encoding="utf-8")
    result = sw.ctl_raw("diff-flows", "br0", path)
    swnet.same(result.stdout.splitlines(), ["+priority=1,arp actions=drop", "-" + rules[0]], "diff-flows")
    swnet.same(result.returncode, 10, "status of diff-flows")
    sw.ctl("replace-flows", "br0", path)
    swnet.same(sw.ctl("diff-flows", "br0", path), "", "diff-flows after replace-flows")
    swnet.same(ofctl(net, sw, "diff-flows", path).stdout, "", "diff-flows of ovs-ofctl")
    swctl = [net.build / "swctl", "--socket", sw.socket]
    groups = "group_id=4,type=all,bucket=output:1\nadd group_id=5,type=indirect,bucket=group:4\n"
    net.run(*swctl, "add-groups", "br0", "-", text=groups)
    known = [line.split(",")[0] for line in dumped(net, sw, "dump-groups")]
    swnet.same(known, ["group_id=4", "group_id=5"], "groups")
    net.run(*swctl, "add-meters", "br0", "-", text="meter=3,pktps,bands=type=drop,rate=10")
    swnet.within(" ".join(dumped(net, sw, "dump-meters")), "meter=3 pktps", "meters")
    result = net.run(*swctl, "add-flows", "br0", "-", text="ip,actions=drop\n\0", check=False)
    swnet.same(result.returncode, 1, "status for a file that is no text")
    sw.stop()


def test_standard_input(net):
    """- is standard input, of one kind of change or of what add-flows reads, as with ovs-ofctl."""
    sw = bridge(net)
    swctl = [net.build / "swctl", "--socket", sw.socket]

    def both(words, text, options=()):
        """By swctl on br0, by ovs-ofctl on br1, which have the same rules afterwards."""
        net.run(*swctl, words, *options, "br0", "-", text=text)
        net.run("ovs-ofctl", "-t", "60", "-O", "OpenFlow15", *options, words,
                f"unix:{sw.dir}/run/br1.mgmt", "-", text=text)
        found = [sorted(column(sw, f"rule dump {br} --no-stats")) for br in ("br0", "br1")]
        swnet.same(found[0], found[1], f"rules after {words} by both")
        return found[0]

    sw.ctl("add-br br1")
    both("add-flow", FLOWS.replace("p2 ", "2 "))
    both("mod-flows", "# by match\nip,actions=output:5\npriority=9,tcp,actions=output:6\n")
    both("mod-flows", "priority=9,tcp,tcp_dst=80,actions=output:7\ntcp,actions=output:8\n", ["--strict"])
    swnet.within(sw.ctl("rule dump br0 --no-stats"), "priority=9,tcp,tp_dst=80 actions=output:7", "strictly")
    both("del-flows", "priority=3,table=1,ip\ntcp\n", ["--strict"])
    swnet.same(both("del-flows", "table=0,tcp\n"), [], "rules left")
    result = net.run(*swctl, "mod-flows", "br0", "-", check=False,
                     text="ip,actions=drop\nadd ip,actions=drop\n")
    swnet.within(result.stderr, "-:2: ", "a word that only add-flows knows")
    swnet.same(result.returncode, 3, "its exit status")
    result = net.run(*swctl, "rule", "del", "br0", "-", "--", "list-br", text="ip\n", check=False)
    swnet.within(result.stderr, ["did not come along", "stands alone"], "- in a chain")
    net.run(*swctl, "add-group", "br0", "-", text="group_id=1,type=all\n\ngroup_id=2,type=all\n")
    net.run(*swctl, "group", "mod", "--may-create", "br0", "-", text="group_id=3,type=all,bucket=output:1")
    net.run(*swctl, "del-groups", "br0", "-", text="group_id=1\n")
    known = [line.split(",")[0] for line in column(sw, "group dump br0")]
    swnet.same(known, ["group_id=2", "group_id=3"], "groups")
    net.run(*swctl, "rule", "load", "br0", "-", text="actions=drop")
    swnet.same(column(sw, "rule dump br0 --no-stats"), ["actions=drop"], "by the switch's own name")
    sw.stop()


LARGE = 20000


def large_rules(net, name, last=""):
    path = net.dir / name
    path.write_text("".join(f"priority={1 + n % 9},tcp,nw_src=10.{n >> 8}.{n & 255}.1,tp_dst={n},"
                            f"actions=output:{1 + n % 2} # \u00fc\n" for n in range(LARGE)) + last,
                    encoding="utf-8")
    return path


def test_large_file(net):
    """A file of many messages is one change, as it is in a bundle of ovs-ofctl."""
    sw = bridge(net)
    sw.ctl("rule del br0")
    file, wrong = large_rules(net, "large"), large_rules(net, "wrong", "priority=5,actions=group:77\n")
    for command in ("add-flows", "replace-flows"):
        sw.refused([command, "br0", str(wrong)], f"{wrong}:{LARGE + 1}: there is no group 77", status=3)
        swnet.same(column(sw, "rule dump br0"), [], f"rules after {command} was refused")
    sw.ctl("--request-id=one", "add-flows", "br0", file)
    swnet.within(ofctl(net, sw, "dump-aggregate").stdout, f"flow_count={LARGE}", "rules of the file")
    swnet.same(sw.ctl("diff-flows", "br0", file), "", "what differs")
    other = net.dir / "other"
    other.write_text(file.read_text(encoding="utf-8").replace("output:", "output:1"), encoding="utf-8")
    result = sw.ctl_raw("diff-flows", "br0", other)  # in pieces
    swnet.same((result.returncode, len(result.stdout.splitlines())), (10, 2 * LARGE), "status and lines")
    result = sw.ctl_raw("--json", "diff-flows", "br0", other)
    swnet.same((result.returncode, len(json.loads(result.stdout))), (10, 2 * LARGE), "the same for programs")
    sw.ctl("rule del br0")
    sw.ctl("--request-id=one", "add-flows", "br0", file)
    swnet.same(column(sw, "rule dump br0"), [], "rules after what was done is asked again")
    sw.refused(["--request-id=one", "add-flows", "br0", str(wrong)], "used before, for other commands",
               status=4)
    ofctl(net, sw, "add-flows", file, options=["--bundle"])
    swnet.same(sw.ctl("diff-flows", "br0", file), "", "what differs after a bundle")
    failed = ofctl(net, sw, "add-flows", wrong, options=["--bundle"], check=False)
    swnet.same(failed.returncode, 1, "exit status of a bundle whose last rule is wrong")
    swnet.same(sw.ctl("diff-flows", "br0", file), "", "what differs after a bundle that failed")
    sw.refused(["config", "apply", "br0"], "without a document")
    sw.stop()


def test_parts(net):
    """Parts by hand: of who goes away nothing is left; a document may come in parts, too."""
    sw = bridge(net)
    rpc = sw.rpc()
    part = {"jsonrpc": "2.0", "method": "input", "params": {"text": "actions=LOCAL\n"}}
    rpc.send(part)
    rpc.close()
    rpc = sw.rpc()
    answer = rpc.call("transact", commands=[["rule", "load", "br0", "f"]], input_parts=1)
    swnet.within(answer["error"]["message"], "0 came", "parts of another")
    rpc.send({**part, "params": {"text": "priority=1,act"}})
    rpc.send({**part, "params": {"text": "ions=drop\n"}})
    answer = rpc.call("transact", commands=[["rule", "load", "br0", "f"]], input_parts=2)
    swnet.same(answer["result"]["exit_status"], 0, "status of a load in parts")
    swnet.within(sw.ctl("rule dump br0 --no-stats"), "priority=1 actions=drop", "rules")
    for text in ('{"version": 1, "Brid', 'ge": {"br0": {"external_ids": {"a": "b"}}}}'):
        rpc.send({**part, "params": {"text": text}})
    answer = rpc.call("transact", commands=[["config", "apply", "f"]], input_parts=2)
    swnet.same(answer["result"]["exit_status"], 0, "status of a document in parts")
    swnet.same(sw.ctl("get bridge br0 external_ids:a"), "b", "what it said")
    for _ in range(9):
        rpc.send({**part, "params": {"text": " " * 1000000}})
    answer = rpc.call("transact", commands=[["config", "apply", "f"]], input_parts=9)
    swnet.within(answer["error"]["message"], "the document is too long", "a document of 9 MB")
    swnet.same(answer["error"]["data"]["allowed"], "at most 8 MiB", "what is allowed")
    sw.stop()


def test_large_file_persists(net):
    """What was acknowledged of a large file is there after a kill, whole."""
    sw = bridge(net)
    sw.ctl("set bridge br0 other_config:persist-rules=true")
    file = large_rules(net, "large")
    sw.ctl("replace-flows", "br0", file)
    sw.kill9()
    sw.start()
    swnet.same(sw.ctl("diff-flows", "br0", file), "", "what differs after a kill")
    sw.stop()
