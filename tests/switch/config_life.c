/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Configuration over time: ports that come later, changes in place and anew, port numbers, static
 * stations, dry runs, many transactions at once, clients that leave.
 */
#include "ctltest.h"
#include "testswitch.h"

#include <sw/log.h>
#include <sw/post.h>

#include "../../src/ctl/queue.h"
#include "../../src/ctl/switch/live.h"
#include "../../src/ctl/switch/switch.h"
#include "../../src/ctl/txn.h"

static int setup(void **state)
{
	ts_start(2);
	ct_start();
	ct_bridge("br0");
	return 0;
}

/* A stored port whose device is missing: the daemon starts, says so, and tries again. */
static void test_missing_at_start(void **state)
{
	struct live_port *lp;

	ct_ok("add-port br0 p1 -- set interface p1 type=dummy -- add-port br0 p2 -- set interface "
	      "p2 type=dummy -- fdb add br0 p1 3 02:00:00:00:00:01");
	/* the device goes away while the switch is down: as if the class now failed */
	ct_fails(SW_CODE_DEVICE, "set interface p1 options:fail_open=gone");
	ct_ok("--may-wait add-port br0 p3 tag=4 -- set interface p3 type=dummy "
	      "options:fail_open=gone");
	ct_restart();
	assert_non_null(sw_port_by_name("p1"));
	assert_null(sw_port_by_name("p3"));
	assert_string_equal(ct_text("get interface p3 ofport"), "-1\n");
	assert_non_null(strstr(ct_text("get interface p3 error"), "gone"));
	assert_non_null(strstr(ct_text("show"), "error: \"port p3: cannot be opened: gone\""));
	assert_string_equal(ct_text("get interface p2 error"), "[]\n");
	queue_retry_ports();
	ct_settle();
	lp = live_port("p3");
	assert_null(lp->port);
	/* it appears */
	ct_ok("remove interface p3 options fail_open");
	assert_non_null(lp->port);
	assert_string_equal(sw_bridge_program_of(lp->port), "l2");
	assert_string_equal(ct_text("get interface p3 error ofport"), "[]\n3\n");
}

static void test_retry_opens(void **state)
{
	struct sw_port_conf squatter = { .name = "p1", .type = "dummy" };
	struct sw_err err;
	struct sw_port *other = sw_port_new(&squatter, &err);

	assert_non_null(other); /* somebody has the name, so p1 cannot be made */
	ct_fails(SW_CODE_EXISTS, "add-port br0 p1 -- set interface p1 type=dummy");
	ct_ok("--may-wait add-port br0 p1 tag=7 -- set interface p1 type=dummy");
	assert_null(live_port("p1")->port);
	queue_retry_ports();
	ct_settle();
	assert_null(live_port("p1")->port);
	/* what is not about the device can be changed meanwhile */
	ct_ok("set interface p1 external_ids:a=b -- set port p1 tag=8");
	sw_port_free(other);
	queue_retry_ports();
	ct_settle();
	assert_non_null(live_port("p1")->port);
	assert_string_equal(switch_bridge_of(live_port("p1")->port), "br0");
}

/* A bridge works without its local port. */
static void test_no_local_port(void **state)
{
	ct_ok("add-br br1 -- set interface br1 type=dummy options:fail_open=no -- add-port br1 p1 "
	      "-- set interface p1 type=dummy");
	assert_non_null(switch_bridge("br1", NULL));
	assert_string_equal(sw_bridge_program_of(sw_port_by_name("p1")), "l2");
	assert_non_null(strstr(ct_text("show"), "error"));
}

