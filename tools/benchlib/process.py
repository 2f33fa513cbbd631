# SPDX-License-Identifier: BSD-3-Clause
"""Processes of a run: started with their output in a file, waited for with a limit, always ended."""
import os
import subprocess
import time


class Trouble(Exception):
    """Something a person should read; the case goes on without the program."""


def wait_for(condition, seconds, what):
    """Call condition() until it gives something true, and give that; Trouble after the limit."""
    end = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() >= end:
            raise Trouble(f"{what}: not within {seconds} s")
        time.sleep(0.02)


class Process:
    def __init__(self, name, command, folder, stdin=subprocess.DEVNULL, env=None):
        self.name, self.path = name, folder / f"{name}.log"
        command = [str(word) for word in command]
        with open(self.path, "wb") as out:
            self.popen = subprocess.Popen(command, stdin=stdin, stdout=out, stderr=subprocess.STDOUT,
                                          cwd=folder, env=env)

    def output(self):
        return self.path.read_text(errors="replace")

    def tail(self):
        return " / ".join(self.output().strip().splitlines()[-4:])[-500:]

    def check(self):
        if self.popen.poll() is not None:
            raise Trouble(f"{self.name} ended with {self.popen.returncode}: {self.tail()}")
        return True

    def wait_for(self, condition, seconds, what):
        """As wait_for, and at once Trouble when the process has ended."""
        try:
            return wait_for(lambda: self.check() and condition(), seconds, what)
        except Trouble as trouble:
            self.check()
            raise Trouble(f"{trouble} (its last lines: {self.tail()})") from None

    def stop(self, seconds=10):
        """SIGTERM, and SIGKILL when that does not help."""
        if self.popen.poll() is not None:
            return
        self.popen.terminate()
        try:
            self.popen.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()

    def core_ns(self):
        """Nanoseconds that each thread has run so far."""
        ran = {}
        for task in os.listdir(f"/proc/{self.popen.pid}/task"):
            try:
                with open(f"/proc/{self.popen.pid}/task/{task}/schedstat", encoding="ascii") as file:
                    ran[task] = int(file.read().split()[0])
            except FileNotFoundError:  # a thread that has just ended
                pass
        return ran


def run(*command, timeout=20, env=None):
    """A client to its end; what it printed. Trouble when it fails."""
    command = [str(word) for word in command]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=timeout, env=env,
                                stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        raise Trouble(f"{' '.join(command)[:200]}: no answer within {timeout} s") from None
    if result.returncode != 0:
        raise Trouble(f"{' '.join(command)[:200]}: exit {result.returncode}: "
                      f"{(result.stderr or result.stdout).strip()[-500:]}")
    return result.stdout
