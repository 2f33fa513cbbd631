# SPDX-License-Identifier: BSD-3-Clause
"""Bad input: a sentence that names the value and what is allowed, an exit status by kind of failure, and
nothing changed. On the socket: an error object, and a switch that goes on."""
import json
import socket

import swnet


def switch(net):
    net.host("a", "10.0.0.1/24", port="vif0.0")
    sw = net.switch()
    sw.ctl("add-br br-in -- add-port br-in vif0.0 tag=10")
    return sw


def test_words(net):
    """What swctl answers to names, values and commands that cannot be."""
    sw = switch(net)
    status = {
        "exists": sw.refused("add-br br-in", "br-in"),
        "exists, port": sw.refused("add-port br-in vif0.0", "vif0.0"),
        "not-found": sw.refused("del-br br-no", "br-no"),
        "not-found, port": sw.refused("del-port br-in no0", "no0"),
        "not-found, bridge of a port": sw.refused("add-port br-no vif0.0", "br-no"),
        "not-found, record": sw.refused("set port no0 tag=5", "no0"),
        "invalid": sw.refused("set port vif0.0 tag=4096", ["4096", "4095"]),
        "invalid, mode": sw.refused("set port vif0.0 vlan_mode=acces", ["acces", "access"]),
        "invalid, long name": sw.refused("add-br a234567890123456", ["a234567890123456", "15"]),
        "invalid, odd name": sw.refused(["add-br", "br in"], "br in"),
        "invalid, odd name 2": sw.refused(["add-br", "br/in"], "br/in"),
        "invalid, control character": sw.refused(["add-br", "br\nin"], "br"),
        "invalid, empty name": sw.refused(["add-br", ""]),
        "device": sw.refused("add-port br-in nodev0", "nodev0"),
        "device, dpdk": sw.refused("add-port br-in d0 -- set interface d0 type=dpdk"
                                   " options:dpdk-devargs=0000:ff:1f.7", "0000:ff:1f.7"),
        "invalid, vdev": sw.refused("add-port br-in d0 -- set interface d0 type=dpdk"
                                   " options:dpdk-devargs=net_nosuch0", "net_nosuch0"),
        "usage": sw.refused("ad-br br-in", ["ad-br", "add-br"]),
        "usage, missing": sw.refused("add-br"),
        "usage, many": sw.refused("list-br a b c d"),
        "usage, option": sw.refused("--may-exits add-br br-in", ["may-exits", "may-exist"]),
        "column": sw.refused("set port vif0.0 tga=5", ["tga", "tag"]),
        "table": sw.refused("set prot vif0.0 tag=5", ["prot", "port"]),
        "type": sw.refused("set interface vif0.0 type=dpkd", ["dpkd", "dpdk"]),
        "option key": sw.refused("set interface vif0.0 options:vhost-serverpath=/x", "vhost-serverpath"),
    }
    groups = {}
    for kind, code in status.items():
        groups.setdefault(kind.split(",")[0], set()).add(code)
    for kind in ("exists", "not-found", "invalid", "device", "usage"):
        swnet.same(len(groups[kind]), 1, f"exit statuses of '{kind}' {groups[kind]}")
    kinds = [groups[kind].copy().pop() for kind in ("exists", "not-found", "invalid", "device", "usage")]
    swnet.same(len(set(kinds)), len(kinds), f"each kind has an exit status of its own {kinds}")
    gone = swnet.Switch(net, "gone")
    result = gone.ctl_raw("show")
    swnet.within(result.stderr, str(gone.socket), "error without a switch")
    swnet.same(result.returncode not in (0, *kinds), True, "exit status without a switch is one of its own")


def test_half_of_a_chain(net):
    """The last command of a chain fails: nothing of the ones before it is there."""
    sw = switch(net)
    sw.refused("add-br br-two -- add-port br-two t0 -- set interface t0 type=tap -- set port vif0.0 tag=20"
               " -- add-port br-two nodev0", "nodev0")
    swnet.same(sw.ctl("list-br"), "br-in", "bridges")
    swnet.same(sw.get("port vif0.0 tag"), "10", "tag of vif0.0")
    swnet.same(net.run("ip", "link", "show", "t0", check=False).returncode != 0, True, "no tap is left")


