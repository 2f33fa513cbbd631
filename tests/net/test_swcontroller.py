# SPDX-License-Identifier: BSD-3-Clause
"""swcontroller with real switches: Open vSwitch and swd; as a learning switch and as a hub."""
import json
import re
import shutil
import signal
import socket
import struct
import subprocess

import swnet
from swovs import Ovs

WAITS = True  # all of it (run.py)

VERSIONS = ("OpenFlow10", "OpenFlow13")
COOKIE = "cookie=0x7377636f"


class Controller:
    def __init__(self, net, *words, name="controller"):
        self.net, self.log_file = net, net.logs / f"{name}.log"
        self.before = len(self.log())
        self.process = net.spawn(net.build / "swcontroller", "--json", *words, log=name)

    def log(self):
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def said(self):
        return self.log()[self.before:]

    def says(self, pattern, seconds=10):
        """Wait for a line; the match."""
        def look():
            if self.process.poll() is not None:
                raise AssertionError(f"swcontroller ended, {self.process.returncode}: {self.said()[-600:]}")
            return re.search(pattern, self.said())
        return swnet.wait_for(look, seconds, f"swcontroller says '{pattern}'")

    def port(self):
        return int(self.says(r"waits for switches at p(?:tcp|ssl):(\d+):").group(1))

    def is_ready(self, switches=1):
        swnet.wait_for(lambda: self.said().count("is set up") >= switches, 10, "switches are set up")

    def end(self):
        """What it counted."""
        self.process.send_signal(signal.SIGTERM)
        swnet.same(self.process.wait(timeout=swnet.PATIENT), 0, "exit status after SIGTERM")
        return json.loads(self.said().splitlines()[-1])


def only(counted):
    swnet.same(len(counted["switches"]), 1, "switches")
    return counted["switches"][0]


def hosts(net):
    return [net.host(name, f"10.0.0.{n}/24", mac=f"02:00:00:00:00:0{n}") for n, name in enumerate("ab", 1)]


def ovs(net):
    """Open vSwitch with bridge br0 and two hosts on it."""
    a, b = hosts(net)
    switch = Ovs(net)
    switch.bridge("br0", a.port, b.port)
    return switch, a, b


def control(switch, *words, bridge="br0"):
    """A controller at a port of its own, which the bridge connects to. Hosts say nothing until they are asked
    to: a neighbour that they know would be asked for again some seconds later."""
    for host in switch.net.hosts.values():
        host.run("ip", "neigh", "flush", "all")
    c = Controller(switch.net, "ptcp:0:127.0.0.1", *words)
    switch.ctl(f"set-controller {bridge} tcp:127.0.0.1:{c.port()}")
    c.is_ready()
    switch.forget()
    return c


def let_go(switch, c, bridge="br0"):
    counted = c.end()
    switch.ctl(f"del-controller {bridge}")
    switch.ofctl("del-flows", bridge)
    return counted


def flows(switch, bridge="br0"):
    return [line.strip() for line in switch.ofctl("dump-flows", bridge).splitlines() if "actions=" in line]


def counted(switch, *words):
    """Packets of the one ICMP rule that says these words."""
    line, = [line for line in flows(switch) if "icmp" in line and all(word in line for word in words)]
    return int(re.search(r"n_packets=(\d+)", line).group(1))


def test_ovs_learns(net):
    """First packets by the controller, the others by its rules; in both versions."""
    switch, a, b = ovs(net)
    a.no_ping(b.ip)
    for version in VERSIONS:
        c = control(switch, "-O", version, "--verbose")
        swnet.within(c.said(), f"OpenFlow 1.{version[-1]}")
        a.ping(b.ip)
        rules = [line for line in flows(switch) if "priority=1," in line]
        for line in rules:
            swnet.within(line, [COOKIE, "idle_timeout=60", "in_port=", "dl_src=02:00:00:00:00:0"], "a rule")
        switch.forget()  # that packets went to the controller before there were rules
        before = counted(switch, "dl_dst=02:00:00:00:00:01", "output:1")
        a.ping(b.ip, count=10)
        swnet.wait_for(lambda: counted(switch, "dl_dst=02:00:00:00:00:01", "output:1") >= before + 10, 10,
                       "packets are sent by the rule")
        swnet.within(c.said(), ["< packet_in table=0 reason=", "> packet_out in_port=1", "actions=FLOOD",
                                "arp_op=1", "> flow_mod add cookie=0x7377636f"], "what --verbose shows")
        n = only(let_go(switch, c))
        swnet.same((n["version"], n["learned"], n["errors"], n["malformed"], n["cut"], n["connections"]),
                   (f"1.{version[-1]}", 2, 0, 0, 0, 1), "counts")
        for name, least in (("flow_mods", 4), ("packet_ins", 3), ("packet_outs", 3), ("flooded", 1)):
            swnet.same(n[name] >= least, True, f"{name} in {n}")


