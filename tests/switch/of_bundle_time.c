/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bundles of 1.5 that are committed at a time (1.5.1, 6.9): when, in which order, cancelled, refused. The clock stands, and moves when
 * it is told to; TAI is what the switch says of itself.
 */
#include "of_bundles.h"
#include "of_rules.h"

#include <sw/clock.h>

#include "../lib/ctltest.h"
#include "../unit/of_hand.h"

#include "../../src/ctl/of/bridge.h"
#include "../../src/ctl/of/codec/head.h"
#include "../../src/ctl/of/codec/time.h"
#include "../../src/ctl/of/conn/conn.h"
#include "../../src/ctl/of/conn/server.h"

#define MS    UINT64_C(1000000)
#define S     (1000 * MS)
#define TIMED 7 /* flags: atomic, ordered, at a time */

/* "from now": so many milliseconds, or before it. */
static uint64_t now_and(int64_t ms)
{
	return sw_clock_tai_ns() + ms * (int64_t)MS;
}

static void put_time(struct of_buf *buf, uint64_t at)
{
	of_hex_buf(buf, "0001 0018 00000000");
	of_put_time(buf, at);
}

static void control_at(int fd, uint32_t id, uint16_t type, uint16_t flags, uint64_t at)
{
	struct of_buf buf = { 0 };

	ob_put_head(&buf, OF15, false, 0xc0);
	of_put_u32(&buf, id);
	of_put_u16(&buf, type);
	of_put_u16(&buf, flags);
	put_time(&buf, at);
	of_end(&buf, 0);
	op_say_raw(fd, buf.bytes, buf.len);
	of_buf_fini(&buf);
}

/* A bundle of one rule, whose table is its number. */
static void make(int fd, uint32_t id)
{
	char rule[64];

	snprintf(rule, sizeof(rule), "table=%u,actions=drop", id);
	ob_add(fd, OF15, id, OR_ADD, rule);
}

static void schedule(int fd, uint32_t id, int64_t ms)
{
	make(fd, id);
	control_at(fd, id, OB_COMMIT, TIMED, now_and(ms));
}

static void hear_committed(int fd, uint32_t id)
{
	ob_hear_control(fd, OF15, id, OB_COMMITTED, TIMED);
}

static void pass(unsigned ms)
{
	sw_clock_warp(ms);
	of_server_sweep();
}

/* Nothing was said and nothing changed; the connection lives. */
static void quiet(int fd)
{
	op_echo(fd, OF15);
	or_expect(fd, OF15, "");
}

static void say_features(int fd, uint32_t flags, uint64_t future, uint64_t past)
{
	struct of_buf buf = { 0 };

	of_begin(&buf, OF15, 18, 7);
	of_hex_buf(&buf, "00130000 00000000");
	of_put_u32(&buf, flags);
	of_hex_buf(&buf, "00000000 0001 0048 00000000");
	of_put_time(&buf, 0);
	of_put_time(&buf, future);
	of_put_time(&buf, past);
	of_put_time(&buf, 5 * S);
	of_end(&buf, 0);
	op_say_raw(fd, buf.bytes, buf.len);
	of_buf_fini(&buf);
}

static void hear_features(int fd, uint64_t future, uint64_t past)
{
	const uint64_t wanted[] = { 10 * MS, future, past, sw_clock_tai_ns() };
	const struct op_message *m = op_hear_type(fd, 19);
	struct of_cursor body;
	uint64_t time;

	assert_int_equal(m->len, 8 + 8 + 72);
	assert_int_equal(op_u16(m, 8), 7);
	assert_int_equal(op_u32(m, 16), 0x00010048);
	body = of_cursor(m->body + 24, 64);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(of_get_time(&body, &time), OF_FINE);
		assert_int_equal(time, wanted[i]);
	}
}

static void set_bounds(int fd, uint64_t future, uint64_t past)
{
	say_features(fd, 2, future, past);
	hear_features(fd, future, past);
}

static void bounds(void **state)
{
	int fd = or_dial(OF15), other = op_dial_as("br0", OF15);

	op_say(fd, OF15, 18, 7, "00130000 00000000 00000000 00000000");
	hear_features(fd, S, S);
	op_say(fd, OF15, 18, 7, "00130000 00000000 00000001 00000000");
	hear_features(fd, S, S);
	say_features(fd, 1, 60 * S, 60 * S); /* not to be set */
	hear_features(fd, S, S);
	set_bounds(fd, 3600 * S, 5 * MS);
	say_features(fd, 2, 86401 * S, OF_TIME_LAST);
	hear_features(fd, 86400 * S, 86400 * S);
	op_say(other, OF15, 18, 7, "00130000 00000000 00000000 00000000");
	hear_features(other, S, S);
	op_say(fd, OF15, 18, 7, "00130000 00000000 00000002 00000000"); /* to what? */
	op_hear_error(fd, 17, 7);
	say_features(fd, 4, S, S);
	op_hear_error(fd, 17, 7);
	op_say(fd, OF15, 18, 7, "00130000 00000000 00000000 00000000 00020008 00000000");
	op_hear_error(fd, 14, 0);
	op_say(fd, OF15, 18, 7, "00130000 00000000 00000000 00000000 00010008 00000000");
	op_hear_error(fd, 14, 1);
	op_say(fd, OF15, 18, 7, "00130000 00000000 00000000 00000000 ffff0008 00000000");
	op_hear_error(fd, 14, 5);
	op_close(fd);
	op_close(other);
}

