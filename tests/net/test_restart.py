# SPDX-License-Identifier: BSD-3-Clause
"""The configuration outlives the switch: a clean restart, kill -9, kill -9 in the middle of changes."""
import threading

import swnet

WAITS = True  # all of it (run.py)


def configure(net):
    for n in range(3):
        net.host(f"h{n}", f"10.0.0.{n + 1}/24", port=f"vif{n}.0")
    sw = net.switch()
    sw.ctl("add-br br-in -- set bridge br-in other_config:mac-aging-time=600")
    sw.ctl("add-port br-in vif0.0 tag=10 -- add-port br-in vif1.0 tag=10")
    sw.ctl("add-port br-in vif2.0 trunks=10,20 -- set port vif2.0 vlan_mode=native-untagged tag=10")
    sw.ctl("fdb add br-in vif1.0 10 02:00:00:00:00:77")
    return sw


def looks(sw):
    """All that must come back; what counts and ages left out."""
    fdb = [line for line in sw.ctl("fdb show br-in", quiet=True).splitlines() if "00:77" in line]
    return (sw.ctl("show", quiet=True), sw.ctl("get bridge br-in other_config", quiet=True),
            sw.ctl("get port vif2.0 tag trunks vlan_mode", quiet=True), fdb)


def test_restart_and_kill(net):
    sw = configure(net)
    before = looks(sw)
    swnet.same(len(before[3]), 1, "lines of the static station in fdb show")
    a = net.hosts["h0"]
    a.ping("10.0.0.2")
    sw.stop()
    sw.start()
    swnet.same(looks(sw), before, "configuration after a restart")
    a.ping("10.0.0.2")
    a.ping("10.0.0.3")
    sw.kill9()
    sw.start()
    swnet.same(looks(sw), before, "configuration after kill -9")
    a.ping("10.0.0.2")


@swnet.limit(120)
def test_kill_while_changing(net):
    """What was acknowledged before a kill -9 or a restart is there after it, and nothing more."""
    sw = net.switch()
    sw.ctl("add-br br-in")
    for round_ in range(5):
        done, gone = [], threading.Event()

        def change():
            n = 0
            while not gone.is_set():
                name = f"r{round_}n{n}"
                result = sw.ctl_raw("add-port", "br-in", name, "--", "set", "interface", name, "type=tap",
                                    quiet=True)
                if result.returncode == 0:
                    done.append(name)
                n += 1
        thread = threading.Thread(target=change)
        thread.start()
        swnet.wait_for(lambda: len(done) >= 3 + round_, 20, "changes are made")
        (sw.stop if round_ % 2 else sw.kill9)()
        gone.set()
        sw.start()
        thread.join()  # what was asked when the switch went is asked again, and answered
        ports = set(sw.ctl("list-ports br-in").split())
        mine = {p for p in ports if p.startswith(f"r{round_}")}
        swnet.same(mine, set(done), "ports that are there, against those acknowledged")


def test_port_missing_at_start(net):
    """A device that is gone when the switch starts: the rest works, the port says what is wrong."""
    sw = configure(net)
    sw.stop()
    net.run("ip", "link", "delete", "vif1.0")
    sw.start()
    swnet.within(sw.ctl("show"), "vif1.0", "show")
    swnet.within(sw.get("interface vif1.0 error"), "vif1.0", "error")
    net.hosts["h0"].ping("10.0.0.3")


def test_torn_and_corrupt_journal(net):
    """A torn tail is dropped; a file that is no journal is set aside, not deleted, and said."""
    sw = configure(net)
    before = looks(sw)
    sw.stop()
    journals = [p for p in sw.state.iterdir() if p.is_file() and p.stat().st_size > 100]
    swnet.same(len(journals) >= 1, True, "a journal is in the state folder")
    journal = max(journals, key=lambda p: p.stat().st_size)
    with open(journal, "ab") as f:
        f.write(b'{"torn')
    sw.start()
    swnet.same(looks(sw), before, "configuration after a torn tail")
    sw.stop()
    journal = max((p for p in sw.state.iterdir() if p.is_file()), key=lambda p: p.stat().st_size)
    data = journal.read_bytes()
    journal.write_bytes(b"\0" * 64 + data[64:])
    had = {p.name for p in sw.state.iterdir()}
    sw.start()
    swnet.same(len({p.name for p in sw.state.iterdir()} - had) >= 1, True, "the corrupt file is set aside")
    swnet.within(sw.log(), journal.name, "the log")


def test_device_comes_later(net):
    """An interface that was missing at start is made later: its port opens, joins its bridge and VLAN."""
    sw = configure(net)
    sw.stop()
    net.run("ip", "netns", "delete", "h1")
    sw.start()
    swnet.within(sw.get("interface vif1.0 error"), "vif1.0", "error")
    again = net.host("h1b", "10.0.0.12/24", port="vif1.0")
    swnet.wait_for(lambda: sw.get("interface vif1.0 link_state") == "up", 10, "the port opens")
    net.hosts["h0"].ping(again.ip)
    swnet.same(sw.get("interface vif1.0 error"), "[]", "error")
