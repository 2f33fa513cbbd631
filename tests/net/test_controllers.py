# SPDX-License-Identifier: BSD-3-Clause
"""Controllers by rows of Controller and SSL: real ones (ovs-testcontroller, ovs-ofctl) and ours by hand, by
TCP, TLS and Unix sockets, both ways; what a bridge does without them; slow, dead and hostile ones."""
import contextlib
import itertools
import json
import os
import pathlib
import random
import socket
import ssl
import struct
import threading
import time

import swnet
from swpki import Authority

WAITS = True  # all of it (run.py)

HELLO, ERROR, ECHO, ECHO_REPLY, FEATURES, PACKET_IN, FLOW_MOD, BARRIER = 0, 1, 2, 3, 5, 10, 14, 20
TESTCONTROLLER = os.environ.get("SWD_TESTCONTROLLER", "/usr/bin/ovs-testcontroller")


def message(kind, body=b"", *, version=4, xid=7):
    return struct.pack("!BBHI", version, kind, 8 + len(body), xid) + body


class Peer:
    """The other end of an OpenFlow connection, by hand, in 1.3."""

    def __init__(self, sock, *, hello=True):
        self.sock, self.rest = sock, b""
        sock.settimeout(swnet.PATIENT)
        if hello:
            swnet.same(self.receive()[0], HELLO, "the switch's first message")
            self.send(HELLO)

    def send(self, kind, body=b"", **more):
        self.sock.sendall(message(kind, body, **more))

    def receive(self):
        """(type, body) of the next message; None at the end."""
        while len(self.rest) < 8 or len(self.rest) < struct.unpack("!H", self.rest[2:4])[0]:
            try:
                data = self.sock.recv(65536)
            except ConnectionError:
                data = b""
            if not data:
                return None
            self.rest += data
        size = struct.unpack("!H", self.rest[2:4])[0]
        whole, self.rest = self.rest[:size], self.rest[size:]
        return whole[1], whole[8:]

    def until(self, kind):
        """The body of the next message of that type."""
        while True:
            got = self.receive()
            swnet.same(got is not None, True, f"the connection is there while type {kind} is waited for")
            if got[0] == ECHO and kind != ECHO:
                self.send(ECHO_REPLY)
            if got[0] == kind:
                return got[1]

    def barrier(self):
        self.send(BARRIER)
        self.until(BARRIER + 1)

    def miss_to_controller(self, priority=0):
        """A rule that sends all packets here."""
        match = struct.pack("!HHI", 1, 4, 0)
        action = struct.pack("!HHIH6x", 0, 16, 0xfffffffd, 0xffff)
        does = struct.pack("!HHI", 4, 8 + len(action), 0) + action
        head = struct.pack("!QQBBHHH", 0, 0, 0, 0, 0, 0, priority)
        head += struct.pack("!IIIHH", *[0xffffffff] * 3, 0, 0)
        self.send(FLOW_MOD, head + match + does)
        self.barrier()

    def close(self):
        self.sock.close()

    @contextlib.contextmanager
    def answering(self):
        """Echo requests are answered while the lines below do other things, however long those take."""
        over = threading.Event()

        def answer():
            while not over.is_set():
                if swnet.readable(self.sock, 0.05) and self.receive()[0] == ECHO:
                    self.send(ECHO_REPLY)
        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield
        over.set()
        thread.join()


class Server:
    """Where the switch comes to: a listening TCP socket, at a port that no connection gets as its own: one
    that goes to a port where nobody listens, and has the same port itself, is connected with itself."""
    ports = itertools.count(20001)

    def __init__(self, port=None, *, context=None):
        port = port or next(self.ports)
        self.sock = socket.create_server(("127.0.0.1", port))
        self.sock.settimeout(swnet.PATIENT)
        self.context, self.port = context, self.sock.getsockname()[1]

    @property
    def target(self):
        return f"{'ssl' if self.context else 'tcp'}:127.0.0.1:{self.port}"

    def accept(self, **more):
        sock = self.sock.accept()[0]
        sock.settimeout(swnet.PATIENT)
        if self.context:
            sock = self.context.wrap_socket(sock, server_side=True)
        return Peer(sock, **more)

    def close(self):
        self.sock.close()


