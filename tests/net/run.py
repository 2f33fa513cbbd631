#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Run the net tests: the real daemon, network namespaces, real clients, QEMU guests.

    sudo tests/net/run.py [--build DIR] [--logs DIR] [--counts FILE] [--again N] [--list] [NAME]...

A test is a function test_*(net) in a file test_*.py here; NAME picks those whose "file.function"
contains it. Each runs in a process of its own with a network namespace and a mount namespace of its
own, so that its interfaces and named namespaces end with it, whatever happens; what it started is
adopted by this process when it dies, and killed; also where this process is ended before its time, by any
signal, for which another one stands by (guarded). @swnet.limit(seconds) says how long a test may need on a
machine of its own (60 otherwise), and three times that is waited; raising swnet.Skip(reason) skips it. Those
marked @swnet.waits, or in a file with WAITS = True, leave the processor to others for much of their time, or
take a minute of it and do not care how long that is. They come first, BESIDE at a time; the others run alone.
How long each took is told, and how much of a processor.

With --again N, where no more than N tests failed, each of them runs once more after the others: other
people's programs run in these tests, on machines that others load. One that passes then counts as passed
and is named in the last line as unsteady: it has a mistake to be found, and its first log is shown.
"""
import argparse
import concurrent.futures
import contextlib
import ctypes
import importlib
import multiprocessing
import os
import pathlib
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True
import swnet  # noqa: E402  (found beside this file)

PR_SET_CHILD_SUBREAPER, PR_SET_PDEATHSIG = 36, 1
BESIDE = 4  # tests that wait, at a time
TAIL = 60  # lines of a failed test's log that are shown
ENDS = [n for n in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP) if signal.getsignal(n) != signal.SIG_IGN]
FOLDERS = set()  # of tests that run in this process
libc = ctypes.CDLL(None, use_errno=True)


def leaves_room(test):
    return getattr(test, "waits", False) or getattr(sys.modules[test.__module__], "WAITS", False)


def discover(folder, words):
    tests = []
    sys.path.insert(0, str(folder))
    for path in sorted(folder.glob("test_*.py")):
        module = importlib.import_module(path.stem)
        for name, function in vars(module).items():
            full = f"{path.stem[len('test_'):]}.{name[len('test_'):]}"
            if name.startswith("test_") and callable(function):
                if not words or any(w in full or w in f"{path.stem}.{name}" for w in words):
                    tests.append((full, function))
    return tests


def children():
    """Processes whose parent is this one, those adopted included."""
    found = []
    for task in os.listdir("/proc/self/task"):
        with contextlib.suppress(FileNotFoundError):  # the thread ended
            with open(f"/proc/self/task/{task}/children", encoding="ascii") as f:
                found += [int(pid) for pid in f.read().split()]
    return found


def send_all(number):
    for pid in children():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def all_ended(number, seconds=20):
    """Send all children the signal until none is left: what they leave behind comes to this process, too."""
    end = time.monotonic() + seconds
    while children():
        if time.monotonic() >= end:
            return False
        send_all(number)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        time.sleep(0.002)
    return True


def kill_all():
    """End what a test left behind, and what that leaves behind, until nothing is left."""
    return all_ended(signal.SIGKILL)


def clear():
    kill_all()
    for folder in FOLDERS:
        shutil.rmtree(folder, ignore_errors=True)


def on_end(handler):
    """Let the first of the signals that end a process come to the handler, and no other behind it."""
    def once(number, _):
        for other in ENDS:
            signal.signal(other, signal.SIG_IGN)
        handler(number)
    for number in ENDS:
        signal.signal(number, once)


def in_child(function, net, out):
    """The test's process: own namespaces, result as one line through the pipe."""
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    for number in ENDS:
        signal.signal(number, signal.SIG_DFL if number != signal.SIGINT else signal.default_int_handler)
    word, reason = "passed", ""
    try:
        net.enter()
        reason = function(net) or ""
    except swnet.Skip as skip:
        word, reason = "skipped", str(skip)
    except BaseException as error:  # an assertion, a bug in the test, a limit
        word, reason = "failed", f"{type(error).__name__}: {error}"
        traceback.print_exc()
    try:
        net.leave()
    except BaseException as error:
        if word == "passed":
            word, reason = "failed", f"when cleaning up: {error}"
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os.write(out, f"{word} {reason}".encode()[:4000])
    os._exit(0)


