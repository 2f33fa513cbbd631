/* SPDX-License-Identifier: BSD-3-Clause */
/* See of_bundles.h. */
#include "of_bundles.h"

#include "of_rules.h"

#include "../../src/ctl/of/codec/head.h"
#include "../unit/of_hand.h"

void ob_put_head(struct of_buf *out, uint8_t version, bool add, uint32_t xid)
{
	if (version == OF13)
		of_begin_experimenter(out, version, xid, OF_ONF, add ? 2301 : 2300);
	else
		of_begin(out, version, add ? 34 : 33, xid);
}

void ob_control(int fd, uint8_t version, uint32_t id, uint16_t type, uint16_t flags)
{
	struct of_buf buf = { 0 };

	ob_put_head(&buf, version, false, 0xc0);
	of_put_u32(&buf, id);
	of_put_u16(&buf, type);
	of_put_u16(&buf, flags);
	of_end(&buf, 0);
	op_say_raw(fd, buf.bytes, buf.len);
	of_buf_fini(&buf);
}

void ob_hear_control(int fd, uint8_t version, uint32_t id, uint16_t type, uint16_t flags)
{
	const struct op_message *m = op_hear_type(fd, version == OF13 ? 4 : 33);
	size_t at = version == OF13 ? 8 : 0;

	assert_int_equal(m->xid, 0xc0);
	assert_int_equal(op_u32(m, at), id);
	assert_int_equal(op_u16(m, at + 4), type);
	assert_int_equal(op_u16(m, at + 6), flags);
}

void ob_hear_failed(int fd, uint8_t version, uint16_t code)
{
	const struct op_message *m = op_hear_type(fd, 1);

	if (version != OF13) {
		assert_int_equal(op_u16(m, 0), 17);
		assert_int_equal(op_u16(m, 2), code);
		return;
	}
	assert_int_equal(op_u16(m, 0), 0xffff);
	assert_int_equal(op_u16(m, 2), 2300 + code);
	assert_int_equal(op_u32(m, 4), 0x4f4e4600);
}

void ob_put_add(struct of_buf *buf, uint8_t version, uint32_t id, uint32_t xid, unsigned command,
	const char *text)
{
	size_t at = buf->len;

	ob_put_head(buf, version, true, xid);
	of_put_u32(buf, id);
	of_put_u16(buf, 0);
	of_put_u16(buf, 3);
	or_put_flow_mod(buf, version, false, xid, command, text);
	of_end(buf, at);
}

void ob_add(int fd, uint8_t version, uint32_t id, unsigned command, const char *text)
{
	struct of_buf buf = { 0 };

	ob_put_add(&buf, version, id, 0xad, command, text);
	op_say_raw(fd, buf.bytes, buf.len);
	of_buf_fini(&buf);
}

void ob_add_group(int fd, uint8_t version, unsigned command, uint32_t group, uint32_t to)
{
	struct of_buf buf = { 0 };
	size_t at;

	ob_put_head(&buf, version, true, 0xad);
	of_hex_buf(&buf, "00000007 0000 0003");
	at = of_begin(&buf, version, 15, 0xad);
	of_put_u16(&buf, command);
	of_put_u16(&buf, 0); /* all */
	of_put_u32(&buf, group);
	if (to) {
		of_hex_buf(&buf, "0020 0000 ffffffff ffffffff 00000000 0000 0010");
		of_put_u32(&buf, to);
		of_put_u64(&buf, 0);
	}
	of_end(&buf, at);
	of_end(&buf, 0);
	op_say_raw(fd, buf.bytes, buf.len);
	of_buf_fini(&buf);
}

void ob_add_meter(int fd, uint8_t version, unsigned command, uint32_t meter, uint32_t rate)
{
	struct of_buf buf = { 0 };
	size_t at;

	ob_put_head(&buf, version, true, 0xad);
	of_hex_buf(&buf, "00000007 0000 0003");
	at = of_begin(&buf, version, 29, 0xad);
	of_put_u16(&buf, command);
	of_put_u16(&buf, 2); /* packets a second */
	of_put_u32(&buf, meter);
	if (rate) {
		of_hex_buf(&buf, "0001 0010");
		of_put_u32(&buf, rate);
		of_put_u64(&buf, 0);
	}
	of_end(&buf, at);
	of_end(&buf, 0);
	op_say_raw(fd, buf.bytes, buf.len);
	of_buf_fini(&buf);
}

void ob_begin(int fd, uint8_t version)
{
	ob_control(fd, version, 7, OB_OPEN, 3);
	ob_hear_control(fd, version, 7, OB_OPENED, 3);
}

void ob_commit(int fd, uint8_t version)
{
	ob_control(fd, version, 7, OB_COMMIT, 3);
	ob_hear_control(fd, version, 7, OB_COMMITTED, 3);
}

void ob_refuse(int fd, uint8_t version, unsigned type, unsigned code)
{
	const struct op_message *m;

	ob_control(fd, version, 7, OB_COMMIT, 3);
	m = op_hear_type(fd, 1);
	assert_int_equal(m->xid, 0xad);
	assert_int_equal(op_u32(m, 0), type << 16 | code);
	ob_hear_failed(fd, version, 13);
}
