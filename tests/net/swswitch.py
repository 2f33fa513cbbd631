# SPDX-License-Identifier: BSD-3-Clause
"""The switch as a process: start, command line, JSON-RPC by hand, end."""
import contextlib
import json
import os
import socket
import subprocess

from swbase import PATIENT, patient, same, wait_for, within

LONG = 5  # seconds without an answer of swctl that are worth a look


class Switch:
    """One swd with a state and run folder of its own."""

    def __init__(self, net, name, *, config="", more="", user=None, core=None, wait=True, args=()):
        self.net, self.name, self.user, self.wait, self.args = net, name, user, wait, args
        self.dir = net.dir / name
        self.dir.mkdir()
        self.dir.chmod(0o755)
        self.state, self.socket = self.dir / "state", self.dir / "swd.sock"
        self.config = self.dir / "swd.conf"
        cores = sorted(os.sched_getaffinity(0))
        self.core = cores[-1] if core is None else core
        self.config.write_text((config or self.boot_facts()) + more)
        if user is not None:
            for path in (self.dir, self.config):
                os.chown(path, user, user)
        self.process, self.answer = None, None

    def boot_facts(self):
        return f"[worker]\ncores = {self.core}\n[memory]\nhugepages = no\n"

    def command(self):
        words = [self.net.build / "swd", "--config", self.config, "--state", self.state,
                 "--run-dir", self.dir / "run", "--socket", self.socket, *self.args]
        if self.user is not None:
            words = ["setpriv", "--reuid", self.user, "--regid", self.user, "--clear-groups",
                     "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs", "env", f"HOME={self.dir}",
                     "XDG_RUNTIME_DIR=" + str(self.dir), *words]
        return words

    def start(self):
        self.process = self.net.spawn(*self.command(), log=self.name, cwd=self.dir)
        if self.wait:
            try:
                wait_for(self.answers, 20, f"{self.name} answers on its socket")
            except AssertionError as error:
                raise AssertionError(f"{error}; {self.answer.stderr.strip()}") from None
        return self

    def answers(self):
        if self.process.poll() is not None:
            raise AssertionError(f"swd ended with {self.process.returncode}: {self.log()[-800:]}")
        self.answer = self.ctl_raw("version", quiet=True)
        return self.answer.returncode == 0

    def log(self):
        return (self.net.logs / f"{self.name}.log").read_text(errors="replace")

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def kill9(self):
        self.process.kill()
        self.process.wait()

    def stop(self, check=True):
        if not self.alive():
            return
        self.process.terminate()
        try:
            self.process.wait(timeout=PATIENT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            if check:
                raise AssertionError(f"swd did not stop within {PATIENT} s of SIGTERM") from None
        if check:
            same(self.process.returncode, 0, "exit status after SIGTERM")

    def ctl_raw(self, *words, quiet=False, timeout=15):
        command = [str(self.net.build / "swctl"), "--socket", str(self.socket), *[str(w) for w in words]]
        result = self.watched(command, timeout)
        if not quiet:
            print("$ swctl", " ".join(command[3:]), "->", result.returncode, flush=True)
            for part in (result.stdout, result.stderr):
                if part.strip():
                    print("   ", part.rstrip()[:6000].replace("\n", "\n    "), flush=True)
        return result

    def watched(self, command, timeout):
        """Run it. With SWTEST_STACKS set, where swd stands when it takes long goes to the logs."""
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   stdin=subprocess.DEVNULL)
        if "SWTEST_STACKS" in os.environ:
            try:
                process.communicate(timeout=LONG)
            except subprocess.TimeoutExpired:
                self.show_stacks(" ".join(command[3:]))
        try:
            out, err = process.communicate(timeout=patient(timeout))
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        return subprocess.CompletedProcess(command, process.returncode, out, err)

    def show_stacks(self, why):
        if not self.alive():
            return
        with open(self.net.logs / f"{self.name}-stacks.log", "a", encoding="utf-8") as log:
            log.write(f"no answer to '{why}' for {LONG} s\n")
            log.flush()
            with contextlib.suppress(subprocess.TimeoutExpired):
                subprocess.run(["gdb", "-p", str(self.process.pid), "-batch", "-ex", "thread apply all bt"],
                               stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, timeout=60)

    def ctl(self, *words, **more):
        """swctl that must succeed; its output without the last newline. One string is split at spaces."""
        if len(words) == 1:
            words = words[0].split()
        result = self.ctl_raw(*words, **more)
        if result.returncode != 0:
            raise AssertionError(f"swctl {' '.join(map(str, words))}: exit {result.returncode}: "
                                 f"{result.stderr.strip()}")
        return result.stdout.rstrip("\n")

    def refused(self, line, *says, status=None):
        """swctl that must fail with a sentence that says all of `says`; nothing may have changed."""
        words = line.split() if isinstance(line, str) else line
        before = self.ctl_raw("show", quiet=True).stdout
        result = self.ctl_raw(*words)
        if result.returncode == 0:
            raise AssertionError(f"swctl {' '.join(words)} was accepted")
        says = [word for item in says for word in ([item] if isinstance(item, str) else item)]
        within(result.stderr, says, f"error of 'swctl {' '.join(words)}'")
        if status is not None:
            same(result.returncode, status, f"exit status of 'swctl {' '.join(words)}'")
        same(self.ctl_raw("show", quiet=True).stdout, before, "configuration after a refused command")
        return result.returncode

    def get(self, line):
        """`swctl get TABLE RECORD COLUMN[:KEY]`, without quotes."""
        return self.ctl("get " + line, quiet=True).strip('"')

    def count(self, port, name):
        """One of Interface.statistics."""
        return int(self.get(f"interface {port} statistics:{name}"))

    def rpc(self, timeout=PATIENT):
        return Rpc(self.socket, timeout)


class Rpc:
    """The control socket by hand: one JSON message a line."""

    def __init__(self, path, timeout=PATIENT):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(timeout)
        self.socket.connect(str(path))
        self.rest, self.id = b"", 0
        self.greeting = self.receive()

    def send(self, data):
        if not isinstance(data, bytes):
            data = json.dumps(data).encode() + b"\n"
        self.socket.sendall(data)

    def receive(self):
        """The next message, or None when the other side has closed."""
        while b"\n" not in self.rest:
            data = self.socket.recv(65536)
            if not data:
                return None
            self.rest += data
        line, _, self.rest = self.rest.partition(b"\n")
        return json.loads(line)

    def call(self, method, **params):
        self.id += 1
        self.send({"jsonrpc": "2.0", "id": self.id, "method": method, "params": params})
        while True:
            message = self.receive()
            if message is None or message.get("id") == self.id:
                return message

    def close(self):
        self.socket.close()
