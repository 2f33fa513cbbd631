# SPDX-License-Identifier: BSD-3-Clause
"""swctl wait-until on the real switch: a link that comes up, a client that gives up or goes away."""
import json
import subprocess

import swnet


def waiting(net, sw, *words):
    return subprocess.Popen([str(net.build / "swctl"), "--socket", str(sw.socket), *words],
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            text=True)


def test_link_comes_up(net):
    sw = net.switch()
    a = net.host("h0", "10.0.0.1/24", port="vif0.0")
    net.run("ip", "link", "set", "vif0.0", "down")
    a.run("ip", "link", "set", "eth0", "down")
    sw.ctl("add-br br-in -- add-port br-in vif0.0")
    one = waiting(net, sw, "wait-until", "interface", "vif0.0", "link_state=up", "--",
                  "get", "interface", "vif0.0", "link_state")
    # others are not held up meanwhile
    sw.ctl("br-set-external-id br-in a 1")
    swnet.same(one.poll(), None, "it waits")
    a.run("ip", "link", "set", "eth0", "up")
    out, err = one.communicate(timeout=swnet.PATIENT)
    swnet.same((one.returncode, out.strip()), (0, "up"), f"answer ({err})")


@swnet.waits
def test_timeout(net):
    """The time-out is the client's; what it asked for is not done later."""
    sw = net.switch()
    result = sw.ctl_raw("-t", "1", "wait-until", "bridge", "br1", "--", "add-br", "br2")
    swnet.same(result.returncode, 7, "exit status")
    gone(sw)
    sw.ctl("add-br br1")
    sw.ctl("br-set-external-id br1 a 1")
    swnet.same(sw.ctl("list-br"), "br1", "bridges")


def test_killed(net):
    sw = net.switch()
    one = waiting(net, sw, *"-t 0 wait-until bridge br1 -- add-br br2".split())
    swnet.wait_for(lambda: clients(sw) == 1, 10, "it is connected")
    one.kill()
    one.wait()
    gone(sw)
    sw.ctl("add-br br1")
    swnet.same(sw.ctl("list-br"), "br1", "bridges")


def clients(sw):
    """Connections the switch holds, without the one that asks."""
    return dict(json.loads(sw.ctl("--json control show", quiet=True))["rows"])["clients"] - 1


def gone(sw):
    swnet.wait_for(lambda: clients(sw) == 0, 10, "the switch has let it go")
