# SPDX-License-Identifier: BSD-3-Clause
"""Signals at the shell of swctl: Ctrl-C is seen at once wherever it falls, the terminal is given back."""
import os
import signal
import socket

import swnet
from swterm import Terminal

PROMPT = "swd> "


class Mute:
    """What looks like a switch and answers nothing: what swctl does stays where it is."""

    def __init__(self, net):
        self.net, self.socket, self.peer = net, net.dir / "mute.sock", None
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(str(self.socket))
        self.listener.listen(4)
        self.listener.settimeout(swnet.PATIENT)

    def accept(self):
        self.peer, _ = self.listener.accept()
        self.peer.settimeout(swnet.PATIENT)

    def greet(self):
        self.peer.sendall(b'{"swd":{"version":"0","api":1,"role":"admin"}}\n')

    def hear(self, method):
        text = b""
        while not text.endswith(b"\n"):
            text += self.peer.recv(65536)
        swnet.within(text.decode(), f'"method":"{method}"', "the question")


def shell(net, sw, **more):
    term = Terminal(sw, env={"HOME": str(net.dir), "XDG_STATE_HOME": "", "EDITRC": "/dev/null"}, **more)
    term.read_until(PROMPT)
    return term


def test_ctrl_c(net):
    """While typing, while Tab waits for the switch, while a command waits: no other key is needed."""
    mute = Mute(net)
    term = shell(net, mute)
    term.type("list-")
    term.read_until("list-")
    term.type("\x03")
    term.read_until(PROMPT)

    term.type("list-\t")
    mute.accept()  # Tab has asked and waits, or is about to
    term.type("\x03")
    term.read_until("list-", PROMPT)

    term.type("list-\t")
    mute.accept()
    mute.greet()
    mute.hear("complete")
    term.type("\x03")
    term.read_until("list-", PROMPT)

    for _ in range(20):  # as near to the start of Tab as it can be
        term.type("list-\t")
        mute.accept()
        os.kill(term.pid, signal.SIGINT)
        term.read_until("list-", PROMPT)

    term.type("list-br\n")
    mute.accept()
    mute.greet()
    mute.hear("transact")
    term.type("\x03")
    term.read_until("interrupted", PROMPT)

    term.type("\x12")  # a search in the history reads keys of its own
    term.read_until("bck:")
    term.type("\x03")
    term.read_until(PROMPT)
    term.type("\x04")
    swnet.same(term.end(), 0, "status after Ctrl-D")


def test_terminal_back(net):
    """Who is ended or stopped gives the terminal back, and goes on with the line where it was."""
    sw = net.switch()
    sw.ctl("add-br br0")
    for number in (signal.SIGTERM, signal.SIGHUP):
        term = shell(net, sw)
        swnet.wait_for(lambda: not term.echoes(), 10, "the line editor has the terminal")
        os.kill(term.pid, number)
        os.waitid(os.P_PID, term.pid, os.WEXITED | os.WNOWAIT)
        swnet.same(term.echoes(), True, f"the terminal echoes again after {number.name}")
        swnet.same(term.end(), -number, "status")

    bash = Terminal(sw, command=["bash", "--norc", "-i"], env={"PS1": "bash> ", "HOME": str(net.dir)})
    bash.read_until("bash> ")
    bash.type(f"{net.build}/swctl --socket {sw.socket} shell\n")
    bash.read_until(PROMPT)
    bash.type("list-")
    bash.read_until("list-")
    for _ in range(2):
        bash.type("\x1a")
        bash.read_until("Stopped", "bash> ")
        bash.type("fg\n")
        bash.read_until("fg", PROMPT + "list-")
    bash.type("br\n")
    bash.read_until("br0", PROMPT)
    bash.type("exit\n")
    bash.read_until("bash> ")
    bash.type("exit\n")
    swnet.same(bash.end(), 0, "status")


def test_resized(net):
    """A terminal that changes its size, twice, keeps the line and breaks it where it ends now."""
    sw = net.switch()
    sw.ctl("add-br br0")
    term = shell(net, sw, size=(24, 120))
    for columns, breaks in ((60, False), (40, True)):
        term.resize(24, columns)
        term.type("#" + "x" * 50)
        shown = ""
        while shown.count("x") < 50:
            shown += term.read_until("x")
        swnet.same("\b" in shown, breaks, f"a second line at {columns} columns")
        term.type("\x03")
        term.read_until(PROMPT)
    term.type("set bridge br0 external_ids:name=Brücke\n")
    term.read_until(PROMPT)
    swnet.same(sw.get("bridge br0 external_ids:name"), "Brücke", "letters of several bytes")
    term.type("\x04")
    swnet.same(term.end(), 0, "status after Ctrl-D")
