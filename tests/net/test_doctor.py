# SPDX-License-Identifier: BSD-3-Clause
"""swctl doctor: each of many planted faults is named with the command that mends it, and nothing is said
against a machine and a switch that are well; with the switch up, down and stopped."""
import json
import os
import signal
import socket
import stat
import subprocess
import threading

import swhost
import swnet
from swhost import CPU, HUGE, NODE

WAITS = True  # all of it (run.py)


def doctor(net, *words, timeout=30):
    """Check name -> result, and the exit status."""
    command = [str(w) for w in (net.build / "swctl", "--json", *words)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=timeout,
                            stdin=subprocess.DEVNULL)
    swnet.same(result.stderr, "", "errors of swctl doctor")
    report = json.loads(result.stdout)
    found = {check["check"]: check for check in report["checks"]}
    bad = [f"{c['verdict']} {name}: {f['text']}" for name, c in found.items() for f in c["findings"]
           if f["verdict"] in ("WARN", "FAIL")]
    print("$ swctl", " ".join(command[2:]), "->", result.returncode, *bad, sep="\n    ", flush=True)
    for name, check in found.items():
        for finding in check["findings"]:
            if finding["verdict"] in ("WARN", "FAIL") and not finding.get("fix"):
                raise AssertionError(f"{name} tells no fix: {finding['text']}")
    swnet.same(result.returncode, 1 if report["summary"]["fail"] else 0, "exit status")
    return found


def expect(found, check, verdict, *says):
    swnet.same(found[check]["verdict"], verdict, f"verdict of {check} ({found[check]['findings']})")
    swnet.within(json.dumps(found[check]["findings"], ensure_ascii=False), says, f"findings of {check}")


def bad(found):
    return {name for name, check in found.items() if check["verdict"] in ("WARN", "FAIL")}


UNSHARED = swhost.SHARED.replace("memory-backend-memfd,id=m,size=1G,share=on",
                                 "memory-backend-file,id=m,size=1G")
OTHERS = swhost.CONFIG.replace("cores=2-3", "cores=2-9")


def service(state, sub, restarts, result="success", pid=0):
    """What "systemctl show swd.service" says of it, as a bug report keeps it."""
    return {"service.txt": f"Type=notify\nRestart=on-failure\nNRestarts={restarts}\nMainPID={pid}\n"
                           f"Result={result}\nId=swd.service\nLoadState=loaded\nActiveState={state}\n"
                           f"SubState={sub}\n"}


def folder_acl(user, mask):
    """What setfacl makes of a folder of mode 0750, for QEMU's user."""
    return ("user::rwx", f"user:4711:{user}", "group::r-x", f"mask::{mask}", "other::---")