def test_ovs_modes(net):
    """Hub, no rules, NORMAL, wildcards, queues, rules of a file, rules for ever."""
    switch, a, b = ovs(net)
    for version in VERSIONS:
        c = control(switch, "-O", version, "--hub")
        a.ping(b.ip)
        swnet.same(["actions=FLOOD" in line for line in flows(switch)], [True], "rules of a hub")
        swnet.same(only(let_go(switch, c))["packet_ins"], 0, "packets that came to a hub with a rule")

        c = control(switch, "-O", version, "-Hn")
        a.ping(b.ip)
        n = only(let_go(switch, c))
        swnet.same((n["learned"], n["flow_mods"] <= 2, n["packet_outs"] == n["flooded"] >= 6),
                   (0, True, True), f"a hub without rules: {n}")

        c = control(switch, "-O", version, "--noflow")
        a.ping(b.ip, count=10)
        swnet.same(len(flows(switch)), 1, "rules with --noflow")
        n = only(let_go(switch, c))
        swnet.same((n["learned"], n["packet_outs"] >= 20, n["flooded"] < 10), (2, True, True), f"{n}")

        c = control(switch, "-O", version, "-N", "--max-idle=permanent", "-w")
        a.ping(b.ip)
        rules = [line for line in flows(switch) if "priority=1," in line]
        swnet.same(all(line.endswith("actions=NORMAL") and "idle_timeout" not in line and "icmp" not in line
                       for line in rules) and len(rules) == 2, True, f"rules with -N -w: {rules}")
        let_go(switch, c)

        c = control(switch, "-O", version, "-w2000EC", "-q", "3", "-Q", f"{b.port}:4")
        a.ping(b.ip)
        rules = [line for line in flows(switch) if "priority=1," in line and "ip" in line]
        swnet.same(all("nw_src=" in line and "dl_src" not in line for line in rules), True, f"rules: {rules}")
        swnet.same(sorted(re.search("(?:set_queue:|:)([34])", line.split("actions=")[1]).group(1)
                          for line in rules if "icmp" in line or "ip," in line)[0], "3", f"queues in {rules}")
        swnet.same(any("4" in line.split("actions=")[1] for line in rules), True, f"queues in {rules}")
        let_go(switch, c)

        rules = net.dir / "rules"
        rules.write_text("# both ways\nin_port=1,actions=output:2\n\n"
                         "  priority=7,in_port=2,actions=output:1 # back\n")
        c = control(switch, "-O", version, "--with-flows", rules)
        a.ping(b.ip)
        swnet.same(len(flows(switch)), 3, "rules with --with-flows")
        swnet.same(only(let_go(switch, c))["packet_ins"], 0, "packets that no rule of the file takes")


def test_ovs_versions(net):
    """What the bridge offers decides; 1.4 and 1.5 are agreed down; no common version is told and refused."""
    switch, a, b = ovs(net)
    for offered, spoken in (("OpenFlow10", "1.0"), ("OpenFlow10,OpenFlow13,OpenFlow14,OpenFlow15", "1.3"),
                            ("OpenFlow13,OpenFlow15", "1.3")):
        switch.ctl(f"set bridge br0 protocols={offered}")
        c = control(switch)
        swnet.within(c.said(), f"OpenFlow {spoken}, 3 ports", offered)
        a.ping(b.ip)
        counted = c.end()
        switch.ctl("del-controller br0")
        swnet.same(only(counted)["version"], spoken, "version")
    switch.ctl("set bridge br0 protocols=OpenFlow14")
    c = Controller(net, "ptcp:0:127.0.0.1")
    switch.ctl(f"set-controller br0 tcp:127.0.0.1:{c.port()}")
    c.says("OpenFlow 1.0 1.3 is spoken here, and the switch offers 1.4")
    counted = c.end()
    swnet.same((counted["switches"], counted["refused"] >= 1), ([], True), "counts")


