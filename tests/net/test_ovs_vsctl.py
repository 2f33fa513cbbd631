# SPDX-License-Identifier: BSD-3-Clause
"""The same command lines for swctl and for Debian's ovs-vsctl on an ovsdb-server of its own: output and
success are the same, or the difference is meant and its reason stands beside it."""
import os
import re
import shutil
import subprocess

import swnet

OVS = os.environ.get("SWD_OVS", "")  # the folder that stands for /
SCHEMA = OVS + "/usr/share/openvswitch/vswitch.ovsschema"
VSCTL = OVS + "/usr/bin/ovs-vsctl"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

# Lines run one after another on both. What is meant to differ stands behind "##": the reason.
SAME = """
init
list-br
add-br br0
add-br br0
--may-exist add-br br0
list-br
--real list-br
--fake list-br
br-exists br0
br-exists br9
br-to-vlan br0
br-to-vlan br9
br-to-parent br0
br-to-parent br9
add-br br1 -- add-br br2
list-br
del-br br2
del-br br2
--if-exists del-br br2
add-port br0 p1 tag=10 -- set interface p1 type=tap
add-port br0 p1
add-port br1 p1
--may-exist add-port br0 p1
--may-exist add-port br1 p1
add-port br9 p9
add-port br0 p2 trunks=1,2 external_ids:k=5 -- set interface p2 type=tap
list-ports br0
list-ports br9
list-ifaces br0
list-ifaces br9
port-to-br p1
port-to-br p9
port-to-br br0
iface-to-br p1
iface-to-br p9
iface-to-br br0
get port p1 tag
get port p1 tag trunks
get port p2 trunks external_ids
get port p2 external_ids:k
get port p2 external_ids:x
--if-exists get port p2 external_ids:x
get port p9 tag
--if-exists get port p9 tag
get port p1
get port p1 nonsense
get nonsense p1 name
get bridge br0 name
get interface p1 type
get bridge br0 other-config
get Bridge br0 fail_mode other_config
get open . bridges
set port p1 tag=11
get port p1 tag
set port p1 tag=5000
set port p1 tag=x
set port p2 trunks=5-8
get port p2 trunks
set port p2 trunks=1,2
set port p1 trunks=5-8 ## p1 has a tag and no vlan_mode: there the trunks are ignored, here refused
clear port p1 trunks
get port p1 trunks
set port p1 nonsense=1
set port p9 tag=1
--if-exists set port p9 tag=1
set port p1 external_ids:a=1 external_ids:b="x y"
get port p1 external_ids
set port p1 external_ids={c=3}
get port p1 external_ids
add port p1 external_ids c=4 d=5
get port p1 external_ids
remove port p1 external_ids c
get port p1 external_ids
remove port p1 external_ids d=6
get port p1 external_ids
remove port p1 external_ids nonsense
add port p1 trunks 1 2 -- set port p1 vlan_mode=native-untagged
get port p1 trunks
remove port p1 trunks 1 9
get port p1 trunks
clear port p1 trunks vlan_mode external_ids
get port p1 trunks external_ids vlan_mode
clear port p1 name
--if-exists clear port p9 tag
--if-exists add port p9 trunks 1
--if-exists remove port p9 trunks 1
remove port p9 trunks 1
set port p1 name=other
br-set-external-id br0 key value
br-get-external-id br0 key
br-get-external-id br0
br-set-external-id br0 two 2
br-get-external-id br0
br-set-external-id br0 key
br-get-external-id br0
br-get-external-id br0 nonsense
br-set-external-id br9 a b
br-get-external-id br9
--columns=name list port p1
--columns=name,tag list port p1
--columns=tag,name list port p1
--columns=name list port p9
--if-exists --columns=name list port p9
--columns=nonsense list port p1
--columns=name find port tag=11
--columns=name find port tag=12
--columns=name find port tag!=12 name=p1
--columns=name find port tag>10
--columns=name find port tag<11 name=p1
--columns=name find port trunks{>=}1
--columns=name find port trunks{in}1,2,3 name=p2
--columns=name find port trunks{not-in}1 name=p2
--columns=name find port trunks=1,2
--columns=name find port trunks>1,1000 name=p2
--columns=name find port trunks<=1,2 name=p2
--columns=name find port external_ids:k=5
--columns=name find port external_ids:k!=6
--columns=name find port external_ids:k{!=}6 name=p1
--columns=name find port external_ids:k{in}6 name=p1
--columns=name find port external_ids:k>4
--columns=name find nonsense
find port tag
--id=@i create interface name=p3 type=tap -- --id=@p create port name=p3 interfaces=@i -- \
add bridge br0 ports @p
list-ports br0
add bridge br0 ports @p -- --id=@p create port name=p4 interfaces=@i -- \
--id=@i create interface name=p4 type=tap
list-ports br0
--id=@p get port p4 -- remove bridge br0 ports @p -- add bridge br1 ports @p
port-to-br p4
--id=@p get port p4 -- del-port p4 -- add bridge br0 ports @p
port-to-br p4
--id=@p get port p4 -- add bridge br1 ports @p -- remove bridge br0 ports @p
list-ports br1
add bridge br0 ports @q
add bridge br0 ports @q -- --id=@q get port p4
--id=@q get port p4 -- --id=@q get port p3
--id=q get port p4
--id=@q --if-exists get port p4
create port name=p5
--id=@x create port name=p5 interfaces=@y
create nonsense name=x
destroy port p4 ## there destroy of what is referred to is ignored, here refused with who refers to it
destroy port p9
--if-exists destroy port p9
destroy port ## there nothing is destroyed; here a record is missing
--all destroy
wait-until bridge br0
wait-until bridge br0 name=br0 -- get bridge br0 name
wait-until port p1 tag=11 external_ids={}
wait-until nonsense br0
wait-until bridge br0 nonsense=1
comment one two -- list-br
comment
del-port p4
del-port br1 p4
del-port p9
--if-exists del-port p9
del-port br1 p1
del-port br9 p1
--if-exists del-port br1 p1
--with-iface del-port p1
list-ports br0
--if-exists --with-iface del-port p1
--with-iface del-port p1
del-port br0
del-port p2 -- add-port br0 p2 tag=3 -- set interface p2 type=tap -- get port p2 tag
del-br br1 -- add-br br1 -- list-ports br1
add-port br0 p6 -- add-port br9 p7
list-ports br0
del-br br0 -- get bridge br0 name
emer-reset
list-br
del-br br9 -- list-br
add-br
add-br a b c d
add-port br0
nonsense
add-br br/0 ## no name that the local port could have
--if-exists del-br br/0
add-br br7 br0 10 ## a bridge that is one VLAN of another is not supported
--if-exists del-br br7
add-bond br0 bond0 p7 p8 ## bonds come
add-bond-iface bond0 p9 ## bonds come
del-bond-iface bond0 p9 ## bonds come
get-controller br0
get-controller br9
set-controller br0 tcp:1.2.3.4
get-controller br0
set-controller br0 tcp:8.9.10.11 ssl:5.4.3.2:6655 ptcp:6633:127.0.0.1 unix:ctl.sock punix:ctl2.sock
get-controller br0
--inactivity-probe=30000 set-controller br0 tcp:4.5.6.7
get-controller br0
--columns=target,inactivity_probe,max_backoff,type list controller ## a ":" needs no quotes
set-controller br0 ## no target: del-controller takes them away
set-controller br0 nonsense ## what is no target is refused
set-controller br9 tcp:1.2.3.4
del-controller br0
get-controller br0
list controller
get-fail-mode br0
set-fail-mode br0 standalone
get-fail-mode br0
set-fail-mode br0 secure
get-fail-mode br0
get bridge br0 fail_mode
set-fail-mode br0 xyzzy
get-fail-mode br9
del-fail-mode br0
get-fail-mode br0
set Bridge br0 flow_tables:1=@t -- --id=@t create Flow_Table name=acl flow_limit=1000 overflow_policy=evict
get Flow_Table acl flow_limit overflow_policy name
get bridge br0 flow_tables
get bridge br0 flow_tables:1
get bridge br0 flow_tables:2
--if-exists get bridge br0 flow_tables:2
--columns=name,flow_limit,overflow_policy list flow-table
--columns=name find flow_table flow_limit>999
--columns=name find bridge flow_tables:1!=00000000-0000-4000-8000-000000000000
set flow_table acl flow_limit=5 -- get flow_table acl flow_limit
set flow_table acl groups="NXM_OF_IN_PORT[]",in_port
get flow_table acl groups
add flow_table acl groups "NXM_OF_IP_SRC[16..31]"
remove flow_table acl groups in_port
get flow_table acl groups
set flow_table acl groups=nonsense ## there it is ignored
clear flow_table acl groups
set flow_table acl flow_limit=-1
set flow_table acl overflow_policy=drop
set flow_table nobody flow_limit=1
set bridge br0 flow_tables:255=@t -- --id=@t create flow_table flow_limit=1
set bridge br0 flow_tables:x=@t -- --id=@t create flow_table flow_limit=1
set bridge br0 flow_tables=1
set bridge br0 flow_tables:1=@x
--id=@t get flow_table acl -- add bridge br0 flow_tables 2=@t 3=@t
get bridge br0 flow_tables
remove bridge br0 flow_tables 1 3
get bridge br0 flow_tables
--id=@t get flow_table acl -- remove bridge br0 flow_tables 2=@t
get flow_table acl name
get bridge br0 flow_tables
set bridge br0 flow_tables={4=@a,5=@b} -- --id=@a create flow_table name=x -- --id=@b create flow_table name=x
set flow_table x flow_limit=1
set flow_table x prefixes=ip_dst,ip_src
clear bridge br0 flow_tables
list flow_table
set bridge br0 flow_tables:1=@t -- --id=@t create flow_table prefixes=ip_dst ## nothing is to be gained by it
set bridge br0 flow_tables:254=@t -- --id=@t create flow_table flow_limit=1 ## rules have no table 254
clear bridge br0 flow_tables
get-manager ## the switch speaks no OVSDB
set-manager ptcp:6640 ## the switch speaks no OVSDB
del-manager ## the switch speaks no OVSDB
get-ssl
set-ssl a b c
get-ssl
--bootstrap set-ssl x y z
get-ssl
--columns=private_key,bootstrap_ca_cert list ssl
set-ssl a b
del-ssl
get-ssl
list ssl
add-aa-mapping br0 1 2 ## no Auto-Attach
del-aa-mapping br0 1 2 ## no Auto-Attach
get-aa-mapping br0 ## no Auto-Attach
add-zone-tp netdev zone=1 icmp_first=1
del-zone-tp netdev zone=1
list-zone-tp netdev
list-dp-cap netdev
--no-wait list-br ## the answer comes when the change is in force
--oneline list-br -- list-br
-t 5 list-br
--timeout=5 list-br
--dry-run add-br br8 ## swctl tells the plan, with exit status 10
list-br
"""

