# SPDX-License-Identifier: BSD-3-Clause
"""A machine in a folder: the files of /proc, /sys and /etc that swctl doctor reads, as on a host that was
set up well. A test plants one fault into it."""
import os
import shutil
import socket
import struct

CPU = "sys/devices/system/cpu"
NODE = "sys/devices/system/node"
HUGE = "sys/kernel/mm/hugepages/hugepages-2048kB"
SHARED = "qemu-system-x86_64\0-name\0vm1\0-object\0memory-backend-memfd,id=m,size=1G,share=on\0" \
         "-chardev\0socket,id=c,path=/run/x,reconnect=1\0-netdev\0vhost-user,id=n,chardev=c\0"


def files():
    """Path -> content of a good machine: four cores, 2 and 3 for workers, two nodes."""
    good = {
        f"{CPU}/online": "0-3", f"{CPU}/isolated": "2-3", f"{CPU}/nohz_full": "2-3",
        f"{HUGE}/nr_hugepages": "1024", f"{HUGE}/free_hugepages": "1024", f"{HUGE}/resv_hugepages": "0",
        f"{NODE}/node0/cpulist": "0-1", f"{NODE}/node1/cpulist": "2-3",
        f"{NODE}/node1/hugepages/hugepages-2048kB/nr_hugepages": "512",
        f"{NODE}/node1/hugepages/hugepages-2048kB/free_hugepages": "512",
        "sys/kernel/mm/transparent_hugepage/enabled": "always [madvise] never",
        "sys/devices/system/clocksource/clocksource0/current_clocksource": "tsc",
        "proc/mounts": "none /dev/hugepages hugetlbfs rw,relatime 0 0",
        "proc/self/status": "Name:\tswctl\nCpus_allowed_list:\t0-3\nCapEff:\t0000000000000000",
        "proc/self/limits": "Max open files            65536                65536                files\n"
                            "Max locked memory         unlimited            unlimited            bytes",
        "proc/meminfo": "MemTotal:       16000000 kB\nMemAvailable:   12000000 kB",
        "proc/cpuinfo": "flags\t\t: fpu tsc constant_tsc nonstop_tsc",
        "proc/sys/vm/stat_interval": "120", "proc/sys/kernel/nmi_watchdog": "0",
        "proc/sys/kernel/numa_balancing": "0",
        "proc/irq/24/effective_affinity_list": "0",
        "proc/net/unix": "Num RefCount Protocol Flags Type St Inode Path",
        "proc/77/comm": "qemu-system-x86", "proc/77/cmdline": SHARED,
        "proc/78/comm": "ovs-vswitchd", "proc/78/task/79/comm": "pmd-c01/id:9",
        "proc/78/task/79/status": "Cpus_allowed_list:\t1",
        "sys/kernel/iommu_groups/0/type": "DMA", "sys/bus/pci/drivers/vfio-pci/0000:03:00.0": "",
        "dev/net/tun": "", "etc/passwd": "root:x:0:0::/:/bin/sh\nqemu:x:4711:4711::/:/bin/false",
        "run/swd/swd.lock": "", "var/lib/swd/journal": "00000002 12345678 {}\n",
    }
    for core in (2, 3):
        good[f"{CPU}/cpu{core}/topology/thread_siblings_list"] = str(core)
        good[f"{CPU}/cpu{core}/cpufreq/scaling_governor"] = "performance"
        good[f"{CPU}/cpu{core}/cpuidle/state1/latency"] = "2"
    return good


def acl(*entries):
    """An ACL as the kernel keeps it: "user::rwx", "user:4711:--x", "mask::r--", in the kernel's order."""
    tags = {"user": (0x01, 0x02), "group": (0x04, 0x08), "mask": (0x10, None), "other": (0x20, None)}
    packed = struct.pack("<I", 2)
    for entry in entries:
        kind, who, rights = entry.split(":")
        tag = tags[kind][1] if who else tags[kind][0]
        perm = sum(bit for bit, letter in zip((4, 2, 1), rights) if letter != "-")
        packed += struct.pack("<HHI", tag, perm, int(who) if who else 0xffffffff)
    return packed


def set_acl(path, *entries):
    os.setxattr(path, "system.posix_acl_access", acl(*entries))


CONFIG = """[worker]
cores=2-3
control-core=0
idle-sleep-us=50
[memory]
hugepages=yes
size-mb=512
[control]
run-dir=/run/swd
state=/var/lib/swd
"""


class Machine:
    def __init__(self, folder):
        self.root, self.config = folder / "root", folder / "swd.conf"

    def plant(self, changes=(), config=CONFIG):
        """A good machine but for changes: path -> content, None to take it away, an int for its mode, a tuple
        for its ACL, or socket.socket for a socket that nobody listens at."""
        shutil.rmtree(self.root, ignore_errors=True)
        self.config.write_text(config)
        for name, content in {**files(), **dict(changes)}.items():
            path = self.root / name
            if content is None:
                continue
            if isinstance(content, int):
                os.chmod(path, content)
                continue
            if isinstance(content, tuple):
                set_acl(path, *content)
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            if content is socket.socket:
                with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
                    s.bind(str(path))
            else:
                path.write_text(content)
        return self
