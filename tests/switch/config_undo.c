/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * All or nothing: transactions that fail at a command, a check, a device, a bridge or the disk leave the
 * configuration, the ports and the traffic as they were; also under random transactions against a model
 * that is simply the state before.
 */
#include "ctltest.h"
#include "testswitch.h"

#include <fcntl.h>
#include <unistd.h>

#include <sw/log.h>
#include <sw/text.h>

#include "../../src/ctl/switch/live.h"
#include "../../src/ctl/switch/switch.h"

static int setup(void **state)
{
	ct_setup(state);
	ct_bridge("br0");
	ct_ok("add-port br0 a -- set interface a type=dummy");
	ct_ok("add-port br0 b -- set interface b type=dummy");
	return 0;
}

/* Everything that can be told of what is stored and what runs. */
static char *snapshot(void)
{
	struct live_bridge *lb = NULL;
	struct live_port *lp = NULL;
	struct sw_str out = { 0 };

	sw_str_add(&out, "%s", ct_text("list bridge -- list port"));
	sw_str_add(&out, "%s",
		ct_text("--columns=name,type,options,ofport,error,external_ids "
			"list interface"));
	sw_str_add(&out, "%s", ct_text("show"));
	while ((lp = live_next_port(lp)))
		sw_str_add(&out, "%s %d %s %s %u\n", lp->name, lp->port != NULL,
			lp->bridge ? lp->bridge->name : "-",
			lp->port ? sw_bridge_program_of(lp->port) : "-",
			lp->port ? lp->port->n_rxq : 0);
	while ((lb = live_next_bridge(lb))) {
		struct sw_fdb_stats stats;

		sw_fdb_stats(sw_bridge_fdb(lb->bridge), &stats);
		sw_str_add(&out, "%s %u members %u static %u\n", lb->name, lb->n_members,
			stats.statics, lb->n_stations);
	}
	return out.s;
}

static void expect_same(char *before)
{
	char *now = snapshot();

	assert_string_equal(now, before);
	free(now);
	free(before);
}

/* A frame goes from a to b. */
static void expect_traffic(void)
{
	struct sw_port *a = sw_port_by_name("a"), *b = sw_port_by_name("b");
	struct ts_frame f = ts_frame(TS_BROADCAST, MAC(1), UNTAGGED);

	sw_dummy_sent_drop(b);
	ts_send(a, f);
	ts_turn();
	ts_expect(b, f);
	sw_dummy_sent_drop(b);
	sw_dummy_sent_drop(sw_port_by_name("br0"));
	for (struct live_port *lp = NULL; (lp = live_next_port(lp));)
		if (lp->port)
			sw_dummy_sent_drop(lp->port);
}

static void test_fails_at_a_command(void **state)
{
	char *before = snapshot();

	ct_fails(SW_CODE_NOT_FOUND, "set port a tag=5 -- add-port br0 c -- set port x tag=1");
	assert_int_equal(ct.failed_at, 2);
	ct_fails(SW_CODE_INVALID, "add-port br0 c tag=4096");
	assert_string_equal(ct.err.given, "4096");
	assert_string_equal(ct.err.path, "Port.tag");
	ct_fails(SW_CODE_USAGE, "set port a tag=5 -- ad-port br0 c");
	assert_int_equal(ct.failed_at, 1);
	assert_string_equal(ct.err.nearest, "add-port");
	expect_same(before);
	expect_traffic();
}

static void test_fails_at_a_check(void **state)
{
	char *before = snapshot();

	ct_fails(SW_CODE_INVALID, "add-port br0 c -- set interface c type=dummy options:nrxq=2");
	assert_string_equal(ct.err.nearest, "n_rxq");
	assert_int_equal(ct.failed_at, 1);
	ct_fails(SW_CODE_CONFLICT, "set port a tag=5 trunks=1");
	ct_fails(SW_CODE_CONFLICT, "set port a vlan_mode=native-tagged");
	ct_fails(SW_CODE_CONFLICT, "set port a vlan_mode=trunk tag=1");
	ct_fails(SW_CODE_CONFLICT, "clear bridge br0 ports");
	ct_fails(SW_CODE_INVALID, "clear port a interfaces");
	ct_fails(SW_CODE_CONFLICT, "set interface a ofport_request=7 -- set interface b "
				   "ofport_request=7");
	assert_int_equal(ct.failed_at, 1);
	ct_fails(SW_CODE_CONFLICT, "set port a static_macs=1/02:00:00:00:00:01 -- set port b "
				   "static_macs=1/02:00:00:00:00:01");
	ct_fails(SW_CODE_CONFLICT, "add-port br0 c -- set interface c type=dummy -- set bridge br0 "
				   "other_config:cross-connect=true");
	expect_same(before);
	expect_traffic();
}