# Commands and command options of ovs-vsctl(8) that no line above needs.
LEFT = {"show": "a tree of its own, tested elsewhere"}


class Ovs:
    """ovsdb-server alone: nothing is switched, but every row is there."""

    def __init__(self, net):
        if not (os.path.exists(VSCTL) and shutil.which("ovsdb-server") and shutil.which("ovsdb-tool")):
            raise swnet.Skip(f"no {VSCTL} and ovsdb-server: sudo tools/test net unpacks and installs them")
        self.net, self.dir = net, net.dir / "ovs"
        self.dir.mkdir()
        self.socket = self.dir / "db.sock"
        self.env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "OVS_RUNDIR": str(self.dir),
                    "OVS_DBDIR": str(self.dir), "OVS_LOGDIR": str(self.dir),
                    "OVS_SYSCONFDIR": str(self.dir)}
        subprocess.run(["ovsdb-tool", "create", self.dir / "conf.db", SCHEMA], check=True, env=self.env,
                       timeout=swnet.PATIENT)
        self.server = net.spawn("env", *(f"{k}={v}" for k, v in self.env.items()), "ovsdb-server",
                                self.dir / "conf.db", f"--remote=punix:{self.socket}", "--no-chdir",
                                f"--unixctl={self.dir / 'ctl'}", log="ovsdb")
        swnet.wait_for(self.socket.exists, 10, "ovsdb-server listens")
        self.run("init")

    def run(self, *words, options=()):
        command = [VSCTL, f"--db=unix:{self.socket}", "--no-wait", "--no-syslog", "-t", "60", *options]
        return subprocess.run([*command, "--", *words], capture_output=True, text=True, timeout=swnet.PATIENT,
                              env=self.env, stdin=subprocess.DEVNULL)


