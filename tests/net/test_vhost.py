# SPDX-License-Identifier: BSD-3-Clause
"""Guests on vhost-user ports, both socket modes: QEMU, and DPDK's testpmd as a virtio-user guest.

vhost-user: the guest's memory is shared, rings are polled by the switch's worker. In client mode QEMU owns
the socket and the switch connects; in server mode it is the other way round.
"""
import re
import signal
import subprocess

import swnet


def client_port(sw, name, path, bridge="br-in"):
    sw.ctl(f"add-port {bridge} {name} -- set interface {name} type=dpdkvhostuserclient"
           f" options:vhost-server-path={path}")


def server_port(sw, name, bridge="br-in"):
    """The socket's path is told by the port's status, so that a guest can be pointed at it."""
    sw.ctl(f"add-port {bridge} {name} -- set interface {name} type=dpdkvhostuser")
    return sw.get(f"interface {name} status:socket")


def linked(sw, port, seconds=30):
    swnet.wait_for(lambda: sw.get(f"interface {port} link_state") == "up", seconds, f"link of {port} is up")


class Pinger:
    """ping that prints the time of each answer; longest() is the longest time without one."""

    def __init__(self, host, ip, log):
        self.path = host.net.logs / f"{log}.log"
        self.process = host.spawn("ping", "-n", "-D", "-i", "0.01", "-W", "1", ip, log=log)

    def times(self):
        return [float(t) for t in re.findall(r"^\[([\d.]+)\] \d+ bytes from", self.path.read_text(), re.M)]

    def after(self, count, seconds, what):
        """Wait until `count` more answers came."""
        had = len(self.times())
        swnet.wait_for(lambda: len(self.times()) >= had + count, seconds, what)

    def longest(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=swnet.PATIENT)
        times = self.times()
        return max(b - a for a, b in zip(times, times[1:]))


@swnet.limit(180)
def test_two_guests_and_a_namespace(net):
    """One guest in each socket mode and a host on a veth, all on one VLAN, ping one another."""
    host = net.host("host", "10.0.0.9/24", port="vif0.0")
    sw = net.switch()
    sw.ctl("add-br br-in -- add-port br-in vif0.0 tag=10")
    client_port(sw, "vh-c", net.dir / "vh-c.sock")
    path = server_port(sw, "vh-s")
    sw.ctl("set port vh-c tag=10 -- set port vh-s tag=10")
    swnet.same(sw.get("interface vh-c link_state"), "down", "link of a port whose guest is not there")
    one = net.guest("one", ip="10.0.0.1/24", vhost=net.dir / "vh-c.sock", server=True)
    two = net.guest("two", ip="10.0.0.2/24", vhost=path)
    one.ready()
    two.ready()
    linked(sw, "vh-c")
    linked(sw, "vh-s")
    one.ping("10.0.0.2")
    two.ping("10.0.0.1")
    one.ping("10.0.0.9", size=1400)
    two.ping("10.0.0.9")
    host.ping("10.0.0.1")
    host.ping("10.0.0.2", size=1472)
    # TCP to the guests' echo service: checksums are right whoever made them.
    for guest in (one, two):
        answer = host.run("timeout", "10", "bash", "-c",
                          f"exec 3<>/dev/tcp/{guest.ip}/7; echo hello swd >&3; head -n 1 <&3").stdout
        swnet.same(answer, "hello swd\n", f"TCP echo of guest {guest.name}")
    status, text = one.run("echo hello | nc -w 3 10.0.0.2 7", check=False)
    swnet.within(text, "hello", "TCP echo between the guests")
    two.kill()
    swnet.wait_for(lambda: sw.get("interface vh-s link_state") == "down", 10, "the dead guest's link is down")
    one.ping("10.0.0.9")


@swnet.limit(240)
def test_kill_switch_then_guest(net):
    """kill -9 of the switch under traffic, then of the guest: each comes back without the other's help."""
    host = net.host("host", "10.0.0.9/24", port="vif0.0")
    sw = net.switch()
    sw.ctl("add-br br-in -- add-port br-in vif0.0")
    client_port(sw, "vh-c", net.dir / "vh-c.sock")
    path = server_port(sw, "vh-s")
    one = net.guest("one", ip="10.0.0.1/24", vhost=net.dir / "vh-c.sock", server=True)
    two = net.guest("two", ip="10.0.0.2/24", vhost=path)
    for guest in (one, two):
        guest.ready()
    host.ping(one.ip)
    host.ping(two.ip)

    pings = [Pinger(host, guest.ip, f"ping-{guest.name}-switch") for guest in (one, two)]
    for ping in pings:
        ping.after(20, 10, "traffic before the kill")
    sw.kill9()
    sw.start()
    for ping in pings:
        ping.after(20, 30, "traffic after the switch was killed and started again")
    switch_gaps = [ping.longest() for ping in pings]
    sw.ctl("show")

    guest_gaps = []
    for guest in (one, two):
        ping = Pinger(host, guest.ip, f"ping-{guest.name}-guest")
        ping.after(20, 10, "traffic before the kill")
        guest.kill()
        guest.start().ready()
        ping.after(20, 30, "traffic after the guest was killed and started again")
        guest_gaps.append(ping.longest())
    one.ping(two.ip)
    return ("without traffic, client mode and server mode: switch killed %.2f s and %.2f s, guest killed "
            "(boot included) %.2f s and %.2f s" % (*switch_gaps, *guest_gaps))


