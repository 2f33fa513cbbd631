# SPDX-License-Identifier: BSD-3-Clause
"""A QEMU guest with a shell on its serial line; tests/lib/guest makes its kernel and initrd."""
import os
import subprocess
import threading
import time

from swbase import patient


class Guest:
    """A QEMU guest: Debian's cloud kernel, busybox, one virtio-net device, a shell on the serial line."""

    def __init__(self, net, name, *, ip, vhost=None, server=False, tap=None, netdev=None, env=None,
                 queues=1, mac=None, mtu=None, user=None):
        self.net, self.name, self.address, self.ip = net, name, ip, ip.split("/")[0]
        self.vhost, self.server, self.tap, self.netdev = vhost, server, tap, netdev
        self.queues, self.env, self.mtu = queues, env, mtu
        self.mac = mac or "52:54:00:00:%02x:%02x" % (len(net.guests) + 1, int(self.ip.split(".")[-1]))
        self.process, self.said, self.serial, self.user = None, b"", 0, user
        self.lock = threading.Condition()

    def command(self):
        folder = self.net.build / "guest"
        append = f"console=ttyS0 quiet panic=-1 sw.ip={self.address}"
        if self.mtu:
            append += f" sw.mtu={self.mtu}"
        words = ["qemu-system-x86_64", "-name", self.name, "-accel", "tcg", "-m", "256",
                 "-M", "q35,memory-backend=mem",
                 "-object", "memory-backend-memfd,id=mem,size=256M,share=on", "-no-reboot",
                 "-nodefaults", "-display", "none", "-serial", "stdio", "-monitor", "none",
                 "-kernel", str(folder / "vmlinuz"), "-initrd", str(folder / "initrd"),
                 "-append", append]
        if self.vhost:
            mode = "server=on,wait=off" if self.server else "reconnect=1"
            words += ["-chardev", f"socket,id=c0,path={self.vhost},{mode}",
                      "-netdev", f"vhost-user,id=n0,chardev=c0,queues={self.queues}"]
        elif self.tap:
            name, script, down = self.tap
            words += ["-netdev", f"tap,id=n0,ifname={name},script={script},downscript={down}"]
        else:
            words += ["-netdev", f"{self.netdev},id=n0"]
        device = f"virtio-net-pci,netdev=n0,mac={self.mac}"
        if self.queues > 1:
            device += ",mq=on"
        if self.vhost:
            # Debian's QEMU 7.2.22 dies in msix_set_vector_notifiers when the device of any vhost-user
            # back end starts under tcg, so the interrupt is a line.
            device += ",vectors=0"
        if self.mtu:
            device += f",host_mtu={self.mtu}"
        words += ["-device", device]
        if self.user is not None:
            user = str(self.user)
            words = ["setpriv", "--reuid", user, "--regid", user, "--clear-groups", *words]
        return words

    def start(self):
        words = self.command()
        print("$", " ".join(words), "&", flush=True)
        errors = open(self.net.logs / f"qemu-{self.name}.log", "ab")
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                                        cwd=self.net.dir, env={**os.environ, **(self.env or {})})
        errors.close()
        self.said = b""
        threading.Thread(target=self._listen, args=(self.process,), daemon=True).start()
        return self

    def _listen(self, process):
        with open(self.net.logs / f"guest-{self.name}.log", "ab") as log:
            while True:
                data = os.read(process.stdout.fileno(), 4096)
                if data:
                    log.write(data)
                    log.flush()
                with self.lock:
                    self.said += data
                    self.lock.notify_all()
                if not data:
                    return

    def _wait(self, mark, seconds):
        """Text up to the mark, taken from what the guest said."""
        seconds = patient(seconds)
        end = time.monotonic() + seconds
        with self.lock:
            while mark not in self.said:
                left = end - time.monotonic()
                if self.process.poll() is not None:
                    raise AssertionError(f"guest {self.name} ended with {self.process.returncode}")
                if left <= 0:
                    raise AssertionError(f"guest {self.name} did not say {mark!r} within {seconds} s")
                self.lock.wait(min(left, 0.5))
            text, _, self.said = self.said.partition(mark)
            return text.decode(errors="replace")

    def ready(self, seconds=60):
        self._wait(b"@@READY\n", seconds)
        return self

    def run(self, command, *, seconds=30, check=True):
        """Run a shell line in the guest: (status, output)."""
        self.serial += 1
        began = time.monotonic()
        self.process.stdin.write(f"{self.serial} {command}\n".encode())
        self.process.stdin.flush()
        output = self._wait(b"@@END %d " % self.serial, seconds)
        status = int(self._wait(b"\n", 5))
        shown = output.strip().replace("\n", "\n    ")
        seconds = time.monotonic() - began
        print(f"[{self.name}]# {command} -> {status} after {seconds:.1f} s\n    {shown}", flush=True)
        if check and status != 0:
            raise AssertionError(f"in guest {self.name}: {command}: exit {status}: {output.strip()[-300:]}")
        return status, output

    def ping(self, ip, *, count=3, seconds=20, size=56):
        """Pings answered, until `count` were; busybox has no interval, so one at a time."""
        answered, end = 0, time.monotonic() + patient(seconds)
        while answered < count and time.monotonic() < end:
            status, _ = self.run(f"ping -c 1 -W 1 -s {size} {ip}", check=False)
            answered += status == 0
        if answered < count:
            raise AssertionError(f"guest {self.name} cannot ping {ip}: {answered} of {count} answered")

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
