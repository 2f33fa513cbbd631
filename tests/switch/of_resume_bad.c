/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * NXT_RESUME that is refused: handles that are not good, messages that are not well formed; and how many may wait.
 */
#include "of_paused.h"

#include <string.h>

#include <sw/bridge.h>
#include <sw/dummy.h>
#include <sw/err.h>
#include <sw/packet_in.h>
#include <sw/pause.h>

#include "../lib/ctltest.h"

static const uint8_t versions[] = { OF10, OF13, OF14, OF15 };

/* --- what is not ---------------------------------------------------------------------------------------------------- */

static void stale(void **state)
{
	int fd, other;
	struct paused p, q;

	ct_bridge("br1");
	fd = rp_dial(OF13);
	other = op_dial_as("br1", OF13);
	rp_rule(fd, OF13, "actions=controller(pause),output:2");
	rp_stop(fd, rp_frame(1), &p);
	rp_say_resume(other, OF13, p.b, p.len);
	rp_hear_stale(other, OF13);
	rp_go_on(fd, OF13, &p);
	ts_expect(rp_port[2], rp_frame(1));
	/* Once. */
	rp_say_resume(fd, OF13, p.b, p.len);
	rp_hear_stale(fd, OF13);
	/* A handle that was not given, in each of its bytes. */
	rp_stop(fd, rp_frame(2), &p);
	for (unsigned i = 0; i < SW_PAUSE_HANDLE; i++) {
		q = p;
		rp_find(&q, RP_CONTINUATION)[12 + i] ^= 0x40;
		rp_say_resume(fd, OF13, q.b, q.len);
		rp_hear_stale(fd, OF13);
	}
	/* For so long. */
	ts_warp(SW_PAUSE_SECONDS - 1);
	rp_go_on(fd, OF13, &p);
	ts_expect(rp_port[2], rp_frame(2));
	rp_stop(fd, rp_frame(3), &p);
	ts_warp(SW_PAUSE_SECONDS + 1);
	rp_say_resume(fd, OF13, p.b, p.len);
	rp_hear_stale(fd, OF13);
	ts_quiet();
	/* Who sees packets in another form cannot send them on. */
	op_say(fd, OF13, 4, 1, "00002320 00000010 00000000");
	op_echo(fd, OF13);
	ts_send(rp_port[1], rp_frame(4));
	ts_turn();
	assert_int_equal(sw_packet_in_run(8), 1);
	op_hear_type(fd, 10);
	or_clear(fd, OF13);
	op_close(other);
	op_close(fd);
	for (unsigned v = 0; v < 4; v++) {
		static const char hex[] =
			"00002320 0000001c 0000 0012 0000000000000000000000000000 000000000000";

		fd = op_dial_as("br0", versions[v]);
		op_say(fd, versions[v], 4, RP_XID, hex);
		rp_hear_stale(fd, versions[v]);
		op_close(fd);
	}
}

#define PACKET "0000 0012 0000000000000000000000000000 000000000000 "
#define NX     "00002320 0000001c "

static void malformed(void **state)
{
	static const struct {
		const char *body;
		uint16_t type, code;
	} cases[] = {
		{ NX, 1, 6 },			   /* no packet */
		{ NX "0000 0004 00000000", 1, 6 }, /* an empty one */
		{ NX "0000 0011 00000000000000000000000000 00000000000000", 1, 12 }, /* no header */
		{ NX "0000 0003 00000000", 14, 1 },
		{ NX "0000 0019 00000000", 14, 1 },
		{ NX PACKET PACKET, 14, 4 },
		{ NX PACKET "0001 0008 0000000d", 1, 6 }, /* shorter than it is */
		{ NX PACKET "0001 0006 0000 0000", 14, 1 },
		{ NX PACKET "0003 0008 00000000", 14, 1 },
		{ NX PACKET "0004 000c 0000000000000000 00000000", 14, 1 },
		{ NX PACKET "0005 0004 00000000", 14, 1 },
		{ NX PACKET "0009 0004 00000000", 14, 0 },
		{ NX PACKET "ffff 000c 00000001 00000001 00000000", 14, 5 },
		{ NX PACKET "0006 0009 0001000400 00000000000000", 4, 1 },
		{ NX PACKET "0006 000c fffe0004 00000000 00000000", 4, 6 },
		{ NX PACKET "0008 0006 0000 0000", 14, 1 }, /* continuations */
		{ NX PACKET "0008 0010 00000000 8000 0030 00000000", 14, 1 },
		{ NX PACKET "0008 0010 00000000 8000 0003 00000000", 14, 1 },
		{ NX PACKET "0008 0008 00000000", 0xffff, 35 },
		{ NX PACKET "0008 0010 00000000 8000 0004 00000000", 0xffff, 35 },
		{ NX PACKET
			"0008 0020 00000000 8001 0014 00000000000000000000000000000000 00000000",
			0xffff, 35 },
		{ NX PACKET "0008 0028 00000000 8000 0014 00000000000000000000000000000000 00000000"
			    "8000 0004 00000000",
			0xffff, 35 },
	};
	int fd = op_dial_as("br0", OF14);

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		op_say(fd, OF14, 4, RP_XID, cases[i].body);
		op_hear_error(fd, cases[i].type, cases[i].code);
	}
	/* A slave sends nothing on. */
	op_say(fd, OF14, 24, RP_XID, "00000003 00000000 0000000000000001");
	op_hear_type(fd, 25);
	op_say(fd, OF14, 4, RP_XID, NX PACKET);
	op_hear_error(fd, 1, 10);
	op_close(fd);
}

