# SPDX-License-Identifier: BSD-3-Clause
"""Hosts on kernel-backed ports: system (veth), tap, internal; the command lines an OVS user types."""
import swnet


def two_hosts(net, vlan=10, more=""):
    a, b = net.host("a", "10.0.0.1/24", port="vif0.0"), net.host("b", "10.0.0.2/24", port="vif1.0")
    sw = net.switch(more=more)
    sw.ctl("add-br br-in")
    for host in (a, b):
        sw.ctl(f"add-port br-in {host.port}")
        sw.ctl(f"set port {host.port} tag={vlan}")
    return a, b, sw


def test_first_light(net):
    """The issue's own command lines, word by word, with a ping across what they make."""
    a, b, sw = two_hosts(net)
    a.ping(b.ip)
    b.ping(a.ip)
    swnet.within(sw.ctl("show"), ["br-in", "vif0.0", "vif1.0", "tag: 10"], "show")
    swnet.same(sw.ctl("list-ports br-in").split(), ["vif0.0", "vif1.0"], "list-ports")
    swnet.same(sw.ctl("port-to-br vif0.0"), "br-in", "port-to-br")
    fdb = sw.ctl("fdb show br-in")
    for host in (a, b):
        line = next((line for line in fdb.splitlines() if host.mac() in line.lower()), "")
        swnet.within(line, [host.port, "10"], f"line of {host.name} in fdb show")
    swnet.same(sw.ctl_raw("br-exists", "br-in").returncode, 0, "br-exists of one that is")
    swnet.same(sw.ctl_raw("br-exists", "br-no").returncode, 2, "br-exists of one that is not")
    sw.ctl("del-port br-in vif0.0")
    a.no_ping(b.ip)
    sw.ctl("del-port vif1.0")
    swnet.same(sw.ctl("list-ports br-in"), "", "list-ports after del-port")
    sw.ctl("del-br br-in")
    swnet.same(sw.ctl("list-br"), "", "list-br after del-br")
    sw.stop()


@swnet.limit(90)
def test_tcp_over_veth(net):
    a, b, sw = two_hosts(net)
    there, back = a.iperf(b), a.iperf(b, reverse=True)
    swnet.same(there > 1e7 and back > 1e7, True, f"TCP above 10 Mbit/s ({there:.0f}, {back:.0f})")
    a.ping(b.ip, size=1472)
    return f"{there / 1e9:.2f} and {back / 1e9:.2f} Gbit/s"


@swnet.limit(90)
def test_tcp_with_kernel_offloads(net):
    """A veth host that leaves checksums and segmentation to its NIC: what arrives is whole."""
    a, b, sw = two_hosts(net)
    for host in (a, b):
        host.run("ethtool", "-K", "eth0", "tx", "on", "tso", "on", "gso", "on")
    speed = a.iperf(b)
    swnet.same(speed > 1e7, True, f"TCP above 10 Mbit/s ({speed:.0f})")
    return f"{speed / 1e9:.2f} Gbit/s"


@swnet.limit(90)
def test_tcp_over_tap_and_internal(net):
    a, b, c = net.host("a", "10.0.0.1/24", port="vif0.0"), net.namespace("b"), net.namespace("c")
    sw = net.switch()
    sw.ctl("add-br br-in -- add-port br-in vif0.0")
    sw.ctl("add-port br-in tap7 -- set interface tap7 type=tap")
    sw.ctl("add-port br-in int7 -- set interface int7 type=internal")
    b.take("tap7", "10.0.0.2/24")
    c.take("int7", "10.0.0.3/24")
    a.ping(b.ip)
    a.ping(c.ip)
    b.ping(c.ip)
    speed = [x.iperf(y) for x, y in ((a, b), (c, a), (b, c))]
    swnet.same(min(speed) > 1e7, True, f"TCP above 10 Mbit/s {speed}")
    swnet.same(sw.count("tap7", "rx_packets") > 0, True, "rx_packets of tap7")
    return "veth-tap %.2f, internal-veth %.2f, tap-internal %.2f Gbit/s" % tuple(s / 1e9 for s in speed)


def test_local_port(net):
    """Each bridge has a port of its own name in the kernel: the machine itself is a host on it."""
    a = net.host("a", "10.0.0.1/24", port="vif0.0")
    sw = net.switch()
    sw.ctl("add-br br-in -- add-port br-in vif0.0")
    net.run("ip", "addr", "add", "10.0.0.9/24", "dev", "br-in")
    net.run("ip", "link", "set", "br-in", "up")
    a.ping("10.0.0.9")
    sw.ctl("del-br br-in")
    swnet.same(net.run("ip", "link", "show", "br-in", check=False).returncode != 0, True,
               "br-in is gone from the kernel")


