# SPDX-License-Identifier: BSD-3-Clause
"""swctl trace --live: a real packet followed, and what is left when its client goes."""
import subprocess

import swnet

CONFLICT, TIMED_OUT = 4, 7


def follow(sw, *words):
    """swctl trace BRIDGE ... --live in the background."""
    command = [str(sw.net.build / "swctl"), "--socket", str(sw.socket), "trace", "br0", *words, "--live"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               stdin=subprocess.DEVNULL)
    sw.net.processes.append(process)
    return process


@swnet.waits
def test_trace_live(net):
    """A ping is caught and told with the rule that took it; one client at a time; its end ends it."""
    a, b = net.host("a", "10.0.0.1/24", port="vif1.0"), net.host("b", "10.0.0.2/24", port="vif2.0")
    sw = net.switch()
    sw.ctl("add-br br0 -- add-port br0 vif1.0 -- add-port br0 vif2.0")
    sw.ctl("rule add br0 priority=5,icmp,actions=NORMAL priority=1,actions=NORMAL")
    a.ping(b.ip)
    first = follow(sw, "icmp,icmp_type=8,nw_src=10.0.0.1", "--timeout=60")
    swnet.wait_for(lambda: a.ping(b.ip) or first.poll() is not None, 60, "the trace ends with a packet")
    out, err = first.communicate(timeout=swnet.PATIENT)
    swnet.same(first.returncode, 0, f"status of the trace: {err}")
    swnet.within(out, ["came in by vif1.0", "program rules, ", "went to: vif2.0",
                       "table 0: priority=5,icmp actions=NORMAL", "verdict: vif2.0"], "what it says")
    never = ("arp,arp_spa=10.0.0.77", "--timeout=60")
    waiting = [follow(sw, *never)]

    def one_waits():
        if waiting[0].poll() is not None:  # our own look was there first
            waiting[0] = follow(sw, *never)
        return look() == CONFLICT

    def look():
        return sw.ctl_raw("trace", "br0", "dl_type=0x9999", "--live", "--timeout=1").returncode

    swnet.wait_for(one_waits, 10, "a trace waits")
    sw.refused("trace br0 --live", "somebody follows packets of bridge br0 already", status=CONFLICT)
    waiting[0].kill()
    waiting[0].communicate(timeout=swnet.PATIENT)
    swnet.wait_for(lambda: look() == TIMED_OUT, 10, "its place is free when its client is gone")
    sw.refused("trace br0 dl_type=0x9999 --live --timeout=4", "no packet matched: ", status=TIMED_OUT)
    sw.stop()