def test_messages(net):
    """What the socket answers to messages that are none."""
    sw = switch(net)
    before = sw.ctl("show")

    def ask(data, close_is_fine=False):
        rpc = sw.rpc()
        rpc.send(data)
        try:
            answer = rpc.receive()
        except (ConnectionError, socket.timeout):
            answer = None
        rpc.close()
        if answer is None and close_is_fine:
            return {"error": {"code": 0}}
        swnet.same(answer is not None and "error" in answer, True, f"answer to {data[:60]!r} is an error")
        swnet.same(bool(answer["error"].get("message")), True, "there is a sentence")
        return answer
    swnet.same(ask(b"this is not JSON\n")["error"]["code"], -32700, "code of a message that is not JSON")
    swnet.same(ask(b'{"a":' * 5000 + b"1" + b"}" * 5000 + b"\n")["error"]["code"] != 0, True, "too deep")
    ask(b"\xff\xfe\x00\n")
    ask(b"[]\n")
    ask(b"null\n")
    ask(b'{"jsonrpc":"2.0","id":1}\n')
    ask(b'{"jsonrpc":"1.0","id":1,"method":"version"}\n')
    swnet.same(ask(b'{"jsonrpc":"2.0","id":1,"method":"no_such"}\n')["error"]["code"], -32601, "code")
    ask(b'{"jsonrpc":"2.0","id":1,"method":"transact","params":[]}\n')
    ask(b'{"jsonrpc":"2.0","id":1,"method":"transact","params":{"commands":5}}\n')
    ask(b'{"jsonrpc":"2.0","id":1,"method":"transact","params":{"commands":[[5]]}}\n')
    ask(b'{"jsonrpc":"2.0","id":1,"method":"transact","params":{"commands":[],"no_such":1}}\n')
    ask(b'{"jsonrpc":"2.0","id":1,"method":"transact","params":{"commands":[["add-br",7]]}}\n')
    ask(b'"' + b"x" * (3 << 20) + b'"\n', close_is_fine=True)
    swnet.same(sw.ctl("show"), before, "configuration after bad messages")


def test_half_messages_and_many_clients(net):
    """Clients that say half a sentence, nothing, or go away: others are served."""
    sw = switch(net)
    half = [sw.rpc() for _ in range(20)]
    for rpc in half:
        rpc.send(b'{"jsonrpc":"2.0","id":1,"meth')
    swnet.same(sw.ctl("list-br"), "br-in", "answer beside twenty half messages")
    for rpc in half:
        rpc.close()
    crowd = []
    try:
        for _ in range(300):
            crowd.append(swnet.Rpc(sw.socket, timeout=swnet.PATIENT))
    except (OSError, json.JSONDecodeError):
        pass
    for rpc in crowd:
        rpc.close()
    swnet.wait_for(lambda: sw.ctl_raw("list-br").returncode == 0, 10, "served after a crowd of clients")
    greeting = sw.rpc().greeting
    swnet.same(isinstance(greeting, dict), True, "the greeting is an object")


def test_bad_start(net):
    """Boot facts that cannot be: the file, the line and what is allowed are named, and nothing starts."""
    for config, says in (("[worker]\nnonsense=1\n", "nonsense"), ("nonsense\n", "1"),
                         ("[no-such]\na=1\n", "no-such")):
        sw = swnet.Switch(net, f"bad{len(config)}", config=config)
        result = net.run(*sw.command(), check=False)
        swnet.same(result.returncode > 0, True, f"exit status with {config!r}")
        swnet.within(result.stdout + result.stderr, [says, str(sw.config)], "what it says")
    sw = swnet.Switch(net, "gone")
    sw.config.unlink()
    result = net.run(*sw.command(), check=False)
    swnet.same(result.returncode > 0, True, "exit status without the file")
    swnet.within(result.stdout + result.stderr, str(sw.config), "what it says")
    result = net.run(net.build / "swd", "--no-such-option", check=False)
    swnet.same(result.returncode > 0, True, "exit status of an unknown option")
    swnet.within(result.stdout + result.stderr, "no-such-option", "what it says")


def test_second_daemon_on_one_state(net):
    """Two switches on one state folder or socket: the second says so and the first goes on."""
    sw = switch(net)
    result = net.run(*sw.command(), check=False)
    swnet.same(result.returncode > 0, True, "exit status of the second")
    swnet.within(result.stdout + result.stderr, str(sw.dir), "what it says")
    swnet.same(sw.ctl("list-br"), "br-in", "bridges of the first")


def test_malformed_packets(net):
    """Runt, odd and oversized frames: dropped or carried, counted, and the next good one passes."""
    a, b = net.host("a", "10.0.0.1/24", port="vif0.0", mtu=9000), net.host("b", "10.0.0.2/24", port="vif1.0")
    sw = net.switch()
    sw.ctl("add-br br-in -- add-port br-in vif0.0 -- add-port br-in vif1.0")
    wire = a.wire()
    for data in (b"\xff" * 14, b"\xff" * 6 + b"\x02" + bytes(5) + b"\x81\x00",
                 swnet.frame("ff:ff:ff:ff:ff:ff", a.mac(), bytes(8000)),
                 swnet.frame("ff:ff:ff:ff:ff:ff", "ff:ff:ff:ff:ff:ff", b"broadcast source"),
                 swnet.frame("00:00:00:00:00:00", "00:00:00:00:00:00", b"zeroes"),
                 swnet.frame("ff:ff:ff:ff:ff:ff", a.mac(), b"", tag=4095)):
        wire.send(data)
    a.ping(b.ip)
    swnet.within(sw.ctl("port drops"), "vif", "port drops")
