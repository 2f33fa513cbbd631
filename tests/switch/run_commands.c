/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Commands that look at what runs, or act on it: stations, statistics, reasons, workers, logs; and that
 * a table too long for one answer comes whole in pages.
 */
#include "ctltest.h"
#include "testswitch.h"

#include <unistd.h>

#include <sw/log.h>
#include <sw/simd.h>
#include <sw/stage.h>

#include "../../src/ctl/switch/switch.h"

SW_LOG(run_test, "lines of this test");

static struct sw_port *p1, *p2;

static int setup(void **state)
{
	ct_setup(state);
	ct_bridge("br0");
	ct_ok("add-port br0 p1 -- set interface p1 type=dummy -- "
	      "add-port br0 p2 tag=10 -- set interface p2 type=dummy");
	p1 = sw_port_by_name("p1");
	p2 = sw_port_by_name("p2");
	return 0;
}

static void learn(void)
{
	ts_send(p1, ts_frame(MAC(9), MAC(1), 20));
	ts_send(p1, ts_frame(MAC(9), MAC(2), 10));
	ts_send(p2, ts_frame(MAC(9), MAC(3), UNTAGGED));
	ts_turn();
}

/* The value of the only command of the last line. */
static json_t *value(void)
{
	return json_object_get(json_array_get(ct.results, 0), "value");
}

static void expect_rows(const char *line, const char *want)
{
	json_t *rows = json_loads(want, 0, NULL);

	ct_ok("%s", line);
	assert_non_null(rows);
	if (!json_equal(rows, json_object_get(value(), "rows")))
		fail_msg("%s: %s", line, json_dumps(value(), 0));
	json_decref(rows);
}

static void stations_are_shown(void **state)
{
	expect_rows("fdb show", "[]");
	learn();
	sw_clock_warp(5000);
	ts_turn();
	ct_ok("fdb add br0 p2 30 02:00:00:00:00:09");
	expect_rows("fdb show br0",
		"[[\"p1\",10,\"02:00:00:00:00:02\",5],[\"p2\",10,\"02:00:00:00:00:03\",5],"
		"[\"p1\",20,\"02:00:00:00:00:01\",5],[\"p2\",30,\"02:00:00:00:00:09\",\"static\"]]");
	expect_rows("fdb show --vlan=20", "[[\"br0\",\"p1\",20,\"02:00:00:00:00:01\",5]]");
	expect_rows("fdb show br0 --port=p2 --vlan=10", "[[\"p2\",10,\"02:00:00:00:00:03\",5]]");
	ct_ok("fdb show --limit=2");
	assert_int_equal(json_array_size(json_object_get(value(), "rows")), 2);
	assert_null(json_object_get(value(), "next"));

	ct_fails(SW_CODE_NOT_FOUND, "fdb show br9");
	ct_fails(SW_CODE_NOT_FOUND, "fdb show --port=p9");
	ct_fails(SW_CODE_INVALID, "fdb show --vlan=4096");
	assert_string_equal(ct.err.given, "--vlan=4096");
	ct_fails(SW_CODE_INVALID, "fdb show --limit=0");
	ct_fails(SW_CODE_INVALID, "fdb show --from=5:x:br0");
	ct_fails(SW_CODE_INVALID, "fdb show --from=0:0:br0");
	ct_fails(SW_CODE_INVALID, "fdb show --from=1:0:");
}

/* Ask page after page; the number of rows, of pages, and whether every station came once. */
static void expect_pages(const char *options, unsigned want_rows, unsigned least_pages)
{
	static uint8_t seen[2][10000];
	unsigned rows = 0, pages = 0;
	char from[128] = "";

	memset(seen, 0, sizeof(seen));
	do {
		json_t *row;
		size_t i;

		ct_ok("fdb show %s %s", options, from);
		pages++;
		assert_true(pages < 100);
		json_array_foreach (json_object_get(value(), "rows"), i, row) {
			const char *bridge = json_string_value(json_array_get(row, 0));
			const char *mac = json_string_value(json_array_get(row, 3));
			unsigned n = strtoul(mac + 12, NULL, 16) << 8 | strtoul(mac + 15, NULL, 16);

			assert_true(n < 10000);
			assert_int_equal(seen[bridge[2] - '0'][n]++, 0);
			rows++;
		}
		snprintf(from, sizeof(from), "--from=%s",
			json_object_get(value(), "next")
				? json_string_value(json_object_get(value(), "next"))
				: "");
	} while (from[7]);
	assert_int_equal(rows, want_rows);
	assert_true(pages >= least_pages);
}

