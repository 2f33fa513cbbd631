/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How much of a packet a controller may ask for (1.3.5, 7.2.5 and 7.3.2, enum ofp_controller_max_len): up to 0xffe5 bytes or all
 * of it, by set-config and by outputs; what is between is refused, but in 1.0, which knows no bound.
 */
#include "of_rules.h"

#include <rte_common.h>

#include "../lib/ctltest.h"

enum { GET_CONFIG = 7, SET_CONFIG = 9, PACKET_OUT = 13, FLOW_MOD = 14 };

static const char *const good[] = { "0000", "0080", "ffe5", "ffff" };
static const char *const bad[] = { "ffe6", "fff0", "fffe" };

static int setup(void **state)
{
	ct_setup(state);
	ct_bridge("br0");
	ct_ok("add-port br0 p1 -- set interface p1 type=dummy");
	op_start();
	op_turn(5);
	return 0;
}

static void say(int fd, uint8_t version, uint8_t type, const char *form, const char *len)
{
	char body[400];

	snprintf(body, sizeof(body), form, len);
	op_say(fd, version, type, 1, body);
}

static void expect_config(int fd, uint8_t version, uint32_t config)
{
	op_say(fd, version, GET_CONFIG, 2, "");
	assert_int_equal(op_u32(op_hear_type(fd, 8), 0), config);
}

/* What is refused changes nothing, the flags neither. */
static void miss_send_len(void **state)
{
	static const uint8_t versions[] = { OF13, OF14, OF15 };

	for (unsigned v = 0; v < RTE_DIM(versions); v++) {
		int fd = op_dial_as("br0", versions[v]);

		for (unsigned i = 0; i < RTE_DIM(good); i++) {
			say(fd, versions[v], SET_CONFIG, "0000 %s", good[i]);
			expect_config(fd, versions[v], strtoul(good[i], NULL, 16));
		}
		for (unsigned i = 0; i < RTE_DIM(bad); i++) {
			say(fd, versions[v], SET_CONFIG, "0001 %s", bad[i]);
			op_hear_error(fd, 10, 1); /* SWITCH_CONFIG_FAILED, BAD_LEN */
			expect_config(fd, versions[v], 0xffff);
		}
		op_close(fd);
	}
}

static void miss_send_len_of_10(void **state)
{
	int fd = op_dial_as("br0", OF10);

	for (unsigned i = 0; i < RTE_DIM(bad); i++) {
		say(fd, OF10, SET_CONFIG, "0000 %s", bad[i]);
		expect_config(fd, OF10, strtoul(bad[i], NULL, 16));
	}
	op_close(fd);
}

#define ADD                                                                                 \
	"0000000000000000 0000000000000000 0000 0000 0000 0005 ffffffff ffffffff ffffffff " \
	"0000 0000 0001 0004 00000000 0004 0018 00000000 "
#define SEND	      "ffffffff fffffffd 0010 000000000000 "
#define TO_CONTROLLER "0000 0010 fffffffd %s 000000000000 "
#define TO_PORT	      "0000 0010 00000001 %s 000000000000 "
#define FRAME	      "020000000001 020000000002 88b5 0000"

static void max_len(void **state)
{
	int fd = or_dial(OF13);

	for (unsigned i = 0; i < RTE_DIM(bad); i++) {
		say(fd, OF13, FLOW_MOD, ADD TO_CONTROLLER, bad[i]);
		op_hear_error(fd, 2, 5); /* BAD_ACTION, BAD_ARGUMENT */
		say(fd, OF13, PACKET_OUT, SEND TO_CONTROLLER FRAME, bad[i]);
		op_hear_error(fd, 2, 5);
	}
	or_expect(fd, OF13, "");
	say(fd, OF13, FLOW_MOD, ADD TO_PORT, "fffe"); /* where it says nothing */
	or_expect(fd, OF13, "priority=5 actions=output:1\n");
	for (unsigned i = 0; i < RTE_DIM(good); i++) {
		char line[80];

		say(fd, OF13, FLOW_MOD, ADD TO_CONTROLLER, good[i]);
		snprintf(line, sizeof(line), "priority=5 actions=CONTROLLER:%lu\n",
			strtoul(good[i], NULL, 16));
		or_expect(fd, OF13, line);
	}
	or_clear(fd, OF13);
	op_close(fd);
}

/* What text and 1.0 may say is told to 1.3 as the most that it may say itself. */
static void told_to_13(void **state)
{
	int ten = op_dial_as("br0", OF10), fd = or_dial(OF13);

	or_flow_mod(ten, OF10, OR_ADD, "priority=5,in_port=1,actions=controller:65534");
	op_echo(ten, OF10);
	ct_ok("rule add br0 priority=5,in_port=2,actions=controller:65534");
	ct_ok("rule add br0 priority=5,in_port=3,actions=controller:65510");
	or_expect(ten, OF10,
		"priority=5,in_port=1 actions=CONTROLLER:65534\n"
		"priority=5,in_port=2 actions=CONTROLLER:65534\n"
		"priority=5,in_port=3 actions=CONTROLLER:65510\n");
	or_expect(fd, OF13,
		"priority=5,in_port=1 actions=CONTROLLER:65509\n"
		"priority=5,in_port=2 actions=CONTROLLER:65509\n"
		"priority=5,in_port=3 actions=CONTROLLER:65509\n");
	or_clear(fd, OF13);
	op_close(ten);
	op_close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(miss_send_len),
		cmocka_unit_test(miss_send_len_of_10),
		cmocka_unit_test(max_len),
		cmocka_unit_test(told_to_13),
	};

	return cmocka_run_group_tests(tests, setup, op_teardown);
}
