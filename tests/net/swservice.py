# SPDX-License-Identifier: BSD-3-Clause
"""A guest whose first process is systemd, with swd installed as its service; tests/lib/guest/root makes its
disk. Its NICs are QEMU's behind an IOMMU, and what they send is here as a datagram a frame."""
import base64
import os
import pathlib
import socket
import time

from swbase import readable
from swguest import Guest

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
FIRST_SLOT = 8


class ServiceGuest(Guest):
    """Debian's cloud kernel and systemd; `nics` are words of QEMU's -device."""

    def __init__(self, net, name, *, nics=()):
        super().__init__(net, name, ip="0.0.0.0/0")
        self.nics = nics
        self.wires = [Cable(net.dir / f"{name}-nic{n}") for n in range(len(nics))]
        net.guests.append(self)
        net.run(SOURCE / "tests/lib/guest/root", net.built_in, timeout=150)

    def command(self):
        folder = self.net.built_in / "guest"
        words = ["qemu-system-x86_64", "-name", self.name, "-accel", "tcg", "-smp", "2", "-m", "1024",
                 # What DPDK is built for at least; more would be slower to emulate.
                 "-cpu", "Nehalem", "-M", "q35", "-device", "intel-iommu,intremap=on", "-no-reboot",
                 "-nodefaults", "-display", "none", "-serial", "stdio", "-monitor", "none",
                 "-serial", f"file:{self.net.logs}/console-{self.name}.log",
                 # The kernel has NVMe and ext4 built in; what the guest writes is thrown away.
                 "-drive", f"file={folder}/root.ext4,format=raw,if=none,id=disk,snapshot=on",
                 "-device", "nvme,drive=disk,serial=disk", "-kernel", str(folder / "vmlinuz"),
                 "-append", "root=/dev/nvme0n1 rw rootwait init=/lib/systemd/systemd console=ttyS1 quiet "
                 "panic=-1 systemd.show_status=no"]
        for n, nic in enumerate(self.nics):
            path = self.wires[n].path
            words += ["-netdev", f"dgram,id=n{n},local.type=unix,local.path={path}.guest,"
                      f"remote.type=unix,remote.path={path}.wire",
                      "-device", f"{nic},netdev=n{n},mac={self.mac_of(n)},addr=0x{FIRST_SLOT + n:x}"]
        return words

    @staticmethod
    def mac_of(n):
        return f"52:54:00:00:01:{n:02x}"

    @staticmethod
    def pci_of(n):
        return f"0000:00:{FIRST_SLOT + n:02x}.0"

    def say(self, command, **more):
        """What a command that must succeed prints."""
        return self.run(command, **more)[1].strip()

    def write(self, path, text):
        code = base64.b64encode(text.encode()).decode()
        self.run(f"mkdir -p {os.path.dirname(path)}; echo {code} | base64 -d >{path}")

    def ctl(self, line, *, user=None, check=True):
        """swctl as root or as a user with the groups it has; (status, output)."""
        words = f"setpriv --reuid {user} --regid {user} --init-groups " if user else ""
        return self.run(f"{words}swctl {line}", check=check, seconds=60)

    def get(self, line):
        return self.ctl("get " + line)[1].strip().strip('"')

    def service(self, unit="swd"):
        """ActiveState and its like as a dictionary."""
        text = self.say(f"systemctl show {unit} -p ActiveState,SubState,Result,MainPID,NRestarts,Type")
        return dict(line.split("=", 1) for line in text.splitlines())

    def threads(self):
        """The status file of each of swd's threads as a dictionary."""
        text = self.say("cat /proc/$(systemctl show -P MainPID swd)/task/*/status")
        parts = ["Name:" + part for part in text.split("Name:")[1:]]
        return [dict(line.split(":\t", 1) for line in part.splitlines() if ":\t" in line) for part in parts]

    def started_after(self, command, seconds=90):
        """Run a command and wait until systemd says that it has started swd since."""
        cursor = self.say("journalctl -u swd -n 1 --show-cursor | sed -n 's/^-- cursor: //p'")
        self.run(command)
        self.run(f"journalctl -u swd -f --after-cursor='{cursor}' | grep -m 1 'Started swd'", seconds=seconds)


class Cable:
    """The other end of a guest's NIC: whole frames."""

    def __init__(self, path):
        self.path = path
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(f"{path}.wire")

    def send(self, frame):
        self.socket.sendto(frame, f"{self.path}.guest")

    def find(self, mark, seconds):
        """The next frame that holds the bytes `mark`, or None after the limit."""
        end = time.monotonic() + seconds
        while readable(self.socket, end - time.monotonic()):
            frame = self.socket.recv(65536)
            if mark in frame:
                return frame
        return None