/* A port moves to a bridge where its station is behind another port: only the bridges' rows change. */
static void test_fails_at_a_moved_station(void **state)
{
	char uuid[37], *before;

	ct_bridge("br7");
	ct_ok("add-port br7 c -- set interface c type=dummy -- fdb add br7 c 1 02:00:00:00:00:01");
	ct_ok("fdb add br0 a 1 02:00:00:00:00:01");
	snprintf(uuid, sizeof(uuid), "%s", ct_text("get port a _uuid"));
	before = snapshot();
	ct_fails(SW_CODE_CONFLICT, "remove bridge br0 ports %s -- add bridge br7 ports %s", uuid,
		uuid);
	assert_string_equal(ct.err.given, "1/02:00:00:00:00:01");
	expect_same(before);
	ct_ok("fdb del br0 1 02:00:00:00:00:01 -- remove bridge br0 ports %s -- add bridge br7 "
	      "ports %s",
		uuid, uuid);
	assert_string_equal(ct_text("port-to-br a"), "br7\n");
}

/* The port that is made anew cannot be opened: the old one comes back. */
static void test_fails_at_a_port_made_anew(void **state)
{
	char *before = snapshot();

	ct_fails(SW_CODE_DEVICE, "set port b tag=9 -- set interface a type=patch options:peer=x -- "
				 "set interface b options:fail_open=no");
	expect_same(before);
	expect_traffic();
}

/* A port that waits for its device is asked for another one, which cannot be had either. */
static void test_fails_at_a_port_that_waits(void **state)
{
	struct live_port *lp;
	char *before;

	ct_ok("--may-wait add-port br0 w -- set interface w type=dummy options:fail_open=gone");
	lp = live_port("w");
	lp->hopeless = true;
	before = snapshot();
	ct_fails(SW_CODE_DEVICE, "set interface w options:fail_open=other");
	assert_non_null(strstr(lp->error.text, "gone"));
	assert_true(lp->hopeless);
	ct_fails(SW_CODE_DEVICE, "remove interface w options fail_open -- set interface b "
				 "options:fail_open=no");
	assert_null(lp->port);
	assert_non_null(strstr(lp->error.text, "gone"));
	expect_same(before);
	ct_ok("del-port w");
	expect_traffic();
}

/* The journal's file is full from here on: the descriptor to close when it need not be any more. */
static int fill_disk(void)
{
	char path[128];
	int fd = -1, keep;

	snprintf(path, sizeof(path), "%s/journal", ct_dir());
	for (int i = 3; i < 100 && fd < 0; i++) {
		char link[64], target[160];
		ssize_t n;

		snprintf(link, sizeof(link), "/proc/self/fd/%d", i);
		n = readlink(link, target, sizeof(target) - 1);
		if (n > 0 && (target[n] = '\0', !strcmp(target, path)))
			fd = i;
	}
	assert_true(fd >= 0);
	keep = open("/dev/full", O_RDWR);
	dup2(keep, fd);
	return keep;
}

static void test_fails_at_the_disk(void **state)
{
	char *before = snapshot();
	int keep = fill_disk();

	ct_fails(SW_CODE_LIMIT, "set port a tag=5 -- add-port br0 c -- set interface c type=dummy "
				"-- del-port b -- add-br br1 -- set interface br1 type=dummy -- "
				"fdb add br0 a 5 02:00:00:00:00:01");
	expect_same(before);
	expect_traffic();
	close(keep);
	ct_ok("set port a external_ids:x=y"); /* it goes on: a new file is written */
	before = snapshot();
	ct_restart();
	expect_same(before);
}

static uint64_t table_size(const char *bridge)
{
	struct sw_fdb_stats stats;

	sw_fdb_stats(sw_bridge_fdb(live_bridge(bridge)->bridge), &stats);
	return stats.max;
}

/* A large table of stations is made beside, and the old size comes back when it is not to be. */
static void test_fails_with_another_table(void **state)
{
	char *before = snapshot();
	struct sw_fdb_stats stats;
	int keep;

	expect_traffic(); /* the station of a is learned */
	ct_dry_run("set bridge br0 other_config:mac-table-size=100000");
	assert_int_equal(json_array_size(ct.plan), 2);
	assert_string_equal(json_string_value(json_array_get(ct.plan, 0)),
		"make another table for the stations of bridge br0");
	keep = fill_disk();
	ct_fails(SW_CODE_LIMIT, "set bridge br0 other_config:mac-table-size=100000 -- "
				"add-br br1 -- set interface br1 type=dummy -- "
				"set bridge br1 other_config:mac-table-size=50000");
	assert_int_equal(table_size("br0"), 8192);
	assert_null(live_bridge("br1"));
	expect_same(before);
	close(keep);
	ct_ok("set bridge br0 other_config:mac-table-size=100000 -- add-br br1 -- "
	      "set interface br1 type=dummy -- set bridge br1 other_config:mac-table-size=50000");
	assert_int_equal(table_size("br0"), 100000);
	assert_int_equal(table_size("br1"), 50000);
	sw_fdb_stats(sw_bridge_fdb(live_bridge("br0")->bridge), &stats);
	assert_int_equal(stats.current, 1);
	expect_traffic();
	ct_restart();
	assert_int_equal(table_size("br0"), 100000);
	ct_ok("remove bridge br0 other_config mac-table-size -- del-br br1");
	assert_int_equal(table_size("br0"), 8192);
}