# What is planted, the check that must name it, its verdict, what it says.
FAULTS = [
    ({f"{HUGE}/free_hugepages": "8"}, "hugepages", "FAIL", "16 of 2048 MiB"),
    ({f"{NODE}/node1/hugepages/hugepages-2048kB/nr_hugepages": "0"}, "hugepages-numa", "WARN", "node1"),
    ({"proc/mounts": "proc /proc proc rw 0 0"}, "hugetlbfs", "FAIL", "mount -t hugetlbfs"),
    ({"proc/mounts": "none /dev/hugepages hugetlbfs ro 0 0"}, "hugetlbfs", "FAIL", "read-only"),
    ({"sys/kernel/mm/transparent_hugepage/enabled": "[always] madvise never"}, "transparent-hugepages",
     "WARN", "echo madvise"),
    ({"proc/self/limits": "Max open files   65536   65536   files\n"
                          "Max locked memory   8388608   8388608   bytes"}, "memory-lock", "WARN",
     "8192 KiB"),
    ({"proc/self/limits": "Max open files   256   4096   files\n"
                          "Max locked memory   unlimited   unlimited   bytes"}, "open-files", "FAIL", "256"),
    ({"proc/meminfo": "MemTotal:  16000000 kB\nMemAvailable:   100000 kB"}, "memory-available", "WARN",
     "97 of"),
    ({f"{CPU}/online": "0-2"}, "cores-online", "FAIL", "cores 3"),
    ({f"{CPU}/isolated": "2"}, "cores-isolated", "WARN", "cores 3", "isolcpus=2-3"),
    ({f"{CPU}/nohz_full": "(null)"}, "cores-tick", "WARN", "nohz_full=2-3"),
    ({f"{CPU}/cpu2/topology/thread_siblings_list": "1-2"}, "cores-smt", "WARN", "core 1"),
    ({f"{CPU}/cpu2/topology/thread_siblings_list": "2-3"}, "cores-smt", "WARN", "one physical core"),
    ({"proc/irq/24/effective_affinity_list": "3"}, "interrupts", "WARN", "/proc/irq/24/"),
    ({f"{CPU}/cpu3/cpufreq/scaling_governor": "powersave"}, "cpu-governor", "WARN", "powersave"),
    ({f"{CPU}/cpu2/cpuidle/state1/latency": "800"}, "idle-states", "WARN", "800 us"),
    ({"sys/devices/system/clocksource/clocksource0/current_clocksource": "hpet"}, "clock-source", "WARN",
     "hpet"),
    ({"proc/cpuinfo": "flags\t\t: fpu tsc"}, "tsc", "WARN", "changes its rate"),
    ({"proc/sys/vm/stat_interval": "1"}, "kernel-options", "WARN", "sysctl -w vm.stat_interval"),
    ({"proc/sys/kernel/nmi_watchdog": "1"}, "kernel-options", "WARN", "sysctl -w kernel.nmi_watchdog=0"),
    ({"proc/78/task/79/status": "Cpus_allowed_list:\t3"}, "other-switch", "WARN", "process 78", "core 3"),
    ({"sys/kernel/iommu_groups/0/type": None}, "iommu", "FAIL", "intel_iommu=on"),
    ({"sys/kernel/iommu_groups/0/type": None,
      "sys/module/vfio/parameters/enable_unsafe_noiommu_mode": "Y"}, "iommu", "WARN", "without an IOMMU"),
    ({"dev/net/tun": None}, "tun", "WARN", "modprobe tun"),
    ({"proc/77/cmdline": UNSHARED}, "guest-memory", "FAIL", "vm1 (process 77)", "share=on"),
    ({"proc/77/cmdline": swhost.SHARED.replace(",reconnect=1", "")}, "guest-reconnect", "WARN", "vm1"),
    ({"run/swd": 0o777}, "run-folder", "FAIL", "chmod o-w /run/swd"),
    ({"var/lib/swd": 0o777}, "state-folder", "FAIL", "anybody may write"),
    ({"run/swd/old": socket.socket}, "stale-sockets", "WARN", "rm /run/swd/old"),
    ({"run/swd": 0o700}, "qemu-access", "FAIL", "user qemu may not pass /run/swd"),
    ({"run/swd": folder_acl("r--", "r-x")}, "qemu-access", "FAIL", "user qemu may not pass /run/swd",
     "setfacl -m u:qemu:x"),
    ({"run/swd": folder_acl("r-x", "r--")}, "qemu-access", "FAIL", "user qemu may not pass /run/swd",
     "the mask of its ACL"),
    ({"run/swd": ("user::rwx", "group::r-x", "group:4711:---", "mask::r-x", "other::r-x")}, "qemu-access",
     "FAIL", "user qemu may not pass /run/swd"),
    (service("active", "running", 3), "service", "WARN", "again 3 times", "journalctl -u swd"),
    (service("failed", "failed", 5, "watchdog"), "service", "FAIL", "has failed (watchdog)", "reset-failed"),
    (service("activating", "auto-restart", 7, "signal"), "service", "FAIL", "again and again (signal)"),
    ({"var/lib/swd/rules-damaged.1.br0": "swd"}, "rules-files", "WARN", "bridge br0", "swctl log show"),
    ({"var/lib/swd/journal": "00000002 12345678 {}\n00000009 12345678 {\"a\n00000002 12345678 {}\n"},
     "journal", "FAIL", "line 2 of 3"),
    ({"var/lib/swd/journal.damaged-1": "x"}, "journal", "WARN", "journal.damaged-1"),
]