def bridge(net, **more):
    """A switch with bridge br0 and two ports with a host each."""
    a, b = net.host("a", "10.0.0.1/24"), net.host("b", "10.0.0.2/24")
    sw = net.switch(**more)
    sw.ctl("add-br br0 -- add-port br0 vif0.0 -- add-port br0 vif1.0")
    return sw, a, b


def reaches(a, b):
    """Within some seconds: an ARP request that was lost may still be waited for."""
    swnet.wait_for(lambda: a.run("ping", "-c", "1", "-W", "1", b.ip, check=False).returncode == 0, 20,
                   f"{a.name} reaches {b.name}")


def flows(net, sw):
    said = net.run("ovs-ofctl", "-t", "60", "-O", "OpenFlow13", "--no-stats", "dump-flows",
                   f"unix:{sw.dir}/run/br0.mgmt").stdout
    return sorted(line.strip() for line in said.splitlines() if "reply" not in line)


def rows(sw):
    """Rows of Controller by target."""
    said = json.loads(sw.ctl("--json list controller", quiet=True))
    found = said if isinstance(said, list) else said.get("value", said)
    return {row["target"]: row for row in found}


def connected(sw, target):
    row = rows(sw).get(target)
    return row is not None and row["is_connected"]


def wait_connected(sw, target, *, is_connected=True, limit=20):
    swnet.wait_for(lambda: connected(sw, target) == is_connected, limit,
                   f"{target} is{'' if is_connected else ' not'} connected")


def testcontroller(net, name, *words):
    if not os.path.exists(TESTCONTROLLER):
        raise swnet.Skip(f"no {TESTCONTROLLER}: sudo tools/test net unpacks it")
    return net.spawn(TESTCONTROLLER, f"--unixctl={net.dir / name}.ctl", "-vconsole:info", *words, log=name)


ALONE = "cookie=0x7374616e64616c6f, priority=0 actions=NORMAL"


def test_connects(net):
    """A controller we connect to: back-off, HELLO, status, show, roles, and the end of it."""
    sw, a, b = bridge(net)
    server = Server()
    sw.ctl("set-controller", "br0", server.target)
    peer = server.accept()
    wait_connected(sw, server.target)
    swnet.within(sw.ctl("show"), [f'Controller "{server.target}"', "is_connected: true"], "show")
    row = rows(sw)[server.target]
    swnet.same((row["role"], row["status"]["state"]), ("other", "ACTIVE"), "role and state")
    # Nothing holds but what the controller says.
    swnet.same(flows(net, sw), [], "rules under a controller")
    a.no_ping(b.ip)
    peer.send(24, struct.pack("!IIQ", 2, 0, 1))
    peer.until(25)
    swnet.same(rows(sw)[server.target]["role"], "master", "role")
    peer.close()
    wait_connected(sw, server.target, is_connected=False)
    swnet.within(rows(sw)[server.target]["status"]["last_error"], "closed", "last_error")
    peer = server.accept()
    wait_connected(sw, server.target)
    swnet.within(sw.ctl("event show"), [server.target, "connected", "disconnected"], "events")
    sw.ctl("del-controller br0")
    swnet.same(peer.receive(), None, "what a controller hears that is taken away")
    swnet.same(flows(net, sw), ["priority=0 actions=NORMAL"], "rules without controllers")
    reaches(a, b)


