# SPDX-License-Identifier: BSD-3-Clause
"""What the machine is, what it has, and what else runs on it."""
import os
import pathlib
import re
import signal
import time

RESERVE_LIMIT = 20  # seconds
PAGES = pathlib.Path("/proc/sys/vm/nr_hugepages")


def words_of(path, pattern):
    found = re.search(pattern, pathlib.Path(path).read_text(encoding="ascii", errors="replace"))
    return found.group(1).strip() if found else "unknown"


def describe():
    return {"date": time.strftime("%Y-%m-%d %H:%M:%S %Z"),
            "cpu": words_of("/proc/cpuinfo", r"model name\s*:\s*(.*)"),
            "kernel": os.uname().release,
            "load": [round(x, 2) for x in os.getloadavg()]}


class Hugepages:
    """2 MiB pages: as many free as a run needs, and their number put back at the end. Where memory is in
    pieces the kernel may move pages about within the write to PAGES, for minutes, on account of this process;
    a signal ends that, with as many pages as there are by then."""

    def __init__(self, megabytes, tell):
        self.before = self.need = None
        self.tell = tell
        self.problem = None
        try:
            self.before = int(PAGES.read_text(encoding="ascii"))
            self.problem = self.reserve(megabytes)
        except (OSError, ValueError) as error:
            self.problem = f"{PAGES}: {error}"

    def reserve(self, megabytes):
        size = int(words_of("/proc/meminfo", r"Hugepagesize:\s*(\d+)")) // 1024
        need = -(-megabytes // size)
        short = need - self.free()
        if short > 0:
            self.tell(f"reserving {short} huge pages, for {RESERVE_LIMIT} s at most")
            self.grow(self.before + short)
        if self.free() < need:
            return (f"{need} huge pages of {size} MiB are needed and {self.free()} are free: memory is "
                    f"short, or too much in pieces for {RESERVE_LIMIT} s (sysctl vm.nr_hugepages)")
        return None

    @staticmethod
    def grow(pages):
        """As many as the limit allows."""
        handler = signal.signal(signal.SIGALRM, lambda *_: None)
        signal.alarm(RESERVE_LIMIT)
        try:
            PAGES.write_text(str(pages), encoding="ascii")
        finally:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, handler)

    @staticmethod
    def free():
        return int(words_of("/proc/meminfo", r"HugePages_Free:\s*(\d+)"))

    def give_back(self):
        """The number as it was; a sentence when that did not work."""
        if self.before is None or int(PAGES.read_text(encoding="ascii")) == self.before:
            return None
        PAGES.write_text(str(self.before), encoding="ascii")
        now = int(PAGES.read_text(encoding="ascii"))
        return None if now == self.before else f"{PAGES} is {now} and was {self.before}"


def core_times(core):
    """(seconds busy, seconds stolen by the host) of a core since the machine started."""
    with open("/proc/stat", encoding="ascii") as file:
        for line in file:
            word = line.split()
            if word[0] == f"cpu{core}":
                ticks = [int(n) for n in word[1:]]
                hertz = os.sysconf("SC_CLK_TCK")
                return (sum(ticks[:3]) + sum(ticks[5:7])) / hertz, ticks[7] / hertz
    return 0.0, 0.0
