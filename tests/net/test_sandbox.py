# SPDX-License-Identifier: BSD-3-Clause
"""The daemon in its sandbox: every thread, files out of reach, and sentences that name the key."""
import pathlib

import swnet


def modes(sw):
    """The seccomp mode of each thread: 0 none, 2 a filter."""
    tasks = pathlib.Path(f"/proc/{sw.process.pid}/task").iterdir()
    lines = [line for task in tasks for line in (task / "status").read_text().splitlines()]
    return [line.split()[1] for line in lines if line.startswith("Seccomp:")]


def security(text):
    return "[security]\n" + text


def test_every_thread(net):
    """By default all threads are held, those that come later too; each word of sandbox= does what it says."""
    sw = net.switch()
    # A device with an interrupt thread of its own, and one of the vhost library's.
    sw.ctl("add-br br0 -- add-port br0 tap9 -- set interface tap9 type=tap"
           " -- add-port br0 vm1 -- set interface vm1 type=dpdkvhostuser")
    swnet.same(set(modes(sw)), {"2"}, "seccomp modes of threads")
    swnet.within(sw.ctl("daemon show"), "system calls: seccomp", "daemon show")
    n = len(modes(sw))
    sw.stop()
    for word, mode, says in (("off", "0", "off"), ("log", "2", "only logged"), ("auto", "2", "seccomp")):
        sw.config.write_text(sw.boot_facts() + security(f"sandbox={word}\n"))
        sw.start()
        swnet.same(set(modes(sw)), {mode}, f"seccomp modes with sandbox={word}")
        swnet.within(sw.ctl("daemon show"), says, f"daemon show with sandbox={word}")
        swnet.same(sw.ctl("list-ports br0").split(), ["tap9", "vm1"], "ports")
        sw.stop()
    return f"{n} threads"


def test_files_out_of_reach(net):
    """A capture file needs its folder in extra-dirs; the refusal says so."""
    folder = net.dir / "captures"
    folder.mkdir()
    add = ("add-br br0 -- add-port br0 cap0 -- set interface cap0 type=dpdk "
           f"options:dpdk-devargs=net_pcap0,tx_pcap={folder}/out.pcap")
    sw = net.switch()
    if "files: not held" in sw.ctl("daemon show"):
        raise swnet.Skip("this kernel has no Landlock")
    sw.refused(add, "out of the switch's reach", "extra-dirs=", status=8)
    sw.stop()
    sw.config.write_text(sw.boot_facts() + security(f"extra-dirs={folder}\n"))
    sw.start()
    sw.ctl(add)
    swnet.same((folder / "out.pcap").exists(), True, "the capture file")


def test_words(net):
    """Wrong words and folders that are not there; devices that need bpf(2)."""
    for text, status, says in (("sandbox=of", 2, ['"of"', "auto, on, log or off"]),
                               ("af-xdp=1", 2, ['"1"', "yes or no"]),
                               ("extra-dirs=/nowhere:/tmp", 1, ["/nowhere", "extra-dirs="])):
        sw = swnet.Switch(net, text[:6], wait=False, more=security(text + "\n"))
        result = net.run(*sw.command(), check=False)
        swnet.same(result.returncode, status, f"exit status with {text}")
        swnet.within(result.stderr, says, "error")
    sw = net.switch()
    sw.refused("add-br br0 -- add-port br0 x0 -- set interface x0 type=dpdk "
               "options:dpdk-devargs=net_af_xdp0,iface=lo", "af-xdp=yes", "[security]", status=6)