def test_backoff(net):
    """Attempts go on while nobody is there; the reason is told; one that comes is found."""
    sw, _, _ = bridge(net)
    server = Server()
    target = server.target
    server.close()
    sw.ctl("set-controller", "br0", target)
    swnet.wait_for(lambda: "refused" in rows(sw)[target]["status"].get("last_error", ""), 10, "last_error")
    swnet.same(rows(sw)[target]["status"]["state"], "BACKOFF", "state")
    swnet.same("is_connected" in sw.ctl("show"), False, "show of one that is not connected")
    said = sw.ctl_raw("doctor", "controllers")
    swnet.within(said.stdout, [f"controller {target} is not connected", "refused"], "doctor")
    server = Server(server.port)
    peer = server.accept()
    wait_connected(sw, target)
    swnet.within(sw.ctl("doctor controllers"), "1 configured, all in touch", "doctor")
    peer.close()


def test_standalone(net):
    """Without its controller the bridge goes on: from the first moment, and again after three probes."""
    sw, a, b = bridge(net)
    server = Server()
    reaches(a, b)
    sw.ctl("set-controller", "br0", "tcp:127.0.0.1:1")
    swnet.same(flows(net, sw), [ALONE], "rules before the first controller is there")
    reaches(a, b)
    sw.ctl("--inactivity-probe=1000", "set-controller", "br0", server.target)
    peer = server.accept()
    with peer.answering():
        wait_connected(sw, server.target)
        swnet.same(flows(net, sw), [], "rules once it is there")
    peer.miss_to_controller()
    with peer.answering():
        swnet.same(len(flows(net, sw)), 1, "its rules")
    peer.close()
    server.close()
    swnet.wait_for(lambda: flows(net, sw) == [ALONE], 20, "the bridge switches by itself")
    reaches(a, b)
    server = Server(server.port)
    peer = server.accept()
    with peer.answering():
        swnet.wait_for(lambda: flows(net, sw) == [], 20, "the bridge does what the controller says")
        a.no_ping(b.ip)


def test_secure(net):
    """secure: no rule of ours ever, from the start; rules hold without the controller."""
    sw, a, b = bridge(net)
    sw.ctl("set-fail-mode br0 secure")
    swnet.same(sw.ctl("get-fail-mode br0"), "secure", "get-fail-mode")
    swnet.same(flows(net, sw), [], "rules of a secure bridge")
    a.no_ping(b.ip)
    server = Server()
    sw.ctl("--inactivity-probe=1000", "set-controller", "br0", server.target)
    peer = server.accept()
    with peer.answering():
        wait_connected(sw, server.target)
    peer.miss_to_controller(5)
    peer.close()
    server.close()
    wait_connected(sw, server.target, is_connected=False)
    swnet.same(len(flows(net, sw)), 1, "rules when the controller is gone")
    sw.stop()
    sw.start()
    swnet.same(flows(net, sw), [], "rules after a restart")
    sw.ctl("del-br br0")
    sw.ctl("add-br br0 -- set-fail-mode br0 secure -- add-port br0 vif0.0 -- add-port br0 vif1.0")
    swnet.same(flows(net, sw), [], "rules of a bridge that is made secure")
    a.no_ping(b.ip)
    sw.ctl("del-fail-mode br0")
    swnet.same(flows(net, sw), ["priority=0 actions=NORMAL"], "rules of a bridge that is secure no more")
    reaches(a, b)


def test_probe(net):
    """An echo is asked for after silence; one that does not answer is dropped; 0 asks nobody."""
    sw, _, _ = bridge(net)
    server = Server()
    sw.ctl("--inactivity-probe=3000", "set-controller", "br0", server.target)
    peer = server.accept()
    peer.until(ECHO)
    peer.send(ECHO_REPLY)
    peer.until(ECHO)
    swnet.wait_for(lambda: peer.receive() is None, 10, "the end of one that does not answer")
    swnet.wait_for(lambda: "echo" in rows(sw)[server.target]["status"].get("last_error", ""), 5, "last_error")
    peer = server.accept(hello=False)
    swnet.same(peer.receive()[0], HELLO, "the switch's first message")
    swnet.wait_for(lambda: peer.receive() is None, 15, "the end of one that says nothing")


