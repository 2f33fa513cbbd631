# SPDX-License-Identifier: BSD-3-Clause
"""A script neither doubles nor loses a change: swctl asks again when the switch went away with its answer.
A go-between stands on the socket that swctl knows and decides what is lost."""
import json
import os
import re
import socket
import subprocess

import swnet

WAITS = True  # all of it (run.py)


class Between:
    """swctl's side of the socket; the switch's is reached by sw.rpc()."""

    def __init__(self, net, sw):
        self.net, self.sw, self.path = net, sw, sw.dir / "between.sock"
        self.server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.server.bind(str(self.path))
        self.server.listen(8)
        self.server.settimeout(swnet.PATIENT)

    def swctl(self, *words):
        return subprocess.Popen([str(self.net.build / "swctl"), "--socket", str(self.path), *words],
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True)

    def question(self):
        """Greet who connects and hear the question; (connection, line)."""
        client, _ = self.server.accept()
        client.settimeout(swnet.PATIENT)
        client.sendall(b'{"swd":{"version":"0","api":1}}\n')
        line = b""
        while not line.endswith(b"\n"):
            line += client.recv(65536)
        return client, line

    def answer(self, line):
        """What the switch says to it."""
        rpc = self.sw.rpc()
        rpc.send(line)
        reply = rpc.receive()
        rpc.close()
        return reply


def as_line(message):
    return json.dumps(message).encode() + b"\n"


def ended(process, status):
    out, err = process.communicate(timeout=swnet.PATIENT)
    swnet.same(process.returncode, status, f"exit status ({err.strip()})")
    return out, err


def test_answer_lost(net):
    """Applied, then killed before the answer is out: asked again, answered, not applied again."""
    sw = net.switch()
    between = Between(net, sw)
    one = between.swctl("add-br", "br-in", "--", "get", "bridge", "br-in", "name")
    client, line = between.question()
    swnet.same("result" in between.answer(line), True, "the first time it is applied")
    sw.kill9()
    client.close()
    sw.start()
    client, again = between.question()
    swnet.same(again, line, "what is asked again")
    reply = between.answer(again)
    swnet.same(reply["result"]["replayed"], True, "replayed")
    client.sendall(as_line(reply))
    swnet.same(ended(one, 0)[0], "br-in\n", "output")
    swnet.same(sw.ctl("get open . cur_cfg"), "1", "generation")


def test_question_lost(net):
    """Killed before it heard the question: applied when it is back."""
    sw = net.switch()
    between = Between(net, sw)
    one = between.swctl("add-br", "br-in")
    client, _ = between.question()
    sw.kill9()
    client.close()
    sw.start()
    client, again = between.question()
    client.sendall(as_line(between.answer(again)))
    ended(one, 0)
    swnet.same(sw.ctl("list-br"), "br-in", "bridges")


def test_never_back(net):
    """Not back within the time-out: told how to find out, and that works."""
    sw = net.switch()
    between = Between(net, sw)
    one = between.swctl("-t", "1", "add-br", "br-in")
    client, line = between.question()
    swnet.same("result" in between.answer(line), True, "the first time it is applied")
    between.server.close()
    os.unlink(between.path)
    client.close()
    _, err = ended(one, 5)
    option = re.search(r"--request-id=\S+", err).group()
    sw.ctl(option, "add-br", "br-in")
    sw.refused(["add-br", "br-in"], "exists", status=4)
    sw.refused([option, "add-br", "br-other"], "used before", status=4)


def test_stale_writer(net):
    sw = net.switch()
    seen = sw.ctl("get open . cur_cfg")
    sw.ctl(f"--if-generation={seen} add-br br-in")
    sw.refused(f"--if-generation={seen} add-br br-two", ["generation", "root"], status=4)
