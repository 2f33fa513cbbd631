# SPDX-License-Identifier: BSD-3-Clause
"""kill -9 at random moments, 200 times, under transactions that are sent without waiting for their answers.

One client sends changes, several of them under way at any time, so the n-th change is generation n and the
switch is killed in all stages of a transaction. After each kill the configuration must be that of some
generation that is not below the last one acknowledged and not above the last one sent: nothing that was
acknowledged is lost, nothing is half applied, nothing is there that nobody sent.
"""
import concurrent.futures
import json
import os
import random
import time

import swnet

KILLS = int(os.environ.get("KILLS", "200"))
AHEAD = 8  # changes under way
PORTS = [f"d{n}" for n in range(12)]


class Model:
    """What the configuration must be after each generation."""

    def __init__(self, rng):
        self.rng, self.ports, self.keys = rng, {}, {}

    def change(self):
        """One random change, applied here; its commands."""
        kind = self.rng.randrange(4)
        value = self.rng.randrange(1, 4095)
        if kind == 0 and len(self.ports) < len(PORTS):
            name = self.rng.choice([p for p in PORTS if p not in self.ports])
            self.ports[name] = value
            return [["add-port", "br-k", name, f"tag={value}"], ["set", "interface", name, "type=dummy"]]
        if kind == 1 and self.ports:
            name = self.rng.choice(sorted(self.ports))
            del self.ports[name]
            return [["del-port", "br-k", name]]
        if kind == 2 and self.ports:
            name = self.rng.choice(sorted(self.ports))
            # a value that is in force already would be no change and no generation
            self.ports[name] = value if value != self.ports[name] else value % 4094 + 1
            return [["set", "port", name, f"tag={self.ports[name]}"]]
        key = f"k{self.rng.randrange(8)}"
        self.keys[key] = str(int(self.keys.get(key, "0")) + 1)
        return [["set", "bridge", "br-k", f"external_ids:{key}={self.keys[key]}"]]

    def state(self):
        return dict(self.ports), dict(self.keys)


def read_state(rpc):
    """What the switch has, and its generation."""
    answer = rpc.call("transact", commands=[["--columns=name,tag", "list", "port"],
                                            ["get", "bridge", "br-k", "external_ids"]])
    if "result" not in answer:
        raise AssertionError(f"reading the configuration: {answer}")
    records, keys = (result["value"] for result in answer["result"]["results"])
    ports = {record["name"]: record["tag"] for record in records if record["name"] != "br-k"}
    return (ports, keys["data"]), answer["result"]["generation"]


class Run:
    """Changes from one life of the switch to the next."""

    def __init__(self, sw, seed):
        self.sw, self.rng = sw, random.Random(seed)
        self.model = Model(self.rng)
        self.states = {}  # generation -> state, from the last acknowledged one on
        self.sent = self.acked = self.total = 0
        self.between = 0  # kills that came between an acknowledgement and what was sent

    def begin(self, rpc):
        state, self.acked = read_state(rpc)
        self.sent = self.acked
        self.states = {self.sent: state}

    def one_life(self, rpc):
        """Change until a random moment, then kill; what was acknowledged by then is known here."""
        end = time.monotonic() + self.rng.uniform(0.0, 0.12)
        killed = False
        while True:
            while not killed and self.sent - self.acked < AHEAD:
                rpc.id += 1
                rpc.send({"jsonrpc": "2.0", "id": rpc.id, "method": "transact",
                          "params": {"commands": self.model.change()}})
                self.sent += 1
                self.states[self.sent] = self.model.state()
            if not killed and time.monotonic() >= end:
                self.sw.kill9()
                killed = True
            try:
                message = rpc.receive()
            except OSError:
                message = None
            if message is None:
                break
            if "error" in message:
                raise AssertionError(f"refused: {json.dumps(message)}")
            self.acked = message["result"]["generation"]
            self.total += 1
        if not killed:
            raise AssertionError("the switch closed the connection of its own accord")

    def check(self, rpc):
        """After the next start: one of the states that may be, whole; the model goes on from there."""
        state, generation = read_state(rpc)
        if not self.acked <= generation <= self.sent:
            raise AssertionError(f"generation {generation} after a kill: {self.acked} was acknowledged, "
                                 f"{self.sent} sent")
        swnet.same(state, self.states[generation], f"the configuration of generation {generation}")
        self.between += generation != self.acked
        self.model.ports, self.model.keys = dict(state[0]), dict(state[1])
        self.states = {generation: state}
        self.sent = self.acked = generation


def again(sw):
    """The next life, and a connection to it, without swctl: most of the time goes here."""
    sw.start()

    def connect():
        if not sw.alive():
            raise AssertionError(f"swd ended with {sw.process.returncode}: {sw.log()[-800:]}")
        try:
            return sw.rpc()
        except (FileNotFoundError, ConnectionRefusedError):  # as the life before left it
            return None
    return swnet.wait_for(connect, 20, "the switch answers")


def lives(sw, seed, kills):
    """So many of them, one after the other."""
    run, rpc = Run(sw, seed), sw.rpc()
    run.begin(rpc)
    for _ in range(kills):
        run.one_life(rpc)
        rpc.close()
        rpc = again(sw)
        run.check(rpc)
    aside = [path.name for path in sw.state.iterdir() if "damaged" in path.name]
    swnet.same(aside, [], "damaged journals")
    return run


@swnet.limit(300)
def test_kill_200_times(net):
    """Two switches at once, each half of the times: much of a start is waiting."""
    seed, began = int(os.environ.get("SEED", "1")), time.monotonic()
    switches = []
    for core in (swnet.free_cores()[0], swnet.free_cores()[-1]):
        # 64 MB of [memory]: the kernel clears all of it for each life.
        sw = net.switch(f"sw{len(switches)}", core=core, more="size-mb = 64\n")
        sw.ctl("add-br br-k")
        sw.wait = False
        switches.append(sw)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        runs = [pool.submit(lives, sw, seed + n, KILLS // 2) for n, sw in enumerate(switches)]
        runs = [run.result() for run in runs]
    total, between = sum(run.total for run in runs), sum(run.between for run in runs)
    swnet.same(between > 0, True, "some kills came between a commit and its answer")
    return (f"seed {seed}: {KILLS} kills, {total} transactions acknowledged, none lost; {between} "
            f"kills left more than was acknowledged; {time.monotonic() - began:.0f} s")