def test_many(net):
    """Several controllers with roles: one master, slaves hear less; one that is taken away."""
    sw, a, _ = bridge(net)
    servers = [Server() for _ in range(3)]
    sw.ctl("set-controller", "br0", *(s.target for s in servers))
    swnet.same(sw.ctl("get-controller br0").split(), sorted(s.target for s in servers), "get-controller")
    peers = [s.accept() for s in servers]
    for n, peer in enumerate(peers[:2]):
        peer.send(24, struct.pack("!IIQ", 2, 0, n))
        peer.until(25)
    roles = [rows(sw)[s.target]["role"] for s in servers]
    swnet.same(roles, ["slave", "master", "other"], "roles")
    peers[1].miss_to_controller()
    a.run("ping", "-c", "1", "-W", "1", "10.0.0.2", check=False)
    peers[1].until(PACKET_IN)
    peers[2].until(PACKET_IN)
    peers[0].barrier()
    sw.ctl("set-controller", "br0", servers[1].target)
    swnet.same(peers[0].receive(), None, "one that is taken away")


def test_passive(net):
    """ovs-ofctl by ptcp:, punix: and pssl:; a certificate of another authority gets nowhere."""
    ours, others = Authority(net, "ours"), Authority(net, "others")
    key, cert = ours.sign("switch")
    pathlib.Path("/proc/sys/net/ipv6/conf/lo/disable_ipv6").write_text("0")
    sw, _, _ = bridge(net, more=f"[security]\nextra-dirs={ours.dir}\n")
    sw.ctl("set-ssl", key, cert, ours.ca)
    swnet.same(sw.ctl("get-ssl").splitlines(), [f"Private key: {key}", f"Certificate: {cert}",
                                               f"CA Certificate: {ours.ca}", "Bootstrap: false"], "get-ssl")
    sw.ctl("set-controller", "br0", "ptcp:6001:127.0.0.1", "pssl:6002", "punix:ctl.sock", "ptcp:6003:[::1]")
    swnet.wait_for(lambda: {row["status"]["state"] for row in rows(sw).values()} == {"LISTENING"}, 10,
                   "all listen")
    client = ours.sign("client")
    options = ["-p", client[0], "-c", client[1], "-C", ours.ca]

    def ofctl(target, *more, check=True):
        return net.run("ovs-ofctl", "-t", "60", "-O", "OpenFlow13", *more, "show", target, check=check)
    for target in ("tcp:127.0.0.1:6001", f"unix:{sw.dir}/run/ctl.sock", "tcp:[::1]:6003"):
        swnet.within(ofctl(target).stdout, "1(vif0.0)", target)
    swnet.within(ofctl("ssl:127.0.0.1:6002", *options).stdout, "1(vif0.0)", "ssl")
    stranger = others.sign("client")
    options[1:4:2] = stranger
    failed = ofctl("ssl:127.0.0.1:6002", *options, check=False)
    swnet.same(failed.returncode, 1, "exit status with another authority's certificate")
    swnet.wait_for(lambda: "not accepted" in rows(sw)["pssl:6002"]["status"].get("last_error", ""), 5,
                   "last_error")
    # Services: a bridge with these alone switches by itself.
    swnet.same(flows(net, sw), ["priority=0 actions=NORMAL"], "rules with service controllers")
    sw.ctl("set-controller", "br0", "ptcp:6001")
    swnet.within(ofctl("tcp:127.0.0.1:6001").stdout, "1(vif0.0)", "all addresses")
    failed = ofctl("tcp:[::1]:6003", check=False)
    swnet.same(failed.returncode, 1, "exit status where nobody listens any more")


