# SPDX-License-Identifier: BSD-3-Clause
"""The daemon as a process: options and boot file, instances, cores, signals, what systemd is told."""
import os
import pathlib
import re
import shutil
import socket
import time

import swnet

WAITS = True  # all of it (run.py)

USER = 100000 + os.getpid()  # nobody's, and no other run's on this machine
SMALL = "[memory]\nhugepages=no\nsize-mb=64\n"


class Daemon:
    """swd by hand: every path below one folder, as an ordinary user unless told otherwise."""

    def __init__(self, net, name, *, text=SMALL, user=USER, prefix=(), env=()):
        self.net, self.name = net, name
        self.dir = net.dir / name
        self.dir.mkdir(exist_ok=True)
        self.config = self.dir / "swd.conf"
        self.config.write_text(text)
        os.chown(self.dir, user, user)
        self.dir.chmod(0o755)
        self.run_dir, self.state = self.dir / "run", self.dir / "state"
        self.log_from = 0  # where this life's part of the log begins
        user_words = ("setpriv", "--reuid", user, "--regid", user, "--clear-groups",
                      "--bounding-set=-all", "--no-new-privs") if user else ()
        self.words = [*prefix, *user_words, "env", "-u", "XDG_RUNTIME_DIR", "HOME=/nonexistent", *env,
                      net.build / "swd", "--config", self.config, "--run-dir", self.run_dir,
                      "--state", self.state]

    def spawn(self):
        path = self.net.logs / f"{self.name}.log"
        self.log_from = path.stat().st_size if path.exists() else 0
        self.process = self.net.spawn(*self.words, log=self.name, cwd="/")

    def start(self):
        self.spawn()
        swnet.wait_for(self.ready, 20, f"{self.name} is ready")
        return self

    def log(self):
        text = (self.net.logs / f"{self.name}.log").read_bytes()[self.log_from:]
        return text.decode(errors="replace")

    def ready(self):
        if self.process.poll() is not None:
            raise AssertionError(f"swd ended with {self.process.returncode}: {self.log()[-800:]}")
        return "ready, control socket" in self.log()

    def stop(self):
        """SIGTERM; the seconds it took."""
        began = time.monotonic()
        self.process.terminate()
        self.process.wait(timeout=swnet.PATIENT)
        swnet.same(self.process.returncode, 0, "exit status")
        return time.monotonic() - began

    def refused(self, status, *says, more=()):
        """Ends by itself with that status and says that much."""
        result = self.net.run(*self.words, *more, check=False)
        swnet.same(result.returncode, status, "exit status")
        swnet.within(result.stderr, says, "error")


def files_below(folder):
    return sorted(str(p.relative_to(folder)) for p in pathlib.Path(folder).rglob("*") if not p.is_dir())


def owned(path):
    """Whether it belongs to the user of these tests; what others remove meanwhile does not."""
    try:
        return path.lstat().st_uid == USER
    except FileNotFoundError:
        return False


def test_two_as_an_ordinary_user(net):
    """Two instances side by side, no privilege, nothing outside two folders, nothing left behind."""
    outside = [pathlib.Path(p) for p in ("/run", "/tmp", "/dev/shm", "/dev/hugepages") if
               os.path.isdir(p)]
    one, two = Daemon(net, "one").start(), Daemon(net, "two").start()
    for daemon in (one, two):
        swnet.within(daemon.log(), "laptop mode", "log")
        swnet.same(os.stat(f"/proc/{daemon.process.pid}").st_uid, USER, "user")
    seconds = one.stop()
    swnet.same(two.process.poll(), None, "the other instance")
    seconds = max(seconds, two.stop())
    for daemon in (one, two):
        swnet.same(files_below(daemon.run_dir), [], "files left in the run folder")
    swnet.same([p for f in outside for p in f.iterdir() if owned(p)], [], "files left elsewhere")
    swnet.same(seconds < 10, True, f"a clean stop took {seconds:.2f} s: soon enough")
    return f"clean stop after {seconds * 1000:.0f} ms"