@swnet.limit(180)
def test_planted_in_a_machine(net):
    """The switch is down; every fault is named by its check, with its fix, and nothing else is said."""
    machine = swhost.Machine(net.dir)
    words = ("--socket", net.dir / "none", "doctor", "--qemu-user=qemu", f"--config={machine.config}",
             f"--root={machine.root}")
    well = doctor(net, *words) if machine.plant() else None
    swnet.same(bad(well), {"daemon"}, "what is wrong with a machine that is well")
    expect(well, "daemon", "FAIL", "no switch answers", "systemctl start swd")
    for name in ("hugepages", "cores-isolated", "guest-memory", "iommu", "journal", "qemu-access"):
        expect(well, name, "PASS")
    for changes, check, verdict, *says in FAULTS:
        machine.plant(changes)
        found = doctor(net, *words)
        expect(found, check, verdict, *says)
        swnet.same(bad(found) - {"daemon", "boot-file"}, {check}, f"checks that complain of {changes}")
    for entries in (folder_acl("r-x", "r-x"), folder_acl("--x", "--x"),
                    ("user::rwx", "group::---", "group:4711:--x", "mask::r-x", "other::---")):
        machine.plant({"run/swd": entries})
        expect(doctor(net, *words, "qemu-access"), "qemu-access", "PASS")
    machine.plant(service("active", "running", 0))
    expect(doctor(net, *words, "service"), "service", "PASS", "not started again")
    for config, check, *says in (
            (swhost.CONFIG + "[security]\nsandbox=off\n", "sandbox", "sandbox=off", "sandbox=auto"),
            (swhost.CONFIG + "[security]\nsandbox=log\n", "sandbox", "sandbox=log", "sandbox=auto"),
            (OTHERS, "boot-file", "core 4"), (OTHERS, "cores-mask", "4-9"),
            (swhost.CONFIG.replace("control-core=0", "control-core=2"), "control-core", "core 2"),
            (swhost.CONFIG.replace("size-mb", "size-bm"), "boot-file", "size-bm", "allowed")):
        machine.plant(config=config)
        found = doctor(net, *words)
        expect(found, check, "WARN" if check in ("control-core", "sandbox") else "FAIL", *says)
    return f"{len(FAULTS) + 6} faults planted"


def test_well(net):
    """A switch that is well: nothing fails, and each warning tells what to do."""
    for n in (1, 2):
        net.host(f"h{n}", f"10.0.0.{n}/24")
    sw = net.switch()
    sw.ctl("add-br br0 -- add-port br0 vif0.0 -- add-port br0 vif1.0")
    net.hosts["h1"].ping("10.0.0.2")
    found = doctor(net, "--socket", sw.socket, "doctor")
    swnet.same({n for n, c in found.items() if c["verdict"] == "FAIL"}, set(), "checks that fail")
    for name in ("daemon", "version", "port-errors", "links", "mtu", "packet-buffers", "fdb", "journal",
                 "control-socket", "run-folder", "state-folder", "capabilities"):
        expect(found, name, "PASS")
    text = sw.ctl("doctor")
    swnet.within(text, ["PASS", f"process {sw.process.pid}", "0 failed"], "doctor")
    listed = sw.ctl("doctor --list").splitlines()
    swnet.same(len(listed) - 1, len(found), "checks listed")
    swnet.same(len(found) >= 25, True, f"{len(found)} checks: enough of them")
    one = doctor(net, "--socket", sw.socket, "doctor", "mtu", "daemon")
    swnet.same(set(one), {"mtu", "daemon"}, "the checks that were named")
    sw.refused("doctor hugepage", "hugepage", "did you mean", status=3)
    sw.refused("doctor --root=/nowhere/at/all", "/nowhere/at/all")
    return f"{len(found)} checks"