def test_ovs_station_moves(net):
    """A host that appears behind another port gets its packets there, with rules that never end."""
    switch, a, b = ovs(net)
    other = net.host("c", "10.0.0.9/24")
    switch.ctl(f"add-port br0 {other.port}")
    for version in VERSIONS:
        c = control(switch, "-O", version, "--max-idle=permanent")
        a.ping(b.ip)
        b.run("ip", "link", "set", "eth0", "down")
        other.run("ip", "link", "set", "eth0", "address", "02:00:00:00:00:02")
        other.run("ip", "addr", "add", "10.0.0.2/24", "dev", "eth0")
        other.run("ping", "-n", "-c", "1", "-W", "1", "-I", "10.0.0.2", "10.0.0.1", check=False)
        a.ping(b.ip)
        n = only(let_go(switch, c))
        swnet.same((n["errors"], n["moved"] + n["learned"] >= 3), (0, True), f"counts {n}")
        other.run("ip", "addr", "flush", "dev", "eth0")
        other.run("ip", "link", "set", "eth0", "address", "02:00:00:00:00:09")
        b.run("ip", "link", "set", "eth0", "up")


def test_ovs_many(net):
    """Several switches and methods at once: a socket of our own, a bridge's own, TCP."""
    a, b = hosts(net)
    switch = Ovs(net)
    ours = switch.dir / "c.sock"  # Open vSwitch goes to none outside of its folder
    c = Controller(net, f"punix:{ours}", "ptcp:0:127.0.0.2", "unix:" + str(switch.dir / "br2.mgmt"))
    c.says("No such file")
    switch.bridge("br0", a.port, b.port)
    switch.bridge("br1")
    switch.bridge("br2")
    switch.ctl(f"set-controller br0 unix:{ours}")
    switch.ctl(f"set-controller br1 tcp:127.0.0.2:{c.port()}")
    c.is_ready(3)
    a.ping(b.ip)
    counted = c.end()
    swnet.same(len({s["dpid"] for s in counted["switches"]}), 3, "switches")
    swnet.same(ours.exists(), False, "the socket of a controller that ended")
    # Again at the same place, where a controller that was killed left its socket.
    c = Controller(net, f"punix:{ours}")
    c.is_ready()
    c.process.kill()
    c.process.wait()
    c = Controller(net, f"punix:{ours}")
    c.is_ready()
    fails(net, f"punix:{ours}", says="another program listens there", status=8)
    c.end()


def authority(net, name):
    """A private authority, and a key and certificate of it for each of two sides."""
    d = net.dir / name
    d.mkdir()
    net.run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", d / "ca.key", "-out",
            d / "ca.pem", "-days", "2", "-subj", f"/CN={name}")
    for side in ("controller", "switch"):
        net.run("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-keyout", d / f"{side}.key", "-out",
                d / f"{side}.csr", "-subj", f"/CN={side}")
        net.run("openssl", "x509", "-req", "-in", d / f"{side}.csr", "-CA", d / "ca.pem", "-CAkey",
                d / "ca.key", "-CAcreateserial", "-days", "2", "-out", d / f"{side}.pem")
    return d