def test_second_on_the_same_socket(net):
    one = Daemon(net, "one").start()
    one.refused(3, str(one.process.pid), "swd.sock", "in use", "--run-dir")
    swnet.same(one.process.poll(), None, "the first instance")
    one.process.kill()
    one.process.wait()
    one.start()  # what kill -9 left behind is no obstacle
    one.stop()


def test_wrong_words(net):
    """Options and boot file: what is wrong, where, and what is allowed; exit status 2."""
    daemon = Daemon(net, "bad", text="[worker]\ncores=0\nidle-sleep=3\n")
    daemon.refused(2, f"{daemon.config}:3", '"idle-sleep"', "control-core", "idle-sleep-us")
    daemon.config.write_text("[worker]\ncores=4095\n")
    daemon.refused(2, f"{daemon.config}:2", '"4095"')
    daemon.config.write_text("[worker]\ncores=1023\n")
    daemon.refused(2, "core 1023", "allowed: 0")
    daemon.config.write_text("[memory]\nhugepages=yes\nsize-mb=1048576\n")
    daemon.refused(2, "1048576", "vm.nr_hugepages")
    daemon.config.write_text(SMALL)
    daemon.refused(2, "levle", "dbg", more=["--log", "levle"])
    daemon.refused(2, "--nonsense", "--help", more=["--nonsense"])
    daemon.refused(2, "--stat", "--state", more=["--stat", "/nonexistent"])
    daemon.refused(2, '"word"', more=["word"])
    daemon.refused(2, "/nonexistent/swd.conf", more=["--config", "/nonexistent/swd.conf"])
    daemon.refused(1, "/proc/nobody", more=["--state", "/proc/nobody"])
    swnet.same(net.run(net.build / "swd", "--version").stdout.split()[0], "swd", "--version")
    swnet.within(net.run(net.build / "swd", "--help").stdout, ["--config", "--state", "--socket"])


def test_default_places(net):
    """Without any place named an ordinary user's are /tmp/swd-UID, where swctl looks; nobody else's."""
    folder = pathlib.Path(f"/tmp/swd-{USER}")
    daemon = Daemon(net, "default")
    daemon.words = ["HOME=" if w == "HOME=/nonexistent" else w for w in daemon.words[:-4]]
    try:
        daemon.start()
        words = ["setpriv", "--reuid", USER, "--regid", USER, "--clear-groups", "env", "-u",
                 "XDG_RUNTIME_DIR", net.build / "swctl", "list-br"]
        net.run(*words)
        daemon.stop()
        shutil.rmtree(folder)
        folder.mkdir()
        os.chown(folder, 1234, 1234)
        folder.chmod(0o777)
        daemon.refused(1, str(folder), "belongs to another user")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_dpdk_that_does_not_start(net):
    """The escape hatch is passed on, and what DPDK says against it is in our log."""
    daemon = Daemon(net, "hatch", text=SMALL + "[dpdk]\neal-args=--no-such-option\n")
    result = net.run(*daemon.words, check=False)
    swnet.same(result.returncode, 1, "exit status")
    swnet.within(result.stderr, ["start of eal failed", "eal-args"])
    daemon.config.write_text(SMALL + "[dpdk]\neal-args=--iova-mode=va --log-level=lib.eal:debug\n")
    daemon.start().stop()


def threads(pid):
    """Thread name -> cores it may run on."""
    found = {}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        name = (task / "comm").read_text().strip()
        found[name] = os.sched_getaffinity(int(task.name))
    return found


