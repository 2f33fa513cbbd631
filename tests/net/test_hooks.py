# SPDX-License-Identifier: BSD-3-Clause
"""QEMU's tap hooks: if-up puts the guest's tap on the bridge, if-down takes it off."""
import os

import swnet

TOOLS = swnet.SOURCE / "tools"


def environment(net, sw, **more):
    return {**os.environ, "SWD_SOCKET": str(sw.socket), "SWCTL": str(net.build / "swctl"), **more}


@swnet.limit(120)
def test_guest_on_a_tap(net):
    host = net.host("host", "10.0.0.9/24", port="vif0.0")
    sw = net.switch()
    sw.ctl("add-br br-in -- add-port br-in vif0.0")
    guest = net.guest("one", ip="10.0.0.1/24", tap=("vmtap0", TOOLS / "if-up", TOOLS / "if-down"),
                      env=environment(net, sw))
    guest.ready()
    swnet.within(sw.ctl("list-ports br-in"), "vmtap0", "ports")
    guest.ping(host.ip)
    host.ping(guest.ip, size=1472)
    guest.run("poweroff -f &")
    guest.process.wait(timeout=swnet.PATIENT)
    swnet.wait_for(lambda: "vmtap0" not in sw.ctl("list-ports br-in"), 10, "the tap is taken off the bridge")


def test_errors(net):
    """No argument, no switch, no bridge: each a sentence and an exit status of its own."""
    sw = net.switch()
    sw.ctl("add-br br-in")
    net.run("ip", "tuntap", "add", "vmtap0", "mode", "tap")
    for script in ("if-up", "if-down"):
        path, status = TOOLS / script, set()
        result = net.run(path, check=False, env=environment(net, sw))
        swnet.within(result.stderr, script, "what it says")
        status.add(result.returncode)
        result = net.run(path, "vmtap0", check=False, env=environment(net, sw, SWD_SOCKET="/run/none.sock"))
        swnet.within(result.stderr, "/run/none.sock", "what it says")
        status.add(result.returncode)
        if script == "if-up":
            result = net.run(path, "vmtap0", check=False, env=environment(net, sw, SWD_BRIDGE="br-no"))
            swnet.within(result.stderr, "br-no", "what it says")
            status.add(result.returncode)
        swnet.same(0 in status, False, "exit status")
        swnet.same(len(status), 3 if script == "if-up" else 2, f"distinct exit statuses {status}")
    sw.ctl("add-br br-two")
    net.run(TOOLS / "if-up", "vmtap0", env=environment(net, sw, SWD_BRIDGE="br-two"))
    swnet.same(sw.ctl("port-to-br vmtap0"), "br-two", "bridge of the tap")
    net.run(TOOLS / "if-down", "vmtap0", env=environment(net, sw, SWD_BRIDGE="br-two"))
    swnet.same(sw.ctl("list-ports br-two"), "", "ports after if-down")
