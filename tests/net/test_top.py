# SPDX-License-Identifier: BSD-3-Clause
"""swctl top while packets go by: two hosts that ping each other with large packets, and one whose many
small frames are all lost, for two reasons. Each picture is waited for, with a limit; how fast the machine
is decides how high the rates are, not their order."""
import json
import re
import subprocess
import threading

import swnet
from swterm import Terminal

PICTURES = 60  # that are looked at before the test gives up: a minute
ALL = "ff:ff:ff:ff:ff:ff"
RATE = r" +([\d.]+)([kMGTPE]?)"


class Loser:
    """A host that sends small frames, all of which its port drops, most of them for the reason `most`."""

    def __init__(self, host):
        self.wire, self.mac, self.end = host.wire(), host.mac(), threading.Event()
        self.frames = {"vlan_not_allowed": swnet.frame(ALL, self.mac, b"tagged", tag=99),
                       "source_group": swnet.frame(ALL, "01:00:5e:00:00:01", b"group")}
        self.most = "vlan_not_allowed"
        self.thread = threading.Thread(target=self.send, daemon=True)
        self.thread.start()

    def send(self):
        while not self.end.wait(0.01):  # paced, so that the others have the core as well
            for reason, frame in self.frames.items():
                for _ in range(3 if reason == self.most else 1):
                    self.wire.send(frame)

    def stop(self):
        self.end.set()
        self.thread.join()


class Traffic:
    def __init__(self, net):
        self.a, self.b, c = (net.host(name, f"10.0.0.{i}/24", port=f"vif-{name}")
                             for i, name in enumerate("abc", 1))
        self.sw = net.switch()
        self.sw.ctl("add-br br-in -- add-port br-in vif-a tag=10 -- add-port br-in vif-b tag=10"
                    " -- add-port br-in vif-c tag=10")
        self.a.ping(self.b.ip)
        self.ping = self.a.spawn("ping", "-q", "-i", "0.02", "-s", "1400", self.b.ip, log="ping")
        self.loser = Loser(c)

    def stop(self):
        self.loser.stop()
        self.ping.terminate()
        self.ping.wait(timeout=swnet.PATIENT)


def number(match):
    return float(match[0]) * 1000 ** " kMGTPE".index(match[1] or " ")


def read_picture(text):
    """The ports in their order with their rates and reason, what it is sorted by, the worker's load."""
    text = re.sub(r"\033\[[\d;?]*[A-Za-z]", "", text).replace("\r", "")
    ports = {}
    for line in text.split("\n"):
        found = re.match(r"(\S+)" + RATE * 5 + r" +([\d.]+)  [# ]{10} ?(\S*)$", line)
        if found:
            parts = found.groups()
            rates = [number(parts[i:i + 2]) for i in range(1, 11, 2)]
            ports[parts[0]] = dict(zip(("rx_pps", "rx_bps", "tx_pps", "tx_bps", "drops"), rates),
                                   load=float(parts[11]), reason=parts[12])
    worker = re.search(r"worker 0 +busy +([\d.]+) %" + RATE + r" packets/s +(\S+) cycles", text)
    return {"ports": ports, "sort": re.search(r"load % +(\w+) +reason", text),
            "busy": worker and float(worker[1]), "pps": worker and number(worker.groups()[1:3]), "text": text}


class Top:
    """swctl top on a terminal, picture by picture."""

    def __init__(self, sw, *words):
        self.term = Terminal(sw, "top", *words, size=(24, 120))
        self.term.read_until("\033[?1049h", "\033[H")

    def wait_for(self, condition, what):
        for _ in range(PICTURES):
            picture = read_picture(self.term.read_until("\033[H"))
            if picture["ports"] and condition(picture, list(picture["ports"])):
                return picture
        raise AssertionError(f"no picture shows {what}; the last: {picture['text']}")

    def key(self, key, sort, first):
        """Press it: sorted by that, and the first port is one of those."""
        self.term.type(key)
        return self.wait_for(lambda p, names: p["sort"] and p["sort"][1] == sort and names[0] in first,
                             f"{first} first by {sort} after the key {key}")


