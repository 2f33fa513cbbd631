/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What else than rules may be in a bundle: groups, meters, ports; with rules that use them, in order, all or nothing.
 */
#include "of_bundles.h"
#include "of_rules.h"

#include <sw/groups.h>
#include <sw/meters.h>
#include <sw/port_state.h>

#include "../lib/ctltest.h"
#include "../unit/of_hand.h"

#include "../../src/ctl/of/bridge.h"
#include "../../src/ctl/of/codec/head.h"

#define N_PORTS 2
#define NO_FWD	(1 << 5) /* OFPPC */

static const uint8_t versions[] = { OF13, OF14, OF15 };
static struct sw_port *port[N_PORTS + 1];

static int setup(void **state)
{
	op_setup_ports(port, N_PORTS);
	op_turn(5);
	return 0;
}

/* Groups, and rules that use them. */
static void with_groups(void **state)
{
	struct of_bridge *of = of_bridge_next(NULL);

	for (unsigned v = 0; v < 2; v++) {
		uint8_t version = versions[v];
		int fd = or_dial(version);

		ob_begin(fd, version);
		ob_add_group(fd, version, OB_ADD, 1, 5);
		ob_add(fd, version, 7, OR_ADD, "priority=1,ip,actions=group:1");
		ob_add_group(fd, version, OB_ADD, 2, 6);
		ob_add(fd, version, 7, OR_ADD, "priority=2,ip,actions=group:2");
		assert_null(sw_groups_find(of->groups, 1));
		ob_commit(fd, version);
		assert_non_null(sw_groups_find(of->groups, 1));
		or_expect(fd, version,
			"priority=1,ip actions=group:1\npriority=2,ip actions=group:2\n");
		/* What fails late takes back all of it. */
		ob_begin(fd, version);
		ob_add_group(fd, version, OB_DELETE, 1, 0);
		ob_add_group(fd, version, OB_ADD, 3, 5);
		ob_add(fd, version, 7, OR_ADD, "priority=3,ip,actions=group:3");
		ob_add(fd, version, 7, OR_ADD, "priority=4,ip,actions=group:1");
		ob_refuse(fd, version, 2, 9); /* there is no group 1 */
		assert_non_null(sw_groups_find(of->groups, 1));
		assert_null(sw_groups_find(of->groups, 3));
		ob_begin(fd, version);
		ob_add_group(fd, version, OB_DELETE, 1, 0);
		ob_add_group(fd, version, OB_ADD, 2, 5);
		ob_refuse(fd, version, 6, 0); /* group 2 exists */
		ob_begin(fd, version);
		ob_add_group(fd, version, OB_MODIFY, 4, 5);
		ob_refuse(fd, version, 6, 8); /* there is no group 4 */
		or_expect(fd, version,
			"priority=1,ip actions=group:1\npriority=2,ip actions=group:2\n");
		/* A group that goes takes its rules along, and may come again. */
		ob_begin(fd, version);
		ob_add(fd, version, 7, OR_ADD, "priority=3,ip,actions=group:1");
		ob_add_group(fd, version, OB_DELETE, 1, 0);
		ob_add_group(fd, version, OB_ADD, 1, 6);
		ob_add(fd, version, 7, OR_ADD, "priority=4,ip,actions=group:1");
		ob_commit(fd, version);
		or_expect(fd, version,
			"priority=2,ip actions=group:2\npriority=4,ip actions=group:1\n");
		ob_begin(fd, version);
		ob_add_group(fd, version, OB_DELETE, 0xfffffffc, 0);
		ob_commit(fd, version);
		or_expect(fd, version, "");
		assert_null(sw_groups_next(of->groups, -1));
		op_close(fd);
	}
}

static uint32_t rate_of(uint32_t meter)
{
	const struct sw_meter *m = sw_meters_find(of_bridge_next(NULL)->meters, meter);

	return m ? sw_meter_conf(m)->bands[0].rate : 0;
}

static const char *meter_rule(unsigned priority, unsigned meter)
{
	static char text[100];

	snprintf(text, sizeof(text), "priority=%u,ip,actions=meter:%u,output:1", priority, meter);
	return text;
}

/* With meters 1 and 2: what fails late takes back all of it. What is wrong in itself is told when it comes, and is no part of it. */
static void refuse_meters(int fd, uint8_t version)
{
	ob_begin(fd, version);
	ob_add_meter(fd, version, OB_DELETE, 1, 0);
	ob_add_meter(fd, version, OB_MODIFY, 2, 20);
	ob_add_meter(fd, version, OB_ADD, 3, 30);
	ob_add(fd, version, 7, OR_ADD, meter_rule(3, 3));
	ob_add(fd, version, 7, OR_ADD, meter_rule(4, 1));
	ob_refuse(fd, version, 12, 3); /* there is no meter 1 */
	ob_begin(fd, version);
	ob_add_meter(fd, version, OB_DELETE, 0xffffffff, 0);
	ob_add_meter(fd, version, OB_ADD, 2, 20);
	ob_add_meter(fd, version, OB_ADD, 2, 20);
	ob_refuse(fd, version, 12, 1); /* meter 2 exists */
	ob_begin(fd, version);
	ob_add_meter(fd, version, OB_DELETE, 2, 0);
	ob_add_meter(fd, version, OB_MODIFY, 2, 20);
	ob_refuse(fd, version, 12, 3);
	assert_int_equal(rate_of(1), 11);
	assert_int_equal(rate_of(2), 13);
	assert_int_equal(rate_of(3), 0);
	ob_begin(fd, version);
	ob_add_meter(fd, version, OB_ADD, 0, 5);
	op_hear_error(fd, 12, 2);
	ob_add_meter(fd, version, OB_ADD, 5, 0);
	op_hear_error(fd, 12, 2);
	ob_add_meter(fd, version, 9, 5, 5);
	op_hear_error(fd, 12, 4);
	ob_control(fd, version, 7, OB_DISCARD, 3);
	ob_hear_control(fd, version, 7, OB_DISCARDED, 3);
}

