# SPDX-License-Identifier: BSD-3-Clause
"""DPDK's testpmd as the floor: a loop that swaps two addresses and looks at nothing; between guests, one
that leaves them as they are.

Its figure, "CPU cycles/packet", is the time-stamp counts of bursts that were not empty over packets
received; swd and OVS count whole turns, so they are charged the loop around the bursts as well.
"""
import re
import shutil
import subprocess

from . import process

PROMPT = "testpmd>"
TOTALS = re.compile(r"total cycles=(\d+) / total \S+ packets=(\d+)")


class Testpmd:
    name = "testpmd"
    transmit_queues = 1

    def __init__(self, place):
        self.place, self.dir, self.process = place, place.folder / "testpmd", None

    def missing(self):
        if not shutil.which("dpdk-testpmd"):
            return "dpdk-testpmd is not there: apt-get install dpdk-dev"
        return None

    def version(self):
        found = re.search(r"DPDK [\d.]+", subprocess.run(
            ["dpdk-testpmd", "-v", "--no-huge", "--no-shconf", "-m", "32", "--no-telemetry",
             "-a", self.place.no_device, "--", "--help"],
            capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL, check=False).stderr)
        return found.group() if found else "DPDK of unknown version"

    def start(self, case):
        self.dir.mkdir(exist_ok=True)
        place = self.place
        mode = "macswap" if case.topology == "solo" else "io"
        vdevs = [word for devargs in place.devices(case) for word in ("--vdev", devargs)]
        # Its answers go through stdio and its prompts do not: without stdbuf they would come late.
        self.process = process.Process("testpmd", [
            "stdbuf", "-oL", "dpdk-testpmd", "-l", f"{place.control_core},{place.core}",
            "--main-lcore", place.control_core, *place.eal_memory(), "--no-telemetry", "-a", place.no_device,
            *vdevs, "--", "-i", "--auto-start", f"--forward-mode={mode}", "--record-core-cycles",
            "--no-lsc-interrupt", f"--total-num-mbufs={place.mbufs}"], self.dir, stdin=subprocess.PIPE)
        self.process.wait_for(lambda: PROMPT in self.process.output(), 60, "testpmd forwards")

    def read(self):
        """Cycles and packets so far. The answer ends with a prompt; with no packet yet it has no totals."""
        prompts = self.process.output().count(PROMPT)
        try:
            self.process.popen.stdin.write(b"show fwd stats all\n")
            self.process.popen.stdin.flush()
        except BrokenPipeError:
            self.process.check()
            raise process.Trouble("testpmd reads no commands any more") from None
        self.process.wait_for(lambda: self.process.output().count(PROMPT) > prompts, 10,
                              "testpmd tells its statistics")
        totals = TOTALS.findall(self.process.output()) or [(0, 0)]
        return {"packets": int(totals[-1][1]), "cycles": int(totals[-1][0]), "slow": 0}

    def stations(self):
        return None

    def stop(self):
        if self.process:
            self.process.stop()
        self.process = None
