# SPDX-License-Identifier: BSD-3-Clause
"""The control socket of a running switch under clients that behave badly, and swctl on it. Nothing here
depends on how long something takes: what is compared is order and number."""
import json
import os
import socket
import subprocess

import swnet

WAITS = True  # all of it (run.py)

CLIENTS = 96


def request(number, method="ping", **params):
    return json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}).encode() + b"\n"


def test_order(net):
    """Two thousand requests at once, changes among them: answered one by one, in order."""
    sw = net.switch()
    rpc = sw.rpc()
    lines = []
    for n in range(2000):
        if n % 100 == 50:
            lines.append(request(n, "transact", commands=[["--may-exist", "add-br", f"br{n}"]]))
        else:
            lines.append(request(n))
    pid = os.fork()
    if pid == 0:  # a sender of its own: the socket holds less than all of it
        rpc.send(b"".join(lines))
        os._exit(0)
    for n in range(2000):
        swnet.same(rpc.receive().get("id"), n, "id of the answer")
    os.waitpid(pid, 0)
    swnet.same(len(sw.ctl("list-br").split()), 20, "bridges")
    sw.stop()


def test_half_closed(net):
    """A sender that ends its side gets every answer to what it sent whole, then the end."""
    sw = net.switch()
    rpc = sw.rpc()
    rpc.send(request(1) + request(2, "transact", commands=[["list-br"]]) + b'{"jsonrpc":"2.0","id":3,"me')
    rpc.socket.shutdown(socket.SHUT_WR)
    swnet.same([rpc.receive()["id"], rpc.receive()["id"], rpc.receive()], [1, 2, None], "answers")


def test_too_many_clients(net):
    sw = net.switch()
    crowd = [sw.rpc() for _ in range(CLIENTS)]
    for rpc in crowd:
        swnet.same("swd" in rpc.greeting, True, "greeting")
    more = sw.rpc()
    swnet.within(more.greeting["error"]["data"]["allowed"], str(CLIENTS), "refusal")
    swnet.same(more.receive(), None, "what follows the refusal")
    result = sw.ctl_raw("list-br")
    swnet.same(result.returncode, 1, "exit status when there is no room")
    swnet.within(result.stderr, ["no room", str(CLIENTS)], "error when there is no room")
    for rpc in crowd:
        swnet.same(rpc.call("ping")["result"], {}, "answer to one of the crowd")
    crowd.pop().close()
    swnet.wait_for(lambda: sw.ctl_raw("list-br", quiet=True).returncode == 0, 10, "room for one again")


def test_slow_reader(net):
    """A client that asks and does not read is dropped with a line in the log; another notices nothing."""
    sw = net.switch()
    slow, other = sw.rpc(), sw.rpc()
    asked = 0
    try:
        while asked < 100000:
            slow.send(request(asked, "commands"))
            asked += 1
            if asked % 100 == 0:
                swnet.same(other.call("ping")["result"], {}, "answer to the other")
    except (ConnectionError, socket.timeout):
        pass
    swnet.same(asked < 100000, True, "the slow reader was dropped")
    swnet.within(sw.log(), "does not read its answers", "log")
    swnet.same(other.call("ping")["result"], {}, "answer to the other")


def test_flood(net):
    """Eight clients send without end; another one's questions are answered all the same."""
    sw = net.switch()
    chunk = b'{"jsonrpc":"2.0","method":"ping"}\n' * 1000
    floods = [sw.rpc() for _ in range(8)]
    for rpc in floods:
        rpc.socket.setblocking(False)
    other = sw.rpc()
    sent = 0
    for n in range(200):
        for rpc in floods:
            try:
                sent += rpc.socket.send(chunk)
            except BlockingIOError:
                pass
        swnet.same(other.call("transact", commands=[["list-br"]])["result"]["exit_status"], 0, f"answer {n}")
    swnet.same(sent > 8 * len(chunk), True, "the flood went on")