@swnet.limit(120)
def test_planted_in_a_switch(net):
    """Faults of a real switch and around it."""
    for n in (1, 2):
        net.host(f"h{n}", f"10.0.0.{n}/24", mtu=9000 if n == 2 else None)
    core = swnet.free_cores()[-1]
    sw = net.switch(config=f"[worker]\ncores={core}\n[memory]\nhugepages=no\nmbufs=1024\nsize-mb=64\n")
    run = sw.dir / "run"
    sw.ctl("add-br br0 -- add-port br0 vif0.0 -- add-port br0 vif1.0")
    sw.ctl("--may-wait add-port br0 gone0 -- add-port br0 vm1 -- set interface vm1 type=dpdkvhostuser")
    for n in range(10):
        sw.ctl(f"add-port br0 d{n} -- set interface d{n} type=dummy", quiet=True)
    wire = net.hosts["h1"].wire()
    sw.ctl("set port vif0.0 tag=5")
    for _ in range(20):
        wire.send(swnet.frame("02:00:00:00:00:99", net.hosts["h1"].mac(), b"other", tag=9))
    swnet.wait_for(lambda: sw.count("vif0.0", "rx_dropped") >= 20, 10, "20 packets are dropped")
    sw.ctl("add-br br1 -- add-port br1 lonely -- set interface lonely type=dummy")
    net.host("h3", "10.0.1.1/24", port="vif9.0")
    sw.ctl("--may-exist add-br br2 -- add-port br2 vif9.0 -- set bridge br2 other_config:mac-table-size=10")
    for n in range(10):
        sw.ctl(f"fdb add br2 vif9.0 {n} 02:00:00:00:00:{n:02x}", quiet=True)
    net.hosts["h3"].run("ip", "link", "set", "eth0", "down")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
        s.bind(str(run / "left"))
    run.chmod(0o777)
    sw.socket.chmod(0o666)
    (sw.state / "journal.damaged-1").write_text("")
    net.run("mount", "--bind", sw.state, sw.state)
    net.run("mount", "-o", "remount,bind,ro", sw.state)
    os.chmod(sw.dir, 0o700)
    words = ("--socket", sw.socket, "doctor", "--qemu-user=nobody")
    found = swnet.wait_for(lambda: (f := doctor(net, *words))["links"]["verdict"] == "WARN" and f, 10,
                           "the link goes down")
    for check, verdict, *says in (
            ("run-folder", "FAIL", "chmod o-w", str(run)), ("control-socket", "FAIL", "0666"),
            ("stale-sockets", "WARN", str(run / "left")), ("state-folder", "FAIL", "read-only"),
            ("journal", "WARN", "journal.damaged-1"), ("port-errors", "FAIL", "gone0"),
            ("mtu", "WARN", "vif1.0 takes (MTU 9000)"), ("links", "WARN", "vif9.0"),
            ("guests", "WARN", "vm1"), ("drops", "WARN", "swctl port drops vif0.0", "vlan_not_allowed"),
            ("fdb", "WARN", "mac-table-size"),
            ("packet-buffers", "WARN", "1024 packet buffers are few"),
            ("qemu-access", "FAIL", "nobody", str(sw.dir))):
        expect(found, check, verdict, *says)
    swnet.same(stat.S_IMODE(os.stat(run).st_mode), 0o777, "the doctor looks and mends nothing")


@swnet.limit(60)
def test_sandbox(net):
    """A switch that is let go, or says that it is held and is not; one that stays root."""
    sw = net.switch()
    machine = swhost.Machine(net.dir)
    words = ("--socket", sw.socket, "doctor", "sandbox", "user")
    found = doctor(net, *words)
    expect(found, "user", "WARN", "user=swd")
    held = found["sandbox"]["verdict"]
    swnet.same(held, "WARN" if "not held" in sw.ctl("daemon show") else "PASS", "a switch that is held")
    status = f"proc/{sw.process.pid}/status"
    machine.plant({status: "Name:\tswd\nNoNewPrivs:\t0\nSeccomp:\t0\n"})
    expect(doctor(net, *words, f"--root={machine.root}"), "sandbox", "FAIL",
           f"process {sw.process.pid} has no filter", "NoNewPrivs: 0")
    machine.plant({status: "Name:\tswd\nNoNewPrivs:\t1\nSeccomp:\t2\n"})
    expect(doctor(net, *words, f"--root={machine.root}"), "sandbox", held)
    machine.plant({"sys/bus/pci/drivers/igb_uio/0000:03:00.0": ""})
    expect(doctor(net, *words, f"--root={machine.root}"), "user", "SKIP", "igb_uio")
    sw.stop()
    for word in ("off", "log"):
        sw.config.write_text(sw.boot_facts() + f"[security]\nsandbox={word}\n")
        sw.start()
        expect(doctor(net, *words), "sandbox", "WARN", f"sandbox={word}", "sandbox=auto")
        sw.stop()


