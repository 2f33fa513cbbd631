# SPDX-License-Identifier: BSD-3-Clause
"""Whole Ethernet frames on an interface, sent and seen with their tags."""
import fcntl
import os
import select
import socket
import struct
import threading
import time

from swbase import PATIENT, readable

ETH_P_ALL, SOL_PACKET, PACKET_AUXDATA, PACKET_IGNORE_OUTGOING = 3, 263, 8, 23
TP_STATUS_VLAN_VALID = 0x10


class Wire:
    """Send and see whole frames on an interface: tags as they are on the wire."""

    def __init__(self, interface):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.socket.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
        self.socket.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.socket.bind((interface, ETH_P_ALL))

    def send(self, frame):
        self.socket.send(frame)

    def receive(self, seconds):
        """The next frame, or None. The kernel takes the outer tag off and tells it beside: put it back."""
        if not readable(self.socket, seconds):
            return None
        frame, control, _, _ = self.socket.recvmsg(65536, 1024)
        for level, kind, data in control:
            if level == SOL_PACKET and kind == PACKET_AUXDATA:
                status, _, _, _, _, tci, tpid = struct.unpack("=IIIHHHH", data[:20])
                if status & TP_STATUS_VLAN_VALID:
                    frame = frame[:12] + struct.pack("!HH", tpid or 0x8100, tci) + frame[12:]
        return frame

    def find(self, mark, seconds=PATIENT):
        """The next frame that holds the bytes `mark`, or None after the limit."""
        end = time.monotonic() + seconds
        while True:
            frame = self.receive(max(0, end - time.monotonic()))
            if frame is None or mark in frame:
                return frame

    def drain(self):
        while self.receive(0) is not None:
            pass


class Tagger:
    """A tap whose frames leave by an interface with a tag, and the other way round; as eth0.10 does."""

    TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454ca, 0x0002, 0x1000

    def __init__(self, interface, name, vid):
        self.wire, self.vid = Wire(interface), vid
        self.tap = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC)
        fcntl.ioctl(self.tap, self.TUNSETIFF, struct.pack("16sH22x", name.encode(),
                                                          self.IFF_TAP | self.IFF_NO_PI))
        threading.Thread(target=self._copy, daemon=True).start()

    def _copy(self):
        while True:
            ready, _, _ = select.select([self.tap, self.wire.socket], [], [])
            try:
                if self.tap in ready:
                    data = os.read(self.tap, 65536)
                    self.wire.send(data[:12] + struct.pack("!HH", 0x8100, self.vid) + data[12:])
                if self.wire.socket in ready:
                    data = self.wire.receive(0)
                    if data and (tag_of(data) or (None,))[0] == self.vid:
                        os.write(self.tap, data[:12] + data[16:])
            except OSError:
                pass  # one of them is down for now


def mac_bytes(text):
    return bytes.fromhex(text.replace(":", ""))


def frame(dst, src, payload, *, tag=None, pcp=0, kind=0x88b5, size=60):
    """An Ethernet frame without FCS; tag None is untagged. 0x88b5 is IEEE's type for experiments."""
    head = mac_bytes(dst) + mac_bytes(src)
    if tag is not None:
        head += struct.pack("!HH", 0x8100, pcp << 13 | tag)
    data = head + struct.pack("!H", kind) + payload
    return data + bytes(max(0, size - len(data)))


def tag_of(data):
    """(VID, PCP) of a frame's outer tag, or None."""
    tpid, tci = struct.unpack("!HH", data[12:16])
    return (tci & 0xfff, tci >> 13) if tpid in (0x8100, 0x88a8) else None