static void test_in_place_and_anew(void **state)
{
	struct sw_port *p1;

	ct_ok("add-port br0 p1 tag=3 -- set interface p1 type=dummy");
	ct_ok("fdb add br0 p1 3 02:00:00:00:00:01");
	p1 = sw_port_by_name("p1");
	ct_ok("set interface p1 mtu_request=9000 mac=02:00:00:00:00:99 options:n_rxq=3");
	assert_ptr_equal(sw_port_by_name("p1"), p1);
	assert_int_equal(p1->mtu, 9000);
	assert_string_equal(
		ct_text("get interface p1 mtu mac_in_use"), "9000\n\"02:00:00:00:00:99\"\n");
	ct_fails(SW_CODE_INVALID, "set interface p1 mtu_request=67");
	ct_ok("clear interface p1 mtu_request mac options -- set interface p1 type=patch "
	      "options:peer=q");
	assert_string_equal(sw_port_by_name("p1")->cls->name, "patch");
	assert_string_equal(switch_bridge_of(sw_port_by_name("p1")), "br0");
	ct_fails(SW_CODE_INVALID, "set interface p1 type=dummy"); /* peer is no option of it */
	ct_ok("set interface p1 type=dummy options={}");
	assert_string_equal(ct_text("get interface p1 ofport"), "1\n");
}

static bool has_static(const char *bridge, uint16_t vid, uint64_t mac, const char *port)
{
	struct sw_fdb *fdb = sw_bridge_fdb(switch_bridge(bridge, NULL));
	struct rte_ether_addr want = ts_ether(mac);
	struct sw_fdb_entry e[64];
	uint64_t cursor = 0;

	do {
		unsigned n = sw_fdb_walk(fdb, &cursor, e, 64);

		for (unsigned i = 0; i < n; i++)
			if (e[i].vid == vid && rte_is_same_ether_addr(&e[i].mac, &want))
				return e[i].is_static && e[i].port == sw_port_by_name(port)->index;
	} while (cursor);
	return false;
}

static void test_static_stations(void **state)
{
	ct_ok("add-port br0 p1 -- set interface p1 type=dummy -- add-port br0 p2 -- set interface "
	      "p2 type=dummy");
	ct_ok("fdb add br0 p1 10 02:00:00:00:00:05");
	assert_true(has_static("br0", 10, MAC(5), "p1"));
	ct_ok("fdb add br0 p2 10 02:00:00:00:00:05");
	assert_true(has_static("br0", 10, MAC(5), "p2"));
	assert_false(has_static("br0", 10, MAC(5), "p1"));
	ct_restart();
	assert_true(has_static("br0", 10, MAC(5), "p2"));
	/* made anew, its index may be another one */
	ct_ok("set interface p2 type=patch options:peer=q");
	assert_true(has_static("br0", 10, MAC(5), "p2"));
	ct_fails(SW_CODE_NOT_FOUND, "fdb del br0 11 02:00:00:00:00:05");
	ct_ok("fdb del br0 10 02:00:00:00:00:05");
	assert_false(has_static("br0", 10, MAC(5), "p2"));
	ct_ok("fdb add br0 p2 10 02:00:00:00:00:06 -- del-port p2");
	ct_ok("add-port br0 p2 -- set interface p2 type=dummy");
	assert_false(has_static("br0", 10, MAC(6), "p2"));
	ct_fails(SW_CODE_INVALID, "fdb add br0 p1 4096 02:00:00:00:00:05");
	ct_fails(SW_CODE_INVALID, "fdb add br0 p1 1 01:00:00:00:00:05");
	ct_fails(SW_CODE_NOT_FOUND, "fdb add br0 p9 1 02:00:00:00:00:05");
}

static void test_numbers(void **state)
{
	for (int i = 1; i <= 5; i++)
		ct_ok("add-port br0 p%d -- set interface p%d type=dummy", i, i);
	assert_string_equal(ct_text("get interface p5 ofport"), "5\n");
	ct_ok("del-port p2");
	ct_ok("add-port br0 q -- set interface q type=dummy");
	assert_string_equal(ct_text("get interface q ofport"), "2\n");
	/* a request takes a number that was given without one */
	ct_ok("set interface p5 ofport_request=1");
	assert_string_equal(ct_text("get interface p5 ofport"), "1\n");
	assert_string_equal(ct_text("get interface p1 ofport"), "5\n");
	ct_ok("clear interface p5 ofport_request");
	assert_string_equal(ct_text("get interface p5 ofport"), "1\n");
	ct_fails(SW_CODE_INVALID, "set interface p5 ofport_request=65280");
	ct_fails(SW_CODE_INVALID, "set interface p5 ofport_kept=9");
	ct_fails(SW_CODE_INVALID, "set interface p5 ofport=9");
	assert_int_equal(switch_ofport(sw_port_by_name("br0")), 65534);
}

