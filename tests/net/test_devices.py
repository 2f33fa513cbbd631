# SPDX-License-Identifier: BSD-3-Clause
"""Ethernet devices of DPDK that come and go while the switch runs: what a driver keeps is taken back."""
import os
import socket

import swnet


def sockets(sw):
    folder = f"/proc/{sw.process.pid}/fd"
    names = [os.readlink(f"{folder}/{fd}") for fd in os.listdir(folder)]
    return len([name for name in names if name.startswith("socket:")])


def greeted(name):
    """A peer of a memif server, connected; who leaves before the greeting makes the driver of 22.11 abort."""
    peer = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    peer.settimeout(swnet.PATIENT)
    peer.connect(b"\0" + name)
    swnet.same(len(peer.recv(1024)) > 0, True, "the server greets")
    return peer


def bind_and_free(name):
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as other:
        other.bind(b"\0" + name)


def add(sw, name, devargs):
    sw.ctl(f"add-port br-in {name} -- set interface {name} type=dpdk options:dpdk-devargs={devargs}")


@swnet.limit(120)
def test_af_xdp_again(net):
    """Ten times on one interface. A device takes 2048 of the 8192 buffers: the fifth would find none."""
    a, b = net.host("a", "10.0.0.1/24", port="vif0.0"), net.host("b", "10.0.0.2/24", port="vif1.0")
    core = swnet.free_cores()[-1]
    sw = net.switch(config=f"[worker]\ncores = {core}\n[memory]\nhugepages = no\nmbufs = 8192\n"
                           "[security]\naf-xdp = yes\n")
    sw.ctl("add-br br-in -- add-port br-in vif1.0")
    before = sockets(sw)
    for _ in range(10):
        add(sw, "x0", "net_af_xdp0,iface=vif0.0")
        a.ping(b.ip, count=5)
        b.ping(a.ip, count=5)
        sw.ctl("del-port x0")
        swnet.wait_for(lambda: sockets(sw) <= before, 5, "the sockets of the port are closed")
    add(sw, "x0", "net_af_xdp0,iface=vif0.0")
    command = "add-port br-in x1 -- set interface x1 type=dpdk options:dpdk-devargs=net_af_xdp1,iface="
    sw.refused(command + "vif0.0", "interface vif0.0 is used by device net_af_xdp0")
    net.run("ip", "link", "add", "down0", "type", "veth", "peer", "name", "down1")
    sw.refused(command + "down0", "interface down0 of net_af_xdp1 is down", "ip link set down0 up")
    a.ping(b.ip)


def test_memif_again(net):
    """A server's abstract name is free again, and nobody can connect to it meanwhile."""
    sw = net.switch()
    sw.ctl("add-br br-in")
    for _ in range(3):
        add(sw, "m0", "net_memif0,role=server,socket=swd-test")
        peer = greeted(b"swd-test")
        sw.ctl("del-port m0")
        peer.close()
        bind_and_free(b"swd-test")
    # Two devices on one socket: it listens until the last is gone.
    add(sw, "m0", "net_memif0,role=server,socket=swd-test,id=0")
    add(sw, "m1", "net_memif1,role=server,socket=swd-test,id=1")
    sw.ctl("del-port m0")
    greeted(b"swd-test").close()
    sw.ctl("del-port m1")
    bind_and_free(b"swd-test")


@swnet.limit(120)
def test_any_device_again(net):
    """Each kind of virtual device three times in one switch."""
    net.host("a", "10.0.0.1/24", port="vif0.0")
    sw = net.switch(more=f"[security]\nextra-dirs={net.dir}\naf-xdp=yes\n")
    sw.ctl("add-br br-in")
    for devargs in ("net_null0", "net_ring0", "net_tap0,iface=tap7", "net_pcap0,iface=vif0.0",
                    f"net_pcap0,tx_pcap={net.dir}/out.pcap", "net_af_packet0,iface=vif0.0",
                    f"net_memif0,role=server,socket-abstract=no,socket={net.dir}/memif",
                    "net_af_xdp0,iface=vif0.0"):
        for _ in range(3):
            add(sw, "p0", devargs)
            sw.ctl("del-port p0")
    for devargs in ("net_memif0,role=client,socket=nobody", "net_bonding0,mode=1",
                    f"net_virtio_user0,path={net.dir}/nobody"):
        for _ in range(3):
            sw.refused(f"add-port br-in p0 -- set interface p0 type=dpdk options:dpdk-devargs={devargs}",
                       devargs.split(",")[0])


@swnet.limit(120)
def test_virtio_user_again(net):
    """One switch is the guest of another: virtio-user into a dpdkvhostuser socket, three times."""
    a, b = net.host("a", "10.0.0.1/24", port="vif0.0"), net.host("b", "10.0.0.2/24", port="vif1.0")
    host, guest = net.switch("host"), net.switch("guest")
    host.ctl("add-br br-h -- add-port br-h vif0.0"
             " -- add-port br-h vu0 -- set interface vu0 type=dpdkvhostuser")
    guest.ctl("add-br br-in -- add-port br-in vif1.0")
    for _ in range(3):
        add(guest, "v0", f"net_virtio_user0,path={host.dir}/run/vu0,queues=1")
        swnet.wait_for(lambda: host.get("interface vu0 link_state") == "up", 10, "the host sees its guest")
        a.ping(b.ip)
        guest.ctl("del-port v0")
        swnet.wait_for(lambda: host.get("interface vu0 link_state") == "down", 10, "the host sees it go")
