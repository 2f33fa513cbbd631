# SPDX-License-Identifier: BSD-3-Clause
"""Where a run happens: namespaces of its own, a folder, cores, memory; and that nothing of it stays.

Two processes. The outer one reserves huge pages and makes the folder, waits, and puts both back. The inner
one is process 1 of its own process namespace: when it ends, however it ends, the kernel ends everything
that it started. Its network and mount namespaces go with it.
"""
import ctypes
import fcntl
import os
import pathlib
import signal
import sys

from . import frames
from .cases import BUFFERS

QUICK_BUFFERS = 65536
CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET = 0x00020000, 0x20000000, 0x40000000
MS_REC, MS_PRIVATE = 0x4000, 0x40000
PR_SET_PDEATHSIG = 1
LOCK = "/proc/sys/vm/nr_hugepages"  # what two runs would fight over
libc = ctypes.CDLL(None, use_errno=True)


class Stopped(BaseException):
    """SIGINT or SIGTERM: end what runs, print what there is."""


class Place:
    """The facts of a run that programs under test are started with."""

    no_device = "0000:ff:1f.7"  # an address without a device: DPDK shall touch no NIC

    def __init__(self, source, build, folder, huge, quick):
        cores = sorted(os.sched_getaffinity(0))
        if len(cores) < 2:
            raise SystemExit(f"two cores are needed, one to forward and one to control; this process may "
                             f"use {len(cores)} (taskset, cpuset)")
        self.source, self.build, self.folder, self.quick = source, build, folder, quick
        self.control_core, self.core = cores[0], cores[-1]
        # Buffers: the captures of both ports stay in them (net_pcap copies from there), and what a port
        # cannot allocate is silently not sent. OVS takes 262144 whatever it is told, so all do but where a
        # case says otherwise.
        self.huge = huge
        self.made = {}  # packets of sources that come again with each slice
        self.give(BUFFERS)

    def give(self, buffers):
        """So many to each program, and memory for them."""
        self.mbufs = QUICK_BUFFERS if self.quick else buffers
        self.memory_mb = memory_mb(self.mbufs) * (1 if self.huge else 2)

    def eal_memory(self):
        """Words for DPDK's EAL. No files, so that none is left; EAL refuses --in-memory with --no-huge."""
        return [*(["--in-memory"] if self.huge else ["--no-huge", "--no-shconf"]), "-m",
                str(self.memory_mb)]

    def write_sources(self, case):
        """The captures of a case, and buffers for them; one at a time, they are large."""
        self.give(case.buffers)
        most = (self.mbufs - 16384) // max(1, sum(source is not None for source in case.sources))
        for i, source in enumerate(case.sources):
            if source:
                packets = source()
                if len(packets) > most and not self.quick:
                    raise SystemExit(f"{case.name} needs more than {self.mbufs} buffers")
                self.write_source(i, packets[:most])
        for i, source in enumerate(case.beside, 2):
            if source:
                if source not in self.made:
                    self.made[source] = source()
                self.write_source(i, self.made[source][:self.mbufs - 24576])

    def write_source(self, i, packets):
        """A capture; where others have more buffers than OVS, its own as well: it refuses a longer one."""
        frames.write_pcap(self.folder / f"source{i}.pcap", packets)
        if self.mbufs > BUFFERS:
            frames.write_pcap(self.folder / f"few{i}.pcap", packets[:BUFFERS - 16384])

    def socket(self, case, i):
        """The path where port i of a two-core case and swgen meet."""
        return self.folder / f"{case.topology}{i}.sock"

    def interfaces(self, case, name="source"):
        """Type and options of all ports, as swd and OVS take them."""
        devices = [("dpdk", f"dpdk-devargs={devargs}") for devargs in self.devices(case, name)]
        if case.topology == "vhost":
            devices[:2] = [("dpdkvhostuserclient", f"vhost-server-path={self.socket(case, i)}")
                           for i in (0, 1)]
        return devices

    def devices(self, case, name="source"):
        """Arguments of DPDK's virtual devices, by port; captures of that name. net_pcap without an outgoing
        file frees what it is to send, as net_null does."""
        if case.topology == "solo":
            return self.captures(case.sources, 0, name)
        forms = {"vhost": "net_vhost{},iface={},client=1",
                 "memif": "net_memif{},role=server,socket={},socket-abstract=no"}
        return [*(forms[case.topology].format(i, self.socket(case, i)) for i in (0, 1)),
                *self.captures(case.beside, 2, name)]

    def captures(self, sources, first, name):
        return [f"net_pcap{i},rx_pcap={self.folder}/{name}{i}.pcap,infinite_rx=1" if source
                else f"net_null{i},no-rx=1" for i, source in enumerate(sources, first)]


def needed_mb(cases, quick):
    """Of a program, of swgen beside it, and some to spare."""
    buffers = QUICK_BUFFERS if quick else max(case.buffers for case in cases)
    return memory_mb(buffers) + 64 + (512 if any(case.topology != "solo" for case in cases) else 0)


def memory_mb(buffers):
    """Of a program: so many buffers of 2.4 KB (OVS: 3 KB, but never more than 262144 of them), and room for
    tables."""
    return -(-buffers * 2560 // 2**20) + (384 if buffers >= BUFFERS else 96)


def only_one():
    """One run at a time on a machine. The lock is held as long as the file stays open."""
    lock = open(LOCK, encoding="ascii")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise SystemExit(f"another tools/bench runs on this machine (it has locked {LOCK}): "
                         "wait for its end") from None
    return lock


def _check(result, what):
    if result != 0:
        error = ctypes.get_errno()
        raise SystemExit(f"{what}: {os.strerror(error)}; tools/bench needs root and the right to make "
                         "namespaces")


def _inside():
    """The inner process makes its world: nothing of it is seen outside."""
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    _check(libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None), "mount --make-rprivate /")
    _check(libc.mount(b"proc", b"/proc", b"proc", 0, None), "mount /proc")
    _check(libc.mount(b"none", b"/run", b"tmpfs", 0, b"mode=755"), "mount /run")
    # The bridges' own interfaces shall say nothing: no neighbour discovery.
    for scope in ("all", "default"):
        path = pathlib.Path(f"/proc/sys/net/ipv6/conf/{scope}/disable_ipv6")
        if path.exists():
            path.write_text("1", encoding="ascii")

    def stop(number, _):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise Stopped(number)
    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)


def _inner(work):
    status = 1
    try:
        _inside()
        status = work()
    except Stopped as stopped:
        status = 128 + stopped.args[0]
    except KeyboardInterrupt:  # before there was a handler
        status = 128 + signal.SIGINT
    except SystemExit as ended:
        if isinstance(ended.code, str):
            print(ended.code, file=sys.stderr)
        else:
            status = ended.code or 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def run_inside(work):
    """work() in the inner process; its exit status. Signals are handed on; it has 15 s to end."""
    _check(libc.unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET), "unshare")
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        os.setpgid(0, 0)  # Ctrl-C reaches the outer process alone, which hands it on once
        _inner(work)

    def hand_on(number, _):
        signal.signal(signal.SIGALRM, lambda *_: os.kill(pid, signal.SIGKILL))
        signal.alarm(15)
        os.kill(pid, number)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda n, f: hand_on(signal.SIGINT if n == signal.SIGINT else
                                                   signal.SIGTERM, f))
    _, status = os.waitpid(pid, 0)
    signal.alarm(0)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code
