/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Messages and bundles that change thousands of rules, made in slices: others are served in between and change nothing, answers come
 * behind all of it, who goes in the middle leaves nothing half done, and so does a bridge.
 */
#include "of_bundles.h"
#include "of_larges.h"
#include "of_rules.h"

#include <unistd.h>

#include <event2/event.h>

#include <sw/bridge.h>
#include <sw/clock.h>
#include <sw/err.h>
#include <sw/groups.h>
#include <sw/loop.h>
#include <sw/meters.h>
#include <sw/post.h>
#include <sw/rcu.h>

#include "../lib/ctltest.h"
#include "../lib/testswitch.h"
#include "../unit/of_hand.h"

#include "../../src/ctl/of/bridge.h"
#include "../../src/ctl/of/codec/head.h"
#include "../../src/ctl/of/conn/server.h"
#include "../../src/ctl/staged.h"

/* Others are answered while it is at it, but what would change the bridge waits, and happens behind it. */
static void others_are_served(void **state)
{
	int fd = ol_fill("output:1"), other = op_dial_as("br0", OF13);

	op_hush(other, OF13);
	op_echo(other, OF13);
	or_flow_mod(fd, OF13, OR_DELETE, "cookie=0/0x1");
	ol_barrier(fd);
	ol_until_busy();
	op_echo(other, OF13);
	assert_true(sw_rules_busy(ol_rules()));
	or_flow_mod(other, OF13, OR_ADD, "priority=9,tcp,actions=output:3");
	ol_barrier(other);
	op_turn(1);
	assert_true(sw_rules_busy(ol_rules()));
	op_hear_nothing(other);
	ol_hear_barrier(fd);
	assert_false(staged_is_under_way(ol_rules()) && ol_count() != OL_RULES / 2);
	ol_hear_barrier(other);
	assert_int_equal(ol_count(), OL_RULES / 2 + 1);
	op_close(other);
	op_close(fd);
}

/* Peers are told of each rule before the barrier's reply, and none is lost for that. */
static void told_before_the_barrier(void **state)
{
	int fd = ol_fill("output:1"), other = op_dial_as("br0", OF13);
	const struct op_message *m;
	unsigned n = 0;

	op_echo(other, OF13);
	or_flow_mod(other, OF13, OR_DELETE, "");
	ol_barrier(other);
	while ((m = op_hear(other)) && m->type == 11)
		n++;
	assert_non_null(m);
	assert_int_equal(m->type, 21);
	assert_int_equal(n, OL_RULES);
	op_close(other);
	op_close(fd);
}

/* In the middle of what follows from it, a new one waits, and neither is lost. */
static void one_after_the_other(void **state)
{
	int fd = ol_fill("output:1"), other = op_dial_as("br0", OF13);

	op_hush(other, OF13);
	op_echo(other, OF13);
	or_flow_mod(fd, OF13, OR_MODIFY, "actions=output:2");
	ol_until_told();
	or_flow_mod(other, OF13, OR_DELETE, "out_port=1");
	or_flow_mod(other, OF13, OR_DELETE, "out_port=2,cookie=0/0x3");
	ol_barrier(other);
	ol_hear_barrier(other);
	assert_int_equal(ol_count(), OL_RULES - OL_RULES / 4);
	ol_barrier(fd);
	ol_hear_barrier(fd);
	op_close(other);
	op_close(fd);
}

static void peer_goes(void **state)
{
	int fd = ol_fill("output:1"), other = op_dial_as("br0", OF13);

	op_hush(other, OF13);
	op_say(other, OF13, 2, 1, "");
	or_flow_mod(other, OF13, OR_ADD, "priority=9,tcp,actions=output:3");
	or_flow_mod(other, OF13, OR_DELETE, "ip");
	ol_until_busy();
	ol_cut_off(other);
	ol_until_idle();
	assert_int_equal(ol_count(), OL_RULES + 1); /* the first is made, the second not at all */
	other = op_dial_as("br0", OF13);
	op_say(other, OF13, 2, 1, "");
	or_flow_mod(other, OF13, OR_DELETE, "");
	ol_until_told();
	ol_cut_off(other);
	ol_until_idle();
	assert_int_equal(ol_count(), 0); /* it was, before it went */
	or_flow_mod(fd, OF13, OR_ADD, "priority=9,tcp,actions=output:3");
	ol_barrier(fd);
	ol_hear_barrier(fd);
	assert_int_equal(ol_count(), 1);
	op_close(fd);
}

static void refused(void **state)
{
	int fd = ol_fill("output:1");
	struct of_buf buf = { 0 };

	/* A prefix and a field that no rule of the table looks at: they are compared one by one, and it is one of the last. */
	or_put_flow_mod(&buf, OF13, false, 0x77, OR_ADD,
		"check_overlap,ip,nw_dst=10.0.78.0/24,nw_ttl=3,actions=output:1");
	op_say_raw(fd, buf.bytes, buf.len);
	of_buf_fini(&buf);
	ol_until_busy();
	ol_at_once();
	op_hear_error(fd, 5, 3);
	ol_barrier(fd);
	ol_hear_barrier(fd);
	assert_int_equal(ol_count(), OL_RULES);
	op_close(fd);
}

static const char *const uses[] = { "group:7", "meter:7,output:1" };