@swnet.limit(120)
def test_ovs_tls(net):
    """Both ways, with certificates of one authority; others are refused, and told why."""
    switch, a, b = ovs(net)
    good, bad = authority(net, "good"), authority(net, "bad")
    own = ("-p", good / "controller.key", "-c", good / "controller.pem")
    switch.ctl("set-ssl", good / "switch.key", good / "switch.pem", good / "ca.pem")

    c = Controller(net, "pssl:0:127.0.0.1", *own, "-C", good / "ca.pem")
    switch.ctl(f"set-controller br0 ssl:127.0.0.1:{c.port()}")
    c.is_ready()
    a.ping(b.ip)
    swnet.same(only(let_go(switch, c))["errors"], 0, "errors")

    # The switch listens.
    switch.ctl("set-controller br0 pssl:16653:127.0.0.1")
    c = Controller(net, "ssl:127.0.0.1:16653", *own, "-C", good / "ca.pem")
    c.is_ready()
    a.ping(b.ip)
    let_go(switch, c)

    # An authority that the switch's certificate is not of.
    c = Controller(net, "pssl:0:127.0.0.1", *own, "-C", bad / "ca.pem")
    switch.ctl(f"set-controller br0 ssl:127.0.0.1:{c.port()}")
    c.says("its certificate is refused: ")
    swnet.same(let_go(switch, c)["switches"], [], "switches")

    # Learned from the switch, kept, and held to afterwards.
    kept = net.dir / "kept.pem"
    c = Controller(net, "pssl:0:127.0.0.1", *own, "--bootstrap-ca-cert", kept)
    switch.ctl(f"set-controller br0 ssl:127.0.0.1:{c.port()}")
    c.says("certificate is kept")
    c.is_ready()
    for name in (kept, good / "ca.pem"):
        said = net.run("openssl", "x509", "-in", name, "-noout", "-fingerprint", "-subject").stdout
        swnet.within(said, "good", "the certificate")
    let_go(switch, c)
    switch.ctl("set-ssl", bad / "switch.key", bad / "switch.pem", good / "ca.pem")
    c = Controller(net, "pssl:0:127.0.0.1", *own, "--bootstrap-ca-cert", kept)
    switch.ctl(f"set-controller br0 ssl:127.0.0.1:{c.port()}")
    c.says("its certificate is refused: ")
    let_go(switch, c)

    # Nobody asks.
    c = Controller(net, "pssl:0:127.0.0.1", *own, "-C", "none")
    switch.ctl(f"set-controller br0 ssl:127.0.0.1:{c.port()}")
    c.is_ready()
    let_go(switch, c)

    fails(net, "pssl:", "-p", bad / "controller.key", "-c", good / "controller.pem", "-C", good / "ca.pem",
          says=["bad/controller.key is not the key of certificate", "good/controller.pem"], status=8)
    fails(net, "pssl:", *own, "-C", net.dir / "nowhere.pem", says=["nowhere.pem", "No such file"], status=8)
    fails(net, "pssl:", "-p", good / "ca.pem", "-c", good / "ca.pem", "-C", good / "ca.pem", says="ca.pem",
          status=8)
    fails(net, "pssl:", *own, says="--ca-cert or --bootstrap-ca-cert", status=2)


def fails(net, *words, says, status):
    result = net.run(net.build / "swcontroller", *words, check=False, timeout=swnet.PATIENT)
    swnet.same(result.returncode, status, f"exit status of swcontroller {words}")
    swnet.within(result.stderr, says, f"what swcontroller {words} says")


def test_mistakes(net):
    """Each names what is wrong and what would be right."""
    rules = net.dir / "rules"
    rules.write_text("priority=5,actions=drop\npriority=6,tcp_dst=80,actions=drop\n")
    later = net.dir / "later"
    later.write_text("table=3,ip6,actions=goto_table:4\n".replace("ip6", "ipv6"))
    for words, says, status in (
            ((), "no METHOD", 2),
            (("tcp:",), "names no host", 2),
            (("sctp:1.2.3.4",), ["is no way to a controller", "ptcp:[PORT][:ADDRESS]"], 2),
            (("ptcp:70000",), "no number of 1 to 65535", 2),
            (("ptcp:1:::1",), "names no host", 2),
            (("tcp:[::1",), "a [ without ]", 2),
            (("unix:",), "names no file", 2),
            (("punix:" + "x" * 200,), "a path of more than 107 bytes", 2),
            (("punix:/nowhere/at/all",), ["/nowhere/at/all", "No such file"], 8),
            (("ptcp:6653:192.0.2.1",), "Cannot assign", 8),
            (("ptcp:", "--hubb"), ["--hubb", 'did you mean "hub"'], 2),
            (("ptcp:", "-Z"), "-Z", 2),
            (("ptcp:", "--hub=1"), "takes no value", 2),
            (("ptcp:", "--max-idle"), "needs a value: SECS|permanent", 2),
            (("ptcp:", "--max-idle=0"), "1 to 65535", 2),
            (("ptcp:", "-wxyz"), "OFPFW_*", 2),
            (("ptcp:", "-q", "1", "--hub"), "--hub", 2),
            (("ptcp:", "-Q", "x", ), "PORT:QUEUE", 2),
            (("ptcp:", "-O", "OpenFlow14"), "OpenFlow10, OpenFlow13", 2),
            (("ptcp:", "--with-flows", net.dir / "nowhere"), "cannot be read", 8),
            (("ptcp:", "--with-flows", rules), ["rules, line 2", "tcp_dst"], 2),
            (("ptcp:", "--with-flows", later, "-O", "OpenFlow10"), ["later, line 1", "OpenFlow 1.0"], 2),
            (("ptcp:", "--ca-cert=a", "--bootstrap-ca-cert=b"), "exclude each other", 2),
            (("pssl:",), "--private-key", 2)):
        fails(net, *words, says=says, status=status)
    for words in (["--help"], ["--version"], ["-h"], ["-V"]):
        swnet.within(net.run(net.build / "swcontroller", *words).stdout, "swcontroller", str(words))