def test_cores(net):
    """Workers are pinned, everything else is on the other cores of the mask; one core is shared."""
    mask = swnet.free_cores()
    if len(mask) > 1:
        daemon = Daemon(net, "two", text=SMALL + f"[worker]\ncores={mask[1]}\n",
                        prefix=("taskset", "-c", f"{mask[0]},{mask[1]}")).start()
        for name, cores in threads(daemon.process.pid).items():
            swnet.same(cores, {mask[1] if name.startswith("swd-w") else mask[0]}, f"cores of {name}")
        daemon.stop()
    daemon = Daemon(net, "one", prefix=("taskset", "-c", str(mask[0]))).start()
    swnet.within(daemon.log(), "shares a core")
    daemon.stop()
    Daemon(net, "outside", text=SMALL + f"[worker]\ncores={mask[-1]}\n",
           prefix=("taskset", "-c", str(mask[0]))).refused(
               *((2, f"core {mask[-1]}", f"allowed: {mask[0]}") if len(mask) > 1 else (1,)))


def test_idle_worker_sleeps(net):
    """In laptop mode an idle switch leaves the processor to others."""
    daemon = Daemon(net, "idle").start()

    def used():
        with open(f"/proc/{daemon.process.pid}/stat", encoding="ascii") as f:
            words = f.read().rsplit(")", 1)[1].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    first, began = used(), time.monotonic()
    swnet.wait_for(lambda: time.monotonic() - began > 1, 5, "a second")
    share = (used() - first) / (time.monotonic() - began)
    swnet.same(share < 0.5, True, f"processor share {share:.2f}: below a half")
    daemon.stop()
    return f"an idle switch takes {share * 100:.0f} % of a core"


def test_service_manager(net):
    """READY=1 when it answers, WATCHDOG=1 while it runs, STOPPING=1 at the end."""
    path = net.dir / "notify"
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.settimeout(swnet.PATIENT)
    manager.bind(str(path))
    path.chmod(0o777)
    daemon = Daemon(net, "told", env=(f"NOTIFY_SOCKET={path}", "WATCHDOG_USEC=200000"))
    daemon.spawn()
    said = [manager.recv(100).decode() for _ in range(3)]
    swnet.same(said, ["READY=1", "WATCHDOG=1", "WATCHDOG=1"], "what systemd is told")
    swnet.same("ready" in daemon.log(), True, "ready before READY=1")
    daemon.stop()
    while said[-1] != "STOPPING=1":
        said.append(manager.recv(100).decode())


def exposure(net, unit):
    """Exposure level of systemd-analyze security, 0 to 10."""
    said = net.run("systemd-analyze", "security", "--no-pager", "--offline=true", unit, check=False).stdout
    return float(re.search(r"exposure level for swd.service: ([0-9.]+)", said).group(1))


def test_unit_file(net):
    """systemd understands the unit and its drop-ins, and finds little that an intruder could use."""
    if not shutil.which("systemd-analyze"):
        raise swnet.Skip("systemd-analyze is not here")
    text = (swnet.SOURCE / "configs/swd.service").read_text()
    unit = net.dir / "swd.service"
    unit.write_text(text.replace("@swd@", str(net.build / "swd")))
    result = net.run("systemd-analyze", "verify", "--man=no", unit, check=False)
    swnet.same([line for line in result.stderr.splitlines() if "swd.service" in line], [],
               "complaints about the unit")
    levels = {"swd.service": exposure(net, unit)}
    swnet.same(levels["swd.service"] <= 3.0, True, f"exposure {levels}: at most 3.0")
    for drop_in in sorted((swnet.SOURCE / "configs/swd.service.d").glob("*.conf")):
        folder = net.dir / "swd.service.d"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        shutil.copy(drop_in, folder)
        result = net.run("systemd-analyze", "verify", "--man=no", unit, check=False)
        swnet.same([line for line in result.stderr.splitlines() if "swd.service" in line], [],
                   f"complaints about {drop_in.name}")
    # Drop-ins are not read by an offline look at one file: join them.
    only = (swnet.SOURCE / "configs/swd.service.d/vhost-only.conf").read_text()
    unit.write_text(unit.read_text().replace("[Install]", only.partition("[Service]")[2] + "[Install]"))
    shutil.rmtree(folder)
    levels["vhost-only"] = exposure(net, unit)
    swnet.same(levels["vhost-only"] < levels["swd.service"], True, f"{levels}: less with the drop-in")
    return ", ".join(f"{name} {level}" for name, level in levels.items())
