# SPDX-License-Identifier: BSD-3-Clause
"""Guests that mean harm, on the real switch: each loses its own port, the hosts beside it notice nothing.

The front ends are our own (swfront.py). The unit test vhost_evil goes through many more lies; here is
the whole switch with its workers, and traffic of others that must not stop.
"""
import struct

import swfront
import swnet


def memory_gone(front):
    """Buffers go while the worker copies."""
    for n in range(200):
        front.offer(1, swfront.BASE + 0x200000 + 4096 * n, 1000)
    front.truncate(1 << 20)
    for n in range(50):
        front.offer(1, swfront.BASE + 0x400000 + 4096 * n, 1000)
    return "memory is gone"


def all_memory_gone(front):
    """Rings go too, while the worker polls them."""
    front.truncate(0)
    return "memory is gone"


def ring_resized(front):
    front.send(swfront.SET_VRING_NUM, struct.pack("II", 1, 4096))
    return "resizes a ring"


def not_offered(front):
    front.send(22, bytes(32))  # IOTLB_MSG
    return "not offered"


def not_a_message(front):
    front.socket.sendall(b"\xff" * 64)
    return None


def half_message(front):
    """The rest never comes: nobody may wait for it."""
    front.socket.sendall(struct.pack("III", swfront.SET_VRING_NUM, 1, 8))
    return None


def outside_memory(front):
    for address in (0, 1 << 63, swfront.BASE + swfront.SIZE - 10, swfront.BASE - 1):
        front.offer(1, address, 1000)
    return ""


def loops(front):
    front.offer(1, swfront.BASE + (2 << 20), 100, swfront.NEXT, 0)
    front.offer(0, swfront.BASE + (2 << 20), 100, swfront.NEXT | swfront.WRITE, 1)
    return ""


def endless_chain(front):
    front.offer(1, swfront.BASE + (2 << 20), 0xffffffff, swfront.INDIRECT)
    return ""


ATTACKS = [memory_gone, all_memory_gone, ring_resized, not_offered, not_a_message, half_message,
           outside_memory, loops, endless_chain]


@swnet.limit(120)
def test_evil_front_ends(net):
    """Memory taken away, wrong and half messages, lying rings: the port says so, others go on."""
    a, b = net.host("a", "10.0.0.1/24", port="vif0.0"), net.host("b", "10.0.0.2/24", port="vif1.0")
    sw = net.switch()
    sw.ctl("add-br br-in -- add-port br-in vif0.0 -- add-port br-in vif1.0")
    for attack in ATTACKS:
        name, path = attack.__name__, net.dir / attack.__name__
        print("---", name, flush=True)
        sw.ctl(f"add-port br-in evil -- set interface evil type=dpdkvhostuserclient"
               f" options:vhost-server-path={path}")
        front = swfront.Front(path, listen=True)
        swnet.wait_for(lambda: sw.get("interface evil link_state") == "up", 10, f"{name}: link is up")
        front.transmit(swnet.frame("ff:ff:ff:ff:ff:ff", "02:00:00:00:00:66", b"still honest"))
        swnet.wait_for(lambda: sw.count("evil", "rx_packets") > 0, 10, f"{name}: its first frame came in")
        says = attack(front)
        a.ping(b.ip)
        if says != "":
            swnet.same(front.closed(), True, f"{name}: the switch hung up")
            swnet.wait_for(lambda: sw.get("interface evil link_state") == "down", 10, f"{name}: link is down")
        if says:
            swnet.within(sw.get("interface evil status:last_fault"), says, f"{name}: last_fault")
        swnet.same(sw.alive(), True, f"{name}: the switch lives")
        front.socket.close()
        sw.ctl("del-port br-in evil")
        a.ping(b.ip)
