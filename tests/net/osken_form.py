# SPDX-License-Identifier: BSD-3-Clause
"""Messages and cases in the form that os-ken's switch tester reads: what ofp_msg_from_jsondict takes."""
CONTROLLER, NORMAL_PORT, OTHER_PORT, IN_PORT = 0xfffffffd, 2, 3, 0xfffffff8


def tlv(field, value, mask=None):
    return {"OXMTlv": {"field": field, "value": value, **({} if mask is None else {"mask": mask})}}


def match(*fields):
    """Of tuples (field, value) and (field, value, mask), in the order they are to be told in."""
    return {"OFPMatch": {"oxm_fields": [tlv(*field) for field in fields]}}


def act(name, **args):
    return {f"OFPAction{name}": args}


def output(port=NORMAL_PORT):
    return act("Output", port=port, **({"max_len": 65535} if port == CONTROLLER else {}))


def set_field(field, value, mask=None):
    return act("SetField", field=tlv(field, value, mask))


def group_action(number):
    return act("Group", group_id=number)


def apply(*actions):
    return {"OFPInstructionActions": {"actions": list(actions), "type": 4}}


def write(*actions):
    return {"OFPInstructionActions": {"actions": list(actions), "type": 3}}


CLEAR = {"OFPInstructionActions": {"actions": [], "type": 5}}


def goto(table):
    return {"OFPInstructionGotoTable": {"table_id": table}}


def metadata(value, mask=0xffffffffffffffff):
    return {"OFPInstructionWriteMetadata": {"metadata": value, "metadata_mask": mask}}


def metered(meter):
    return {"OFPInstructionMeter": {"meter_id": meter}}


def flow(fields, *instructions, table=0, **more):
    return {"OFPFlowMod": {"table_id": table, "match": match(*fields), "instructions": list(instructions),
                           **more}}


def bucket(*actions, weight=0, watch_port=0xffffffff, watch_group=0xffffffff):
    return {"OFPBucket": {"weight": weight, "watch_port": watch_port, "watch_group": watch_group,
                          "actions": list(actions)}}


def group(number, kind, *buckets):
    """kind: 0 all, 1 select, 2 indirect, 3 fast failover"""
    return {"OFPGroupMod": {"group_id": number, "type": kind, "buckets": list(buckets)}}


def meter(number, flags, *bands):
    return {"OFPMeterMod": {"meter_id": number, "flags": flags, "bands": list(bands)}}


def case(description, messages, *tests):
    return {"description": description, "prerequisite": list(messages), "tests": list(tests)}


def passes(packet, becomes=None):
    """It comes out of port 2."""
    return {"ingress": packet.texts(), "egress": (becomes or packet).texts()}


def told(packet, becomes=None):
    """It comes to the controller, with another reason than that no rule took it."""
    return {"ingress": packet.texts(), "PACKET_IN": (becomes or packet).texts()}


def missed(packet, table=0):
    """The table looks it up and has no rule for it."""
    return {"ingress": packet.texts(), "table-miss": [table]}