VIF = "sys/class/net/vif0.0"
OFFLOADS = [
    ({"features/vif0.0": "rx-lro: on"}, "FAIL", "ethtool -K vif0.0 lro off"),
    ({f"{VIF}/ifindex": "5", f"{VIF}/iflink": "3", "sys/class/net/eth9/ifindex": "3",
      "sys/class/net/eth9/iflink": "3", "features/eth9": "rx-lro: on"}, "FAIL", "ethtool -K eth9 lro off"),
    ({"features/vif0.0": "rx-udp-gro-forwarding: on", "proc/sys/kernel/osrelease": "6.1.0-18-amd64"}, "FAIL",
     "ethtool -K vif0.0 rx-udp-gro-forwarding off"),
    ({"features/vif0.0": "rx-gro-list: on", "proc/sys/kernel/osrelease": "5.10.0"}, "FAIL",
     "ethtool -K vif0.0 rx-gro-list off"),
    ({"features/vif0.0": "rx-gro: off", f"{VIF}/device/vendor": "0x8086"}, "WARN",
     "ethtool -K vif0.0 gro on"),
    ({"features/vif0.0": "tx-checksum-ipv4: off"}, "WARN", "checksum offload (tx) is off"),
    # All is well, or says nothing:
    ({"features/vif0.0": "rx-udp-gro-forwarding: on", "proc/sys/kernel/osrelease": "6.2.0"}, "PASS",
     "merge and cut"),
    ({"features/vif0.0": "rx-gro: off"}, "PASS", "merge and cut"),
    ({"features/vif0.0": "tx-tcp-segmentation: fixed\nrx-lro: fixed"}, "PASS", "merge and cut"),
    ({"features/vif0.0": "tx-tcp-segmentation: off", f"{VIF}/tun_flags": "0x1002"}, "PASS", "merge and cut"),
    ({"features/vif0.0": None}, "SKIP", "no port is a kernel interface"),
]


def test_offloads(net):
    """Offloads of real interfaces that somebody switched off, and those of cards that are not here."""
    net.host("h1", "10.0.0.1/24")
    net.run("ip", "link", "add", "here0", "type", "veth", "peer", "name", "end0")
    net.run("ip", "link", "set", "end0", "up")
    sw = net.switch()
    sw.ctl("add-br br0 -- add-port br0 vif0.0 -- add-port br0 here0")
    words = ("--socket", sw.socket, "doctor", "offloads")
    expect(doctor(net, *words), "offloads", "PASS", "2 kernel interfaces")
    for interface, feature, says in (("end0", "tx", "checksum offload (tx) of its other end end0 is off"),
                                     ("end0", "tso", "TSO of its other end end0 is off"),
                                     ("here0", "tso", "port here0: TSO is off")):
        net.run("ethtool", "-K", interface, feature, "off")
        found = doctor(net, *words)
        expect(found, "offloads", "WARN", says)
        fix = found["offloads"]["findings"][0]["fix"]
        net.run(*fix.split())
        expect(doctor(net, *words), "offloads", "PASS")
    machine = swhost.Machine(net.dir)
    for changes, verdict, says in OFFLOADS:
        machine.plant({"features/vif0.0": "rx-gro: on", **changes})
        expect(doctor(net, *words, f"--root={machine.root}"), "offloads", verdict, says)
    return f"{len(OFFLOADS) + 3} settings"


def send_until(stop, wire, frame):
    while not stop.wait(0.001):
        wire.send(frame)