static void test_cross_connect(void **state)
{
	ct_ok("set bridge br0 other_config:cross-connect=true");
	ct_ok("add-port br0 p1 -- set interface p1 type=dummy -- add-port br0 p2 -- set interface "
	      "p2 type=dummy");
	assert_string_equal(sw_bridge_program_of(sw_port_by_name("p1")), "cross-connect");
	assert_string_equal(sw_bridge_program_of(sw_port_by_name("br0")), "none");
	ct_fails(SW_CODE_CONFLICT, "add-port br0 p3 -- set interface p3 type=dummy");
	ct_ok("remove bridge br0 other_config cross-connect");
	assert_string_equal(sw_bridge_program_of(sw_port_by_name("p1")), "l2");
	assert_string_equal(sw_bridge_program_of(sw_port_by_name("br0")), "l2");
}

/* The device of a port that goes is free for one that comes, in the same transaction. */
static void test_hand_over(void **state)
{
	struct sw_port *p2;

	ct_ok("add-port br0 p1 -- set interface p1 type=patch options:peer=q");
	assert_int_equal(ct_dry_run("del-port p1 -- add-port br0 p2 -- set interface p2 type=patch "
				    "options:peer=q"),
		0);
	assert_string_equal(json_string_value(json_array_get(ct.plan, 0)),
		"close port p1, whose device is wanted");
	ct_ok("del-port p1 -- add-port br0 p2 -- set interface p2 type=patch options:peer=q");
	assert_null(sw_port_by_name("p1"));
	assert_null(live_port("p1"));
	ct_fails(SW_CODE_DEVICE,
		"del-port p2 -- add-port br0 p3 -- set interface p3 type=patch options:peer=q -- "
		"add-port br0 p4 -- set interface p4 type=dummy options:fail_open=no");
	p2 = sw_port_by_name("p2");
	assert_non_null(p2);
	assert_string_equal(switch_bridge_of(p2), "br0");
	assert_null(sw_port_by_name("p3"));
}

static void test_dry_run(void **state)
{
	uint64_t generation = txn_generation();

	assert_int_equal(ct_dry_run("add-port br0 p1 -- set interface p1 type=dummy"), 0);
	assert_int_equal(ct.exit_status, 10);
	assert_true(json_array_size(ct.plan) >= 2);
	assert_null(sw_port_by_name("p1"));
	assert_int_equal(txn_generation(), generation);
	assert_int_equal(ct_dry_run("set bridge br0 datapath_type="), 0);
	assert_int_equal(ct.exit_status, 0);
	assert_int_equal(json_array_size(ct.plan), 0);
	assert_int_not_equal(ct_dry_run("add-port br0 br0"), 0);
	ct_ok("log set api err");
	assert_int_not_equal(ct_dry_run("log set api warn"), 0);
	assert_int_equal(ct.err.code, SW_CODE_USAGE);
	assert_non_null(strstr(ct_text("log list"), "[\"api\",\"err\","));
	assert_int_equal(ct_dry_run("log list"), 0);
	assert_int_not_equal(ct_dry_run("add-port br0 p1 -- set interface p1 type=dummy "
					"options:x=y"),
		0);
}

static unsigned n_answers;

static void count_answer(void *arg, struct txn_reply *reply)
{
	assert_int_equal(reply->rc, 0);
	assert_ptr_equal(arg, &n_answers);
	n_answers++;
}

static void never(void *arg, struct txn_reply *reply)
{
	fail_msg("a client that left was answered");
}