def context(authority, name):
    key, cert = authority.sign(name)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(cert, key)
    made.load_verify_locations(authority.ca)
    made.verify_mode = ssl.CERT_REQUIRED
    return made


def test_tls(net):
    """Active TLS: 1.2 and 1.3, no older; wrong authority, wrong files, files that change."""
    ours, others = Authority(net, "ours"), Authority(net, "others")
    key, cert = ours.sign("switch")
    sw, _, _ = bridge(net, more=f"[security]\nextra-dirs={ours.dir}:{others.dir}\n")
    server = Server(context=context(ours, "controller"))

    def last_error(says):
        swnet.wait_for(lambda: says in rows(sw)[server.target]["status"].get("last_error", ""), 20,
                       f"last_error says {says!r}")
    sw.ctl("set-controller", "br0", server.target)
    last_error("set-ssl")
    sw.ctl("set-ssl", net.dir / "nowhere" / "key", cert, ours.ca)
    last_error("cannot be read")
    sw.ctl("set-ssl", others.sign("other")[0], cert, ours.ca)
    last_error("private key")
    sw.ctl("set-ssl", key, cert, ours.ca)

    def accept():
        end = time.monotonic() + 30
        while True:
            try:
                return server.accept()
            except (ssl.SSLError, ConnectionError):
                if time.monotonic() > end:
                    raise
    peer = accept()
    wait_connected(sw, server.target)
    swnet.same(peer.sock.version(), "TLSv1.3", "version")
    for n in range(40):
        peer.send(ECHO, b"x" * 60000)
        swnet.same(len(peer.until(ECHO_REPLY)), 60000, f"echo {n}")
    peer.close()
    server.context.maximum_version = ssl.TLSVersion.TLSv1_2
    peer = accept()
    swnet.same(peer.sock.version(), "TLSv1.2", "version")
    peer.barrier()
    peer.close()
    # The controller has another authority's certificate, until the switch's file says that this is right.
    server.context = context(others, "controller")
    server.context.load_verify_locations(ours.ca)
    sw.ctl("set-ssl", key, cert, ours.dir / "cas.pem")
    (ours.dir / "cas.pem").write_bytes(ours.ca.read_bytes())
    swnet.wait_for(lambda: refused_by(server), 30, "the switch refuses the certificate")
    last_error("not accepted")
    (ours.dir / "cas.pem").write_bytes(ours.ca.read_bytes() + others.ca.read_bytes())
    peer = accept()
    wait_connected(sw, server.target)


def refused_by(server):
    try:
        server.accept().close()
    except (ssl.SSLError, ConnectionError, AssertionError, TypeError):
        return True
    return False


def test_bootstrap(net):
    """set-ssl --bootstrap takes the authority from the first controller, and holds all to it."""
    ours, others = Authority(net, "ours"), Authority(net, "others")
    key, cert = ours.sign("switch")
    kept = net.dir / "kept"
    kept.mkdir()
    sw, _, _ = bridge(net, more=f"[security]\nextra-dirs={ours.dir}:{kept}\n")
    ckey, ccert = ours.sign("controller")
    chain = ours.dir / "chain.pem"
    chain.write_bytes(ccert.read_bytes() + ours.ca.read_bytes())
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(chain, ckey)
    server = Server(context=made)
    sw.ctl("--bootstrap", "set-ssl", key, cert, kept / "ca.pem")
    sw.ctl("set-controller", "br0", server.target)
    swnet.wait_for(lambda: refused_by(server) or (kept / "ca.pem").exists(), 20, "the first handshake")
    peer = server.accept()
    wait_connected(sw, server.target)
    swnet.same((kept / "ca.pem").read_text().split("-----")[2].split(),
               ours.ca.read_text().split("-----")[2].split(), "the certificate that is kept")
    peer.close()
    server.context = context(others, "controller")
    swnet.same(refused_by(server), True, "another authority is refused from now on")