def message(version, kind, body=b"", xid=0):
    return struct.pack(">BBHI", version, kind, 8 + len(body), xid) + body


def connect(port):
    s = socket.create_connection(("127.0.0.1", port), timeout=swnet.PATIENT)
    return s


def take(s):
    """The next message, None at the end: version, type, body."""
    def exactly(n):
        data = b""
        while len(data) < n:
            try:
                more = s.recv(n - len(data))
            except ConnectionResetError:
                more = b""
            if not more:
                return None
            data += more
        return data
    head = exactly(8)
    if head is None:
        return None
    version, kind, length, _ = struct.unpack(">BBHI", head)
    return version, kind, exactly(length - 8)


def features(version, dpid):
    return message(version, 6, struct.pack(">QIB", dpid, 0, 254) + bytes(11))


def test_hostile(net):
    """What no switch sends: told, counted, and nobody else suffers."""
    c = Controller(net, "ptcp:0:127.0.0.1")
    port = c.port()
    with connect(port) as s:
        s.sendall(b"GET / HTTP/1.1\r\n\r\n" + bytes(70000))
        while take(s):
            pass
    with connect(port) as s:
        swnet.same(take(s)[:2], (4, 0), "hello")
        s.sendall(message(1, 5))
        swnet.same(take(s)[:2], (1, 1), "error for a first message that is no hello")
        swnet.same(take(s), None, "the end")
    with connect(port) as s:
        take(s)
        s.sendall(message(9, 0, struct.pack(">HHI", 1, 3, 5)))  # a malformed element: as if it were not there
        swnet.same(take(s)[:2], (4, 5), "features_request")
        s.sendall(struct.pack(">BBHI", 4, 2, 7, 0))
        swnet.same(take(s), None, "the end after a message of 7 bytes")
    with connect(port) as s:
        take(s)
        s.sendall(message(4, 0))
        take(s)
        s.sendall(message(4, 6, b"abc") + message(4, 10, bytes(3)) + message(4, 10, bytes(16) + b"\0\1\0\3") +
                  message(4, 12, bytes(5)) + message(4, 19, bytes(2)) + message(4, 1, b"\0") +
                  message(4, 77) +
                  features(4, 7) + message(4, 2, b"ping"))
        kinds = []
        while (got := take(s))[1] != 3:
            kinds.append(got[1])
        swnet.same(got[2], b"ping", "echo after messages that cannot be read")
        swnet.same(kinds, [18, 9, 14, 14, 20], "how a switch is set up")
    with connect(port) as s:  # that takes nothing, and asks again and again
        take(s)
        s.sendall(message(4, 0) + features(4, 8))
        s.settimeout(0.5)
        packet = message(4, 10, struct.pack(">IHBBQ", 0xffffffff, 60000, 0, 0, 0) + struct.pack(
            ">HHIIxxxx", 1, 12, 0x80000004, 1) + bytes.fromhex(
            "00000200000000020200000000010800") + bytes(59986))
        try:
            for _ in range(2000):
                s.sendall(packet)
            raise AssertionError("120 MB of packets were taken from a switch that takes no answers")
        except socket.timeout:
            pass
        with open(f"/proc/{c.process.pid}/status", encoding="ascii") as f:
            memory = int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1))
        swnet.same(memory < 60000, True, f"memory in kB: {memory}")
        with connect(port) as other:
            take(other)
            other.sendall(message(4, 0) + message(4, 2, b"x"))
            swnet.same([take(other)[1], take(other)[1]], [5, 3], "another switch meanwhile")
    counted = c.end()
    seven = next(s for s in counted["switches"] if s["dpid"].endswith("7"))
    swnet.same((seven["malformed"], seven["errors"]), (5, 1), f"counts {seven}")
    swnet.same(counted["refused"] >= 2, True, f"refused {counted['refused']}")