@swnet.waits
@swnet.limit(120)
def test_terminal(net):
    """Rates, their order by option and by key, the reason of most losses, the worker's load: all moves."""
    traffic = Traffic(net)
    top = Top(traffic.sw, "--sort=drops")
    pair = ("vif-a", "vif-b")
    picture = top.wait_for(
        lambda p, names: names[0] == "vif-c" and p["ports"]["vif-c"]["reason"] == "vlan_not_allowed" and
        p["ports"]["vif-c"]["tx_bps"] == 0 and p["ports"]["vif-a"]["tx_pps"] > 0 and
        p["ports"]["vif-a"]["rx_bps"] > 8 * 1400 * 0.9 * p["ports"]["vif-a"]["rx_pps"],
        "vif-c first, with its reason, and bits of large frames")
    ports = picture["ports"]
    lost, pings = ports["vif-c"], ports["vif-a"]
    swnet.same(picture["sort"][1], "drops", "what it is sorted by")
    swnet.same((lost["drops"] > 0, pings["drops"]), (True, 0), "drops")
    swnet.same(list(ports)[-1], "all", "the last line")
    swnet.same(abs(ports["all"]["drops"] - lost["drops"]) <= 0.05 * lost["drops"], True, "drops of all")
    swnet.same(picture["busy"] > 0 and picture["pps"] > 0, True, f"a worker with work: {picture['text']}")

    top.key("R", "rx_bps", pair)
    top.key("r", "rx_pps", ("vif-c",))
    top.key("t", "tx_pps", pair)
    top.key("T", "tx_bps", pair)
    top.key("s", "drops", ("vif-c",))  # the next one
    top.key("s", "load", (*pair, "vif-c"))
    top.key("s", "rx_pps", ("vif-c",))  # and round again
    picture = top.wait_for(lambda p, names: names, "ports")  # a fast machine's loads round to nothing
    ports = picture["ports"]
    swnet.same(abs(sum(p["load"] for name, p in ports.items() if name != "all") - ports["all"]["load"]) < 0.5,
               True, f"load of all is the sum: {picture['text']}")

    traffic.loser.most = "source_group"
    top.wait_for(lambda p, _: p["ports"]["vif-c"]["reason"] == "source_group", "the reason of most now")
    top.term.type("p")
    top.term.read_until("PAUSED")
    top.term.type("T")  # the picture stands still, its order does not
    top.term.read_until("tx_bps", "PAUSED")
    traffic.stop()
    top.term.type("p")
    top.wait_for(lambda p, _: p["pps"] == p["ports"]["all"]["rx_pps"] == p["ports"]["all"]["drops"] == 0 and
                 not p["ports"]["vif-c"]["reason"], "silence, and no reason of a loss")
    top.term.type("q")
    swnet.same(top.term.end(), 0, "status after q")
    swnet.within(top.term.text, "\033[?25h\033[?1049l", "the terminal is restored")
    swnet.same(top.term.text.count("\033[?1049l"), 1, "the screen is left once")


@swnet.waits
def test_json(net):
    """An object a line: the same rates, by the option's order, for programs; Ctrl-C ends it."""
    traffic = Traffic(net)
    top = subprocess.Popen([str(net.build / "swctl"), "--socket", str(traffic.sw.socket), "--json", "top",
                            "--sort=tx_bps"], stdout=subprocess.PIPE, text=True)

    def wait_for(condition, what):
        for _ in range(PICTURES):
            line = json.loads(top.stdout.readline())
            ports = {port["port"]: port for port in line["ports"]}
            if condition(ports, line):
                return ports, line
        raise AssertionError(f"no line shows {what}; the last: {line}")

    ports, line = wait_for(lambda p, _: p["vif-c"]["reason"] == "vlan_not_allowed" and
                           p["vif-a"]["tx_pps"] > 0 and p["vif-b"]["tx_pps"] > 0, "traffic and losses")
    swnet.same({ports[name]["drops"] for name in ("vif-a", "vif-b")}, {0}, "drops of the pair")
    swnet.same(set(list(ports)[:2]), {"vif-a", "vif-b"}, "ports that send most")
    rates = [port["tx_bps"] for port in line["ports"]]
    swnet.same(rates, sorted(rates, reverse=True), "the order")
    for key in ("rx_pps", "rx_bps", "tx_pps", "tx_bps", "drops"):
        total = sum(port[key] for port in line["ports"])
        swnet.same(abs(line["total"][key] - total) <= 0.001 * total, True, f"{key} of all is the sum")
    swnet.same(all(0 <= port["load_percent"] <= 100 for port in line["ports"]), True, "loads of ports")
    worker = line["workers"][0]
    swnet.same(worker["worker"] == 0 and 0 < worker["busy_percent"] <= 100 and worker["pps"] > 0 and
               worker["cycles_per_packet"] > 0, True, f"the worker's load: {worker}")
    swnet.same(line["worst_step_us"] > 0, True, "the control loop's longest step")
    traffic.loser.most = "source_group"
    wait_for(lambda p, _: p["vif-c"]["reason"] == "source_group", "the reason of most now")
    traffic.stop()
    wait_for(lambda p, line: line["total"]["rx_pps"] == 0 and p["vif-c"]["reason"] is None and
             line["workers"][0]["pps"] == 0, "silence")
    top.send_signal(2)
    swnet.same(top.wait(timeout=swnet.PATIENT), 0, "status after Ctrl-C")