/* Not before, whatever comes meanwhile; and it does not time out. */
static void at_its_time(void **state)
{
	int fd = or_dial(OF15);

	set_bounds(fd, 60 * S, S);
	ob_control(fd, OF15, 1, OB_OPEN, 3);
	ob_hear_control(fd, OF15, 1, OB_OPENED, 3);
	make(fd, 1);
	ob_control(fd, OF15, 1, OB_CLOSE, 3);
	ob_hear_control(fd, OF15, 1, OB_CLOSED, 3);
	control_at(fd, 1, OB_COMMIT, TIMED, now_and(30000));
	for (unsigned i = 0; i < 29; i++) {
		pass(1000);
		quiet(fd);
	}
	op_say(fd, OF15, 20, 5, ""); /* a barrier waits for what is to be done now */
	op_hear_type(fd, 21);
	pass(999);
	quiet(fd);
	pass(1);
	hear_committed(fd, 1);
	or_expect(fd, OF15, "table=1, actions=drop\n");
	ob_control(fd, OF15, 1, OB_DISCARD, 3);
	ob_hear_failed(fd, OF15, 2); /* it is gone */
	op_close(fd);
}

/* What is in the past is done at once, if it is not too long ago. */
static void too_far(void **state)
{
	int fd = or_dial(OF15);

	schedule(fd, 1, -1000);
	hear_committed(fd, 1);
	schedule(fd, 2, 0);
	hear_committed(fd, 2);
	or_clear(fd, OF15);
	schedule(fd, 3, -1001);
	ob_hear_failed(fd, OF15, 18);
	schedule(fd, 3, 1001); /* of the same number: that before is gone */
	ob_hear_failed(fd, OF15, 17);
	make(fd, 3);
	control_at(fd, 3, OB_COMMIT, TIMED, 0);
	ob_hear_failed(fd, OF15, 18);
	make(fd, 3);
	control_at(fd, 3, OB_COMMIT, TIMED, OF_TIME_LAST);
	ob_hear_failed(fd, OF15, 17);
	assert_int_equal(of_bridge_next(NULL)->bundle_bytes, 0);
	pass(2000);
	quiet(fd);
	op_close(fd);
}

static void cancelled(void **state)
{
	int fd = or_dial(OF15);

	schedule(fd, 1, 500);
	schedule(fd, 2, 600);
	ob_control(fd, OF15, 1, OB_DISCARD, 3);
	ob_hear_control(fd, OF15, 1, OB_DISCARDED, 3);
	pass(600);
	hear_committed(fd, 2);
	or_expect(fd, OF15, "table=2, actions=drop\n");
	or_clear(fd, OF15);
	schedule(fd, 3, 500);
	op_echo(fd, OF15);
	op_close(fd); /* what it scheduled goes with it */
	assert_int_equal(of_bridge_next(NULL)->bundle_bytes, 0);
	fd = op_dial_as("br0", OF15);
	pass(1000);
	quiet(fd);
	op_close(fd);
}

/* By their times, then as they were scheduled. */
static void in_order(void **state)
{
	int fd = or_dial(OF15);

	make(fd, 4);
	schedule(fd, 1, 300);
	schedule(fd, 2, 200);
	schedule(fd, 3, 300);
	control_at(fd, 4, OB_COMMIT, TIMED, now_and(300));
	schedule(fd, 5, 700);
	op_echo(fd, OF15);
	pass(500);
	hear_committed(fd, 2);
	hear_committed(fd, 1);
	hear_committed(fd, 3);
	hear_committed(fd, 4);
	op_echo(fd, OF15);
	pass(500);
	hear_committed(fd, 5);
	op_close(fd);
}