static void long_tables_come_in_pages(void **state)
{
	struct rte_ether_addr mac;
	struct sw_err err;

	ct_bridge("br1");
	ct_ok("add-port br1 q1 -- set interface q1 type=dummy");
	for (unsigned n = 0; n < 10000; n++) {
		bool first = n < 6000;
		struct sw_bridge *bridge = switch_bridge(first ? "br0" : "br1", &err);
		struct sw_port *port = first ? (n % 100 ? p1 : p2) : sw_port_by_name("q1");

		mac = ts_ether(MAC(n));
		assert_int_equal(
			sw_fdb_add_static(sw_bridge_fdb(bridge), n % 7, &mac, port->index, &err),
			0);
	}
	expect_pages("", 10000, 4);
	expect_pages("--port=q1", 4000, 2);
	expect_pages("--port=p2", 60, 1);
	expect_pages("--limit=7000", 7000, 3);
	expect_pages("--limit=3", 3, 1);
}

static void stations_are_flushed(void **state)
{
	struct ts_bridge br = { .bridge = switch_bridge("br0", NULL) };

	learn();
	ct_ok("fdb add br0 p2 30 02:00:00:00:00:09");
	ct_ok("fdb flush br0 --vlan=20");
	assert_int_equal(ts_where(&br, 20, MAC(1)), -1);
	assert_int_equal(ts_where(&br, 10, MAC(2)), p1->index);
	ct_ok("fdb flush --port=p1");
	assert_int_equal(ts_where(&br, 10, MAC(2)), -1);
	assert_int_equal(ts_where(&br, 10, MAC(3)), p2->index);
	ct_ok("fdb flush");
	assert_int_equal(ts_where(&br, 10, MAC(3)), -1);
	assert_int_equal(ts_where(&br, 30, MAC(9)), p2->index);
	ct_fails(SW_CODE_USAGE, "fdb flush --port=p1 --vlan=20");
	ct_fails(SW_CODE_INVALID, "fdb flush --vlan=ten");
	ct_fails(SW_CODE_NOT_FOUND, "fdb flush br9");
	ct_fails(SW_CODE_NOT_FOUND, "fdb flush --port=p9");
}

static void stations_are_counted(void **state)
{
	learn();
	expect_rows("fdb stats br0", "[[\"br0\",3,8192,0,3,0,0,0,0,0]]");
	ct_ok("fdb stats-clear");
	expect_rows("fdb stats", "[[\"br0\",3,8192,0,0,0,0,0,0,0]]");
	ct_fails(SW_CODE_NOT_FOUND, "fdb stats br9");
}

static json_int_t statistic(const char *port, const char *name)
{
	json_t *row;
	size_t i;

	ct_ok("port stats %s", port);
	json_array_foreach (json_object_get(value(), "rows"), i, row)
		if (!strcmp(json_string_value(json_array_get(row, 0)), name))
			return json_integer_value(json_array_get(row, 1));
	fail_msg("%s has no statistic %s", port, name);
	return -1;
}

static void ports_are_counted(void **state)
{
	learn();
	ts_send(p2, ts_frame(MAC(1), MAC(3), 77)); /* a tag on an access port */
	ts_turn();
	assert_int_equal(statistic("p1", "rx_packets"), 2);
	assert_int_equal(statistic("p1", "tx_packets"), 1);
	assert_int_equal(statistic("p2", "rx_packets"), 2);
	assert_int_equal(statistic("p2", "rx_dropped"), 1);
	ct_ok("port stats");
	assert_int_equal(json_array_size(json_object_get(value(), "rows")), 3);
	assert_int_equal(json_array_size(json_array_get(json_object_get(value(), "rows"), 0)),
		json_array_size(json_object_get(value(), "columns")));
	ct_fails(SW_CODE_NOT_FOUND, "port stats p9");
	assert_string_equal(ct.err.given, "p9");
}

