# SPDX-License-Identifier: BSD-3-Clause
"""Ordinary mistakes at swctl: none is accepted silently; each error names the word, marks it where it was
typed, says what is allowed or what to do, and ends with the status of its kind. Nothing is changed."""
import os
import re
import shlex
import signal
import socket
import subprocess

import swnet

REFUSED, USAGE, NOT_FOUND, CONFLICT, NO_SWITCH, NOT_PERMITTED, TIMED_OUT, DEVICE = 1, 2, 3, 4, 5, 6, 7, 8
END = "(end)"  # the mark is behind the last word: something is missing there

# What is typed, exit status, what the sentence names, what is marked (None: nothing can be)
MISTAKES = [
    # commands
    ("ad-br br1", USAGE, "ad-br", "ad-br"),
    ("addport br0 x", USAGE, "addport", "addport"),
    ("shwo", USAGE, "shwo", "shwo"),
    ("Show", USAGE, "Show", "Show"),
    ("fdb", USAGE, "fdb", "fdb"),
    ("fdb shwo", USAGE, "fdb", "shwo"),
    ("port sats d0", USAGE, "port", "sats"),
    ("br0 add-port d1", USAGE, "br0", "br0"),
    ("list-bridges", USAGE, "list-bridges", "list-bridges"),
    ("help nope", NOT_FOUND, "nope", "nope"),
    ("help fdb shwo", NOT_FOUND, "fdb shwo", "shwo"),
    ("show -- help", USAGE, "help", "help"),
    # options
    ("--may-exits add-br br0", USAGE, "--may-exits", "--may-exits"),
    ("--if-exists add-br br0", USAGE, "--if-exists", "--if-exists"),
    ("--jsno list-br", USAGE, "--jsno", "--jsno"),
    ("-x list-br", USAGE, "-x", "-x"),
    ("-t soon list-br", USAGE, "soon", "soon"),
    ("--timeout=-5 list-br", USAGE, "-5", "-5"),
    ("--timeout", USAGE, "--timeout", "--timeout"),
    ("--format=tabel list port", USAGE, "tabel", "tabel"),
    ("-d jsn list port", USAGE, "jsn", "jsn"),
    ("--json=yes list-br", USAGE, "--json", "--json=yes"),
    ("--no-wait add-br br1", USAGE, "--no-wait", "--no-wait"),
    ("--db=unix:/x list-br", USAGE, "--db", "--db=unix:/x"),
    ("--watch add-br br1", USAGE, "add-br", None),
    ("--plain --format=csv list-br", USAGE, "--plain", None),
    ("--columns=nmae list port", NOT_FOUND, "nmae", "nmae"),
    ("--columns list port", USAGE, "columns", "--columns"),
    ("-f table list port", USAGE, "table", None),
    ("-f no-such-file", NOT_FOUND, "no-such-file", None),
    ("--atomic list-br", USAGE, "--atomic", None),
    ("--if-generation=x add-br br1", USAGE, "x", "x"),
    ("--if-generation=0 add-br br1", CONFLICT, "0", None),
    # too few, too many, wrong order
    ("add-br", USAGE, "add-br", END),
    ("add-port br0", USAGE, "add-port", END),
    ("set port d0", USAGE, "set", END),
    ("get port", USAGE, "get", END),
    ("list", USAGE, "list", END),
    ("list-br br0", USAGE, "list-br", "br0"),
    ("show br0 br1 br2", USAGE, "show", "br0"),
    ("set d0 port tag=5", NOT_FOUND, "d0", "d0"),
    ("set port tag=5 d0", NOT_FOUND, "tag=5", "tag=5"),
    ("add-port d1 br0", NOT_FOUND, "d1", "d1"),
    ("set port d0 tag", USAGE, "tag", "tag"),
    ("set port d0 tag = 5", USAGE, "tag", "tag"),
    ("set port d0 tag:5", USAGE, "tag", "tag:5"),
    ("add-br br1 -- add-br", USAGE, "add-br", END),
    ("add-br br1 -- set port d0 tag=9999", REFUSED, "9999", "9999"),
    ("add-br br1, add-br br2", REFUSED, "VLAN", "add-br"),
    # names
    ("add-br br/1", REFUSED, "br/1", "br/1"),
    ("add-br ''", REFUSED, "name", "''"),
    ("add-br 'my bridge'", REFUSED, "my bridge", "my bridge"),
    ("add-br a-name-too-long-for-linux", REFUSED, "a-name-too-long-for-linux", "a-name-too-long-for-linux"),
    ("add-br ..", REFUSED, "..", ".."),
    ("add-br br0", CONFLICT, "br0", "br0"),
    ("add-port br0 d0", CONFLICT, "d0", "d0"),
    ("add-port br1 d0", NOT_FOUND, "br1", "br1"),
    ("add-port br0 br0", CONFLICT, "br0", "br0"),
    ("del-br br1", NOT_FOUND, "br1", "br1"),
    ("del-port d1", NOT_FOUND, "d1", "d1"),
    ("del-port br-other d0", NOT_FOUND, "br-other", "br-other"),
    ("list-ports br-0", NOT_FOUND, "br-0", "br-0"),
    ("port-to-br nope", NOT_FOUND, "nope", "nope"),
    ("fdb show br9", NOT_FOUND, "br9", "br9"),
    ("port stats d9", NOT_FOUND, "d9", "d9"),
    ("set prot d0 tag=5", NOT_FOUND, "prot", "prot"),
    ("list interfaces", NOT_FOUND, "interfaces", "interfaces"),
    ("set port d9 tag=5", NOT_FOUND, "d9", "d9"),
    # columns, keys, values
    ("set port d0 tga=5", NOT_FOUND, "tga", "tga"),
    ("set port d0 tag=4096", REFUSED, "4096", "4096"),
    ("set port d0 tag=-1", REFUSED, "-1", "-1"),
    ("set port d0 tag=five", REFUSED, "five", "five"),
    ("set port d0 tag=5.5", REFUSED, "5.5", "5.5"),
    ("set port d0 tag=5,6", REFUSED, "tag", "tag"),
    ("set port d0 trunks=1,5000", REFUSED, "5000", "5000"),
    ("set port d0 trunks=1-5", CONFLICT, "vlan_mode", "trunks"),
    ("set port d0 vlan_mode=acess", REFUSED, "acess", "acess"),
    ("set port d0 'external_ids={a=b'", REFUSED, "external_ids", "{a=b"),
    ("set port d0 external_ids=a", REFUSED, "a", "a"),
    ("add-port br0 br5000 tag=5000", REFUSED, "5000", "5000"),
    ("get port d0 external_ids:", USAGE, "key", END),
    ("set interface d0 type=dpkd", REFUSED, "dpkd", "dpkd"),
    ("set interface d0 type=gre", REFUSED, "gre", "gre"),
    ("set interface d0 mtu_request=10", REFUSED, "10", "10"),
    ("set interface d0 mtu_request=1500k", REFUSED, "1500k", "1500k"),
    ("set interface d0 optoins:n_rxq=2", NOT_FOUND, "optoins", "optoins"),
    ("set interface d0 options:nrxq=2", REFUSED, "nrxq", "nrxq"),
    ("set interface d0 statistics:rx_packets=0", REFUSED, "statistics", "statistics"),
    ("set bridge br0 other_config:mac-agingtime=10", REFUSED, "mac-agingtime", "mac-agingtime"),
    ("set bridge br0 other_config:mac-aging-time=ten", REFUSED, "ten", "ten"),
    ("set bridge br0 stp_enable=true", REFUSED, "stp_enable", "stp_enable"),
    ("set bridge br0 stp_enable=yes", REFUSED, "stp_enable", "stp_enable"),
    ("get port d0 tga", NOT_FOUND, "tga", "tga"),
    ("get port d0 external_ids:nope", NOT_FOUND, "nope", "nope"),
    ("find port tag", USAGE, "tag", "tag"),
    ("find port tga=5", NOT_FOUND, "tga", "tga"),
    ("remove port d0 nope 5", NOT_FOUND, "nope", "nope"),
    ("clear port d0 name", REFUSED, "name", "name"),
    ("add port d0 tag 6", REFUSED, "tag", "tag"),
    ("destroy port d0x", NOT_FOUND, "d0x", "d0x"),
    ("fdb add br0 d0 5 zz:00:00:00:00:01", REFUSED, "zz:00:00:00:00:01", "zz:00:00:00:00:01"),
    ("fdb add br0 d0 5000 02:00:00:00:00:01", REFUSED, "5000", "5000"),
    ("log set nope dbg", NOT_FOUND, "nope", "nope"),
    ("log set all verbose", REFUSED, "verbose", "verbose"),
    # devices
    ("add-port br0 nodev0", DEVICE, "nodev0", "nodev0"),
    ("add-port br0 dpdk0 -- set interface dpdk0 type=dpdk options:dpdk-devargs=0000:ff:1f.7", DEVICE,
     "0000:ff:1f.7", "0000:ff:1f.7"),
    # not on the same line
    ("--dry-run fdb flush", USAGE, "dry run", None),
    ("add-br br1 -- fdb flush", USAGE, "one transaction", None),
    ("add-br br1 -- wait-until port d0 tag=5", USAGE, "wait-until", "wait-until"),
    ("--all destroy bridge br0", USAGE, "--all", "--all"),
]

