# SPDX-License-Identifier: BSD-3-Clause
"""The tests' own tools, without the switch: hosts, wires and guests do what the other tests rely on."""
import swnet


def test_wire_shows_tags(net):
    """A tag sent on one end of a veth is seen on the other, VID, PCP and all."""
    a, b = net.host("a", port="p0"), net.namespace("b")
    net.run("ip", "link", "set", "p0", "netns", "b")
    b.run("ip", "link", "set", "p0", "up")
    out, into = a.wire(), b.wire("p0")
    out.send(swnet.frame("ff:ff:ff:ff:ff:ff", "02:00:00:00:00:01", b"tagged", tag=42, pcp=5))
    swnet.same(swnet.tag_of(into.find(b"tagged")), (42, 5), "tag")
    out.send(swnet.frame("ff:ff:ff:ff:ff:ff", "02:00:00:00:00:01", b"plain"))
    swnet.same(swnet.tag_of(into.find(b"plain")), None, "tag")


@swnet.limit(120)
def test_two_guests_on_one_socket(net):
    """Two guests on a plain QEMU socket ping each other: kernel, initrd and serial line work."""
    path = net.dir / "wire"
    first = net.guest("g1", ip="10.9.0.1/24", netdev=f"stream,server=on,addr.type=unix,addr.path={path}")
    swnet.wait_for(path.exists, 10, "the first guest's socket")
    second = net.guest("g2", ip="10.9.0.2/24", netdev=f"stream,server=off,addr.type=unix,addr.path={path}")
    first.ready()
    second.ready()
    first.ping("10.9.0.2")
    second.ping("10.9.0.1")