def seen(result):
    """What a script sees: success and output; UUIDs and the padding of lists are not the same twice."""
    out = UUID.sub("UUID", result.stdout)
    word = "done" if result.returncode == 0 else "failed" if result.stderr else f"exit {result.returncode}"
    return (word, [re.sub(r" +: ", " : ", line.rstrip()) for line in out.splitlines()])


# Global options, with the number of words they are.
GLOBAL = {"--no-wait": 1, "--oneline": 1, "-t": 2, "--timeout=5": 1, "--dry-run": 1}


@swnet.limit(240)
def test_same_lines(net):
    ovs, sw = Ovs(net), net.switch()
    wrong, meant, unmeant = [], 0, []
    for line in SAME.strip().splitlines():
        line, _, reason = (part.strip() for part in line.partition("##"))
        words = [word.replace("\x1f", " ") for word in
                 re.sub(r'"[^"]*"', lambda m: m.group().replace(" ", "\x1f"), line).split()]
        n = GLOBAL.get(words[0], 0)
        theirs = seen(ovs.run(*words[n:], options=words[:n]))
        ours = seen(sw.ctl_raw(*words, quiet=True))
        if theirs == ours and reason:
            unmeant.append(line)
        elif theirs != ours and not reason:
            wrong.append(f"{line}\n  ovs-vsctl: {theirs}\n  swctl:     {ours}")
        meant += theirs != ours
    if wrong:
        raise AssertionError(f"{len(wrong)} lines differ:\n" + "\n".join(wrong))
    swnet.same(unmeant, [], "lines that were meant to differ and do not")
    return f"{len(SAME.strip().splitlines())} lines, {meant} differ for a stated reason"


def test_every_command(net):
    """No command of ovs-vsctl is unknown here: it works, or is refused as not supported."""
    ovs, sw = Ovs(net), net.switch()
    listed = subprocess.run([VSCTL, "--commands"], capture_output=True, text=True, timeout=swnet.PATIENT,
                            check=True, env=ovs.env).stdout
    names = re.findall(r"^[^,\n]*,([a-z-]+),", listed, re.MULTILINE)
    swnet.same(len(names) >= 50, True, f"commands of ovs-vsctl ({names})")
    for name in names:
        error = sw.ctl_raw(name, quiet=True).stderr
        swnet.same("unknown command" in error, False, f"{name} is unknown: {error}")
    typed = {word for line in SAME.splitlines() for word in line.split()}
    swnet.same([n for n in names if n not in typed and n not in LEFT], [], "commands without a line here")