/* --- many ----------------------------------------------------------------------------------------------------------- */

static uint8_t first[SW_PAUSE_HANDLE], last[SW_PAUSE_HANDLE];
static unsigned n_kept;
static bool keeps;

static void hear(const struct sw_packet_in *in)
{
	if (!keeps)
		return;
	assert_true(in->pauses);
	assert_true(sw_pause_keep(in, n_kept++ ? last : first));
}

SW_REGISTER(packet_in_listener, of_resume) = {
	.name = "of_resume",
	.help = "keeps packets",
	.heard = hear,
};

static enum sw_resume_fault resume(const uint8_t *handle)
{
	static const uint8_t bytes[60];
	struct sw_resume r = { .bytes = bytes, .len = sizeof(bytes) };
	uint32_t ticket;
	struct sw_err err;

	memcpy(r.handle, handle, sizeof(r.handle));
	return sw_pause_resume(sw_bridge_by_name("br0"), &r, &ticket, &err);
}

/* As many packets as can be wait; it goes on like that. */
static void keep_many(void)
{
	keeps = true;
	n_kept = 0;
	for (unsigned i = 0; i < SW_PAUSED_MAX; i++) {
		ts_send(rp_port[1], rp_frame(i));
		if (i % 64 == 63)
			ts_turn();
		while (sw_packet_in_run(64))
			;
	}
	assert_int_equal(n_kept, SW_PAUSED_MAX);
}

/* The oldest goes for a new one. */
static void pushed_out(void **state)
{
	int fd = or_dial(OF13);

	op_hush(fd, OF13);
	rp_rule(fd, OF13, "actions=controller(pause),output:2");
	keep_many();
	assert_int_equal(resume(first), SW_RESUME_FINE);
	ts_turn();
	sw_dummy_sent_drop(rp_port[2]);
	n_kept = 0;
	ts_send(rp_port[1], rp_frame(1)); /* it takes the place of that one */
	ts_turn();
	sw_packet_in_run(1);
	assert_int_equal(resume(last), SW_RESUME_FINE);
	ts_turn();
	assert_int_equal(sw_dummy_sent_drop(rp_port[2]), 1);
	for (unsigned i = 0; i < 2; i++) { /* the second is gone for it */
		ts_send(rp_port[1], rp_frame(1));
		ts_turn();
		sw_packet_in_run(1);
	}
	keeps = false;
	or_clear(fd, OF13);
	op_close(fd);
}

/* As many packets, with much left to do: they are too many bytes before. */
static void pushed_out_by_bytes(void **state)
{
	char rule[2048] = "actions=";
	int fd = or_dial(OF13);

	op_hush(fd, OF13);
	for (unsigned i = 0; i < 120; i++)
		strcat(rule, "push:reg0,");
	rp_rule(fd, OF13, strcat(rule, "controller(pause),output:2"));
	keep_many();
	assert_int_equal(resume(first), SW_RESUME_STALE);
	assert_int_equal(resume(last), SW_RESUME_FINE);
	ts_turn();
	assert_int_equal(sw_dummy_sent_drop(rp_port[2]), 1);
	keeps = false;
	or_clear(fd, OF13);
	op_close(fd);
}

/* More than the worker has room for: the connection waits, and all go on. */
static void waits(void **state)
{
	enum { N = 600 };
	struct of_buf buf = { 0 };
	int fd = rp_dial(OF13);

	rp_rule(fd, OF13, "actions=controller(pause),output:2");
	for (unsigned i = 0; i < N; i++) {
		struct paused p;

		rp_stop(fd, rp_frame(i), &p);
		rp_put_resume(&buf, OF13, p.b, p.len);
	}
	op_say_raw(fd, buf.bytes, buf.len);
	of_buf_fini(&buf);
	for (unsigned i = 0; i < 100; i++) {
		op_turn(4);
		ts_turn();
	}
	op_echo(fd, OF13);
	ts_turn();
	for (unsigned i = 0; i < N; i++)
		ts_expect(rp_port[2], rp_frame(i));
	ts_quiet();
	or_clear(fd, OF13);
	op_close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stale),
		cmocka_unit_test(malformed),
		cmocka_unit_test(pushed_out),
		cmocka_unit_test(pushed_out_by_bytes),
		cmocka_unit_test(waits),
	};

	return cmocka_run_group_tests(tests, rp_setup, rp_teardown);
}
