# SPDX-License-Identifier: BSD-3-Clause
"""What a net test builds its world of: hosts in namespaces, the switch, captures, guests.

A test gets one Net. Net.enter has put the process into a network and a mount namespace of its own, with
an empty /run: interface names may be plain, `ip netns` names and DPDK's files are private, and the
kernel removes all of it when the last process is gone. Waiting is always for an event with a limit
(wait_for), never for time to pass.
"""
import ctypes
import faulthandler
import json
import os
import pathlib
import re
import signal
import subprocess

from swbase import PATIENT, Skip, limit, patient, readable, same, wait_for, waits, within  # noqa: F401
from swguest import Guest
from swswitch import Rpc, Switch  # noqa: F401
from swwire import Tagger, Wire, frame, mac_bytes, tag_of  # noqa: F401

CLONE_NEWNS, CLONE_NEWNET = 0x00020000, 0x40000000
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
libc = ctypes.CDLL(None, use_errno=True)


def _check(result, what):
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")


class Net:
    def __init__(self, folder, logs, build):
        self.dir, self.logs, self.build = folder, logs, build
        self.hosts, self.switches, self.guests, self.processes = {}, [], [], []
        self.pair = 0

    def enter(self):
        faulthandler.register(signal.SIGUSR1, all_threads=True)
        _check(libc.unshare(CLONE_NEWNS | CLONE_NEWNET), "unshare")
        _check(libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None), "mount --make-rprivate /")
        _check(libc.mount(b"none", b"/run", b"tmpfs", 0, b"mode=755"), "mount /run")
        os.mkdir("/run/netns")
        # A clone may lie where an ordinary user cannot go; tests run the programs as one, too.
        os.mkdir("/run/build")
        _check(libc.mount(str(self.build).encode(), b"/run/build", None, MS_BIND, None), "mount the build")
        self.built_in, self.build = self.build, pathlib.Path("/run/build")
        _check(libc.mount(b"none", b"/sys", b"sysfs", 0, None), "mount /sys")
        quiet_ipv6()
        self.run("ip", "link", "set", "lo", "up")

    def leave(self):
        for guest in self.guests:
            guest.kill()
        for switch in self.switches:
            switch.stop(check=False)
        for process in self.processes:
            if process.poll() is None:
                process.kill()
                process.wait()

    # --- commands ---------------------------------------------------------------------------
    def run(self, *command, check=True, timeout=20, text=None, **more):
        """Run to the end; what it said is in the test's log. AssertionError when check and it fails."""
        command = [str(word) for word in command]
        result = subprocess.run(command, capture_output=True, text=True, timeout=patient(timeout),
                                **({"input": text} if text is not None else {"stdin": subprocess.DEVNULL}),
                                **more)
        print("$", " ".join(command), "->", result.returncode, flush=True)
        for part in (result.stdout, result.stderr):
            if part.strip():
                print("   ", part.rstrip()[:6000].replace("\n", "\n    "), flush=True)
        if check and result.returncode != 0:
            raise AssertionError(f"{' '.join(command)} failed with {result.returncode}: "
                                 f"{(result.stderr or result.stdout).strip()[:600]}")
        return result

    def spawn(self, *command, log, **more):
        """Start in the background, output to logs/NAME.log."""
        command = [str(word) for word in command]
        print("$", " ".join(command), "&", flush=True)
        with open(self.logs / f"{log}.log", "ab") as out:
            process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT,
                                       **{"stdin": subprocess.DEVNULL, **more})
        self.processes.append(process)
        return process

    # --- hosts ------------------------------------------------------------------------------
    def host(self, name, ip=None, *, port=None, mac=None, mtu=None):
        """A namespace with eth0, a veth pair whose other end `port` (default vif<n>.0) stays here."""
        if port is None:
            port = f"vif{self.pair}.0"
            self.pair += 1
        host = Host(self, name)
        self.hosts[name] = host
        self.run("ip", "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", name)
        for setting in (["mtu", str(mtu)] if mtu else None, ["address", mac] if mac else None):
            if setting:
                host.run("ip", "link", "set", "eth0", *setting)
        if mtu:
            self.run("ip", "link", "set", port, "mtu", mtu)
        # Frames come from the wire with their checksums done: the kernel's short cut between two
        # ends of a veth would hide whether the switch carries what a real host sends.
        host.run("ethtool", "-K", "eth0", "tx", "off", "tso", "off", "gso", "off")
        if ip:
            host.run("ip", "addr", "add", ip, "dev", "eth0")
        host.run("ip", "link", "set", "eth0", "up")
        self.run("ip", "link", "set", port, "up")
        host.port, host.ip = port, ip.split("/")[0] if ip else None
        return host

    def namespace(self, name):
        """A namespace without an interface; Host.take moves one in."""
        self.hosts[name] = Host(self, name)
        return self.hosts[name]

    # --- the switch -------------------------------------------------------------------------
    def switch(self, name="sw", **options):
        switch = Switch(self, name, **options)
        self.switches.append(switch)
        switch.start()
        return switch

    def guest(self, name, **options):
        guest = Guest(self, name, **options)
        self.guests.append(guest)
        guest.start()
        return guest


