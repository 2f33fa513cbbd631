/* SPDX-License-Identifier: BSD-3-Clause */
/* See of_paused.h. */
#include "of_paused.h"

#include <string.h>

#include <sw/dummy.h>
#include <sw/packet_in.h>
#include <sw/port.h>

#include "../lib/ctltest.h"

#include "../../src/ctl/of/codec/head.h"

#define PACKET_IN2 30
#define RESUME	   28
#define EXP_HEAD   8 /* experimenter, type */

struct sw_port *rp_port[RP_PORTS + 1];

int rp_setup(void **state)
{
	op_setup_ports(rp_port, RP_PORTS);
	return 0;
}

int rp_teardown(void **state)
{
	op_teardown_ports(rp_port, RP_PORTS);
	return 0;
}

/* Wants packets in Nicira's second form. */
int rp_dial(uint8_t version)
{
	int fd = or_dial(version);

	op_say(fd, version, 4, 1, "00002320 00000010 00000002");
	op_say(fd, version, 9, 1, "0000 ffff");
	op_echo(fd, version);
	return fd;
}

struct ts_frame rp_frame(uint32_t mark)
{
	struct ts_frame f = ts_frame(MAC(9), MAC(8), UNTAGGED);

	f.mark = mark;
	return f;
}

void rp_hear(int fd, struct paused *p)
{
	const struct op_message *m = op_hear_type(fd, 4);

	assert_int_equal(op_u32(m, 0), OF_NICIRA);
	assert_int_equal(op_u32(m, 4), PACKET_IN2);
	assert_true(m->len - EXP_HEAD <= sizeof(p->b));
	p->len = m->len - EXP_HEAD;
	memcpy(p->b, m->body + EXP_HEAD, p->len);
}

void rp_stop(int fd, struct ts_frame f, struct paused *p)
{
	ts_send(rp_port[1], f);
	ts_turn();
	assert_int_equal(sw_packet_in_run(8), 1);
	rp_hear(fd, p);
}

void rp_put_resume(struct of_buf *out, uint8_t version, const void *bytes, size_t len)
{
	size_t at = of_begin_experimenter(out, version, RP_XID, OF_NICIRA, RESUME);

	of_put(out, bytes, len);
	of_end(out, at);
}

void rp_say_resume(int fd, uint8_t version, const void *bytes, size_t len)
{
	struct of_buf buf = { 0 };

	rp_put_resume(&buf, version, bytes, len);
	op_say_raw(fd, buf.bytes, buf.len);
	of_buf_fini(&buf);
}

void rp_go_on(int fd, uint8_t version, const struct paused *p)
{
	rp_say_resume(fd, version, p->b, p->len);
	op_echo(fd, version);
	ts_turn();
}

/* NXR_STALE. */
void rp_hear_stale(int fd, uint8_t version)
{
	if (version == OF10)
		op_hear_error(fd, 0xb0c2, 0);
	else
		op_hear_error(fd, 0xffff, 35);
}

/* A property of it: where its head is. */
uint8_t *rp_find(struct paused *p, unsigned type)
{
	for (size_t at = 0; at + 4 <= p->len;) {
		unsigned len = p->b[at + 2] << 8 | p->b[at + 3];

		if ((unsigned)(p->b[at] << 8 | p->b[at + 1]) == type)
			return p->b + at;
		at += (len + 7) & ~7u;
	}
	fail_msg("no property %u", type);
	return NULL;
}

void rp_rule(int fd, uint8_t version, const char *text)
{
	or_flow_mod(fd, version, OR_ADD, text);
	op_echo(fd, version);
}