def test_mute(net):
    c = Controller(net, "ptcp:0:127.0.0.1", "--mute")
    with connect(c.port()) as s:
        swnet.same(take(s)[:2], (4, 0), "hello")
        s.sendall(message(4, 0) + message(4, 2, b"x") + features(4, 7))
        s.settimeout(0.5)
        try:
            swnet.same(take(s), "nothing", "an answer of a mute controller")
        except socket.timeout:
            pass
    c.end()


BASH = r"""
source "$FILES/swcontroller.bash"
COMP_WORDS=(swcontroller "$1") COMP_CWORD=1 COMPREPLY=()
_swcontroller
printf '%s\n' "${COMPREPLY[@]}"
"""

# The function as zsh's completion calls it; what it adds is printed, and chosen from as compadd would.
ZSH = r"""
compadd() { local all=("${(@P)@[-1]}"); print -rl -- ${(M)all:#${words[CURRENT]}*} }
fpath=($FILES $fpath)
autoload -Uz _swcontroller
words=(swcontroller "$1") CURRENT=2
_swcontroller
"""


def test_completion(net):
    """bash and zsh offer the options that the help tells, and the methods."""
    env = {"PATH": f"{net.build}:/usr/bin:/bin", "FILES": str(swnet.SOURCE / "tools" / "completion")}
    shells = [("bash", "--norc", "-c", BASH)] + [("zsh", "-f", "-c", ZSH)] * bool(shutil.which("zsh"))
    for shell in shells:
        def offers(word):
            result = subprocess.run([*shell, "x", word], timeout=swnet.PATIENT, capture_output=True,
                                    text=True, env=env)
            swnet.same(result.stderr, "", f"errors of {shell[0]}")
            return sorted(result.stdout.split())
        swnet.same(offers("--no"), ["--noflow", "--normal"], f"options in {shell[0]}")
        swnet.same(offers("--with"), ["--with-flows="], f"an option with a value in {shell[0]}")
        swnet.same(offers("--wild"), ["--wildcards"], f"an option whose value may be left out in {shell[0]}")
        swnet.same(offers("p"), ["pssl:", "ptcp:", "punix:"], f"methods in {shell[0]}")


def test_swd(net):
    """On the bridge's own socket: rules of a file, a hub, and swd's own rule for all packets is replaced."""
    a, b = hosts(net)
    sw = net.switch()
    sw.ctl(f"add-br br0 -- add-port br0 {a.port} -- add-port br0 {b.port}")
    a.ping(b.ip)
    where = f"unix:{sw.dir}/run/br0.mgmt"
    rules = net.dir / "rules"
    rules.write_text("in_port=1,actions=output:2\nin_port=2,actions=output:1\n")
    for version in VERSIONS:
        c = Controller(net, where, "-O", version, "--hub", "--verbose")
        c.is_ready()
        swnet.within(sw.ctl("rule dump br0"), "actions=FLOOD", "rules of a hub")
        a.ping(b.ip)
        n = only(c.end())
        swnet.same((n["version"], n["packet_ins"], n["errors"]), (f"1.{version[-1]}", 0, 0), "counts")

        c = Controller(net, where, "-O", version, "--with-flows", rules)
        c.is_ready()
        swnet.within(sw.ctl("rule dump br0"), "actions=CONTROLLER:65535", "rule for all other packets")
        a.ping(b.ip)
        swnet.same(only(c.end())["errors"], 0, "errors")
        sw.ctl("rule del br0")
        a.no_ping(b.ip)
    # It comes back when the switch does.
    c = Controller(net, where, "--hub")
    c.is_ready()
    sw.stop()
    c.says("it closed the connection")
    sw.start()
    c.is_ready(2)
    a.ping(b.ip)
    swnet.same(only(c.end())["connections"], 2, "connections")
    sw.stop()


def swd(net, *folders):
    """swd with a bridge that only its controller tells what to do, and two hosts on it."""
    a, b = hosts(net)
    sw = net.switch(more="[security]\nextra-dirs=" + ":".join(map(str, folders)) + "\n" if folders else "")
    sw.ctl(f"add-br br0 -- add-port br0 {a.port} -- add-port br0 {b.port} -- set-fail-mode br0 secure")
    return sw, a, b


