# SPDX-License-Identifier: BSD-3-Clause
"""run.py itself: whatever ends a test or the runner, no program of a test is left, nor its folder."""
import os
import pathlib
import signal
import subprocess
import sys

import swnet

RUNNER = pathlib.Path(__file__).resolve().parent / "run.py"
STARTED = 2  # programs of a test: a child, and one that left its session

COMMON = """
import os, pathlib, time
import swbase, swnet

swbase.PATIENT = 1


def begin(net):
    net.spawn("sleep", "{token}", log="child")
    net.spawn("setsid", "-f", "sleep", "{token}", log="away")
    return net
"""
HANGS = """

def test_{name}(net):
    begin(net)
    time.sleep(86400)


test_{name}.waits = {waits}
test_{name}.limit = {limit}
"""
ENDS_BADLY = """

def test_raises(net):
    begin(net).leave = lambda: None
    raise RuntimeError("as it was meant")


def test_dies(net):
    begin(net)
    os._exit(3)
"""


def programs(token):
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if path.read_bytes() == f"sleep\0{token}\0".encode():
                found.append(int(path.parent.name))
        except OSError:  # it ended
            pass
    return found


class Run:
    """run.py on tests of its own, made of text. What these start is told from others by what it sleeps."""
    n = 0

    def __init__(self, net, text):
        Run.n += 1
        self.token = f"{os.getpid()}.{Run.n}"
        self.dir = net.dir / f"run{Run.n}"
        (self.dir / "tmp").mkdir(parents=True)
        (self.dir / "test_made.py").write_text(COMMON.format(token=self.token) + text)
        words = ["--tests", self.dir, "--build", net.build, "--logs", net.logs / self.dir.name]
        self.process = subprocess.Popen(
            [sys.executable, RUNNER, *words],
            env={**os.environ, "TMPDIR": str(self.dir / "tmp")}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))

    def ends(self, folders=False):
        said, _ = self.process.communicate(timeout=swnet.PATIENT)
        print(said, flush=True)
        swnet.wait_for(lambda: not programs(self.token), 20, "all that the tests started is gone")
        if not folders:
            swnet.same(os.listdir(self.dir / "tmp"), [], "folders left")
        return said

    def until_started(self, n):
        swnet.wait_for(lambda: len(programs(self.token)) == n, 20, f"{n} programs of tests run")

    def inner(self):
        front = self.process.pid
        children = pathlib.Path(f"/proc/{front}/task/{front}/children").read_text(encoding="ascii")
        return int(children.split()[0])


def test_tests_that_end_badly(net):
    run = Run(net, ENDS_BADLY + HANGS.format(name="late", waits=False, limit=0.1))
    said = run.ends()
    swnet.within(said, ["as it was meant", "died without a word", "not done within", "3 failed"], "run.py")
    swnet.same(run.process.returncode, 1, "exit status")


def test_runner_is_ended(net):
    """By a signal to its first process, or its second, with a test alone, or some beside each other."""
    alone = HANGS.format(name="one", waits=False, limit=1000)
    beside = "".join(HANGS.format(name=name, waits=True, limit=1000) for name in ("one", "two", "three"))
    for text, n in ((alone, 1), (beside, 3)):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL):
            for inner in (False, True):
                run = Run(net, text)
                run.until_started(n * STARTED)
                os.kill(run.inner() if inner else run.process.pid, number)
                killed = number == signal.SIGKILL
                run.ends(folders=killed and inner)  # which nobody else knows of
                status = -number if killed and not inner else 128 + number
                swnet.same(run.process.returncode, status, "exit status")
