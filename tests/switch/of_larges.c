/* SPDX-License-Identifier: BSD-3-Clause */
/* See of_larges.h. */
#include "of_larges.h"
#include "of_packet_outs.h"
#include "of_rules.h"

#include <unistd.h>

#include <sw/bridge.h>
#include <sw/clock.h>
#include <sw/err.h>
#include <sw/loop.h>
#include <sw/rule_table.h>

#include "../lib/ctltest.h"
#include "../lib/testswitch.h"

#include "../../src/ctl/staged.h"

int ol_setup(void **state)
{
	struct sw_err err;

	ts_start(1);
	assert_int_equal(sw_loop_init(&err), 0);
	ct_start();
	ct_bridge("br0");
	op_start();
	return 0;
}

int ol_teardown(void **state)
{
	sw_clock_tick(0);
	op_turn(1);
	op_stop();
	ct_stop();
	sw_loop_fini();
	ts_stop();
	return 0;
}

struct sw_bridge *ol_bridge(void)
{
	return sw_bridge_by_name("br0");
}

struct sw_rules *ol_rules(void)
{
	return sw_bridge_rules(ol_bridge());
}

unsigned ol_count(void)
{
	struct sw_rule_table_stats stats;

	sw_rules_table_stats(ol_rules(), 0, &stats);
	return stats.rules;
}

/* n rules of an address each, which send to port 1, a group 7 or by a meter 7. */
int ol_fill(const char *does)
{
	int fd = or_dial(OF13);

	ct_ok("group add br0 group_id=7,type=all,bucket=output:2");
	ct_ok("meter add br0 meter=7,kbps,bands=type=drop,rate=100");
	for (unsigned i = 0; i < OL_RULES; i++) {
		char text[128];

		snprintf(text, sizeof(text),
			"send_flow_rem,cookie=%u,ip,nw_dst=10.0.%u.%u,actions=%s", i + 1, i / 256,
			i % 256, does);
		or_flow_mod(fd, OF13, OR_ADD, text);
	}
	op_echo(fd, OF13);
	op_hush(fd, OF13);
	assert_int_equal(ol_count(), OL_RULES);
	return fd;
}

void ol_barrier(int fd)
{
	op_say(fd, OF13, 20, 0xba, "");
}

/* Slices do not end. */
void ol_at_once(void)
{
	sw_clock_tick(0);
}

void ol_hear_barrier(int fd)
{
	ol_at_once();
	assert_int_equal(op_hear_type(fd, 21)->xid, 0xba);
}

/* Until the change of it is under way, but not over. Time goes on fast, so that slices end, to the end of the case or to ol_at_once(). */
void ol_until_busy(void)
{
	sw_clock_tick(OL_TICK_NS);
	for (unsigned i = 0; i < 1000 && !sw_rules_busy(ol_rules()); i++)
		op_turn(1);
	assert_true(sw_rules_busy(ol_rules()));
	assert_false(staged_is_under_way(ol_rules()));
}

/* Until packets see it, but not all who listen have heard of it. */
void ol_until_told(void)
{
	sw_clock_tick(OL_TICK_NS);
	for (unsigned i = 0; i < 1000 && !staged_is_under_way(ol_rules()); i++)
		op_turn(1);
	assert_true(staged_is_under_way(ol_rules()));
}

void ol_until_idle(void)
{
	ol_at_once();
	for (unsigned i = 0; i < 200000 && sw_rules_busy(ol_rules()); i++) {
		op_turn(1);
		usleep(20); /* it may wait for who is slow */
	}
	assert_false(sw_rules_busy(ol_rules()));
}

/* It is cut off: with an answer that it did not read, where a peer that only says no more would have all done that it asked for. */
void ol_cut_off(int fd)
{
	close(fd);
	ol_at_once();
	op_turn(2);
}

void ol_packet_out(int fd, const char *actions)
{
	po_say(fd, OF13, SW_OFPP_CONTROLLER, actions, ts_frame(MAC(9), MAC(8), UNTAGGED));
}
