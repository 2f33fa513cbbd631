# SPDX-License-Identifier: BSD-3-Clause
"""A program on a terminal of its own: what it shows is read, keys are typed."""
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time

from swbase import PATIENT


class Terminal:
    """swctl on a terminal of its own."""

    def __init__(self, sw, *words, env=None, command=None, size=(24, 80)):
        """`command`: another program in its place."""
        command = command or [str(sw.net.build / "swctl"), "--socket", str(sw.socket), *words]
        self.pid, self.fd = pty.fork()
        if not self.pid:
            self.resize(*size, fd=0)
            for name, value in {"TERM": "xterm", **(env or {})}.items():
                os.environ[name] = value
            os.execvp(command[0], command)
        self.text = ""

    def resize(self, rows, columns, fd=None):
        fcntl.ioctl(self.fd if fd is None else fd, termios.TIOCSWINSZ,
                    struct.pack("HHHH", rows, columns, 0, 0))

    def echoes(self):
        """Are keys shown, as they are where no line editor runs?"""
        return bool(termios.tcgetattr(self.fd)[3] & termios.ECHO)

    def read_until(self, *says, seconds=PATIENT):
        """Everything up to the last of `says`, each found behind the one before."""
        start = 0
        end = time.monotonic() + seconds
        for word in says:
            while word not in self.text[start:]:
                ready, _, _ = select.select([self.fd], [], [], max(0, end - time.monotonic()))
                if not ready:
                    raise AssertionError(f"the terminal does not say {word!r}: {self.text[-1000:]!r}")
                try:
                    data = os.read(self.fd, 65536)
                except OSError:
                    raise AssertionError(f"it ended without {word!r}: {self.text[-1000:]!r}") from None
                self.text += data.decode(errors="replace")
            start = self.text.index(word, start) + len(word)
        taken, self.text = self.text[:start], self.text[start:]
        return taken

    def type(self, text):
        os.write(self.fd, text.encode())

    def end(self, seconds=PATIENT):
        """Its exit status, when all is read."""
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            ready, _, _ = select.select([self.fd], [], [], 0.1)
            try:
                if ready:
                    self.text += os.read(self.fd, 65536).decode(errors="replace")
            except OSError:
                break
        else:
            os.kill(self.pid, signal.SIGKILL)
        os.close(self.fd)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
