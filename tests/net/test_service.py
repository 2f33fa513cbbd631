# SPDX-License-Identifier: BSD-3-Clause
"""The installed unit under a real systemd, in a guest of its own: user, capabilities, sandbox, sockets, huge
pages, ports, NICs by VFIO behind an IOMMU, what happens when it is killed or hangs, the drop-ins.

One guest for all of it: it takes longest to start.
"""
import re
import socket
import struct

import swnet
from swservice import ServiceGuest

NET_ADMIN, NET_RAW, IPC_LOCK = 1 << 12, 1 << 13, 1 << 14
DROP_INS = "/usr/local/share/doc/swd/configs/swd.service.d"
UNIT_D = "/etc/systemd/system/swd.service.d"
HUGE_PAGES, MEMORY_MB = 160, 128
NICS = ("e1000e", "virtio-net-pci,iommu_platform=on,disable-legacy=on")
BOOT = (f"[access]\nsocket-group = netops\n[memory]\nhugepages = yes\nsize-mb = {MEMORY_MB}\n"
        "[worker]\nidle-sleep-us = 20000\n")
VHOST_ONLY = "[security]\nport-types = dpdkvhostuser, dpdkvhostuserclient, patch\n"
CLONE3 = "435"  # answered ENOSYS, so that the C library falls back to clone


def check_caps(guest, caps, more_groups):
    """No thread has another user, another group, or a capability more in any of its sets; all are held."""
    uid, gid = guest.say("id -u swd; id -g swd").split()
    threads = guest.threads()
    for status in threads:
        where = f"of thread {status['Name']}"
        swnet.same(status["Uid"].split(), [uid] * 4, f"user {where}")
        swnet.same(status["Gid"].split(), [gid] * 4, f"group {where}")
        swnet.same(set(status["Groups"].split()), {gid, *more_groups}, f"groups {where}")
        swnet.same((status["NoNewPrivs"], status["Seccomp"]), ("1", "2"), f"NoNewPrivs and Seccomp {where}")
        for kind, want in (("Eff", caps), ("Prm", caps), ("Bnd", caps), ("Amb", 0), ("Inh", 0)):
            swnet.same(hex(int(status["Cap" + kind], 16)), hex(want), f"Cap{kind} {where}")
    return len(threads)


def start(guest):
    guest.run("systemctl start swd", seconds=60)
    state = guest.service()
    swnet.same((state["ActiveState"], state["SubState"], state["Type"]), ("active", "running", "notify"),
               "the service")