def test_names(net):
    """A host's name, from /etc/hosts; one that nobody knows does not keep the switch."""
    hosts = net.dir / "hosts"
    hosts.write_text("127.0.0.1 localhost the-controller\n")
    net.run("mount", "--bind", hosts, "/etc/hosts")
    sw, _, _ = bridge(net)
    server = Server()
    target = f"tcp:the-controller:{server.port}"
    sw.ctl("set-controller", "br0", target, "tcp:nobody.invalid")
    peer = server.accept()
    wait_connected(sw, target)
    swnet.wait_for(lambda: "name" in rows(sw)["tcp:nobody.invalid"]["status"].get("last_error", ""), 20,
                   "a name that is not known")
    peer.close()


def test_testcontroller(net):
    """ovs-testcontroller by TCP, killed and started again, and by TLS."""
    ours = Authority(net, "ours")
    key, cert = ours.sign("switch")
    sw, a, b = bridge(net, more=f"[security]\nextra-dirs={ours.dir}\n")
    given = net.dir / "flows"
    given.write_text("priority=7,actions=NORMAL\n")
    words = ["--mute", "--with-flows", given, "ptcp:7001:127.0.0.1"]
    controller = testcontroller(net, "first", *words)
    sw.ctl("--inactivity-probe=1000", "set-controller", "br0", "tcp:127.0.0.1:7001")
    wait_connected(sw, "tcp:127.0.0.1:7001")
    swnet.wait_for(lambda: any("priority=7" in f for f in flows(net, sw)), 10, "its rules")
    reaches(a, b)
    controller.kill()
    controller.wait()
    wait_connected(sw, "tcp:127.0.0.1:7001", is_connected=False)
    swnet.wait_for(lambda: flows(net, sw) == [ALONE], 20, "the bridge switches by itself")
    reaches(a, b)
    testcontroller(net, "second", *words)
    wait_connected(sw, "tcp:127.0.0.1:7001")
    swnet.wait_for(lambda: any("priority=7" in f for f in flows(net, sw)), 10, "its rules again")
    ckey, ccert = ours.sign("controller")
    testcontroller(net, "third", "-p", ckey, "-c", ccert, "-C", ours.ca, "--mute", "--with-flows", given,
                   "pssl:7002:127.0.0.1")
    sw.ctl("set-ssl", key, cert, ours.ca)
    sw.ctl("set-controller", "br0", "ssl:127.0.0.1:7002")
    wait_connected(sw, "ssl:127.0.0.1:7002")
    swnet.wait_for(lambda: any("priority=7" in f for f in flows(net, sw)), 10, "its rules")
    reaches(a, b)


def test_limit(net):
    """controller_rate_limit: packets beyond it are lost and counted; other messages go on."""
    sw, a, _ = bridge(net)
    server = Server()
    sw.ctl("set-controller", "br0", server.target)
    uuid = sw.ctl("get bridge br0 controller").strip("[]")
    sw.ctl(f"set controller {uuid} controller_rate_limit=100 controller_burst_limit=25")
    peer = server.accept()
    peer.miss_to_controller()
    wire = a.wire()
    frame = bytes.fromhex("02000000000902000000000188b5").ljust(60, b"\0")
    for _ in range(1000):
        wire.send(frame)
    swnet.wait_for(lambda: int(rows(sw)[server.target]["status"].get("packet-in-miss-dropped", 0)) > 0, 10,
                   "packets over the limit are lost")
    peer.barrier()
    status = rows(sw)[server.target]["status"]
    swnet.same(int(status["packet-in-miss-bypassed"]) >= 25, True, f"those sent at once, of {status}")
    swnet.same(int(status["packet-in-lost"]) >= int(status["packet-in-miss-dropped"]), True, "losses")


