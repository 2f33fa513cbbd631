# SPDX-License-Identifier: BSD-3-Clause
"""The disk of the configuration fails: it is full, it is read-only, another switch has it. Each time the
error is clear, nothing is lost, and the packets of what runs go on."""
import os
import re
import signal

import swnet

WAITS = True  # all of it (run.py)


class Traffic:
    """A ping that must not lose a packet while the disk is in trouble."""

    def __init__(self, net, host, ip):
        self.ip = ip
        self.process = host.spawn("ping", "-i", "0.05", "-W", "1", ip, log="ping", env={"LC_ALL": "C"})
        self.path = net.logs / "ping.log"
        swnet.wait_for(lambda: self.replies() > 2, 10, "replies")

    def replies(self):
        return self.path.read_text(errors="replace").count("bytes from")

    def goes_on(self):
        before = self.replies()
        swnet.wait_for(lambda: self.replies() > before + 2, 5, "more replies")

    def end(self):
        """None is missing before the last that came: what was on its way at the end is nobody's loss."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=swnet.PATIENT)
        came = {int(n) for n in re.findall(r"icmp_seq=(\d+) ttl", self.path.read_text(errors="replace"))}
        swnet.same(set(range(1, max(came))) - came, set(), "replies that are missing")


def state_on_tmpfs(net, size):
    folder = net.dir / "disk"
    folder.mkdir()
    net.run("mount", "-t", "tmpfs", "-o", f"size={size}", "none", folder)
    return folder


def switch_on(net, folder):
    """Two hosts on a switch whose configuration is in that folder."""
    one, two = net.host("h1", "10.0.0.1/24"), net.host("h2", "10.0.0.2/24")
    sw = net.switch(args=("--state", folder / "state"))
    sw.ctl(f"add-br br0 -- add-port br0 {one.port} -- add-port br0 {two.port}")
    return sw, Traffic(net, one, two.ip)


def fill(folder):
    """Take every byte that is left."""
    fd = os.open(folder / "filler", os.O_WRONLY | os.O_CREAT)
    for size in (65536, 4096, 1):
        try:
            while os.write(fd, b"x" * size):
                pass
        except OSError:
            continue
    os.close(fd)


def health(sw):
    rows = [line.split(None, 1) for line in sw.ctl("--plain journal show", quiet=True).splitlines()]
    return {row[0]: row[1] if len(row) > 1 else "" for row in rows}


def test_full(net):
    """No room left: changes are refused, until there is some; also over a kill."""
    folder = state_on_tmpfs(net, "1m")
    sw, traffic = switch_on(net, folder)
    fill(folder)
    value = "v" * 5000
    swnet.same(sw.refused(["set", "bridge", "br0", f"external_ids:a={value}"], "no space left",
                          "make room", str(folder), status=1), 1, "exit status")
    swnet.within(health(sw)["fault"], "No space left")
    swnet.same(int(health(sw)["faults"]) > 0, True, "faults are counted")
    found = sw.ctl_raw("doctor", "storing")
    swnet.same(found.returncode, 1, "exit status of swctl doctor storing")
    swnet.within(found.stdout, ["changes are refused", "No space left", f"df -h {folder}"], "swctl doctor")
    sw.refused(["set", "bridge", "br0", f"external_ids:a={value}"], "no space left")
    traffic.goes_on()
    os.unlink(folder / "filler")
    sw.ctl("set", "bridge", "br0", f"external_ids:b={value}")
    swnet.same(health(sw)["fault"], "", "fault")
    swnet.within(sw.ctl("doctor storing"), "changes are stored", "swctl doctor")
    before = sw.ctl("config export")
    traffic.goes_on()
    traffic.end()
    fill(folder)
    sw.kill9()
    sw.start()  # a full disk is no reason not to start
    swnet.same(sw.ctl("config export"), before, "configuration after a kill on a full disk")
    swnet.same(sw.get("bridge br0 external_ids:b"), value, "the acknowledged value")
    sw.refused(["set", "bridge", "br0", f"external_ids:a={value}"], "no space left")
    sw.stop()


def until_refused(net, sw):
    """Until the disk takes no more rules, as a page has room. The error, and how many there are."""
    for n in range(1, 400):
        result = net.run("ovs-ofctl", "-O", "OpenFlow13", "add-flow", f"unix:{sw.dir}/run/br0.mgmt",
                         f"priority=9,reg0={n},actions=drop", check=False)
        if result.returncode:
            return result.stderr, n
    raise AssertionError("a full disk takes all rules")


def rules_of(sw):
    """NORMAL is one of them."""
    return len(sw.ctl("rule dump br0 --no-stats", quiet=True).splitlines()) - 1  # the heading


@swnet.limit(120)
def test_full_with_rules(net):
    """Rules that persist: what is not stored is in force, and said to everybody; it heals by itself."""
    folder = state_on_tmpfs(net, "1M")
    sw, traffic = switch_on(net, folder)
    sw.ctl("set bridge br0 other_config:persist-rules=true")
    fill(folder)
    error, n = until_refused(net, sw)
    swnet.within(error, "OFPFMFC_UNKNOWN", "what ovs-ofctl says")
    result = sw.ctl_raw("rule", "add", "br0", "priority=8,reg0=1,actions=drop")
    swnet.same(result.returncode != 0, True, "rule add fails")
    swnet.within(result.stderr, ["in force, but not stored", "No space left", "make room"], "rule add")
    swnet.within(sw.get("bridge br0 status"), ["persist-rules=failed", "No space left"], "the status")
    swnet.within(sw.ctl_raw("doctor", "rules").stdout, ["FAIL", "bridge br0", "not stored"], "the doctor")
    swnet.same(rules_of(sw), n + 2, "rules in force")
    traffic.goes_on()
    (folder / "filler").unlink()
    stored = "persist-rules=stored"
    swnet.wait_for(lambda: stored in sw.get("bridge br0 status"), 40, "it is stored again")
    sw.ctl("rule add br0 priority=7,reg0=1,actions=drop")
    traffic.end()
    sw.kill9()
    sw.start()
    swnet.same(rules_of(sw), n + 3, "rules after a kill")
    sw.stop()


def test_read_only(net):
    """The file system becomes read-only: refused with the reason; writable again, it goes on."""
    folder = state_on_tmpfs(net, "4m")
    sw, traffic = switch_on(net, folder)
    before = sw.ctl("config export")
    traffic.goes_on()
    sw.kill9()
    net.run("mount", "-o", "remount,ro", folder)
    sw.start()
    swnet.same(sw.ctl("config export"), before, "configuration on a read-only disk")
    swnet.same(health(sw)["writable"], "false", "writable")
    sw.refused("set bridge br0 external_ids:a=b", "read-only", "writable", status=8)
    swnet.wait_for(lambda: traffic.replies() > 0, 5, "replies")
    traffic.goes_on()
    net.run("mount", "-o", "remount,rw", folder)
    sw.ctl("set bridge br0 external_ids:a=b")
    swnet.same(health(sw)["writable"], "true", "writable")
    traffic.goes_on()
    traffic.process.kill()  # it lost packets while the switch was killed
    sw.kill9()
    sw.start()
    swnet.same(sw.get("bridge br0 external_ids:a"), "b", "the acknowledged value")
    sw.stop()


def test_read_only_and_empty(net):
    """Nothing is there and nothing can be made: it does not start, and says why."""
    folder = state_on_tmpfs(net, "1m")
    net.run("mount", "-o", "remount,ro", folder)
    sw = net.switch(wait=False, args=("--state", folder / "state"))
    swnet.same(sw.process.wait(timeout=swnet.PATIENT), 1, "exit status")
    swnet.within(sw.log(), [str(folder), "state"])


def test_second_instance(net):
    """Another switch on the same folder does not start, and the first one notices nothing."""
    folder = net.dir / "disk"
    folder.mkdir()
    sw, traffic = switch_on(net, folder)
    second = net.switch("second", wait=False, args=("--state", folder / "state"))
    swnet.same(second.process.wait(timeout=swnet.PATIENT), 1, "exit status of the second")
    swnet.within(second.log(), [str(folder / "state"), "in use by another swd", "--state"])
    sw.ctl("set bridge br0 external_ids:a=b")
    traffic.goes_on()
    traffic.end()
    sw.kill9()
    sw.start()
    swnet.same(sw.get("bridge br0 external_ids:a"), "b", "the acknowledged value")
    sw.stop()


def test_history(net):
    """What was done is told, undone and done again, over a kill; and as a document."""
    net.host("h1", "10.0.0.1/24")
    sw = net.switch()
    sw.ctl("add-br br0 -- add-port br0 vif0.0 tag=10")
    first = sw.ctl("config export")
    sw.ctl("set", "port", "vif0.0", "tag=20", "external_ids:note=a b")
    sw.kill9()
    sw.start()
    log = sw.ctl("config log -n 2").splitlines()
    swnet.within(log[1], ["2", "root", "set port vif0.0 tag=20 'external_ids:note=a b'"])
    swnet.within(log[2], ["1", "add-br br0 -- add-port br0 vif0.0 tag=10"])
    swnet.within(sw.ctl("config diff"), ["-     tag: 10", "+     tag: 20", '+     external_ids: note="a b"'])
    sw.ctl("config rollback 1")
    swnet.same(sw.ctl("config export"), first, "configuration after the rollback")
    sw.stop()