def processor():
    """Seconds of it that processes took that ended and were waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(full, function, args):
    """(word, reason, seconds, seconds of a processor) of one test."""
    limit = swnet.patient(getattr(function, "limit", 60))
    folder = pathlib.Path(tempfile.mkdtemp(prefix="swt-"))
    FOLDERS.add(folder)
    folder.chmod(0o755)
    logs = args.logs / full
    shutil.rmtree(logs, ignore_errors=True)
    logs.mkdir(parents=True)
    began, used = time.monotonic(), processor()
    readable, writable = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(readable)
        os.setpgid(0, 0)
        log = os.open(logs / "test.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        null = os.open("/dev/null", os.O_RDONLY)
        for fd, to in ((null, 0), (log, 1), (log, 2)):
            os.dup2(fd, to)
        in_child(function, swnet.Net(folder, logs, args.build), writable)
    os.close(writable)
    word, reason = "failed", "died without a word"
    while True:
        left = began + limit - time.monotonic()
        if left <= 0:
            reason = f"not done within {limit} s"
            show_stacks(logs, pid)
            break
        if swnet.readable(readable, min(left, 1)):
            data = os.read(readable, 4096)
            if data:
                word, _, reason = data.decode(errors="replace").partition(" ")
            break
    os.close(readable)
    if not kill_all():
        word, reason = "failed", (reason + "; processes are left that cannot be killed").strip("; ")
    if word == "failed":
        for path in folder.rglob("*.log"):
            shutil.copy(path, logs / path.name)
    shutil.rmtree(folder, ignore_errors=True)
    FOLDERS.discard(folder)
    return word, reason, time.monotonic() - began, processor() - used


def show_stacks(logs, pid):
    """Where a test that hangs stands: let Python print it."""
    try:
        os.kill(pid, signal.SIGUSR1)  # faulthandler, registered by Net.enter
        time.sleep(0.3)
    except ProcessLookupError:
        pass


def failure(logs):
    for path in sorted(logs.glob("*.log")):
        lines = path.read_text(errors="replace").splitlines()
        if lines:
            yield f"    --- {path}"
            yield from ("    " + line for line in lines[-TAIL:])


def run_to_text(full, function, args, note=""):
    """(word, what is to be said) of one test."""
    word, reason, seconds, busy = run(full, function, args)
    lines = [f"   {word:7} {seconds:5.1f} s ({busy:4.1f} busy)  {full}{note}" +
             (f": {reason}" if reason else "")]
    if word == "failed":
        lines += failure(args.logs / full)
    return word, "\n".join(lines)


def run_and_tell(full, function, args, note=""):
    word, text = run_to_text(full, function, args, note)
    print(text, flush=True)
    return word


def end_at_once(number):
    clear()
    os._exit(128 + number)


def adopt():
    """What tests start and leave behind comes to this process, which kills it. It ends with its parent."""
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    on_end(end_at_once)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def run_beside(tests, args):
    """Each in a process that others do not share, so that what is left behind is known to be its own."""
    words = {}
    with concurrent.futures.ProcessPoolExecutor(
            BESIDE, multiprocessing.get_context("fork"), initializer=adopt) as pool:
        futures = {pool.submit(run_to_text, full, function, args): full for full, function in tests}
        try:
            for future in concurrent.futures.as_completed(futures):
                words[futures[future]], text = future.result()
                print(text, flush=True)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            all_ended(signal.SIGTERM, 30)  # they clear up themselves
            raise
    return words


def guarded(work):
    """Exit status of work(), done in a process of its own. When one of the two is killed, the other ends what
    is left: this one adopts it, that one hears of it."""
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    front = os.getpid()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
            on_end(lambda number: sys.exit(128 + number))
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
            if os.getppid() == front:
                status = work()
        except SystemExit as end:
            status = end.code
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(status)
    for number in ENDS:
        signal.signal(number, lambda number, _: os.kill(pid, number))
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    kill_all()
    return status if status >= 0 else 128 - status


def main():
    parser = argparse.ArgumentParser(description="Run the net tests.")
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent.parent / "build")
    parser.add_argument("--logs", type=pathlib.Path, default=None)
    parser.add_argument("--counts", type=pathlib.Path, help="write 'PASSED FAILED SKIPPED' there")
    parser.add_argument("--again", type=int, default=0, metavar="N",
                        help="run those that failed once more, where they are N at most")
    parser.add_argument("--list", action="store_true", help="print the tests' names only")
    parser.add_argument("--tests", type=pathlib.Path, default=HERE, metavar="DIR", help="where test_*.py are")
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    args.build = args.build.resolve()
    args.logs = (args.logs or args.build / "logs" / "net").resolve()
    tests = discover(args.tests.resolve(), args.names)
    if args.list:
        print("\n".join(full for full, _ in tests))
        return 0
    if os.geteuid() != 0:
        print("the net tests make network namespaces: run as root")
        return 2
    return guarded(lambda: run_all(tests, args))


def run_all(tests, args):
    words, unsteady = {}, []
    try:
        waiting = [test for test in tests if leaves_room(test[1])]
        waiting.sort(key=lambda test: -getattr(test[1], "limit", 60))
        words.update(run_beside(waiting, args) if len(waiting) > 1 else {})
        for full, function in tests:
            if full not in words:
                words[full] = run_and_tell(full, function, args)
        failed = [(full, function) for full, function in tests if words[full] == "failed"]
        for full, function in failed if len(failed) <= args.again else []:
            shutil.copytree(args.logs / full, args.logs / f"{full}.first", dirs_exist_ok=True)
            words[full] = run_and_tell(full, function, args, " (once more)")
            unsteady += [full] if words[full] == "passed" else []
    finally:
        clear()
        counts = {word: list(words.values()).count(word) for word in ("passed", "failed", "skipped")}
        if args.counts:
            args.counts.write_text(" ".join(map(str, counts.values())) + "\n")
    print("   net: " + ", ".join(f"{n} {word}" for word, n in counts.items())
          + (f"; unsteady, passed only the second time: {' '.join(unsteady)}" if unsteady else "") + ".")
    return 1 if counts["failed"] or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
