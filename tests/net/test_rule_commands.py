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
    result = net.run(*swctl, "add-flows", "br0", "-", text="x" * 1100000, check=False)
    swnet.within(result.stderr, ["bytes as text", "the switch takes"], "a file that is too large")
    result = net.run(*swctl, "add-flows", "br0", "-", text="ip,actions=drop\n\0", check=False)
    swnet.same(result.returncode, 1, "status for a file that is no text")
    sw.stop()


def test_large_file(net):
    """A file of more than a message: refused whole, and what is named in its place takes it, whole."""
    sw = bridge(net)
    before = column(sw, "rule dump br0 --no-stats")
    file = net.dir / "large"
    file.write_text("".join(f"priority={1 + n % 9},tcp,nw_src=10.{n >> 8}.{n & 255}.1,tp_dst={n},"
                            f"actions=output:{1 + n % 2}\n" for n in range(20000)))
    for command in ("add-flows", "replace-flows", "diff-flows"):
        sw.refused([command, "br0", str(file)], "large has", "at once", "in parts", "ovs-ofctl --bundle",
                   status=1)
    swnet.same(column(sw, "rule dump br0 --no-stats"), before, "rules after a refused file")
    ofctl(net, sw, "add-flows", file, options=["--bundle"])
    said = ofctl(net, sw, "dump-aggregate").stdout
    swnet.within(said, f"flow_count={20000 + len(before)}", "rules of the bundle")
    with open(file, "a", encoding="ascii") as end:
        end.write("priority=5,actions=group:77\n")
    ofctl(net, sw, "del-flows", "tcp")
    failed = ofctl(net, sw, "add-flows", file, options=["--bundle"], check=False)
    swnet.same(failed.returncode, 1, "exit status of a bundle whose last rule is wrong")
    swnet.same(column(sw, "rule dump br0 --no-stats"), before, "rules after a bundle that failed")
