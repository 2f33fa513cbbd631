# SPDX-License-Identifier: BSD-3-Clause
"""tools/quickstart on a copy of the tree: up, up again, after a crash, down; nothing is left."""
import os
import pathlib
import shutil
import signal

import swnet

RUN = pathlib.Path("/run/swd-quickstart")


def leftovers():
    links = [name for name in os.listdir("/sys/class/net") if name in ("vif1.0", "vif2.0", "br-in")]
    return links + os.listdir("/run/netns") + ([str(RUN)] if RUN.exists() else [])


def clone(net):
    """The tree as a fresh clone has it: build folders are at its top, elsewhere a build.c may stand."""
    made = shutil.ignore_patterns(".git", ".cache", "__pycache__")
    at_top = shutil.ignore_patterns("build*")

    def ignore(folder, names):
        more = at_top(folder, names) if pathlib.Path(folder) == pathlib.Path(swnet.SOURCE) else set()
        return made(folder, names) | more

    return pathlib.Path(shutil.copytree(swnet.SOURCE, net.dir / "clone", ignore=ignore))


@swnet.waits
@swnet.limit(420)
def test_up_and_down(net):
    quickstart = clone(net) / "tools" / "quickstart"
    result = net.run(quickstart, timeout=240, cwd="/")
    swnet.within(result.stdout, ["3 received", "br-in", "vif1.0", "vif2.0", "tag: 10", "--down"],
                 "what it prints")
    fdb = result.stdout.split("fdb show", 1)[1]
    swnet.within(fdb, ["vif1.0", "vif2.0"], "fdb show")
    pid = int((RUN / "pid").read_text().split()[0])
    again = net.run(quickstart, timeout=60, cwd="/")
    swnet.within(again.stdout, ["runs already", str(pid), "3 received"], "the second run")
    os.kill(pid, signal.SIGKILL)
    net.run("ip", "netns", "delete", "swd-host2")
    net.run(quickstart, timeout=60, cwd="/")
    net.run(quickstart, "--down", cwd="/")
    swnet.same(leftovers(), [], "what is left after --down")
    net.run(quickstart, "--down", cwd="/")
    wrong = net.run(quickstart, "--dwon", check=False)
    swnet.same(wrong.returncode, 2, "exit status of an unknown option")
    return result.stdout.split("Ready after ")[1].split(".")[0] + " with the build"


def test_not_ours(net):
    """A namespace of that name that is somebody else's stays, and quickstart says so."""
    if not (net.build / "swd").exists():
        raise swnet.Skip("no swd in the build folder")
    net.run("ip", "netns", "add", "swd-host1")
    tree = clone(net)
    (tree / "build").symlink_to(net.built_in)
    result = net.run(tree / "tools" / "quickstart", check=False, timeout=60)
    swnet.same(result.returncode != 0, True, "exit status")
    swnet.within(result.stderr, "swd-host1", "what it says")
    net.run(tree / "tools" / "quickstart", "--down")
    swnet.same(os.path.exists("/run/netns/swd-host1"), True, "the other's namespace is there")
