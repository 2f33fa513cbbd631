# SPDX-License-Identifier: BSD-3-Clause
"""A controller in the words of os-ken's library, which reads the answers, too."""
import os
import struct

import swnet

V13, V14, V15 = 4, 5, 6


def library():
    """os_ken's, mended; imported late, as it need not be installed."""
    try:
        from os_ken.ofproto import ofproto_parser, ofproto_protocol

        import osken_mend  # noqa: F401
    except ImportError as error:
        if os.environ.get("CI"):  # where the package is installed: Debian's Python has it, others do not
            raise
        raise swnet.Skip(f"{error}: package python3-os-ken") from None
    return ofproto_parser, ofproto_protocol


class Peer:
    """A controller: `p` has the classes of messages, `o` the constants."""

    def __init__(self, listener, version):
        self.parser, protocol = library()
        self.datapath = protocol.ProtocolDesc(version)
        self.datapath.set_xid = lambda message: message.set_xid(self.xid)
        self.p, self.o, self.version = self.datapath.ofproto_parser, self.datapath.ofproto, version
        self.xid, self.rest, self.unasked = 100, b"", []
        listener.settimeout(swnet.PATIENT)
        self.socket = listener.accept()[0]
        self.socket.settimeout(swnet.PATIENT)
        self.socket.sendall(struct.pack("!BBHI", version, 0, 8, 1))
        swnet.same(self.bytes()[1], 0, "type of the first message")

    def bytes(self):
        while len(self.rest) < 8 or len(self.rest) < struct.unpack_from("!H", self.rest, 2)[0]:
            more = self.socket.recv(65536)
            if not more:
                raise AssertionError("the switch hung up")
            self.rest += more
        size = struct.unpack_from("!H", self.rest, 2)[0]
        message, self.rest = self.rest[:size], self.rest[size:]
        return message

    def read(self):
        data = self.bytes()
        version, number, size, xid = struct.unpack_from("!BBHI", data)
        swnet.same(version, self.version, "version of a message")
        message = self.parser.msg(self.datapath, version, number, size, xid, data)
        if message is None:
            raise AssertionError(f"os-ken cannot read {data.hex()}")
        text = str(message)
        print(text[:2000], flush=True)
        swnet.same("Unknown" in text, False, f"something unknown in {text[:600]}")
        whole(message, data)
        return message

    def send(self, message):
        self.xid += 1
        message.set_xid(self.xid)
        message.serialize()
        self.socket.sendall(bytes(message.buf))
        return self.xid

    def ask(self, name, *words, **more):
        """What is said of a message until the answer to a barrier behind it; news are kept."""
        self.send(getattr(self.p, "OFP" + name)(self.datapath, *words, **more))
        end = self.send(self.p.OFPBarrierRequest(self.datapath))
        heard = []
        while True:
            message = self.read()
            if isinstance(message, self.p.OFPBarrierReply):
                swnet.same(message.xid, end, "xid of the answer to a barrier")
                return heard
            (heard if message.xid else self.unasked).append(message)

    def answer(self, name, *words, **more):
        """The only one, which is no error."""
        heard = self.ask(name, *words, **more)
        swnet.same([isinstance(one, self.p.OFPErrorMsg) for one in heard], [False], f"errors of {name}")
        return heard[0]

    def quiet(self, name, *words, **more):
        swnet.same([str(one) for one in self.ask(name, *words, **more)], [], f"what is said of {name}")

    def news(self, *kinds):
        """What was told since the last time, of these classes."""
        kinds = tuple(getattr(self.p, "OFP" + kind) for kind in kinds)
        self.ask("EchoRequest", data=b"still there")
        told, self.unasked = self.unasked, []
        return [one for one in told if isinstance(one, kinds)]

    def does(self, *actions, written=False):
        kind = self.o.OFPIT_WRITE_ACTIONS if written else self.o.OFPIT_APPLY_ACTIONS
        return self.p.OFPInstructionActions(kind, list(actions))

    def out(self, port, max_len=0):
        return self.p.OFPActionOutput(port, max_len)

    def bucket(self, number, port, weight):
        if self.version == V14:
            return self.p.OFPBucket(weight=weight, actions=[self.out(port)])
        heavy = [self.p.OFPGroupBucketPropWeight(type_=self.o.OFPGBPT_WEIGHT, weight=weight)]
        return self.p.OFPBucket(bucket_id=number, actions=[self.out(port)], properties=heavy)

    def group(self, command, number, kind, *buckets, at=None):
        at = self.o.OFPG_BUCKET_ALL if self.version == V15 and at is None else at
        more = {} if self.version == V14 else {"command_bucket_id": at}
        return {"command": command, "group_id": number, "type_": kind, "buckets": list(buckets), **more}


def whole(message, data):
    """The entries of a reply, by their own lengths, are all there is of it."""
    body = getattr(message, "body", None)
    if isinstance(body, list) and body:
        sizes = [getattr(one, "length", None) or getattr(one, "len", None) for one in body]
        if None not in sizes:
            swnet.same(16 + sum((size + 7) // 8 * 8 for size in sizes), len(data),
                       f"bytes read of {type(message)}")
