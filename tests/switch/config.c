/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The configuration applied to a running switch: commands, transactions that fail at every stage and leave
 * everything as it was, restarts.
 */
#include "ctltest.h"
#include "testswitch.h"

#include "../../src/ctl/switch/switch.h"

static void test_bridges(void **state)
{
	ct_bridge("br1");
	ct_bridge("br0");
	assert_string_equal(ct_text("list-br"), "br0\nbr1\n");
	assert_non_null(switch_bridge("br0", NULL));
	ct_ok("br-exists br0");
	assert_int_equal(ct.exit_status, 0);
	ct_ok("br-exists br9");
	assert_int_equal(ct.exit_status, 2);
	ct_fails(SW_CODE_EXISTS, "add-br br0");
	ct_ok("--may-exist add-br br0");
	ct_ok("del-br br0");
	assert_null(switch_bridge("br0", NULL));
	assert_null(sw_port_by_name("br0"));
	ct_fails(SW_CODE_NOT_FOUND, "del-br br0");
	ct_ok("--if-exists del-br br0");
	assert_string_equal(ct_text("list-br"), "br1\n");
	ct_ok("br-set-external-id br1 a b");
	assert_string_equal(ct_text("br-get-external-id br1 a"), "b\n");
	assert_string_equal(ct_text("br-get-external-id br1"), "a=b\n");
	ct_ok("br-set-external-id br1 a");
	assert_string_equal(ct_text("br-get-external-id br1"), "");
}

static void test_ports(void **state)
{
	ct_bridge("br0");
	ct_ok("add-port br0 p2 -- set interface p2 type=dummy");
	ct_ok("add-port br0 p1 tag=10 -- set interface p1 type=dummy");
	assert_string_equal(ct_text("list-ports br0"), "p1\np2\n");
	assert_string_equal(ct_text("port-to-br p1"), "br0\n");
	assert_string_equal(ct_text("get port p1 tag"), "10\n");
	assert_string_equal(ct_text("get interface p2 ofport"), "1\n");
	assert_string_equal(ct_text("get interface p1 ofport"), "2\n");
	assert_string_equal(ct_text("get interface br0 ofport"), "65534\n");
	assert_string_equal(sw_bridge_program_of(sw_port_by_name("p1")), "l2");
	ct_fails(SW_CODE_EXISTS, "add-port br0 p1");
	ct_ok("--may-exist add-port br0 p1");
	ct_fails(SW_CODE_NOT_FOUND, "del-port br0 p9");
	assert_string_equal(ct.err.nearest, "p1");
	ct_ok("--if-exists del-port p9");
	ct_fails(SW_CODE_CONFLICT, "del-port br0");
	ct_ok("del-port br0 p1");
	ct_ok("del-port p2");
	assert_string_equal(ct_text("list-ports br0"), "");
	assert_null(sw_port_by_name("p1"));
}

static void test_show(void **state)
{
	const char *text;

	ct_bridge("br0");
	ct_ok("add-port br0 p1 trunks=1,2 -- set interface p1 type=dummy options:n_rxq=2");
	text = strchr(ct_text("show"), '\n') + 1;
	assert_string_equal(text, "    Bridge br0\n"
				  "        Port br0\n"
				  "            Interface br0\n"
				  "                type: dummy\n"
				  "        Port p1\n"
				  "            trunks: [1, 2]\n"
				  "            Interface p1\n"
				  "                type: dummy\n"
				  "                options: {n_rxq=\"2\"}\n"
				  "    swd_version: \"" SW_VERSION "\"\n");
}

/* The last command of a chain fails: nothing of it stays, and what ran before runs on. */
static void test_chain_fails_at_open(void **state)
{
	struct sw_port *p1;
	uint64_t generation;
	char *before;

	ct_bridge("br0");
	ct_ok("add-port br0 p1 tag=10 -- set interface p1 type=dummy");
	p1 = sw_port_by_name("p1");
	before = strdup(ct_text("show"));
	generation = ct.generation;
	ct_fails(SW_CODE_DEVICE,
		"add-br br1 -- set interface br1 type=dummy -- add-port br1 p2 -- set interface p2 "
		"type=dummy -- set port p1 tag=20 -- del-br br0 -- add-port br1 p3 -- "
		"set interface p3 type=dummy options:fail_open=broken");
	assert_int_equal(ct.failed_at, 7);
	assert_non_null(strstr(ct.err.text, "broken"));
	assert_string_equal(ct_text("show"), before);
	assert_int_equal(ct.generation, generation);
	assert_ptr_equal(sw_port_by_name("p1"), p1);
	assert_string_equal(sw_bridge_program_of(p1), "l2");
	assert_null(sw_port_by_name("p2"));
	assert_null(sw_port_by_name("br1"));
	assert_null(switch_bridge("br1", NULL));
	ct_restart();
	assert_string_equal(ct_text("show"), before);
	free(before);
}

