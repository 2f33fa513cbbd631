# SPDX-License-Identifier: BSD-3-Clause
"""swd as a program under test."""
import contextlib
import json
import os
import subprocess
import threading

from . import process
from .cases import VLAN


RULES = 1000  # that one command adds


class Swd:
    name = "swd"
    transmit_queues = 1

    def __init__(self, place):
        self.place, self.dir, self.process = place, place.folder / "swd", None
        self.swd, self.swctl = place.build / "swd", place.build / "swctl"
        self.socket = self.dir / "swd.sock"

    def missing(self):
        for path in (self.swd, self.swctl):
            if not os.access(path, os.X_OK):
                return f"{path} is not there: meson setup build && ninja -C build, or --build DIR"
        return None

    def version(self):
        text = process.run(self.swd, "--version").split("\n")[0]
        root = self.place.source
        try:
            git = subprocess.run(["git", "-C", root, "describe", "--always", "--dirty", "--tags"], text=True,
                                 capture_output=True, timeout=10, check=False)
        except FileNotFoundError:
            return text
        return f"{text} ({git.stdout.strip()})" if git.returncode == 0 else text

    def ctl(self, *words):
        return process.run(self.swctl, "--socket", self.socket, "--json", *words)

    def start(self, case):
        self.dir.mkdir(exist_ok=True)
        place = self.place
        (self.dir / "swd.conf").write_text(
            f"[worker]\ncores={place.core}\ncontrol-core={place.control_core}\nidle-sleep-us=0\n"
            f"[memory]\nhugepages={'yes' if place.huge else 'no'}\nsize-mb={place.memory_mb}\n"
            f"mbufs={place.mbufs}\n[security]\nextra-dirs={place.folder}\n[log]\nlevels=warn\n")
        for old in self.dir.glob("state/*"):
            old.unlink()
        self.process = process.Process("swd", [
            self.swd, "--config", self.dir / "swd.conf", "--state", self.dir / "state", "--run-dir",
            self.dir / "run", "--socket", self.socket], self.dir)
        self.process.wait_for(self.answers, 30, "swd answers")
        self.ctl(*self.commands(case))
        if case.rules and case.kind != "adds":
            self.add_rules(case)
        for port, mac in case.fixed:
            self.ctl("fdb", "add", "br0", f"p{port}", "0", mac.hex(":"))

    def add_rules(self, case):
        rules = case.rules()
        self.ctl("rule", "del", "br0")
        for group in case.groups:
            self.ctl("group", "add", "br0", group)
        for i in range(0, len(rules), RULES):
            self.ctl("rule", "add", "br0", *rules[i:i + RULES])

    def management(self):
        return self.dir / "run" / "br0.mgmt"

    def answers(self):
        try:
            return self.ctl("version")
        except process.Trouble:
            return None

    def commands(self, case):
        other = f"mac-table-size={max(8192, 2 * case.stations)}"
        if case.setup == "cross":
            other += ",cross-connect=true"
        words = ["add-br", "br0", "--", "set", "bridge", "br0", f"other_config={other}"]
        for i, (kind, option) in enumerate(self.place.interfaces(case)):
            words += ["--", "add-port", "br0", f"p{i}", "--", "set", "interface", f"p{i}", f"type={kind}",
                      f"options:{option}", f"ofport_request={i + 1}"]
        if case.setup == "vlan":
            words += ["--", "set", "port", "p0", f"tag={VLAN}", "--", "set", "port", "p1",
                      f"trunks={VLAN}"]
        return words

    def table(self, *words):
        """A table's rows, each a dictionary by column."""
        result = json.loads(self.ctl(*words))
        return [dict(zip(result["columns"], row)) for row in result["rows"]]

    def read(self):
        rows = self.table("worker", "show", "--totals")
        return {"packets": sum(row["Packets"] for row in rows),
                "cycles": sum(row["Busy cycles"] for row in rows), "slow": 0}

    @contextlib.contextmanager
    def forgetting(self, rate):
        """Meanwhile the flows that it keeps of rules are void, so often a second."""
        done = threading.Event()
        words = [self.swctl, "--socket", self.socket, "-f", "-"]
        with subprocess.Popen(words, text=True, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE) as client:
            def forget():
                with contextlib.suppress(BrokenPipeError):  # it says why
                    while not done.wait(1 / rate):
                        client.stdin.write("flow del br0\n")
                        client.stdin.flush()
            thread = threading.Thread(target=forget)
            thread.start()
            try:
                yield
            finally:
                done.set()
                thread.join()
                said = client.communicate(timeout=20)[1]
            if client.returncode:
                raise process.Trouble(f"flows could not be forgotten: {said}")

    def found(self):
        """Packets whose flow was kept."""
        return sum(row["Hits"] for row in self.table("flow", "stats"))

    def stations(self):
        return self.table("fdb", "stats", "br0")[0]["Current"]

    def stop(self):
        if self.process:
            self.process.stop()
        self.process = None