static void drops_have_reasons(void **state)
{
	json_t *rows, *row;
	size_t n;

	expect_rows("port drops p2", "[]");
	ts_send(p2, ts_frame(MAC(1), MAC(3), 77));
	ts_turn();
	ct_ok("port drops");
	rows = json_object_get(value(), "rows");
	assert_int_equal(json_array_size(rows), 1);
	row = json_array_get(rows, 0);
	assert_string_equal(json_string_value(json_array_get(row, 0)), "p2");
	assert_int_equal(ts_drops(p2, json_string_value(json_array_get(row, 1))), 1);
	assert_int_equal(json_integer_value(json_array_get(row, 2)), 1);
	assert_true(json_string_length(json_array_get(row, 3)) > 10);
	ct_ok("port drops p2 --all");
	n = json_array_size(json_object_get(value(), "rows"));
	assert_int_equal(n, sw_reg_kind_drop.count);
	ct_fails(SW_CODE_NOT_FOUND, "port drops p9");
}

static void workers_are_shown(void **state)
{
	json_t *row;

	learn();
	ct_ok("worker show");
	row = json_array_get(json_object_get(value(), "rows"), 0);
	assert_int_equal(json_integer_value(json_array_get(row, 0)), 0);
	assert_true(json_is_null(json_array_get(row, 1))); /* stepped: on no core */
	assert_int_equal(json_integer_value(json_array_get(row, 6)), 3);
	assert_int_equal(json_array_size(json_array_get(row, 7)), 3);
	assert_string_equal(json_string_value(json_array_get(json_array_get(row, 7), 1)), "p1:0");
}

static void workers_are_counted(void **state)
{
	json_t *columns, *row;

	learn();
	ct_ok("worker show --totals");
	columns = json_object_get(value(), "columns");
	row = json_array_get(json_object_get(value(), "rows"), 0);
	assert_int_equal(json_array_size(row), json_array_size(columns));
	assert_string_equal(json_string_value(json_array_get(columns, 1)), "Packets");
	assert_int_equal(json_integer_value(json_array_get(row, 1)), 3);
	assert_string_equal(json_string_value(json_array_get(columns, 2)), "Busy cycles");
	assert_true(json_integer_value(json_array_get(row, 2)) > 0);
	assert_string_equal(json_string_value(json_array_get(columns, 5)), "Busy turns");
	assert_in_range(json_integer_value(json_array_get(row, 5)), 1, 3);
}

/* Of so many turns with a packet each some were measured, in every stage that a known station's packet is in. */
static void stages_are_shown(void **state)
{
	static const char *const names[] = { "find", "forward", "parse", "receive", "transmit" };
	unsigned seen = 0;
	json_t *row;
	size_t i;

	learn();
	for (unsigned n = 0; n < 3 * SW_STAGE_EVERY; n++) {
		ts_send(p2, ts_frame(MAC(2), MAC(3), UNTAGGED));
		ts_turn();
		sw_dummy_sent_drop(p1);
	}
	ct_ok("worker stages --secs=60");
	json_array_foreach (json_object_get(value(), "rows"), i, row) {
		const char *name = json_string_value(json_array_get(row, 1));

		for (unsigned k = 0; k < RTE_DIM(names); k++)
			seen += !strcmp(name, names[k]);
		assert_int_equal(json_integer_value(json_array_get(row, 0)), 0);
		assert_in_range(json_real_value(json_array_get(row, 3)), 0, 100);
		if (strcmp(name, "learn"))
			assert_in_range(json_integer_value(json_array_get(row, 4)), 3, 8);
	}
	assert_int_equal(seen, RTE_DIM(names));
	ct_fails(SW_CODE_USAGE, "worker stages --secs=0");
}

