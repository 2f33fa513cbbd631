# SPDX-License-Identifier: BSD-3-Clause
"""Mistakes of os-ken 2.5 in reading OpenFlow 1.4 and 1.5, mended. It takes what follows an entry for a part
of it, so each parser is given the bytes of its own entry; it reads flow updates of one event only; and it
does not know the masks of news of controllers."""
import struct

from os_ken.ofproto import ofproto_v1_4_parser as v14
from os_ken.ofproto import ofproto_v1_5_parser as v15


def alone(parser):
    """For entries that begin with their length."""
    def read(buf, offset):
        return parser(buf[:offset + struct.unpack_from("!H", buf, offset)[0]], offset)
    return staticmethod(read)


def copy_field(parser):
    """12 bytes, two headers of 4, and 4 that fill up."""
    def read(buf, offset):
        action = parser(buf[:offset + 20], offset)
        action.len = 24
        return action
    return staticmethod(read)


def any_event(update):
    parser = update.parser

    def read(buf, offset):
        update.cls_flow_update_event = struct.unpack_from("!H", buf, offset + 2)[0]
        return parser(buf, offset)
    update.parser = staticmethod(read)


v15.OFPBucket.parser = alone(v15.OFPBucket.parser)
v15.OFPGroupDescStats.parser = alone(v15.OFPGroupDescStats.parser)
v15.OFPControllerStatusStats.parser = alone(v15.OFPControllerStatusStats.parser)
for _kind in (v15.ofproto.OFPACPT_CONT_STATUS_SLAVE, v15.ofproto.OFPACPT_CONT_STATUS_MASTER):
    v15.OFPAsyncConfigProp.register_type(_kind)(v15.OFPAsyncConfigPropReasons)
v15.OFPActionCopyField.parser = copy_field(v15.OFPActionCopyField.parser)
for _version in (v14, v15):
    any_event(_version.OFPFlowUpdateFull)
    any_event(_version.OFPFlowUpdatePaused)