def learns(sw, a, b, c):
    """First packets come by the controller and the others by its rules, for each address one; its counts."""
    def rules():
        a.ping(b.ip)  # on a slow machine, all requests of a first are on their way before any answer is
        said = sw.ctl("rule dump br0", quiet=True).splitlines()
        return all(any(f"dl_dst={host.mac()}" in line and f"output:{n}" in line for line in said)
                   for n, host in enumerate((a, b), 1))
    swnet.wait_for(rules, 10, "rules to both hosts")
    n = only(c.end())
    swnet.same((n["learned"], n["errors"], n["malformed"], n["cut"], n["packet_ins"] >= 3),
               (2, 0, 0, 0, True), f"counts {n}")
    sw.ctl("del-controller br0")
    sw.ctl("rule del br0")
    a.no_ping(b.ip)
    return n


def test_swd_tcp(net):
    """By TCP, both ways, in both versions; the switch comes back to a controller that was started again."""
    sw, a, b = swd(net)
    a.no_ping(b.ip)
    for version in VERSIONS:
        c = Controller(net, "ptcp:0:127.0.0.1", "-O", version)
        sw.ctl(f"set-controller br0 tcp:127.0.0.1:{c.port()}")
        c.is_ready()
        swnet.same(learns(sw, a, b, c)["version"], f"1.{version[-1]}", "version")
        sw.ctl("set-controller br0 ptcp:16653:127.0.0.1")
        c = Controller(net, "tcp:127.0.0.1:16653", "-O", version)
        c.is_ready()
        learns(sw, a, b, c)
    sw.ctl("set-controller br0 tcp:127.0.0.1:16654")
    for _ in range(2):
        c = Controller(net, "ptcp:16654:127.0.0.1", "--hub")
        c.is_ready()
        swnet.within(sw.ctl("rule dump br0"), "actions=FLOOD", "rules of a hub")
        a.ping(b.ip)
        c.process.kill()
        c.process.wait()
        a.ping(b.ip)  # secure: rules are kept
        sw.ctl("rule del br0")
    sw.stop()


@swnet.limit(120)
def test_swd_tls(net):
    """By TLS, both ways; others' certificates get nowhere, and each side tells why."""
    good, bad = authority(net, "good"), authority(net, "bad")
    sw, a, b = swd(net, good, bad)
    own = ("-p", good / "controller.key", "-c", good / "controller.pem")
    sw.ctl("set-ssl", good / "switch.key", good / "switch.pem", good / "ca.pem")
    for version in VERSIONS:
        c = Controller(net, "pssl:0:127.0.0.1", *own, "-C", good / "ca.pem", "-O", version)
        sw.ctl(f"set-controller br0 ssl:127.0.0.1:{c.port()}")
        c.is_ready()
        learns(sw, a, b, c)
    sw.ctl("set-controller br0 pssl:16653:127.0.0.1")
    c = Controller(net, "ssl:127.0.0.1:16653", *own, "-C", good / "ca.pem")
    c.is_ready()
    learns(sw, a, b, c)

    # The controller does not know the switch's authority, then the switch not the controller's.
    c = Controller(net, "pssl:0:127.0.0.1", *own, "-C", bad / "ca.pem")
    sw.ctl(f"set-controller br0 ssl:127.0.0.1:{c.port()}")
    c.says("its certificate is refused: ")
    swnet.same(c.end()["switches"], [], "switches")
    c = Controller(net, "pssl:0:127.0.0.1", "-p", bad / "controller.key", "-c", bad / "controller.pem",
                   "-C", good / "ca.pem")
    sw.ctl(f"set-controller br0 ssl:127.0.0.1:{c.port()}")
    swnet.wait_for(lambda: "not accepted" in sw.ctl("list controller", quiet=True), 20, "last_error")
    swnet.same(c.end()["switches"], [], "switches")

    # Learned from the switch, kept, and held to afterwards.
    kept = net.dir / "kept.pem"
    words = ("pssl:0:127.0.0.1", *own, "--bootstrap-ca-cert", kept)
    c = Controller(net, *words)
    sw.ctl(f"set-controller br0 ssl:127.0.0.1:{c.port()}")
    c.is_ready()
    learns(sw, a, b, c)
    sw.ctl("set-ssl", bad / "switch.key", bad / "switch.pem", good / "ca.pem")
    c = Controller(net, *words)
    sw.ctl(f"set-controller br0 ssl:127.0.0.1:{c.port()}")
    c.says("its certificate is refused: ")
    c.end()
    sw.stop()