static void logs_are_set(void **state)
{
	ct_ok("log set api dbg");
	ct_ok("log list");
	assert_non_null(strstr(ct_text("log list"), "dbg"));
	ct_ok("log set api info");
	ct_fails(SW_CODE_NOT_FOUND, "log set apy dbg");
	assert_string_equal(ct.err.nearest, "api");
	ct_fails(SW_CODE_INVALID, "log set api loud");
	assert_string_equal(ct.err.given, "loud");
	assert_non_null(strstr(ct_text("version"), "swd " SW_VERSION));
}

static void quiet_log(void *arg, const char *line)
{
}

static void log_is_shown(void **state)
{
	json_t *rows, *last;
	size_t n;

	sw_log_sink(quiet_log, NULL);
	sw_info("something happened");
	sw_warn("something worse happened");
	ct_ok("log show");
	sw_log_sink(NULL, NULL);
	rows = json_object_get(value(), "rows");
	n = json_array_size(rows);
	last = json_array_get(rows, n - 1);
	assert_true(n >= 2);
	assert_int_equal(strlen(json_string_value(json_array_get(last, 0))), 23);
	assert_string_equal(json_string_value(json_array_get(last, 1)), "warn");
	assert_string_equal(json_string_value(json_array_get(last, 2)), "run_test");
	assert_string_equal(json_string_value(json_array_get(last, 3)), "something worse happened");

	ct_ok("log show --log=run_test --limit=1");
	rows = json_object_get(value(), "rows");
	assert_int_equal(json_array_size(rows), 1);
	ct_ok("log show --log=run_test --level=warn");
	rows = json_object_get(value(), "rows");
	assert_int_equal(json_array_size(rows), 1);
	ct_ok("log show --log=run_test --level=err");
	assert_int_equal(json_array_size(json_object_get(value(), "rows")), 0);
	ct_fails(SW_CODE_INVALID, "log show --level=off");
	assert_string_equal(ct.err.given, "--level=off");
	ct_fails(SW_CODE_INVALID, "log show --limit=0");
	ct_fails(SW_CODE_NOT_FOUND, "log show --log=run_tset");
	assert_string_equal(ct.err.nearest, "run_test");
}

/* A packet that waits in a port takes one buffer out of the free ones. */
static void memory_is_shown(void **state)
{
	json_t *row;
	json_int_t before;

	ct_ok("memory show");
	row = json_array_get(json_object_get(value(), "rows"), 0);
	assert_int_equal(json_integer_value(json_array_get(row, 2)), TS_BUFFERS);
	before = json_integer_value(json_array_get(row, 3));
	ts_send(p1, ts_frame(MAC(9), MAC(1), 20));
	ct_ok("memory show");
	row = json_array_get(json_object_get(value(), "rows"), 0);
	assert_int_equal(json_integer_value(json_array_get(row, 3)), before - 1);
	assert_int_equal(json_integer_value(json_array_get(row, 4)), TS_BUFFERS - before + 1);
	assert_true(json_array_size(json_object_get(value(), "rows")) >= 2);
}

static void daemon_is_shown(void **state)
{
	json_t *rows;

	ct_ok("daemon show");
	rows = json_object_get(value(), "rows");
	assert_string_equal(
		json_string_value(json_array_get(json_array_get(rows, 0), 1)), SW_VERSION);
	assert_int_equal(json_integer_value(json_array_get(json_array_get(rows, 2), 1)), getpid());
	assert_string_equal(json_string_value(json_array_get(json_array_get(rows, 8), 0)), "simd");
	assert_string_equal(
		json_string_value(json_array_get(json_array_get(rows, 8), 1)), sw_simd_text());
}

static void control_is_shown(void **state)
{
	ct_ok("control steps");
	assert_int_equal(json_array_size(json_object_get(value(), "columns")), 6);
	ct_ok("control show");
	assert_int_equal(json_array_size(json_object_get(value(), "rows")), 10);
	ct_ok("control stats-clear");
	ct_fails(SW_CODE_USAGE, "control stats");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(stations_are_shown, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(long_tables_come_in_pages, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(stations_are_flushed, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(stations_are_counted, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(ports_are_counted, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(drops_have_reasons, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(workers_are_shown, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(workers_are_counted, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(stages_are_shown, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(logs_are_set, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(log_is_shown, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(memory_is_shown, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(daemon_is_shown, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(control_is_shown, setup, ct_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
