# SPDX-License-Identifier: BSD-3-Clause
"""A vhost-user front end in Python: what QEMU and its guest do, honest or not. One queue pair, split rings.

Memory is a memfd: rings in its first MiB, buffers above. The back end (the switch) is reached by connecting
to its socket, or by listening where it connects.
"""
import mmap
import os
import select
import socket
import struct

from swbase import PATIENT

GET_FEATURES, SET_FEATURES, SET_OWNER, SET_MEM_TABLE = 1, 2, 3, 5
SET_VRING_NUM, SET_VRING_ADDR, SET_VRING_BASE, SET_VRING_KICK, SET_VRING_CALL = 8, 9, 10, 12, 13
GET_PROTOCOL_FEATURES, SET_PROTOCOL_FEATURES, SET_VRING_ENABLE = 15, 16, 18

RING, BASE, SIZE, BUFFERS = 256, 1 << 32, 8 << 20, 1 << 20
NEXT, WRITE, INDIRECT = 1, 2, 4
STATUS = 1 << 16  # protocol feature we leave out


class Front:
    """Connect (or be connected to), negotiate, bring both rings up."""

    def __init__(self, path, *, listen=False, seconds=PATIENT):
        self.fd = os.memfd_create("front")
        os.ftruncate(self.fd, SIZE)
        self.mem = mmap.mmap(self.fd, SIZE)
        self.index = [0, 0]
        self.events = [os.eventfd(0, os.EFD_NONBLOCK) for _ in range(4)]
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(seconds)
        if listen:
            with self.socket as server:
                server.bind(str(path))
                server.listen(1)
                self.socket, _ = server.accept()
                os.unlink(path)
                self.socket.settimeout(seconds)
        else:
            self.socket.connect(str(path))
        self.features = self.ask(GET_FEATURES)
        self.send(SET_PROTOCOL_FEATURES, struct.pack("Q", self.ask(GET_PROTOCOL_FEATURES) & ~STATUS))
        self.send(SET_OWNER)
        self.send(SET_FEATURES, struct.pack("Q", self.features))
        self.send(SET_MEM_TABLE, struct.pack("IIQQQQ", 1, 0, BASE, SIZE, BASE, 0), self.fd)
        for ring in (0, 1):
            self.bring_up(ring)
        for ring in (0, 1):
            self.send(SET_VRING_ENABLE, struct.pack("II", ring, 1))

    def send(self, request, payload=b"", *fds):
        head = struct.pack("III", request, 1, len(payload))
        try:
            socket.send_fds(self.socket, [head + payload], fds)
        except (BrokenPipeError, ConnectionResetError):
            pass  # hung up on already: closed() tells

    def ask(self, request):
        self.send(request)
        data = b""
        while len(data) < 20:
            data += self.socket.recv(20 - len(data))
        return struct.unpack("<IIIQ", data)[3]

    def bring_up(self, ring):
        at = BASE + ring * 0x4000
        self.send(SET_VRING_NUM, struct.pack("II", ring, RING))
        self.send(SET_VRING_BASE, struct.pack("II", ring, 0))
        self.send(SET_VRING_ADDR, struct.pack("IIQQQQ", ring, 0, at, at + 0x2000, at + 0x1000, 0))
        self.send(SET_VRING_CALL, struct.pack("Q", ring), self.events[2 * ring])
        self.send(SET_VRING_KICK, struct.pack("Q", ring), self.events[2 * ring + 1])

    def offer(self, ring, address, length, flags=0, follow=0):
        """One descriptor made available."""
        base, slot = ring * 0x4000, self.index[ring] % RING
        struct.pack_into("<QIHH", self.mem, base + 16 * slot, address, length, flags, follow)
        struct.pack_into("<H", self.mem, base + 0x1000 + 4 + 2 * slot, slot)
        self.index[ring] = (self.index[ring] + 1) & 0xffff
        struct.pack_into("<H", self.mem, base + 0x1000 + 2, self.index[ring])

    def transmit(self, frame):
        at = BUFFERS + 2048 * (self.index[1] % RING)
        self.mem[at:at + 12 + len(frame)] = bytes(12) + frame
        self.offer(1, BASE + at, 12 + len(frame))

    def used(self, ring):
        return struct.unpack_from("<H", self.mem, ring * 0x4000 + 0x2000 + 2)[0]

    def truncate(self, size):
        os.ftruncate(self.fd, size)

    def closed(self, seconds=PATIENT):
        """Whether the back end hung up within the time."""
        while select.select([self.socket], [], [], seconds)[0]:
            try:
                if not self.socket.recv(4096):
                    return True
            except ConnectionResetError:
                return True
        return False

    def close(self):
        self.socket.close()
        self.mem.close()
        for fd in (self.fd, *self.events):
            os.close(fd)