@swnet.limit(120)
def test_now(net):
    """What goes on while it looks: a port that loses packets, a loop that takes a whole worker."""
    net.host("h1", "10.0.0.1/24")
    sw = net.switch()
    sw.ctl("add-br br0 -- add-port br0 vif0.0 tag=5")
    words = ("--socket", sw.socket, "doctor", "drops-now", "worker-load-now")

    def becomes(check, verdict, *says):
        found = swnet.wait_for(lambda: (f := doctor(net, *words))[check]["verdict"] == verdict and f, 30,
                               f"{check} becomes {verdict}")
        expect(found, check, verdict, *says)

    becomes("drops-now", "PASS", "0 packets a second are lost")
    stop = threading.Event()
    wire = net.hosts["h1"].wire()
    frame = swnet.frame("02:00:00:00:00:99", net.hosts["h1"].mac(), b"other", tag=9)
    sender = threading.Thread(target=send_until, args=(stop, wire, frame))
    sender.start()
    try:
        becomes("drops-now", "WARN", "vif0.0 loses", "vlan_not_allowed", "swctl port drops vif0.0")
        for name, check in doctor(net, *words, "--quick").items():
            swnet.same(check["verdict"], "SKIP", name)
    finally:
        stop.set()
        sender.join()
    becomes("drops-now", "PASS")
    net.run("ip", "link", "add", "loop0", "type", "veth", "peer", "name", "loop1")
    sw.ctl("add-port br0 loop0 tag=5 -- add-port br0 loop1 tag=5")
    for _ in range(64):
        wire.send(swnet.frame("ff:ff:ff:ff:ff:ff", net.hosts["h1"].mac(), b"round and round"))
    becomes("worker-load-now", "WARN", "worker 0 is busy for", "since its start", "swctl top")
    sw.ctl("del-port br0 loop0")
    becomes("worker-load-now", "PASS")


def test_access_list(net):
    """The socket of a guest's port, opened to a user by an ACL, and closed again by its mask."""
    sw = net.switch()
    sw.ctl("add-br br0 -- add-port br0 vm1 -- set interface vm1 type=dpdkvhostuser")
    words = ("--socket", sw.socket, "doctor", "--qemu-user=nobody", "qemu-access")
    run = sw.dir / "run"
    os.chmod(run, 0o700)
    expect(doctor(net, *words), "qemu-access", "FAIL", f"may not pass {run}")
    swhost.set_acl(run, "user::rwx", "user:65534:--x", "group::---", "mask::--x", "other::---")
    os.chmod(run / "vm1", 0o600)
    expect(doctor(net, *words), "qemu-access", "FAIL", "user nobody may not use", str(run / "vm1"))
    opened = ("user::rw-", "user:65534:rw-", "group::---")
    swhost.set_acl(run / "vm1", *opened, "mask::rw-", "other::---")
    expect(doctor(net, *words), "qemu-access", "PASS")
    command = ["setpriv", "--reuid", 65534, "--regid", 65534, "--clear-groups", "test", "-w", run / "vm1"]
    net.run(*command)
    os.chmod(run / "vm1", 0o600)
    expect(doctor(net, *words), "qemu-access", "FAIL", "the mask of its ACL")
    swnet.same(net.run(*command, check=False).returncode, 1, "the kernel says the same")


@swnet.limit(60)
def test_stopped(net):
    """A switch that does not answer is named with its process, and the doctor does not hang with it."""
    sw = net.switch()
    words = ("--socket", sw.socket, "doctor", "daemon", "cores-mask", "drops")
    os.kill(sw.process.pid, signal.SIGSTOP)
    try:
        found = doctor(net, *words, timeout=swnet.PATIENT)
    finally:
        os.kill(sw.process.pid, signal.SIGCONT)
    expect(found, "daemon", "FAIL", f"process {sw.process.pid}", f"kill -CONT {sw.process.pid}")
    expect(found, "drops", "SKIP")
    expect(found, "cores-mask", "PASS", f"pinned to {sw.core}")
    expect(doctor(net, *words), "daemon", "PASS")
    sw.kill9()
    found = doctor(net, "--socket", sw.socket, "doctor", f"--config={sw.config}")
    expect(found, "daemon", "FAIL", "no switch answers")


def test_without_rights(net):
    """An ordinary user's switch has no capabilities; who may not open the socket is told so."""
    sw = net.switch(user=65534)
    expect(doctor(net, "--socket", sw.socket, "doctor"), "capabilities", "WARN", "CAP_NET_ADMIN")
    words = ["setpriv", "--reuid", 12345, "--regid", 12345, "--clear-groups", net.build / "swctl",
             "--socket", sw.socket, "doctor"]
    result = net.run(*words, check=False)
    swnet.within(result.stdout, ["FAIL  daemon", "you may not talk", "sudo swctl doctor"], "doctor")
    swnet.same(result.returncode, 1, "exit status")