def test_hostile(net):
    """Random bytes, half messages, one that never reads: the bridge, its traffic and others go on."""
    sw, a, b = bridge(net)
    sw.ctl("set-controller", "br0", "ptcp:6001:127.0.0.1")
    swnet.wait_for(lambda: rows(sw)["ptcp:6001:127.0.0.1"]["status"]["state"] == "LISTENING", 10, "listening")
    rng = random.Random(1)
    held = []
    for n in range(60):
        sock = socket.create_connection(("127.0.0.1", 6001), timeout=swnet.PATIENT)
        try:
            if n % 3 == 0:
                sock.sendall(rng.randbytes(4000))
            elif n % 3 == 1:
                sock.sendall(message(HELLO) + message(FLOW_MOD, rng.randbytes(60))[:rng.randrange(1, 68)])
            else:
                some = [message(rng.randrange(35), rng.randbytes(rng.randrange(80))) for _ in range(200)]
                sock.sendall(message(HELLO) + b"".join(some))
        except ConnectionError:
            pass
        held.append(sock)
    reaches(a, b)
    sw.ctl("list-br", timeout=swnet.PATIENT)
    swnet.same(len(flows(net, sw)) >= 0, True, "br0.mgmt answers")
    for sock in held:
        sock.close()
    # It asks for answers without end and reads none of them.
    glutton = socket.create_connection(("127.0.0.1", 6001), timeout=swnet.PATIENT)
    glutton.sendall(message(HELLO))
    glutton.setblocking(False)
    asked, end = message(18, struct.pack("!HH4x", 3, 0)) * 100, time.monotonic() + 3
    while time.monotonic() < end:
        try:
            glutton.send(asked)
        except BlockingIOError:
            time.sleep(0.01)
        except ConnectionError:
            break
    reaches(a, b)
    swnet.same(len(flows(net, sw)) >= 0, True, "br0.mgmt answers")
    swnet.same(sw.alive(), True, "the switch lives")


def test_refused(net):
    """What is no controller is refused with what is allowed; in-band control is not supported."""
    sw, _, _ = bridge(net)
    for target, says in (("1.2.3.4", "is no way"), ("tcp:", "names no host"), ("tcp:10.0.0.256", "neither"),
                         ("tcp:[::g]", "IPv6"), ("tcp:10.0.0.1:0", "1 to 65535"), ("ptcp:host", "1 to 65535"),
                         ("ptcp:6653:host", "address of ours"), ("unix:", "names no file"),
                         ("tcp:10.0.0.1:6653:7", "1 to 65535")):
        sw.refused(["set-controller", "br0", target], says, "tcp:HOST[:PORT]")
    sw.refused(["set-controller", "br0", "tcp:10.0.0.1", "tcp:10.0.0.1"], "twice")
    sw.refused("set-fail-mode br0 open", "standalone")
    sw.ctl("set-controller br0 tcp:127.0.0.1:9")
    uuid = sw.ctl("get bridge br0 controller").strip("[]")
    sw.refused(f"set controller {uuid} connection_mode=in-band", "in-band control", "out-of-band")
    sw.refused(f"set controller {uuid} local_ip=10.0.0.1", "in-band control")
    sw.refused("set bridge br0 protocols=OpenFlow11", "OpenFlow")
    sw.ctl(f"set controller {uuid} connection_mode=out-of-band max_backoff=1000 inactivity_probe=0")
    sw.ctl("set bridge br0 protocols=OpenFlow13 other_config:disable-in-band=true")
    failed = net.run("ovs-ofctl", "-t", "60", "-O", "OpenFlow10", "show", f"unix:{sw.dir}/run/br0.mgmt",
                     check=False)
    swnet.same(failed.returncode, 1, "exit status with a version that is not spoken")
    swnet.same(flows(net, sw), [ALONE], "rules by the one that is")
    sw.stop()
    sw.start()
    swnet.same(sw.ctl("get-controller br0"), "tcp:127.0.0.1:9", "controllers after a restart")


OSKEN = "/usr/bin/osken-manager"