/* Delete it: by itself, or in a bundle that is open, which is committed. */
static void delete_used(int fd, bool meter, bool bundled)
{
	const char *body = meter ? "0002 0001 00000007" : "0002 00 00 00000007";
	struct of_buf buf = { 0 };
	size_t at = 0;

	if (bundled) {
		ob_put_head(&buf, OF13, true, 0x15);
		of_hex_buf(&buf, "00000007 0000 0003");
		at = buf.len;
	}
	of_begin(&buf, OF13, meter ? 29 : 15, 0x15);
	of_hex_buf(&buf, body);
	of_end(&buf, at);
	if (bundled)
		of_end(&buf, 0);
	op_say_raw(fd, buf.bytes, buf.len);
	of_buf_fini(&buf);
	if (bundled)
		ob_control(fd, OF13, 7, OB_COMMIT, 3);
}

/* Until a part of the rules is staged, but not all. */
static void until_part(void)
{
	sw_clock_tick(OL_TICK_NS);
	for (unsigned i = 0; i < 1000 && !sw_rules_staged(ol_rules()); i++)
		op_turn(1);
	assert_in_range(sw_rules_staged(ol_rules()), 1, OL_RULES - 1);
	assert_false(staged_is_under_way(ol_rules()));
}

/* Another controller that asks for it is told of the request. */
static void hear_forwarded(int fd, bool meter)
{
	const struct op_message *m = op_hear_type(fd, 32);

	assert_int_equal(m->len, 16);
	assert_int_equal(m->body[1], meter ? 29 : 15);
	assert_int_equal(op_u32(m, 4), 0x15);
	assert_int_equal(op_u32(m, 12), 7);
}

/* Those that use it go with a group, with a meter. */
static void users_go(void **state)
{
	for (unsigned way = 0; way < 4; way++) {
		bool meter = way & 1, bundled = way & 2;
		int fd = ol_fill(uses[meter]), other = op_dial_as("br0", OF14);

		op_hush(other, OF14);
		op_say(other, OF14, 28, 1, "000b 0008 00000003"); /* OFPT_REQUESTFORWARD */
		op_echo(other, OF14);
		if (bundled)
			ob_begin(fd, OF13);
		delete_used(fd, meter, bundled);
		ol_barrier(fd);
		until_part();
		ol_at_once();
		if (bundled)
			ob_hear_control(fd, OF13, 7, OB_COMMITTED, 3);
		ol_hear_barrier(fd);
		hear_forwarded(other, meter);
		op_close(other);
		assert_int_equal(ol_count(), 0);
		assert_null(meter ? (void *)sw_meters_find(sw_bridge_meters(ol_bridge()), 7)
				  : (void *)sw_groups_find(sw_bridge_groups(ol_bridge()), 7));
		ct_ok("group del br0");
		ct_ok("meter del br0");
		op_close(fd);
	}
}

/* The peer that deletes it goes: it stays, and its rules. */
static void user_stays(void **state)
{
	for (unsigned way = 0; way < 4; way++) {
		bool meter = way & 1, bundled = way & 2;
		int fd = ol_fill(uses[meter]), other = op_dial_as("br0", OF13);

		op_hush(other, OF13);
		if (bundled)
			ob_begin(other, OF13);
		op_say(other, OF13, 2, 1, "");
		delete_used(other, meter, bundled);
		until_part();
		ol_cut_off(other);
		ol_until_idle();
		assert_int_equal(ol_count(), OL_RULES);
		assert_non_null(sw_groups_find(sw_bridge_groups(ol_bridge()), 7));
		assert_non_null(sw_meters_find(sw_bridge_meters(ol_bridge()), 7));
		/* By a command, in slices, too: rules go along. */
		sw_clock_tick(OL_TICK_NS);
		ct_ok(meter ? "group del br0 group_id=7" : "meter del br0 meter=7");
		assert_int_equal(ol_count(), OL_RULES);
		ct_ok(meter ? "meter del br0 meter=7" : "group del br0 group_id=7");
		assert_int_equal(ol_count(), 0);
		ol_at_once();
		op_close(fd);
	}
}

/* A deletion under way: what is staged is seen, or not yet. */
static int delete_until(const bool *is_seen)
{
	int fd = ol_fill("output:1");

	or_flow_mod(fd, OF13, OR_DELETE, "ip");
	if (*is_seen)
		ol_until_told();
	else
		ol_until_busy();
	return fd;
}

/* OpenFlow ends, and the bridge, wherever it is: in the middle of the change, of what follows. */
static void ends_in_the_middle(void **state)
{
	int fd = delete_until(*state);

	ol_at_once();
	ct_ok("del-br br0");
	ct_bridge("br0");
	assert_int_equal(ol_count(), 1);
	op_hear_end(fd);
	op_close(fd);
}

/* The switch stops there. */
static void stops_in_the_middle(void **state)
{
	int fd = delete_until(*state);

	close(fd);
}

static bool seen = true, not_seen;

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(others_are_served, ol_setup, ol_teardown),
		cmocka_unit_test_setup_teardown(told_before_the_barrier, ol_setup, ol_teardown),
		cmocka_unit_test_setup_teardown(one_after_the_other, ol_setup, ol_teardown),
		cmocka_unit_test_setup_teardown(peer_goes, ol_setup, ol_teardown),
		cmocka_unit_test_setup_teardown(refused, ol_setup, ol_teardown),
		cmocka_unit_test_setup_teardown(users_go, ol_setup, ol_teardown),
		cmocka_unit_test_setup_teardown(user_stays, ol_setup, ol_teardown),
		cmocka_unit_test_prestate_setup_teardown(
			ends_in_the_middle, ol_setup, ol_teardown, &not_seen),
		cmocka_unit_test_prestate_setup_teardown(
			ends_in_the_middle, ol_setup, ol_teardown, &seen),
		cmocka_unit_test_prestate_setup_teardown(
			stops_in_the_middle, ol_setup, ol_teardown, &not_seen),
		cmocka_unit_test_prestate_setup_teardown(
			stops_in_the_middle, ol_setup, ol_teardown, &seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