static void refused(void **state)
{
	int fd = or_dial(OF15), old = op_dial_as("br0", OF14);
	struct of_buf buf = { 0 };

	ob_control(fd, OF15, 1, OB_OPEN, TIMED);
	ob_hear_control(fd, OF15, 1, OB_OPENED, TIMED);
	make(fd, 1);
	ob_control(fd, OF15, 1, OB_COMMIT, TIMED); /* when? */
	ob_hear_failed(fd, OF15, 7);
	make(fd, 1);
	control_at(fd, 1, OB_COMMIT, 3, now_and(100)); /* a time, and not to be used */
	ob_hear_failed(fd, OF15, 7);
	ob_control(fd, OF15, 1, OB_OPEN, TIMED);
	ob_hear_control(fd, OF15, 1, OB_OPENED, TIMED);
	ob_control(fd, OF15, 1, OB_COMMIT, 3); /* it was to have one */
	ob_hear_failed(fd, OF15, 7);
	control_at(fd, 1, OB_OPEN, TIMED, now_and(100));
	op_hear_error(fd, 14, 0);
	ob_put_head(&buf, OF15, false, 0xc0);
	of_hex_buf(&buf, "00000001 00040007");
	put_time(&buf, now_and(100));
	put_time(&buf, now_and(100));
	of_end(&buf, 0);
	op_say_raw(fd, buf.bytes, buf.len);
	op_hear_error(fd, 14, 4);
	of_buf_fini(&buf);
	op_say(fd, OF15, 33, 1,
		"00000001 00040007 0001 0018 00000000 0000000000000001 3b9aca00 00000000");
	op_hear_error(fd, 14, 2); /* a whole second of nanoseconds */
	op_say(fd, OF15, 33, 1, "00000001 00040007 0001 0010 00000000 0000000000000001");
	op_hear_error(fd, 14, 1);
	ob_control(old, OF14, 1, OB_OPEN, TIMED);
	ob_hear_failed(old, OF14, 7);
	op_close(old);
	op_close(fd);
}

/* Of what is scheduled only the time is waited for: no more comes in, and there may be as many as of others. */
static void as_it_is(void **state)
{
	int fd = or_dial(OF15);

	schedule(fd, 1, 500);
	control_at(fd, 1, OB_COMMIT, TIMED, now_and(100));
	ob_hear_failed(fd, OF15, 15);
	ob_control(fd, OF15, 1, OB_COMMIT, 3);
	ob_hear_failed(fd, OF15, 15);
	pass(400);
	quiet(fd);
	pass(100);
	hear_committed(fd, 1);
	or_clear(fd, OF15);
	schedule(fd, 2, 500);
	make(fd, 2);
	ob_hear_failed(fd, OF15, 4); /* and it is discarded, as the specification has it */
	pass(500);
	quiet(fd);
	for (unsigned i = 0; i < OF_BUNDLES_MAX; i++)
		schedule(fd, i, 500);
	make(fd, 99);
	ob_hear_failed(fd, OF15, 5);
	pass(500);
	for (unsigned i = 0; i < OF_BUNDLES_MAX; i++)
		hear_committed(fd, i);
	op_close(fd);
}

/* When its time comes somebody else is in the middle of a change; or it has no right any more, or cannot be done. */
static void not_now(void **state)
{
	struct of_bridge *of = of_bridge_next(NULL);
	int fd = or_dial(OF15);

	schedule(fd, 1, 500);
	op_echo(fd, OF15);
	assert_true(of_bridge_hold(of));
	pass(500);
	op_turn(5);
	op_hear_nothing(fd);
	of_bridge_unlock(of);
	hear_committed(fd, 1);
	or_clear(fd, OF15);

	ob_add(fd, OF15, 2, OR_ADD, "priority=2,ip,actions=drop");
	ob_add(fd, OF15, 2, OR_ADD, "priority=2,check_overlap,tcp,actions=drop");
	control_at(fd, 2, OB_COMMIT, TIMED, now_and(500));
	quiet(fd);
	pass(500);
	op_hear_error(fd, 5, 3);
	ob_hear_failed(fd, OF15, 13);
	quiet(fd);

	schedule(fd, 3, 500);
	op_say(fd, OF15, 24, 8, "00000003 00000000 0000000000000001"); /* slave */
	op_hear_type(fd, 25);
	pass(500);
	op_hear_error(fd, 1, 10);
	assert_int_equal(of->bundle_bytes, 0);
	quiet(fd);
	op_close(fd);
}

/* The machine's clock is set: it is that clock's time that counts. */
static void clock_is_set(void **state)
{
	int fd = or_dial(OF15);

	schedule(fd, 1, 500);
	op_echo(fd, OF15);
	sw_clock_set_wall(-10000);
	pass(5000);
	quiet(fd);
	sw_clock_set_wall(10000);
	of_server_sweep();
	hear_committed(fd, 1);
	op_close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bounds),
		cmocka_unit_test(at_its_time),
		cmocka_unit_test(too_far),
		cmocka_unit_test(cancelled),
		cmocka_unit_test(in_order),
		cmocka_unit_test(refused),
		cmocka_unit_test(as_it_is),
		cmocka_unit_test(not_now),
		cmocka_unit_test(clock_is_set),
	};

	return cmocka_run_group_tests(tests, op_setup, op_teardown);
}