ROWS = """add-br br0 -- add-port br0 d0 tag=5 -- fdb add br0 d0 5 02:00:00:00:00:01
 -- add-port br0 t0 vlan_mode=trunk -- add-port br0 n0 vlan_mode=native-tagged tag=9
 -- add-br br1 -- add-port br1 d1 -- fdb add br1 d1 5 02:00:00:00:00:01
 -- set interface d0 type=dummy ofport_request=7 -- set interface t0 type=dummy
 -- set interface n0 type=dummy -- set interface d1 type=dummy
 -- set interface br0 type=dummy -- set interface br1 type=dummy"""

# Faults between rows; D0 is the UUID of port d0.
BETWEEN_ROWS = [
    ("set port d0 'trunks=[1,2]'", CONFLICT, "access port", "trunks"),
    ("add port d0 trunks 1 2", CONFLICT, "access port", "trunks"),
    ("set port d0 vlan_mode=trunk", CONFLICT, "trunk", "trunk"),
    ("set port n0 vlan_mode=access trunks=5", CONFLICT, "access", "access"),
    ("set port t0 tag=5", CONFLICT, "no tag", "tag"),
    ("remove port n0 tag 9", CONFLICT, "needs a tag", "tag"),
    ("clear port n0 tag", CONFLICT, "needs a tag", "tag"),
    ("set interface n0 ofport_request=7", CONFLICT, "number 7", "7"),
    ("add-port br0 d7 -- set interface d7 type=dummy ofport_request=7", CONFLICT, "number 7", "7"),
    ("set interface d0 ofport_request=3 -- set interface t0 ofport_request=3", CONFLICT, "number 3", "3"),
    ("set port t0 'static_macs=\"5/02:00:00:00:00:01\"'", CONFLICT, "port d0", "5/02:00:00:00:00:01"),
    ("remove bridge br0 ports D0 -- add bridge br1 ports D0", CONFLICT, "5/02:00:00:00:00:01", "ports"),
    ("add bridge br1 ports D0", CONFLICT, "br0", "D0"),
    ("set bridge br0 ports=[]", CONFLICT, "local port", "ports"),
    ("clear bridge br0 ports", CONFLICT, "local port", "ports"),
    ("remove bridge br0 ports br0", REFUSED, "br0", "br0"),
    ("set bridge br0 other_config:cross-connect=true", CONFLICT, "cross-connect", "cross-connect"),
    ("set bridge br1 other_config:cross-connect=true -- add-port br1 x1 -- add-port br1 x2",
     CONFLICT, "br1", "br1"),
    ("--id=@i create interface name=q1 type=dummy -- --id=@p create port name=p1 interfaces=@i"
     " -- add bridge br0 ports @p", REFUSED, "q1", "interfaces"),
    ("create port name=p5", REFUSED, "Port", "port"),
    ("--id=@p create port name=p5", REFUSED, "@p", "@p"),
    ("set port d0 name=dx", REFUSED, "name", "name"),
    ("set interface d0 type=dpdk", REFUSED, "dpdk-devargs", "dpdk"),
    ("set interface d0 type=patch", REFUSED, "peer", "patch"),
    ("destroy interface d0", CONFLICT, "d0", "d0"),
    ("del-port br0 br0", CONFLICT, "br0", "br0"),
]