/* Ports change places between bridges in one transaction, and back when it fails. */
static void test_swap(void **state)
{
	struct sw_port *a, *c;
	char *before;

	ct_bridge("br1");
	ct_ok("add-port br1 c -- set interface c type=dummy");
	a = sw_port_by_name("a");
	c = sw_port_by_name("c");
	before = snapshot();
	ct_fails(SW_CODE_DEVICE,
		"del-port a -- del-port c -- add-port br1 a -- set interface a type=dummy -- "
		"add-port br0 c -- set interface c type=dummy -- add-port br0 d -- set interface d "
		"type=dummy options:fail_open=no");
	expect_same(before);
	assert_ptr_equal(sw_port_by_name("a"), a);
	ct_ok("del-port a -- del-port c -- add-port br1 a -- set interface a type=dummy -- "
	      "add-port br0 c -- set interface c type=dummy");
	assert_ptr_equal(sw_port_by_name("a"), a); /* the device was never closed */
	assert_ptr_equal(sw_port_by_name("c"), c);
	assert_string_equal(switch_bridge_of(a), "br1");
	assert_string_equal(switch_bridge_of(c), "br0");
}

static const char *pick(uint64_t *seed, const char *const *words, unsigned n)
{
	return words[swtest_rand(seed) % n];
}

static void random_command(struct sw_str *line, uint64_t *seed)
{
	static const char *const brs[] = { "br0", "br1", "br2" };
	static const char *const ports[] = { "a", "b", "c", "d", "e" };
	const char *br = pick(seed, brs, 3), *p = pick(seed, ports, 5);

	switch (swtest_rand(seed) % 12) {
	case 0:
		sw_str_add(line, "--may-exist add-br %s -- set interface %s type=dummy", br, br);
		break;
	case 1:
		sw_str_add(line, "--if-exists del-br %s", br);
		break;
	case 2:
	case 3:
	case 4:
		sw_str_add(line,
			"--if-exists del-port %s -- add-port %s %s -- set interface %s "
			"type=dummy",
			p, br, p, p);
		break;
	case 5:
		sw_str_add(line, "--if-exists del-port %s", p);
		break;
	case 6:
		sw_str_add(line, "set port %s tag=%d", p, (int)(swtest_rand(seed) % 3));
		break;
	case 7:
		sw_str_add(line, "--if-exists set interface %s options:n_rxq=%d", p,
			1 + (int)(swtest_rand(seed) % 3));
		break;
	case 8:
		sw_str_add(line,
			"--if-exists clear interface %s options -- --if-exists set "
			"interface %s type=patch options:peer=q",
			p, p);
		break;
	case 9:
		sw_str_add(line, "fdb add %s %s %d 02:00:00:00:00:0%d", br, p,
			(int)(swtest_rand(seed) % 2), (int)(swtest_rand(seed) % 3));
		break;
	case 10:
		sw_str_add(line, "--if-exists set interface %s options:fail_open=no", p);
		break;
	case 11:
		sw_str_add(line, "--if-exists set interface %s ofport_request=%d", p,
			1 + (int)(swtest_rand(seed) % 4));
		break;
	}
}

static void test_random(void **state)
{
	uint64_t seed = swtest_seed(0x7e57);
	unsigned good = 0, bad = 0;

	for (int round = 0; round < 400; round++) {
		char *before = snapshot();
		struct sw_str line = { 0 };
		unsigned n = 1 + swtest_rand(&seed) % 6;

		for (unsigned i = 0; i < n; i++) {
			sw_str_add(&line, "%s", i ? " -- " : "");
			random_command(&line, &seed);
		}
		if (ct_run("%s", line.s)) {
			bad++;
			expect_same(before);
		} else {
			good++;
			free(before);
			before = NULL;
		}
		if (round % 20 == 19) {
			before = snapshot();
			ct_restart();
			expect_same(before);
		}
		free(line.s);
	}
	print_message("%u applied, %u refused\n", good, bad);
	assert_true(good > 50 && bad > 50);
}

static void hide(void *arg, const char *line)
{
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_fails_at_a_command, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_fails_at_a_check, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_fails_at_a_moved_station, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_fails_at_a_port_made_anew, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(
			test_fails_at_a_port_that_waits, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_fails_at_the_disk, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_fails_with_another_table, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_swap, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_random, setup, ct_teardown),
	};

	sw_log_sink(hide, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