/* Meters and rules that use them, in their order. */
static void with_meters(void **state)
{
	for (unsigned v = 0; v < 3; v++) {
		uint8_t version = versions[v];
		int fd = or_dial(version);

		ob_begin(fd, version);
		ob_add_meter(fd, version, OB_ADD, 1, 11);
		ob_add(fd, version, 7, OR_ADD, meter_rule(1, 1));
		ob_add_meter(fd, version, OB_ADD, 2, 12);
		ob_add_meter(fd, version, OB_MODIFY, 2, 13);
		ob_add(fd, version, 7, OR_ADD, meter_rule(2, 2));
		op_echo(fd, version);
		assert_int_equal(rate_of(1), 0);
		ob_commit(fd, version);
		assert_int_equal(rate_of(1), 11);
		assert_int_equal(rate_of(2), 13);
		or_expect(fd, version,
			"priority=1,ip actions=meter:1,output:1\npriority=2,ip actions=meter:2,output:1\n");
		refuse_meters(fd, version);
		or_expect(fd, version,
			"priority=1,ip actions=meter:1,output:1\npriority=2,ip actions=meter:2,output:1\n");
		ob_begin(fd, version);
		/* A meter that goes takes its rules along, and may come again. */
		ob_add(fd, version, 7, OR_ADD, meter_rule(3, 1));
		ob_add_meter(fd, version, OB_DELETE, 1, 0);
		ob_add_meter(fd, version, OB_ADD, 1, 40);
		ob_add(fd, version, 7, OR_ADD, meter_rule(4, 1));
		ob_commit(fd, version);
		assert_int_equal(rate_of(1), 40);
		or_expect(fd, version,
			"priority=2,ip actions=meter:2,output:1\npriority=4,ip actions=meter:1,output:1\n");
		ob_begin(fd, version);
		ob_add_meter(fd, version, OB_DELETE, 0xffffffff, 0);
		ob_commit(fd, version);
		or_expect(fd, version, "");
		assert_int_equal(sw_meters_count(of_bridge_next(NULL)->meters), 0);
		op_close(fd);
	}
}

/* Add a port-mod that asks port n for what `config` says of NO_FWD. */
static void add_port(int fd, uint8_t version, unsigned n, uint32_t config)
{
	struct of_buf buf = { 0 };
	size_t at;

	ob_put_head(&buf, version, true, 0xad);
	of_hex_buf(&buf, "00000007 0000 0003");
	at = of_begin(&buf, version, 16, 0xad);
	of_put_u32(&buf, n);
	of_put_u32(&buf, 0);
	of_put(&buf, port[n <= N_PORTS ? n : N_PORTS]->mac.addr_bytes, 6);
	of_put_u16(&buf, 0);
	of_put_u32(&buf, config);
	of_put_u32(&buf, NO_FWD);
	if (version < OF14)
		of_put_u64(&buf, 0);
	of_end(&buf, at);
	of_end(&buf, 0);
	op_say_raw(fd, buf.bytes, buf.len);
	of_buf_fini(&buf);
}

/* Ports follow when the rules are in force; of a bundle that fails none does. */
static void with_ports(void **state)
{
	for (unsigned v = 0; v < 3; v++) {
		uint8_t version = versions[v];
		int fd = or_dial(version);

		op_hush(fd, version);
		ob_begin(fd, version);
		add_port(fd, version, 1, NO_FWD);
		ob_add(fd, version, 7, OR_ADD, "priority=1,ip,actions=output:1");
		op_echo(fd, version);
		assert_int_equal(port[1]->state, 0);
		ob_commit(fd, version);
		assert_int_equal(port[1]->state, SW_PORT_NO_FWD);
		ob_begin(fd, version);
		add_port(fd, version, 1, 0);
		ob_add(fd, version, 7, OR_ADD, "priority=2,ip,actions=group:9");
		add_port(fd, version, 2, NO_FWD);
		ob_refuse(fd, version, 2, 9); /* there is no group 9 */
		assert_int_equal(port[1]->state, SW_PORT_NO_FWD);
		assert_int_equal(port[2]->state, 0);
		or_expect(fd, version, "priority=1,ip actions=output:1\n");
		/* One that is not there is told of at once. */
		ob_begin(fd, version);
		add_port(fd, version, 77, NO_FWD);
		op_hear_error(fd, 7, 0);
		add_port(fd, version, 1, 0);
		ob_commit(fd, version);
		assert_int_equal(port[1]->state, 0);
		op_close(fd);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(with_groups),
		cmocka_unit_test(with_meters),
		cmocka_unit_test(with_ports),
	};

	return cmocka_run_group_tests(tests, setup, op_teardown);
}