def marked(text):
    """What stands above the carets; END when it is behind the text; None without carets."""
    lines = text.split("\n")
    for above, line in zip(lines, lines[1:]):
        if re.fullmatch(r" +\^+", line):
            start, end = line.index("^"), len(line)
            return END if start >= len(above) else above[start:end]
    return None


def faults_of(result, status, names, mark):
    """What is wrong with the answer to a mistake."""
    text, wrong = result.stderr, []
    if result.returncode != status:
        wrong.append(f"exit {result.returncode}, wanted {status}")
    if names.lower() not in text.split("\n")[0].lower():
        wrong.append(f"the sentence does not name {names!r}")
    if mark is not None and marked(text) != mark:
        wrong.append(f"marks {marked(text)!r}, wanted {mark!r}")
    if not re.search(r"^  (hint|allowed): |did you mean", text, re.M):
        wrong.append("no hint, no allowed, no did-you-mean")
    if result.stdout:
        wrong.append(f"prints {result.stdout!r}")
    return wrong


def start(net):
    sw = net.switch()
    sw.ctl("add-br br0 -- add-port br0 d0 tag=5 -- set interface d0 type=dummy")
    return sw


def check(sw, mistakes, run):
    """Each mistake by `run`; all that are answered badly are told at the end."""
    bad = []
    for line, status, names, mark in mistakes:
        result = run(line)
        wrong = faults_of(result, status, names, mark)
        if sw.get("open . cur_cfg") != "1":
            raise AssertionError(f"'{line}' changed the configuration")
        if wrong:
            bad.append(f"{line}: {'; '.join(wrong)}\n{result.stderr}")
    if bad:
        raise AssertionError(f"{len(bad)} of {len(mistakes)} mistakes:\n" + "\n".join(bad))
    return f"{len(mistakes)} mistakes"


