# SPDX-License-Identifier: BSD-3-Clause
"""swgen on the other core: it plays both guests, or both ends of memif, and counts what comes back."""
import json
import os
import re
import subprocess

from . import process

LINE = re.compile(r"(\d+) sent, (\d+) received")  # of an interval
NOTICE = 1  # second more than a slice, in which the bench sees that it began


class Swgen:
    def __init__(self, place):
        self.place, self.dir, self.process = place, place.folder / "swgen", None
        self.tool = place.build / "swgen"

    def missing(self):
        return None if os.access(self.tool, os.X_OK) else f"{self.tool} is not there"

    def ports(self, case):
        """Sockets of vhost-user are swgen's, those of memif the switch's."""
        place = self.place
        if case.topology == "vhost":
            return [f"virtio_user{i},path={place.socket(case, i)},server=1,queues=1" for i in (0, 1)]
        return [f"net_memif{i},role=client,socket={place.socket(case, i)},socket-abstract=no"
                for i in (0, 1)]

    def start(self, case, program, settings):
        self.dir.mkdir(exist_ok=True)
        words = [word for port in self.ports(case) for word in ("--port", port)]
        words += [*case.traffic, "--core", self.place.control_core, "--warmup", settings.warmup,
                  "--time", settings.seconds + NOTICE, "--loss", "100", "--wait", "30", "--json",
                  "--interval", "0.1"]
        if case.topology == "memif":  # the client makes the rings: as many as the switch sends on
            words += ["--rx-queues", program.transmit_queues]
        if not self.place.huge:
            words.append("--no-huge")
        self.process = process.Process("swgen", [self.tool, *words], self.dir)

    def counts(self):
        """The warm-up is over (counters begin anew after it) and something came back; or it has ended, of
        which its result will tell more."""
        lines = [(int(sent), int(received)) for sent, received in LINE.findall(self.process.output())]
        anew = any(later[0] < earlier[0] for earlier, later in zip(lines, lines[1:]))
        return self.process.popen.poll() is not None or (anew and lines[-1][1] > 0)

    def result(self, settings):
        """Its report, once it is done."""
        try:
            self.process.popen.wait(timeout=60 + settings.warmup + settings.seconds)
        except subprocess.TimeoutExpired:
            raise process.Trouble(f"swgen does not end: {self.process.tail()}") from None
        if self.process.popen.returncode != 0:
            raise process.Trouble(f"swgen ended with {self.process.popen.returncode}: {self.process.tail()}")
        text = self.process.output()
        return json.loads(text[text.index("{"):])

    def core_seconds(self):
        """How long its busiest thread, the one that polls, was on its core."""
        return max(self.process.core_ns().values()) / 1e9

    def stop(self):
        if self.process:
            self.process.stop()
        self.process = None