static void submit(const char *a, const char *b, const char *c,
	void (*done)(void *arg, struct txn_reply *reply), void *arg)
{
	struct txn_request req = { .user = "t", .role = SW_ROLE_ADMIN };
	struct sw_err err = { 0 };

	req.commands = json_pack("[[s,s,s]]", a, b, c);
	if (txn_submit(&req, done, arg, &err))
		fail_msg("%s", err.text);
	json_decref(req.commands);
}

static void test_queue(void **state)
{
	int left;

	n_answers = 0;
	for (int i = 0; i < 50; i++) {
		char id[32];

		snprintf(id, sizeof(id), "external_ids:k%d=v", i);
		submit("set", "bridge", "br0", never, &left); /* is refused: too few words */
		submit("br-set-external-id", "br0", id, count_answer, &n_answers);
		submit("br-set-external-id", "br0", id, never, &left);
	}
	assert_int_equal(n_answers, 0); /* never from within */
	txn_cancel(&left);
	ct_settle();
	assert_int_equal(n_answers, 50);
}

static void test_queue_is_bounded(void **state)
{
	struct txn_request req = { .user = "t", .role = SW_ROLE_ADMIN };
	struct sw_err err = { 0 };
	int rc = 0;

	n_answers = 0;
	req.commands = json_pack("[[s,s,s]]", "br-set-external-id", "br0", "x");
	for (int i = 0; i < TXN_WAITING_MAX + 10 && !rc; i++)
		rc = txn_submit(&req, count_answer, &n_answers, &err);
	json_decref(req.commands);
	assert_int_equal(err.code, SW_CODE_LIMIT);
	ct_settle();
	assert_int_equal(n_answers, TXN_WAITING_MAX);
}

static bool looked;

static void note_look(void *arg, struct txn_reply *reply)
{
	assert_int_equal(reply->rc, 0);
	looked = true;
}

/* Who only looks does not wait for a transaction that is under way. */
static void test_look_does_not_wait(void **state)
{
	struct txn_request req = { .user = "t", .role = SW_ROLE_ADMIN };
	struct sw_err err;

	looked = false;
	n_answers = 0;
	submit("add-port", "br0", "tag=1", never, &looked); /* a bad name: answered with an error */
	txn_cancel(&looked);
	submit("br-set-external-id", "br0", "k", count_answer, &n_answers);
	req.commands = json_pack("[[s]]", "show");
	assert_int_equal(txn_submit(&req, note_look, NULL, &err), 0);
	json_decref(req.commands);
	sw_post_run(); /* no job has ended, no worker has turned */
	assert_true(looked);
	ct_settle();
	assert_int_equal(n_answers, 1);
}

static void test_words(void **state)
{
	ct_fails(SW_CODE_USAGE, "fdb");
	ct_fails(SW_CODE_USAGE, "list-port br0");
	assert_string_equal(ct.err.nearest, "list-ports");
	ct_fails(SW_CODE_USAGE, "add-br");
	assert_string_equal(ct.err.allowed, "add-br BRIDGE");
	ct_fails(SW_CODE_USAGE, "--may-exsit add-br br0");
	assert_string_equal(ct.err.nearest, "--may-exist");
	ct_fails(SW_CODE_USAGE, "--may-exist=1 add-br br0");
	ct_fails(SW_CODE_USAGE, "list --columns port");
	ct_fails(SW_CODE_USAGE, "list-br br0");
	assert_string_equal(ct.err.given, "br0");
	ct_fails(SW_CODE_UNSUPPORTED, "add-br br5 br0 5");
	ct_fails(SW_CODE_INVALID, "add-br a/b");
	ct_fails(SW_CODE_INVALID, "add-br name-of-17-bytes.");
	ct_fails(SW_CODE_UNSUPPORTED, "set bridge br0 stp_enable=true");
	ct_fails(SW_CODE_UNSUPPORTED, "set bridge br0 protocols=OpenFlow11");
	ct_fails(SW_CODE_UNSUPPORTED, "set bridge br0 datapath_type=system");
	ct_fails(SW_CODE_UNSUPPORTED, "set open . other_config:pmd-cpu-mask=3");
	assert_non_null(strstr(ct.err.hint, "boot file"));
	ct_fails(SW_CODE_INVALID, "set port br0 tag=ten");
	assert_string_equal(ct.err.allowed, "0 to 4095");
	ct_fails(SW_CODE_INVALID, "add port br0 trunks ten");
	assert_non_null(strstr(ct.err.allowed, "0 to 4095"));
	ct_fails(SW_CODE_NOT_FOUND, "set port nope tag=1");
	ct_fails(SW_CODE_NOT_FOUND, "list int");
	assert_string_equal(ct.err.nearest, "Interface");
	ct_fails(SW_CODE_INVALID, "set interface br0 type=dumym");
	assert_string_equal(ct.err.nearest, "dummy");
	ct_fails(SW_CODE_EXISTS, "add-br br0");
	assert_non_null(strstr(ct.err.hint, "--may-exist"));
	ct_fails(SW_CODE_USAGE, "set port br0 tag");
	ct_fails(SW_CODE_USAGE, "set port br0 tag:x=1");
	ct_fails(SW_CODE_INVALID, "set port br0 name=x");
	ct_fails(SW_CODE_INVALID, "set port br0 _uuid=x");
	ct_fails(SW_CODE_NOT_FOUND, "get bridge br0 external_ids:x");
	assert_string_equal(ct_text("--if-exists get bridge br0 external_ids:x"), "\n");
	assert_string_equal(ct_text("--if-exists get bridge br9 name"), "");
}