def test_command_line(net):
    sw = start(net)
    # Of two words that are the same, the one that is meant.
    swnet.within(sw.ctl_raw("add-port", "br0", "br0").stderr, "  add-port br0 br0\n               ^^^\n",
                 "mark")
    swnet.within(sw.ctl_raw("del-br", "del-br").stderr, "  del-br del-br\n         ^^^^^^\n", "mark")
    return check(sw, MISTAKES, lambda line: sw.ctl_raw(*shlex.split(line), quiet=True))


def from_a_file(sw):
    """A line as the second one of a file."""
    def run(line):
        result = subprocess.run([str(sw.net.build / "swctl"), "--socket", str(sw.socket), "-f", "-"],
                                input=f"# first\n\t {line} # and why\n", capture_output=True, text=True,
                                timeout=swnet.PATIENT)
        if not result.stderr.startswith("swctl: standard input:2: "):
            raise AssertionError(f"'{line}' in a file is not named by its line: {result.stderr}")
        return result
    return run


def test_in_a_file(net):
    """The same mistakes as lines of a file: the mark is in the line as it was typed."""
    sw = start(net)
    own = ("-", "--timeout", "--watch", "help")  # of a command line only, or without a place
    return check(sw, [m for m in MISTAKES if not m[0].startswith(own)], from_a_file(sw))


def test_between_rows(net):
    """What does not fit other rows is marked, too: the column or the value that made it so, in the command
    that did; as words and as a line of a file."""
    sw = net.switch()
    sw.ctl(ROWS)
    uuid = sw.get("port d0 _uuid")
    mistakes = [tuple(p.replace("D0", uuid) if isinstance(p, str) else p for p in m) for m in BETWEEN_ROWS]
    swnet.within(sw.ctl_raw("del-port", "br0", "br0").stderr, "  del-port br0 br0\n               ^^^\n",
                 "mark")
    check(sw, mistakes, lambda line: sw.ctl_raw(*shlex.split(line), quiet=True))
    for hint in ("remove port d0 static_macs 5/02:00:00:00:00:01", "clear interface d0 ofport_request"):
        swnet.same(sw.ctl_raw("--dry-run", *hint.split()).returncode, 10, f"status of the hint '{hint}'")
    return check(sw, mistakes, from_a_file(sw))


@swnet.waits
def test_without_a_switch(net):
    """No switch, a hung one, one that is no switch, no permission: the socket is named, and what to do."""
    sw = start(net)

    def fails(status, *says, socket_path=sw.socket, user=None, words=("list-br",)):
        command = [str(net.build / "swctl"), "--socket", str(socket_path), *words]
        if user:
            command = ["setpriv", "--reuid", user, "--regid", user, "--clear-groups", *command]
        result = subprocess.run(command, capture_output=True, text=True, timeout=swnet.PATIENT)
        print(command[3:], result.returncode, result.stderr, flush=True)
        swnet.same(result.returncode, status, f"exit status of {words}")
        swnet.within(result.stderr, ["hint: ", *[str(word) for word in says]], "what it says")

    fails(NO_SWITCH, str(sw.dir / "no-such"), "--socket", socket_path=sw.dir / "no-such")
    fails(USAGE, "107", socket_path="/" + "x" * 200)
    fails(NOT_PERMITTED, str(sw.socket), "group", user="65534")
    sw.process.send_signal(signal.SIGSTOP)
    try:
        fails(TIMED_OUT, str(sw.socket), "within 1 s", words=("-t", "1", "list-br"))
        fails(TIMED_OUT, str(sw.socket), "within 1 s", words=("--timeout=1", "add-br", "br1"))
    finally:
        sw.process.send_signal(signal.SIGCONT)
    swnet.wait_for(lambda: sw.ctl_raw("list-br", quiet=True).returncode == 0, 10, "it answers again")
    other = sw.dir / "other"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(other))
        listener.listen(4)
        fails(TIMED_OUT, str(other), socket_path=other, words=("-t", "1", "list-br"))
        pid = os.fork()
        if not pid:
            peer, _ = listener.accept()  # the one that was not served
            peer, _ = listener.accept()
            peer.sendall(b"220 mail.example ESMTP\n")
            peer.recv(1)
            os._exit(0)
        fails(NO_SWITCH, "not swd", socket_path=other)
        os.waitpid(pid, 0)
    sw.stop()
    fails(NO_SWITCH, str(sw.socket), "start swd")
