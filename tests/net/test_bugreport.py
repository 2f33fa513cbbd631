# SPDX-License-Identifier: BSD-3-Clause
"""swctl bugreport: what is in it, that no planted secret is, and that a switch which is down or stopped
does not keep it from being made."""
import json
import os
import signal
import stat
import tarfile

import swnet

WAITS = True  # all of it (run.py)

SECRET = "hunter2-of-the-test"


def report(net, sw, name, *words, timeout=60):
    """File name inside the archive -> text."""
    path = net.dir / name
    command = [str(w) for w in (net.build / "swctl", "--socket", sw.socket, "bugreport", "-o", path, *words)]
    result = net.run(*command, timeout=timeout)
    swnet.within(result.stdout, [str(path), "Look through it"], "what is printed")
    swnet.same(stat.S_IMODE(path.stat().st_mode), 0o600, "mode of the archive")
    with tarfile.open(path) as archive:
        folders = {member.name.split("/")[0] for member in archive.getmembers()}
        swnet.same(len(folders), 1, f"folders in the archive ({folders})")
        swnet.same({member.mode for member in archive.getmembers()}, {0o600}, "modes inside")
        archive.extractall(net.dir / (name + ".d"))
        return {m.name.split("/", 1)[1]: archive.extractfile(m).read().decode() for m in
                archive.getmembers()}


def configure(net, **options):
    net.host("h1", "10.0.0.1/24")
    sw = net.switch(**options)
    sw.ctl("add-br br0 -- add-port br0 vif0.0 tag=7")
    sw.ctl(f"set interface vif0.0 external_ids:psk={SECRET} external_ids:site=here")
    sw.ctl("br-set-external-id", "br0", "password", SECRET)
    sw.ctl("set", "bridge", "br0", f"external_ids:note=the {SECRET} is written here too")
    return sw


@swnet.limit(120)
def test_whole(net):
    """All parts of a running switch; the secret is nowhere, what is none is there."""
    sw = configure(net, args=("--config", "swd.conf"))  # in the folder it is started in, not in ours
    sw.config.write_text(sw.config.read_text() + f"# token = {SECRET}\n")
    files = report(net, sw, "whole.tar.gz")
    for name in ("MANIFEST", "doctor.json", "boot-file.conf", "state/journal.jsonl", "state/folders.txt",
                 "switch/version.json", "switch/show.json", "switch/list-Bridge.json",
                 "switch/config-export.json", "switch/config-log.json",
                 "switch/list-Interface.json", "switch/port-stats.json", "switch/port-drops.json",
                 "switch/worker-show.json", "switch/memory-show.json", "switch/control-steps.json",
                 "switch/log-show.json", "switch/daemon-show.json", "host/uname.txt", "host/threads.txt",
                 "host/cores.txt", "host/proc/cmdline", f"host/proc/{sw.process.pid}/limits"):
        if not files.get(name):
            raise AssertionError(f"{name} is not in the report: {sorted(files)}")
    for name, text in files.items():
        if SECRET in text:
            raise AssertionError(f"the secret is in {name}")
    swnet.within(files["switch/list-Interface.json"], ["(removed)", "here", "vif0.0"], "interfaces")
    swnet.within(files["state/journal.jsonl"], ["add-port", "psk=(removed)"], "journal")
    swnet.within(files["boot-file.conf"], ["hugepages = no", "token = (removed)"], "boot file")
    swnet.within(files["switch/log-show.json"], "vif0.0 is open", "log")
    swnet.same(json.loads(files["doctor.json"])["summary"]["fail"], 0, "checks that fail")
    listed = {line.split()[1] for line in files["MANIFEST"].splitlines()[5:]}
    swnet.same(set(files) - {"MANIFEST"} - listed, set(), "files the manifest does not name")
    # What doctor read of the host can be looked at again, elsewhere.
    root = next((net.dir / "whole.tar.gz.d").iterdir()) / "host"
    again = net.run(net.build / "swctl", "--socket", net.dir / "none", "--json", "doctor", "hugepages",
                    "memory-available", "cores-online", f"--root={root}", check=False)
    verdicts = {c["check"]: c["verdict"] for c in json.loads(again.stdout)["checks"]}
    swnet.same(verdicts["memory-available"], "PASS", "memory-available from the report")
    swnet.same(verdicts["cores-online"], "PASS", "cores-online from the report")
    sw.refused(["bugreport", "-o", str(net.dir / "whole.tar.gz")], "whole.tar.gz", "File exists", status=4)
    sw.refused(["bugreport", "-o", "/nowhere/at/all.tar.gz"], "/nowhere/at/all.tar.gz", status=8)
    sw.refused(["bugreport", "here"], '"here"', status=2)


@swnet.limit(120)
def test_of_a_switch_that_is_stopped(net):
    sw = configure(net)
    os.kill(sw.process.pid, signal.SIGSTOP)
    try:
        files = report(net, sw, "stopped.tar.gz", f"--config={sw.config}")
    finally:
        os.kill(sw.process.pid, signal.SIGCONT)
    swnet.within(files["MANIFEST"], ["missing  switch/show.json", "did not answer within"], "manifest")
    swnet.within(files["doctor.json"], f"kill -CONT {sw.process.pid}", "doctor")
    swnet.within(files["boot-file.conf"], "cores", "boot file")
    tasks = [n for n in files if n.startswith(f"host/proc/{sw.process.pid}/task/") and n.endswith("/wchan")]
    swnet.same(len(tasks) >= 2, True, f"threads of the stopped switch ({tasks}): there")


@swnet.limit(120)
def test_of_a_switch_that_is_down(net):
    sw = configure(net)
    config = sw.dir / "other.conf"
    config.write_text(sw.boot_facts() + f"[control]\nstate={sw.state}\nsocket={sw.socket}\n")
    sw.stop()
    files = report(net, sw, "down.tar.gz", f"--config={config}")
    swnet.within(files["state/journal.jsonl"], ["add-br", "(removed)"], "journal")
    swnet.within(files["MANIFEST"], "no switch answers", "manifest")
    for name, text in files.items():
        if SECRET in text:
            raise AssertionError(f"the secret is in {name}")