class Testpmd:
    """DPDK's testpmd with a virtio-user device, on the control core; no huge pages needed."""

    def __init__(self, net, name, path, *, queues=2, mode, server=True, args=()):
        self.net, self.name = net, name
        device = f"net_virtio_user0,path={path},queues={queues},mac=02:00:00:00:aa:01"
        if server:
            device += ",server=1"
            path.unlink(missing_ok=True)  # one that was killed leaves its socket behind
        self.log = net.logs / f"{name}.log"
        core = swnet.free_cores()[0]
        self.process = net.spawn(
            "dpdk-testpmd", "--lcores", f"0@{core},1@{core}", "--no-huge", "-m", "256", "--no-pci",
            "--no-telemetry", "--file-prefix", name, "--vdev", device, "--", "--auto-start", "--no-mlockall",
            f"--forward-mode={mode}", f"--rxq={queues}", f"--txq={queues}", "--total-num-mbufs=4096",
            "--nb-cores=1", "--stats-period", "0", *args, log=name, stdin=subprocess.PIPE)

    def stop(self):
        """Let it print its counters and end."""
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()
        self.process.wait(timeout=swnet.PATIENT)
        return self.log.read_text()


@swnet.limit(120)
def test_testpmd_two_queues_answer(net):
    """A virtio-user guest with two queues answers ARP and ping of a namespace."""
    host = net.host("host", "10.0.0.9/24", port="vif0.0")
    sw = net.switch()
    sw.ctl("add-br br-in -- add-port br-in vif0.0")
    client_port(sw, "vh-p", net.dir / "vh-p.sock")
    pmd = Testpmd(net, "icmpecho", net.dir / "vh-p.sock", mode="icmpecho")
    linked(sw, "vh-p")
    swnet.wait_for(lambda: sw.get("interface vh-p status:n_rxq") == "2", 10, "two queues are polled")
    host.ping("10.0.0.77", count=20)
    swnet.within(sw.ctl("worker show"), "vh-p", "worker show")
    pmd.stop()
    swnet.wait_for(lambda: sw.get("interface vh-p link_state") == "down", 10, "the link is down again")


@swnet.limit(120)
def test_testpmd_two_queues_flood(net):
    """Both queues of a virtio-user guest send as fast as they can: everything is sent or counted."""
    net.host("host", "10.0.0.9/24", port="vif0.0")
    sw = net.switch()
    sw.ctl("add-br br-in -- add-port br-in vif0.0")
    path = server_port(sw, "vh-p")
    pmd = Testpmd(net, "txonly", path, mode="txonly", server=False)
    linked(sw, "vh-p")
    swnet.wait_for(lambda: sw.count("vh-p", "rx_packets") > 50000, 60, "50000 packets came in")
    report = pmd.stop()
    swnet.same(len(re.findall(r"RX Port= 0/Queue= ?[01]", report)), 2, "both queues' streams in the report")
    sent = int(re.findall(r"TX-packets: (\d+)", report)[-1])
    swnet.wait_for(lambda: sw.get("interface vh-p link_state") == "down", 10, "the link is down again")
    got = sw.count("vh-p", "rx_packets")
    swnet.same(0 < got <= sent, True, f"received {got} of {sent} sent")
    return f"{got} packets received of {sent} the guest put into its rings"


def test_missing_folder(net):
    """A vhost path in a folder that is not there: refused, saying which; nothing is left of the port."""
    sw = net.switch()
    sw.ctl("add-br br-in")
    gone = net.dir / "nowhere" / "vh.sock"
    sw.refused("add-port br-in vh0 -- set interface vh0 type=dpdkvhostuserclient"
               f" options:vhost-server-path={gone}", str(net.dir / "nowhere"))
    sw.refused("add-port br-in vh0 -- set interface vh0 type=dpdkvhostuserclient", "vhost-server-path")
    swnet.same(sw.ctl("list-ports br-in"), "", "ports")
    (net.dir / "nowhere").mkdir()
    client_port(sw, "vh0", gone)


@swnet.limit(120)
def test_guest_dies_under_flood(net):
    """A guest killed while it floods harms its own port only."""
    a, b = net.host("a", "10.0.0.1/24", port="vif0.0"), net.host("b", "10.0.0.2/24", port="vif1.0")
    sw = net.switch()
    sw.ctl("add-br br-in -- add-port br-in vif0.0 tag=10 -- add-port br-in vif1.0 tag=10")
    client_port(sw, "vh-p", net.dir / "vh-p.sock")
    sw.ctl("set port vh-p tag=20")
    for n in range(3):
        pmd = Testpmd(net, f"txonly{n}", net.dir / "vh-p.sock", mode="txonly")
        linked(sw, "vh-p")
        had = sw.count("vh-p", "rx_packets")
        swnet.wait_for(lambda: sw.count("vh-p", "rx_packets") > had + 1000, 30, "packets came in")
        pmd.process.kill()
        pmd.process.wait()
        swnet.wait_for(lambda: sw.get("interface vh-p link_state") == "down", 10, "the link is down")
        a.ping(b.ip)
    swnet.same(sw.alive(), True, "the switch lives")
