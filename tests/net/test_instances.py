# SPDX-License-Identifier: BSD-3-Clause
"""Several switches side by side, a switch without root, and every configuration of configs/."""
import os

import swnet

WAITS = True  # all of it (run.py)

NOBODY = 65534


@swnet.limit(120)
def test_side_by_side(net):
    """Four switches at once, each with hosts, sockets and configuration of its own."""
    switches = []
    for n in range(4):
        hosts = [net.host(f"s{n}h{m}", f"10.{n}.0.{m}/24", port=f"s{n}v{m}") for m in (1, 2)]
        sw = net.switch(f"sw{n}")
        sw.ctl(f"add-br br{n} -- add-port br{n} s{n}v1 tag=10 -- add-port br{n} s{n}v2 tag=10")
        switches.append((sw, hosts))
    for n, (sw, hosts) in enumerate(switches):
        swnet.same(sw.ctl("list-br"), f"br{n}", "bridges")
        hosts[0].ping(hosts[1].ip)
    switches[0][0].kill9()
    switches[1][0].stop()
    for sw, hosts in switches[2:]:
        hosts[0].ping(hosts[1].ip)
    switches[0][0].start()
    switches[0][1][0].ping(switches[0][1][1].ip)


@swnet.limit(120)
def test_ordinary_user(net):
    """Without any privilege: vhost-user guests and DPDK vdevs work; what needs one says so."""
    net.host("a", "10.0.0.1/24", port="vif0.0")
    sw = net.switch(user=NOBODY)
    swnet.same(os.stat(f"/proc/{sw.process.pid}").st_uid, NOBODY, "the switch's user")
    sw.ctl("add-br br-in")
    swnet.same(sw.ctl("list-br"), "br-in", "bridges")
    said = sw.get("interface br-in error") + sw.log()
    swnet.within(said, "CAP_NET_ADMIN", "error of the local port or the log")
    sw.refused("add-port br-in vif0.0", "vif0.0")
    sw.refused("add-port br-in tap0 -- set interface tap0 type=tap", "tap0")
    folder = net.dir / "guests"
    folder.mkdir()
    os.chown(folder, NOBODY, NOBODY)
    for name in ("vh-1", "vh-2"):
        sw.ctl(f"add-port br-in {name} -- set interface {name} type=dpdkvhostuserclient"
               f" options:vhost-server-path={folder}/{name}.sock")
    sw.ctl("add-port br-in nul0 -- set interface nul0 type=dpdk options:dpdk-devargs=net_null0,no-rx=1")
    one = net.guest("one", ip="10.0.0.1/24", vhost=folder / "vh-1.sock", server=True, user=NOBODY)
    two = net.guest("two", ip="10.0.0.2/24", vhost=folder / "vh-2.sock", server=True, user=NOBODY)
    one.ready()
    two.ready()
    one.ping(two.ip)
    sw.kill9()
    sw.start()
    one.ping(two.ip)
    sw.stop()


@swnet.limit(120)
def test_configurations(net):
    """Each file of configs/ starts a switch."""
    files = sorted((swnet.SOURCE / "configs").glob("*.conf"))
    swnet.same(len(files) > 0, True, "there are configurations")
    for path in files:
        sw = net.switch(path.stem, config=path.read_text())
        sw.ctl("add-br br-in")
        sw.stop()
    return ", ".join(path.name for path in files)