static void test_database_commands(void **state)
{
	ct_ok("add-port br0 p1 tag=1 -- set interface p1 type=dummy");
	ct_ok("add-port br0 p2 trunks=1-3 -- set interface p2 type=dummy");
	ct_ok("add port p2 trunks 9 11");
	assert_string_equal(ct_text("get port p2 trunks"), "[1, 2, 3, 9, 11]\n");
	ct_ok("remove port p2 trunks 2 9,11");
	assert_string_equal(ct_text("get port p2 trunks"), "[1, 3]\n");
	ct_ok("set port p2 external_ids:a=1 external_ids:b=2 -- add port p2 external_ids c=3");
	ct_ok("remove port p2 external_ids a b=7");
	assert_string_equal(ct_text("get port p2 external_ids"), "{b=\"2\", c=\"3\"}\n");
	ct_ok("clear port p2 trunks external_ids");
	assert_string_equal(ct_text("get port p2 trunks external_ids"), "[]\n{}\n");
	assert_string_equal(ct_text("--columns=name find port tag=1"), "[{\"name\":\"p1\"}]\n");
	assert_string_equal(ct_text("--columns=name find port tag!=1"),
		"[{\"name\":\"br0\"},{\"name\":\"p2\"}]\n");
	assert_string_equal(ct_text("--columns=name find port tag>0"), "[{\"name\":\"p1\"}]\n");
	assert_string_equal(ct_text("--columns=name find port trunks{>=}1"), "[]\n");
	ct_ok("set port p2 trunks=1,2");
	assert_string_equal(
		ct_text("--columns=name find port trunks{>=}1"), "[{\"name\":\"p2\"}]\n");
	assert_string_equal(ct_text("--columns=name find interface type=dummy name!=br0"),
		"[{\"name\":\"p1\"},{\"name\":\"p2\"}]\n");
	ct_fails(SW_CODE_USAGE, "find port tag");
	ct_fails(SW_CODE_NOT_FOUND, "--columns=nmae list port");
	ct_fails(SW_CODE_NOT_FOUND, "list port p9");
	assert_string_equal(
		ct_text("--if-exists --columns=name list port p9 p1"), "[{\"name\":\"p1\"}]\n");
}

static void hide(void *arg, const char *line)
{
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_missing_at_start, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_retry_opens, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_no_local_port, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_in_place_and_anew, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_static_stations, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_numbers, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_cross_connect, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_hand_over, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_dry_run, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_queue, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_queue_is_bounded, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_look_does_not_wait, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_words, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_database_commands, setup, ct_teardown),
	};

	sw_log_sink(hide, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