def osken(net, application, version):
    """A bridge whose controller runs an application of os-ken."""
    if not os.path.exists(OSKEN):
        raise swnet.Skip(f"no {OSKEN}: package python3-os-ken")
    sw, a, b = bridge(net)
    net.spawn("/usr/bin/python3", OSKEN, "--ofp-listen-host", "127.0.0.1", "--ofp-tcp-listen-port", "7010",
              pathlib.Path(__file__).with_name(application), log="osken")
    sw.ctl(f"set bridge br0 protocols={version} -- set-fail-mode br0 secure")
    sw.ctl("set-controller br0 tcp:127.0.0.1:7010")
    wait_connected(sw, "tcp:127.0.0.1:7010")
    return sw, a, b


def test_osken(net):
    """An application of os-ken learns where stations are, by packet-ins and flow-mods of 1.3."""
    sw, a, b = osken(net, "osken_learning.py", "OpenFlow13")
    reaches(a, b)
    for host, port in ((a, 1), (b, 2)):
        want = f"priority=5,dl_dst={host.mac()} actions=output:{port}"
        swnet.wait_for(lambda: want in flows(net, sw), 10, f"the rule of {host.name}")
    swnet.same(flows(net, sw)[0], "priority=0 actions=CONTROLLER:65535", "its rule for unknown ones")


def test_osken_bundles(net):
    """Bundles of 1.4 with meter-mods, as os-ken sends them: one is in force, one is refused as a whole."""
    sw, _, _ = osken(net, "osken_bundle.py", "OpenFlow14")
    said = net.logs / "osken.log"

    def refused():
        text = said.read_text(encoding="utf-8", errors="replace")
        return "error 12.3" in text and "error 17.13" in text

    swnet.wait_for(refused, 20, "unknown meter, and the bundle that failed by it")
    dump = net.run("ovs-ofctl", "-O", "OpenFlow14", "dump-flows", f"unix:{sw.dir}/run/br0.mgmt").stdout
    swnet.same("actions=meter:5,output:1" in dump, True, f"the rule of the first one in {dump}")
    swnet.same("priority=4" in dump, False, f"the rule of the second one in {dump}")
    meters = net.run("ovs-ofctl", "-O", "OpenFlow14", "dump-meters", f"unix:{sw.dir}/run/br0.mgmt").stdout
    swnet.same("meter=5" in meters, True, f"the meter of the first one in {meters}")
    swnet.same("meter=6" in meters, False, f"the meter of the second one in {meters}")


def test_snoop(net):
    """ovs-ofctl snoop prints what a real controller and the bridge say."""
    sw, a, b = bridge(net)
    sw.ctl("set-controller", "br0", f"punix:{sw.dir}/run/ctl.sock")
    net.spawn(net.build / "swcontroller", f"unix:{sw.dir}/run/ctl.sock", log="learning")
    wait_connected(sw, f"punix:{sw.dir}/run/ctl.sock")
    options = ("-O", "OpenFlow10,OpenFlow13,OpenFlow14,OpenFlow15", f"--unixctl={net.dir}/snoop.ctl")
    snooper = net.spawn("ovs-ofctl", *options, "snoop", f"unix:{sw.dir}/run/br0.snoop", log="snoop")
    said = net.logs / "snoop.log"

    def heard(word):
        sw.ctl("rule", "del", "br0", f"dl_dst={b.mac()}")  # that b is known
        a.run("ping", "-c", "1", "-W", "1", b.ip, check=False)
        return word in said.read_text(encoding="utf-8", errors="replace")

    for word in ("OFPT_PACKET_IN", "OFPT_FLOW_MOD"):
        swnet.wait_for(lambda word=word: heard(word), 20, f"ovs-ofctl snoop prints {word}")
    swnet.same(snooper.poll(), None, "ovs-ofctl snoop goes on")
    snooper.terminate()
    snooper.wait(timeout=swnet.PATIENT)
    sw.stop()