def test_patch(net):
    """Two bridges, one cable of patch ports between them."""
    a, b = net.host("a", "10.0.0.1/24", port="vif0.0"), net.host("b", "10.0.0.2/24", port="vif1.0")
    sw = net.switch()
    sw.ctl("add-br br-in -- add-br br-out -- add-port br-in vif0.0 -- add-port br-out vif1.0")
    sw.ctl("add-port br-in p-in -- set interface p-in type=patch options:peer=p-out"
           " -- add-port br-out p-out -- set interface p-out type=patch options:peer=p-in")
    a.ping(b.ip)
    sw.ctl("del-port p-in")
    a.no_ping(b.ip)


def test_pcap_and_null_devices(net):
    """DPDK devices by devargs, attached and detached while the switch runs and forwards."""
    a, b, sw = two_hosts(net, more=f"[security]\nextra-dirs={net.dir}\n")
    for _ in range(2):
        sw.ctl("add-port br-in nul0 -- set interface nul0 type=dpdk options:dpdk-devargs=net_null0")
        a.ping(b.ip)
        sw.ctl("del-port nul0")
    out = net.dir / "out.pcap"
    sw.ctl("add-port br-in cap0 tag=10 -- set interface cap0 type=dpdk"
           f" options:dpdk-devargs=net_pcap0,tx_pcap={out}")
    a.wire().send(swnet.frame("ff:ff:ff:ff:ff:ff", a.mac(), b"into the capture"))
    swnet.wait_for(lambda: sw.count("cap0", "tx_packets") > 0, 5, "a packet leaves by cap0")
    sw.ctl("del-port cap0")
    swnet.same(b"into the capture" in out.read_bytes(), True, "the frame is in the capture file")


def test_mtu(net):
    """mtu_request: jumbo frames pass whole where both ports take them, and are counted where not."""
    a = net.host("a", "10.0.0.1/24", port="vif0.0", mtu=9000)
    b = net.host("b", "10.0.0.2/24", port="vif1.0", mtu=9000)
    sw = net.switch()
    sw.ctl("add-br br-in -- add-port br-in vif0.0 -- add-port br-in vif1.0")
    for port in ("vif0.0", "vif1.0"):
        sw.ctl(f"set interface {port} mtu_request=9000")
    swnet.wait_for(lambda: sw.get("interface vif0.0 mtu") == "9000", 5, "mtu of vif0.0 is 9000")
    a.ping(b.ip, size=8972)
    sw.ctl("set interface vif1.0 mtu_request=1500")
    a.run("ping", "-n", "-c", "2", "-i", "0.1", "-w", "1", "-s", "8972", "-M", "do", b.ip, check=False)
    swnet.within(sw.ctl("port drops"), "vif1.0", "port drops")
    a.ping(b.ip)


def test_link_goes_and_comes(net):
    """A veth that is set down, then removed, then made again: state and error tell it, others go on."""
    a, b, sw = two_hosts(net)
    c = net.host("c", "10.0.0.3/24", port="vif2.0")
    sw.ctl("add-port br-in vif2.0 tag=10")
    a.ping(c.ip)
    net.run("ip", "link", "set", "vif2.0", "down")
    swnet.wait_for(lambda: sw.get("interface vif2.0 link_state") == "down", 5, "link of vif2.0 is down")
    a.ping(b.ip)
    net.run("ip", "link", "set", "vif2.0", "up")
    swnet.wait_for(lambda: sw.get("interface vif2.0 link_state") == "up", 5, "link of vif2.0 is up")
    a.ping(c.ip)
    net.run("ip", "link", "delete", "vif2.0")
    swnet.wait_for(lambda: sw.get("interface vif2.0 link_state") != "up", 5, "vif2.0 is known to be gone")
    a.ping(b.ip)


@swnet.limit(90)
def test_changes_under_traffic(net):
    """Ports, VLANs and bridges come and go; a stream between two other ports loses nothing."""
    a, b, sw = two_hosts(net)
    for n in range(2, 5):
        net.host(f"h{n}", f"10.0.0.{n + 1}/24", port=f"vif{n}.0")
    a.ping(b.ip)
    stream = a.spawn("ping", "-n", "-q", "-i", "0.002", "-c", "1500", "-w", "120", b.ip, log="stream")
    while stream.poll() is None:
        for n in range(2, 5):
            sw.ctl(f"add-port br-in vif{n}.0 tag=10")
        sw.ctl("set port vif2.0 tag=20 -- clear port vif3.0 tag -- set port vif3.0 trunks=10,30")
        sw.ctl("add-br br-two")
        for n in range(2, 5):
            sw.ctl(f"del-port vif{n}.0")
        sw.ctl("del-br br-two")
    report = (net.logs / "stream.log").read_text()
    swnet.within(report, "1500 received", "ping's report")


def test_noisy_stop(net):
    """SIGTERM under traffic: a clean stop, within the limit, with exit status 0 and no socket left."""
    a, b, sw = two_hosts(net)
    a.spawn("ping", "-n", "-q", "-f", "-w", "10", b.ip, log="flood")
    swnet.wait_for(lambda: sw.count("vif0.0", "rx_packets") > 100, 5, "traffic flows")
    sw.stop()
    swnet.same(sw.socket.exists(), False, "the control socket is there after a clean stop")