def test_swctl_statuses(net):
    """Exit statuses that only a process shows: no daemon, no permission, no answer, a closed pipe."""
    sw = net.switch()
    swctl = str(net.build / "swctl")
    sw.ctl("add-br br0")
    swnet.same(sw.ctl_raw("br-exists", "br0").returncode, 0, "br-exists of one that is there")
    swnet.same(sw.ctl_raw("br-exists", "br9").returncode, 2, "br-exists of one that is not")
    swnet.same(sw.ctl_raw("del-br", "br9").returncode, 3, "not found")
    swnet.same(sw.ctl_raw("add-br", "br0").returncode, 4, "exists")
    swnet.same(sw.ctl_raw("frobnicate").returncode, 2, "usage")

    denied = net.run("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", swctl,
                     "--socket", sw.socket, "show", check=False)
    swnet.same(denied.returncode, 6, "not permitted")

    dead = net.dir / "dead.sock"
    silent = socket.socket(socket.AF_UNIX)
    silent.bind(str(dead))
    swnet.same(net.run(swctl, "--socket", dead, "show", check=False).returncode, 5, "nobody listens")
    silent.listen(1)
    late = net.run(swctl, "-t", "1", "--socket", dead, "show", check=False)
    swnet.same(late.returncode, 7, "accepted, never answered")
    swnet.within(late.stderr, ["1 s", str(dead)], "error of a time-out")

    # head goes away after one line, and that is no fault.
    result = net.run("sh", "-c", f"{swctl} --socket {sw.socket} help | head -1")
    swnet.within(result.stdout, "usage", "first line of help")
    with open("/dev/full", "wb") as full:
        result = subprocess.run([swctl, "--socket", str(sw.socket), "list-br"], stdout=full,
                                stderr=subprocess.PIPE, text=True, timeout=swnet.PATIENT)
    swnet.same(result.returncode, 1, "output cannot be written")
    swnet.within(result.stderr, "No space left", "error of a full disk")


def test_second_switch_on_one_socket(net):
    """A stale socket is replaced, one that answers is not touched."""
    sw = net.switch()
    second = swnet.Switch(net, "second", wait=False)
    second.socket = sw.socket
    second.start()
    swnet.same(second.process.wait(timeout=swnet.PATIENT) != 0, True, "the second one refuses to start")
    swnet.within(second.log(), str(sw.socket), "its log")
    sw.ctl("add-br br0")
    sw.kill9()
    swnet.same(sw.socket.exists(), True, "the socket of a killed switch is left behind")
    sw.start()
    swnet.same(sw.ctl("list-br"), "br0", "bridges after a restart on the stale socket")


def test_hook_statuses(net):
    """Every failure of the VM hooks has the exit status that the head of if-up promises."""
    sw = net.switch()
    sw.ctl("add-br br-in -- add-br br-two")
    net.run("ip", "tuntap", "add", "vmtap0", "mode", "tap")
    tools = swnet.SOURCE / "tools"
    well = {**os.environ, "SWD_SOCKET": str(sw.socket), "SWCTL": str(net.build / "swctl")}

    def run(script, *words, **more):
        result = net.run(tools / script, *words, check=False, env={**well, **more})
        swnet.same(bool(result.stderr), result.returncode != 0, "it says something when it failed")
        return result.returncode
    for script in ("if-up", "if-down"):
        swnet.same(run(script), 2, "status without a tap")
        swnet.same(run(script, ""), 2, "status of an empty name")
        swnet.same(run(script, "vmtap0", SWCTL="/nowhere/swctl"), 127, "status without swctl")
        swnet.same(run(script, "vmtap0", SWD_SOCKET="/nowhere.sock"), 5, "status without a switch")
    swnet.same(run("if-up", "vmtap0", SWD_BRIDGE="br-no"), 3, "status without a bridge")
    swnet.same(run("if-down", "vmtap0", SWD_BRIDGE="br-no"), 0, "status: it is in no bridge, as wanted")
    swnet.same(run("if-up", "vmtap9"), 9, "status of a tap that is not there")
    swnet.same(run("if-up", "vmtap0"), 0, "if-up")
    swnet.same(run("if-up", "vmtap0"), 0, "if-up again, as after a crash of the guest")
    swnet.same(run("if-up", "vmtap0", SWD_BRIDGE="br-two"), 4, "status of a tap in another bridge")
    swnet.same(run("if-down", "vmtap0", SWD_BRIDGE="br-two"), 3, "status of a tap in another bridge")
    swnet.same(sw.ctl("port-to-br vmtap0"), "br-in", "bridge of the tap")
    swnet.same(run("if-down", "vmtap0"), 0, "if-down")
    swnet.same(run("if-down", "vmtap0"), 0, "if-down again")
    swnet.same(sw.ctl("list-ports br-in"), "", "ports after if-down")
