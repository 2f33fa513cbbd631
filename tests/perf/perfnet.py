# SPDX-License-Identifier: BSD-3-Clause
"""What the measurements share: a namespace of their own with a switch in it, made and taken away."""
import ctypes
import os
import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "net"), str(HERE.parent.parent / "tools")]  # swnet; benchlib
sys.dont_write_bytecode = True
import swnet  # noqa: E402  (found there)

PR_SET_CHILD_SUBREAPER = 36


def measure_in_namespace(run, args):
    """Call run(net, args) inside; what swctl is asked goes to a log, not to the result."""
    if os.geteuid() != 0:
        sys.exit("it makes a network namespace of its own: run it as root")
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    with tempfile.TemporaryDirectory(prefix="swp-") as folder:
        net = swnet.Net(pathlib.Path(folder), pathlib.Path(folder), args.build.resolve())
        words = sys.stdout
        sys.stdout = open(pathlib.Path(folder) / "commands.log", "w", encoding="utf-8")
        net.enter()
        sys.stdout.flush()
        sys.stdout = words
        try:
            run(net, args)
        finally:
            net.leave()
