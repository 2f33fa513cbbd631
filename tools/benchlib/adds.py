# SPDX-License-Identifier: BSD-3-Clause
"""Rules changed by OpenFlow 1.4, by messages that are made beforehand: no client is measured.

added: as flow-mods one by one, and as one bundle (1.4, 7.3.9), as fast as they are taken; the time ends with
the reply to the barrier, or to the commit. No packets are forwarded meanwhile.
changed: rules of the table that the traffic goes through come and go at a rate, none of which takes a packet.
"""
import socket
import struct
import threading
import time

from . import process, slices

VERSION = 5  # on the wire: OpenFlow 1.4
HELLO, ERROR, ECHO_REQUEST, ECHO_REPLY, FLOW_MOD, BARRIER, BARRIER_REPLY, CONTROL, ADD = \
    0, 1, 2, 3, 14, 20, 21, 33, 34
OPEN, OPEN_REPLY, COMMIT, COMMIT_REPLY = 0, 1, 4, 5
BUNDLE, ATOMIC = 1, 1
ANY = 0xFFFFFFFF
LIMIT = 300  # seconds


def message(kind, xid, body=b""):
    return struct.pack(">BBHI", VERSION, kind, 8 + len(body), xid) + body


def field(number, value):
    return struct.pack(">HBB", 0x8000, number << 1, len(value)) + value


def flow_mod(xid, command, match=b"", instructions=b"", table=0):
    length = 4 + len(match)
    match = struct.pack(">HH", 1, length) + match + bytes(-length % 8)
    return message(FLOW_MOD, xid, struct.pack(">QQBBHHHIIIHH", 0, 0, table, command, 0, 0, 32768, ANY, ANY,
                                              ANY, 0, 0) + match + instructions)


def rule(xid, i):
    """The rule for flow i of frames.flows()."""
    match = b"".join(field(number, value) for number, value in (
        (5, b"\x08\x00"), (10, b"\x11"), (11, struct.pack(">I", 0x0A000000 | i & 0xFFFFFF)),
        (12, struct.pack(">I", 0x0B000000 | i >> 3 & 0xFFFFFF)),
        (15, struct.pack(">H", 1024 + i % 50000)), (16, struct.pack(">H", 4790))))
    output = struct.pack(">HHIH6x", 0, 16, 2, 0)
    return flow_mod(xid, 0, match, struct.pack(">HH4x", 4, 8 + len(output)) + output)


def control(xid, what):
    return message(CONTROL, xid, struct.pack(">IHH", BUNDLE, what, ATOMIC))


class Controller:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(LIMIT)
        self.socket.connect(str(path))
        self.socket.sendall(message(HELLO, 1))

    def read(self, size):
        data = b""
        while len(data) < size:
            part = self.socket.recv(size - len(data))
            if not part:
                raise process.Trouble("the switch closed the connection")
            data += part
        return data

    def expect(self, kind):
        """The body of the next message of a kind; an error is the end."""
        while True:
            version, got, length, xid = struct.unpack(">BBHI", self.read(8))
            body = self.read(length - 8)
            if got == ERROR:
                raise process.Trouble(f"the switch answers an error: {body[:4].hex()}")
            if got == HELLO and version < VERSION:
                raise process.Trouble(f"the switch speaks version {version} of the protocol only")
            if got == ECHO_REQUEST:
                self.socket.sendall(message(ECHO_REPLY, xid, body))
            if got == kind:
                return body

    def seconds(self, data, kind):
        start = time.monotonic()
        self.socket.sendall(data)
        self.expect(kind)
        return time.monotonic() - start

    def clear(self):
        self.seconds(flow_mod(2, 3, table=255) + message(BARRIER, 3), BARRIER_REPLY)

    def bundle(self, data):
        self.socket.sendall(control(4, OPEN))
        self.expect(CONTROL)
        return self.seconds(data + control(5, COMMIT), CONTROL)


def measure_added(program, case, _place, settings):
    """Rules a second, both ways. The rest of what a slice tells is nothing here."""
    n = case.added_rules // (10 if settings.quick else 1)
    mods = [rule(i + 10, i) for i in range(n)]
    header = struct.pack(">IHH", BUNDLE, 0, ATOMIC)
    singly = b"".join(mods) + message(BARRIER, 9)
    bundled = b"".join(message(ADD, i + 10, header + mod) for i, mod in enumerate(mods))
    try:
        program.start(case)
        controller = Controller(program.management())
        controller.clear()
        rates = {"singly": n / controller.seconds(singly, BARRIER_REPLY)}
        controller.clear()
        rates["bundle"] = n / controller.bundle(bundled)
        controller.socket.close()
    finally:
        program.stop()
    return {"packets": 0, "cycles": 0, "counted": 0, "mpps": 0, "ran": 1, "slow": 0, "stolen": 0, **rates}


class Changes(threading.Thread):
    """So many rules a second are added and deleted again, or as many as the switch takes."""

    TICKS = 100  # a second

    def __init__(self, controller, rate):
        super().__init__(daemon=True)
        self.controller, self.sent, self.running, self.failed = controller, 0, True, None
        self.each = rate // self.TICKS // 2
        some = [rule(i, 500000 + i) for i in range(self.each)]
        self.data = b"".join(some) + b"".join(mod[:25] + b"\x04" + mod[26:] for mod in some)  # delete strict

    def run(self):
        due = time.monotonic()
        try:
            while self.running:
                self.controller.socket.sendall(self.data)
                self.sent += 2 * self.each
                due = max(due + 1 / self.TICKS, time.monotonic() - 0.1)
                time.sleep(max(0, due - time.monotonic()))
            self.controller.seconds(message(BARRIER, 9), BARRIER_REPLY)
        except (OSError, process.Trouble) as trouble:
            self.failed = trouble

    def finish(self):
        self.running = False
        self.join(LIMIT)
        if self.failed:
            raise process.Trouble(f"rules could not be changed: {self.failed}")


def some_seconds(program, place, settings):
    before = slices.sample(program, place.core)
    time.sleep(settings.seconds)
    process.wait_for(lambda: program.read()["packets"] > before["packets"], 30, "a packet comes through")
    return slices.difference(before, slices.sample(program, place.core))


def measure_changed(program, case, place, settings):
    """Cycles a packet while rules change, and just before that."""
    try:
        program.start(case)
        process.wait_for(lambda: program.read()["packets"] > 0, 30, f"{program.name} forwards")
        slices.settle(program, case, settings)
        time.sleep(settings.warmup)
        quiet = some_seconds(program, place, settings)
        changes = Changes(Controller(program.management()), case.changes)
        changes.start()
        time.sleep(settings.warmup)
        sent, start = changes.sent, time.monotonic()
        found = some_seconds(program, place, settings)
        rate = (changes.sent - sent) / (time.monotonic() - start)
        changes.finish()
        return {**found, "quiet_cycles": quiet["cycles"], "changes": rate}
    finally:
        program.stop()