static void test_restart(void **state)
{
	char *before;

	ct_bridge("br0");
	ct_ok("add-port br0 p1 tag=10 -- set interface p1 type=dummy -- fdb add br0 p1 10 "
	      "02:00:00:00:00:07");
	ct_ok("add-port br0 p2 -- set interface p2 type=dummy ofport_request=77");
	ct_ok("add-port br0 p3 -- set interface p3 type=dummy");
	ct_ok("del-port p1 -- add-port br0 p1 -- set interface p1 type=dummy");
	ct_ok("fdb add br0 p2 10 02:00:00:00:00:07");
	before = strdup(ct_text("list interface -- list port -- list bridge"));
	ct_restart();
	assert_string_equal(ct_text("list interface -- list port -- list bridge"), before);
	assert_string_equal(ct_text("get interface p2 ofport"), "77\n");
	assert_string_equal(ct_text("get port p2 static_macs"), "[\"10/02:00:00:00:00:07\"]\n");
	free(before);
}

/* What OVS has and we have not is refused with the feature it is part of, wherever it is named. */
static void test_unsupported(void **state)
{
	static const struct {
		const char *line, *feature;
	} cases[] = {
		{ "set bridge br0 stp_enable=true", "spanning tree (STP)" },
		{ "set bridge br0 other_config:stp-priority=1", "spanning tree (STP)" },
		{ "set bridge br0 other_config={stp-priority=1}", "spanning tree (STP)" },
		{ "add bridge br0 other_config stp-priority=1", "spanning tree (STP)" },
		{ "set port p1 vlan_mode=dot1q-tunnel", "802.1ad tunnels (QinQ)" },
		{ "set interface p1 type=vxlan", "tunnels" },
		{ "set interface p1 options:remote_ip=10.0.0.1", "tunnels" },
		{ "set interface p1 other_config:emc-enable=true", "flow caches" },
		{ "get interface p1 statistics:rx_1_to_64_packets", "packet size histograms" },
		{ "find interface status:source_ip=1", "tunnels" },
		{ "get bridge br0 mirrors", "port mirroring" },
		{ "list Mirror", "port mirroring" },
		{ "get-manager", "OVSDB managers" },
		{ "set open . other_config:dpdk-init=true", "DPDK's start by configuration" },
	};

	ct_bridge("br0");
	ct_ok("add-port br0 p1 -- set interface p1 type=dummy");
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ct_fails(SW_CODE_UNSUPPORTED, "%s", cases[i].line);
		if (!strstr(ct.err.text, cases[i].feature))
			fail_msg("%s: %s", cases[i].line, ct.err.text);
	}
	assert_non_null(strstr(ct.err.hint, "boot file"));
}

/* What the switch tells of itself and of a bridge, under OVS's names. */
static void test_status(void **state)
{
	ct_bridge("br0");
	ct_ok("set interface br0 mac='\"02:00:00:00:00:2a\"'");
	assert_string_equal(ct_text("get bridge br0 datapath_id"), "\"000002000000002a\"\n");
	assert_string_equal(ct_text("get bridge br0 datapath_version"), "\"<built-in>\"\n");
	assert_string_equal(ct_text("get open . dpdk_initialized"), "true\n");
	assert_string_equal(ct_text("get open . ovs_version"), "\"swd " SW_VERSION "\"\n");
	assert_non_null(strstr(ct_text("get open . dpdk_version"), "DPDK"));
	ct_fails(SW_CODE_INVALID, "set bridge br0 datapath_id=0000020000000001");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_bridges, ct_setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_ports, ct_setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_show, ct_setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_chain_fails_at_open, ct_setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_restart, ct_setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_unsupported, ct_setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_status, ct_setup, ct_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