def check_start(guest):
    """It is up, as its own user, in huge pages, held to its files; its folders are systemd's."""
    guest.write("/etc/default/swd", 'SWD_OPTIONS="--config /etc/swd/swd.conf"\n')
    guest.write("/etc/swd/swd.conf", BOOT)
    guest.run(f"sysctl -q vm.nr_hugepages={HUGE_PAGES}")
    guest.write(f"{UNIT_D}/groups.conf", "[Service]\nSupplementaryGroups=netops\n")
    guest.run("systemctl daemon-reload")
    start(guest)
    threads = check_caps(guest, NET_ADMIN | NET_RAW | IPC_LOCK, ["1000"])
    facts = guest.ctl("daemon show")[1]
    for words in ("run_dir +/run/swd", "state_dir +/var/lib/swd", "laptop_mode +false",
                  "sandbox +files: Landlock, system calls: seccomp"):
        swnet.same(bool(re.search(words, facts)), True, f"daemon show has {words!r}")
    used = guest.say("awk '/HugePages_Total/ { t = $2 } /HugePages_Free/ { print t - $2 }' /proc/meminfo")
    swnet.same(int(used), MEMORY_MB // 2, "huge pages in use")
    # /tmp is its own and it may write there, but for Landlock.
    guest.ctl("add-br br0")
    status, said = guest.ctl("add-port br0 cap0 -- set interface cap0 type=dpdk "
                             "options:dpdk-devargs=net_pcap0,tx_pcap=/tmp/out.pcap", check=False)
    swnet.same(status, 8, "exit status of a file out of reach")
    swnet.within(said, ["out of the switch's reach", "extra-dirs="], "error")
    return threads


def check_access(guest):
    """The socket is for root and its group; who is not in it hears what to do."""
    swnet.same(guest.say("stat -c '%U %G %a' /run/swd/swd.sock"), "swd netops 660", "the control socket")
    swnet.same(guest.ctl("list-br")[1].strip(), "br0", "bridges for root")
    swnet.same(guest.ctl("list-br", user="alice")[1].strip(), "br0", "bridges for a member of the group")
    guest.ctl("add-br br1 -- del-br br1", user="alice")
    status, said = guest.ctl("list-br", user="bob", check=False)
    swnet.same(status, 6, "exit status for another user")
    swnet.within(said, ["may not", "group"], "error")


def ping(guest, *, limit=30):
    swnet.wait_for(lambda: guest.run("ip netns exec one ping -c 1 -W 1 10.0.0.2", check=False)[0] == 0, limit,
                   "namespace one reaches two")


def check_ports(guest):
    """Kernel interfaces of two namespaces and a tap."""
    for name, ip in (("one", "10.0.0.1"), ("two", "10.0.0.2")):
        guest.run(f"ip netns add {name} && ip link add v-{name} type veth peer name eth0 netns {name} && "
                  f"ip link set v-{name} up && ip netns exec {name} ip addr add {ip}/24 dev eth0 && "
                  f"ip netns exec {name} ip link set eth0 up")
    guest.ctl("add-port br0 v-one -- add-port br0 v-two -- add-port br0 tap0 -- set interface tap0 type=tap")
    ping(guest)
    swnet.same(int(guest.get("interface v-two statistics:tx_packets")) > 0, True, "packets were counted")


def arp(operation, mac, ip, to_mac, to_ip):
    head = bytes.fromhex("ff" * 6) + mac + struct.pack("!HHHBBH", 0x0806, 1, 0x0800, 6, 4, operation)
    return (head + mac + socket.inet_aton(ip) + to_mac + socket.inet_aton(to_ip)).ljust(60, b"\0")


def ask(guest, n, *, limit=30):
    """A station beyond NIC n asks who namespace two is, and hears: both ways, by the NIC's own rings."""
    mac, ip = bytes([2, 0, 0, 0, 9, n]), f"10.0.0.{100 + n}"
    address = guest.say("ip netns exec two cat /sys/class/net/eth0/address").replace(":", "")
    answer = struct.pack("!H", 2) + bytes.fromhex(address) + socket.inet_aton("10.0.0.2")

    def answered():
        guest.wires[n].send(arp(1, mac, ip, bytes(6), "10.0.0.2"))
        return guest.wires[n].find(answer, 1)
    frame = swnet.wait_for(answered, limit, f"an answer by NIC {n}")
    swnet.same(frame[:6], mac, "the answer's destination")


def refused_nic(guest, add, *says):
    status, said = guest.ctl(add, check=False)
    swnet.same(status, 8, "exit status of a NIC that cannot be had")
    swnet.within(said, [guest.pci_of(0), *says], "error")


def check_nics(guest):
    """PCI devices by VFIO: what is missing is told step by step; then they carry packets."""
    n_nics = range(len(guest.nics))
    add = " -- ".join(f"add-port br0 nic{n} -- set interface nic{n} type=dpdk "
                      f"options:dpdk-devargs={guest.pci_of(n)}" for n in n_nics)
    refused_nic(guest, add, "no driver", "dpdk-devbind.py -b vfio-pci " + guest.pci_of(0))
    for n in n_nics:
        guest.run(f"cd /sys/bus/pci; echo vfio-pci >devices/{guest.pci_of(n)}/driver_override; "
                  f"echo {guest.pci_of(n)} >drivers_probe")
    refused_nic(guest, add, "may not use /dev/vfio/", 'SUBSYSTEM=="vfio"')
    guest.write("/etc/udev/rules.d/70-swd.rules", 'SUBSYSTEM=="vfio", OWNER="swd"\n')
    guest.run("udevadm control --reload; udevadm trigger -s vfio; udevadm settle")
    refused_nic(guest, add, "the service may not use /dev/vfio/", "swd.service.d/vfio.conf")
    before = guest.ctl("show")[1]
    guest.run(f"cp {DROP_INS}/vfio.conf {UNIT_D}; systemctl daemon-reload; systemctl restart swd", seconds=60)
    swnet.same(guest.ctl("show")[1], before, "configuration after a restart")
    ping(guest)
    guest.ctl(add)
    for n in n_nics:
        ask(guest, n)
        counts = guest.get(f"interface nic{n} statistics:rx_packets statistics:tx_packets").split()
        swnet.same([int(count) > 0 for count in counts], [True, True], f"nic{n} counted, of {counts}")
    check_caps(guest, NET_ADMIN | NET_RAW | IPC_LOCK, ["1000"])
    status = [guest.get(f"interface nic{n} status") for n in n_nics]
    return ", ".join(re.search(r"driver_name=(\w+)", text)[1] for text in status)


def check_restarts(guest):
    """Killed, it is started again with all it had; so is one that hangs."""
    before = guest.ctl("show")[1]
    for signal, said in (("KILL", "signal"), ("STOP", "watchdog")):
        guest.started_after(f"systemctl kill --kill-who=main -s {signal} swd")
        swnet.within(guest.say("journalctl -u swd -n 40"), f"Failed with result '{said}'", "the journal")
        swnet.same(guest.ctl("show")[1], before, f"configuration after SIG{signal}")
        ping(guest)
        ask(guest, 0)


def check_stop(guest):
    """It ends by itself, and what it made is gone but for its state."""
    guest.ctl("del-br br0")
    guest.run("systemctl stop swd")
    state = guest.service()
    swnet.same((state["ActiveState"], state["Result"]), ("inactive", "success"), "the service after stop")
    swnet.same(guest.run("ls -A /run/swd", check=False)[0] != 0, True, "the run folder is gone")
    swnet.same(guest.say("ls -A /var/lib/swd").split(), ["journal"], "files in the state folder")
    swnet.same(guest.say("find /dev/shm /dev/hugepages /tmp /var/tmp -user swd"), "", "files left elsewhere")
    swnet.same(guest.say("ip -o link | grep -c -e tap0 -e br0; true"), "0", "interfaces left")
    swnet.same(guest.say("awk '/HugePages_Free/ { print $2 }' /proc/meminfo"), str(HUGE_PAGES),
               "free huge pages")


def check_vhost_only(guest):
    """The drop-in for guests only: no capability, no device, and a guest's packets arrive."""
    guest.write("/etc/swd/swd.conf", BOOT + VHOST_ONLY)
    guest.run(f"rm {UNIT_D}/vfio.conf; cp {DROP_INS}/vhost-only.conf {UNIT_D}; systemctl daemon-reload")
    start(guest)
    threads = check_caps(guest, 0, ["1000"])
    status, said = guest.ctl("add-br br0 -- add-port br0 v-one", check=False)
    swnet.same(status, 6, "exit status of a port of another type")
    swnet.within(said, ["not allowed", "port-types="], "error")
    guest.run("systemd-run -q --unit=vm1 -p UMask=0 dpdk-testpmd -l 0,1 --no-huge -m 64 --no-pci "
              "--no-telemetry --vdev net_virtio_user0,path=/run/vm1.sock,server=1 -- --no-mlockall "
              "--forward-mode=txonly --tx-first --stats-period 1 --total-num-mbufs=2048")
    guest.ctl("add-br br0 -- add-port br0 vm1 -- set interface vm1 type=dpdkvhostuserclient "
              "options:vhost-server-path=/run/vm1.sock")
    guest.ctl("-t 60 wait-until interface vm1 link_state=up")
    swnet.wait_for(lambda: int(guest.get("interface vm1 statistics:rx_packets")) > 100, 60,
                   "packets of the guest")
    guest.run("systemctl stop vm1")
    check_caps(guest, 0, ["1000"])
    guest.run("systemctl stop swd")
    swnet.same(guest.service()["Result"], "success", "the service after stop")
    return threads


def check_calls(guest):
    """Nothing it did was refused by the filter of system calls, but for the one that is meant to be."""
    calls = re.findall(r"type=1326 .*?comm=\"([^\"]*)\".*? syscall=(\d+)", guest.say("journalctl -k"))
    swnet.same([call for call in calls if call[1] != CLONE3], [], "system calls that were refused")


@swnet.waits
@swnet.limit(420)
def test_service(net):
    """The unit as installed: its user, rights and sandbox, NICs by VFIO, kills, a hang, guests only."""
    guest = ServiceGuest(net, "machine", nics=NICS)
    guest.start().ready(120)
    try:
        threads = check_start(guest)
        check_access(guest)
        check_ports(guest)
        drivers = check_nics(guest)
        check_restarts(guest)
        check_stop(guest)
        check_vhost_only(guest)
        check_calls(guest)
    except AssertionError:
        guest.run("systemctl status swd; journalctl -u swd -u vm1 -n 80; journalctl -k -n 20", check=False)
        raise
    return f"{threads} threads, NICs by {drivers}"