def quiet_ipv6():
    """No neighbour discovery of its own in this namespace: tests count frames."""
    for scope in ("all", "default"):
        try:
            pathlib.Path(f"/proc/sys/net/ipv6/conf/{scope}/disable_ipv6").write_text("1")
        except FileNotFoundError:
            pass


class Host:
    """A network namespace that plays a machine."""

    def __init__(self, net, name):
        self.net, self.name, self.port, self.ip, self.taggers = net, name, None, None, []
        net.run("ip", "netns", "add", name)
        with self.inside():
            quiet_ipv6()
        self.run("ip", "link", "set", "lo", "up")

    def prefix(self):
        return ("ip", "netns", "exec", self.name)

    def run(self, *command, **more):
        return self.net.run(*self.prefix(), *command, **more)

    def spawn(self, *command, **more):
        return self.net.spawn(*self.prefix(), *command, **more)

    def inside(self):
        return _Inside(self.name)

    def take(self, interface, ip):
        """Move an interface of the switch's namespace (tap, internal port) in and bring it up."""
        self.net.run("ip", "link", "set", interface, "netns", self.name)
        self.run("ip", "addr", "add", ip, "dev", interface)
        self.run("ip", "link", "set", interface, "up")
        self.ip = ip.split("/")[0]

    def vlan(self, vid, ip):
        """A VLAN sub-interface of eth0: a tap whose frames go out tagged, for kernels without 802.1Q."""
        name = f"eth0.{vid}"
        with self.inside():
            self.taggers.append(Tagger("eth0", name, vid))
        self.run("ip", "link", "set", name, "address", self.mac())
        self.run("ip", "addr", "add", ip, "dev", name)
        self.run("ip", "link", "set", name, "up")

    def mac(self, interface="eth0"):
        text = self.run("ip", "-j", "link", "show", interface).stdout
        return json.loads(text)[0]["address"]

    def ping(self, ip, *, count=3, size=None):
        """`count` answers come. An ARP request may be lost, and then ping ends early: it is repeated."""
        words = ["ping", "-n", "-i", "0.05", "-c", str(count), "-w", "10", "-W", "1"]
        if size:
            words += ["-s", str(size), "-M", "do"]

        def answered():
            said = self.run(*words, ip, check=False).stdout
            got = re.search(r"(\d+) received", said)
            return got and int(got.group(1)) >= count
        wait_for(answered, PATIENT, f"{self.name} pings {ip}")

    def no_ping(self, ip, seconds=1):
        """No answer to several requests. The one wait for nothing: it ends early when an answer comes."""
        result = self.run("ping", "-n", "-i", "0.1", "-c", "5", "-w", str(seconds), "-W", "1", ip,
                          check=False, timeout=seconds + 5)
        if re.search(r"[1-9]\d* received", result.stdout):
            raise AssertionError(f"{self.name} can ping {ip} but must not")

    def iperf(self, server, *, seconds=2, reverse=False):
        """TCP to another host; bits a second as received."""
        listener = server.spawn("iperf3", "-s", "-1", "-B", server.ip, log=f"iperf-{server.name}")
        wait_for(lambda: server.listens(5201), 5, f"iperf3 listens in {server.name}")
        words = ["iperf3", "-J", "-c", server.ip, "-t", str(seconds)] + (["-R"] if reverse else [])
        result = self.run(*words, timeout=seconds + 20, check=False)
        listener.wait(timeout=PATIENT)
        report = json.loads(result.stdout)
        if "error" in report:
            raise AssertionError(f"iperf3: {report['error']}")
        return report["end"]["sum_received"]["bits_per_second"]

    def listens(self, port):
        with self.inside():
            with open("/proc/thread-self/net/tcp", encoding="ascii") as table:
                lines = table.read().splitlines()[1:]
        return any(line.split()[1].endswith(f":{port:04X}") and line.split()[3] == "0A" for line in lines)

    def wire(self, interface="eth0"):
        with self.inside():
            return Wire(interface)


class _Inside:
    """Be in a named network namespace for a few lines (this thread only)."""

    def __init__(self, name):
        self.name = name

    def __enter__(self):
        self.back = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        to = os.open(f"/run/netns/{self.name}", os.O_RDONLY)
        _check(libc.setns(to, CLONE_NEWNET), f"enter {self.name}")
        os.close(to)

    def __exit__(self, *_):
        _check(libc.setns(self.back, CLONE_NEWNET), "come back")
        os.close(self.back)


def free_cores():
    """The cores this process may run on; the first is where tests' helpers go, the last is a switch's."""
    return sorted(os.sched_getaffinity(0))
