/* SPDX-License-Identifier: BSD-3-Clause */
/* See of_packet_outs.h. */
#include "of_packet_outs.h"

#include <sw/action_text.h>
#include <sw/err.h>

#include "../../src/ctl/of/action/action.h"
#include "../../src/ctl/of/codec/head.h"

static void put_head(struct of_buf *out, uint8_t version, uint32_t in_port, uint16_t actions)
{
	of_put_u32(out, UINT32_MAX);
	if (version == OF10) {
		of_put_u16(out, in_port);
	} else if (version < OF15) {
		of_put_u32(out, in_port);
	} else {
		of_put_u16(out, actions);
		of_put_u16(out, 0);
		of_put_u32(out, 1 << 16 | 12); /* a match with the port */
		of_put_u32(out, 0x80000004);
		of_put_u32(out, in_port);
		of_put_u32(out, 0);
		return;
	}
	of_put_u16(out, actions);
	if (version != OF10)
		of_room(out, 6);
}

void po_put(struct of_buf *out, uint8_t version, uint32_t in_port, const char *actions,
	struct ts_frame frame)
{
	size_t at = of_begin(out, version, 13, PO_XID);
	struct sw_actions *list = NULL;
	struct of_buf encoded = { 0 };
	uint8_t bytes[4096];
	unsigned len = ts_bytes(bytes, frame);
	struct sw_err err;

	if (sw_actions_parse(actions, &list, &err))
		fail_msg("%s: %s", actions, err.text);
	of_put_actions(&encoded, list, version);
	put_head(out, version, in_port, encoded.len);
	of_put(out, encoded.bytes, encoded.len);
	of_put(out, bytes, len);
	of_end(out, at);
	sw_actions_free(list);
	of_buf_fini(&encoded);
}

void po_say(int fd, uint8_t version, uint32_t in_port, const char *actions, struct ts_frame frame)
{
	struct of_buf buf = { 0 };

	po_put(&buf, version, in_port, actions, frame);
	op_say_raw(fd, buf.bytes, buf.len);
	of_buf_fini(&buf);
}

void po_barrier(int fd, uint8_t version)
{
	op_say(fd, version, version == OF10 ? 18 : 20, PO_XID + 1, "");
}

void po_hear_barrier(int fd, uint8_t version)
{
	assert_int_equal(op_hear_type(fd, version == OF10 ? 19 : 21)->xid, PO_XID + 1);
}
