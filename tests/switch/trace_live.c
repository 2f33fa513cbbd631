/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * trace --live: the next real packet that matches is told of, goes where it would have gone, and once; all others, too, in
 * their order. It ends with its packets, its time, its client, its port and its bridge, and then nothing of it is left.
 */
#include "ctltest.h"
#include "testswitch.h"

#include <rte_mbuf.h>

#include <sw/field.h>
#include <sw/port_state.h>
#include <sw/trap.h>

#include "../../src/ctl/txn.h"
#include "../../src/ctl/txn_run.h"

static bool here;
static struct sw_err said;
static char *text, *data;

static void on_answer(void *arg, struct txn_reply *reply)
{
	json_t *value = json_object_get(json_array_get(reply->results, 0), "value");

	here = true;
	said = reply->err;
	free(text);
	free(data);
	text = strdup(json_string_value(json_object_get(value, "text")) ?: "");
	data = json_dumps(json_object_get(value, "data"), JSON_COMPACT);
}

static int setup(void **state)
{
	struct sw_port *port[4];

	here = false;
	ct_setup(state);
	ct_bridge("br0");
	ct_ports("br0", port, 3);
	return 0;
}

static int teardown(void **state)
{
	ct_teardown(state);
	free(text);
	free(data);
	text = data = NULL;
	return 0;
}

static int ask(const char *line, struct txn_request req)
{
	char *copy = strdup(line), *save = NULL;
	json_t *words = json_array();
	int rc;

	here = false;
	for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save))
		json_array_append_new(words, json_string(w));
	free(copy);
	req.user = "test";
	req.commands = json_pack("[o]", words);
	rc = txn_submit(&req, on_answer, &here, &said);
	json_decref(req.commands);
	ct_settle();
	return rc;
}

/* The answer is not waited for. */
static void begin(const char *line)
{
	assert_int_equal(ask(line, (struct txn_request){ .role = SW_ROLE_ADMIN }), 0);
	if (here)
		fail_msg("%s: %s", line, said.text);
}

static void look(void)
{
	txn_wait_look(NULL);
	ct_settle();
}

static struct sw_port *port(const char *name)
{
	return sw_port_by_name(name);
}

static void says(const char *words)
{
	if (!here || said.code || !strstr(text, words))
		fail_msg("no \"%s\" in\n%s%s", words, here ? text : "no answer", said.text);
}

static void never_says(const char *words)
{
	if (strstr(text, words))
		fail_msg("\"%s\" in\n%s", words, text);
}

/* Nothing of a trap is left: there is room for another, which sees nothing and goes. */
static void free_again(void)
{
	struct sw_match any = { 0 };
	struct sw_trap *trap = sw_trap_set(sw_bridge_by_name("br0"), NULL, &any, 1, NULL);

	assert_non_null(trap);
	sw_trap_remove(trap);
}

static void test_rules(void **state)
{
	struct ts_frame f = ts_frame(MAC(2), MAC(1), UNTAGGED);

	ct_ok("rule add br0 priority=7,dl_dst=02:00:00:00:00:02,actions=output:2,output:3 priority=1,actions=drop");
	for (unsigned kept = 0; kept < 2; kept++) {
		begin("trace br0 in_port=1,dl_dst=02:00:00:00:00:02 --live");
		ts_send(port("p1"), ts_frame(MAC(3), MAC(1), UNTAGGED));
		ts_send(port("p2"), f); /* another port */
		ts_turn();
		look();
		assert_false(here);
		ts_expect(port("p3"), f);
		sw_dummy_sent_drop(port("p2"));
		ts_send(port("p1"), f);
		ts_turn();
		ts_expect(port("p2"), f);
		ts_expect(port("p3"), f);
		ts_quiet();
		look();
		says("packet 1 of 1: 60 bytes, came in by p1 ");
		says("\n  020000000002020000000001");
		says(kept ? "program rules, its flow was kept; went to: p2, p3\n"
			  : "program rules, it went through the tables; went to: p2, p3\n");
		says("walked again, by the rules that it met:\n");
		says("  table 0: priority=7,dl_dst=02:00:00:00:00:02 actions=output:2,output:3\n");
		says("verdict: p2, p3\n");
		never_says("another way");
		assert_non_null(strstr(data, "\"left\":[{\"port\":\"p2\",\"copies\":1},"));
	}
	/* once each: what is walked again counts nowhere */
	if (!strstr(ct_text("rule dump br0"), "[4,240,"))
		fail_msg("%s", ct_text("rule dump br0"));
	free_again();
}

static void test_lost(void **state)
{
	ct_ok("rule add br0 actions=drop");
	begin("trace br0 --live");
	ts_send(port("p1"), ts_frame(MAC(2), MAC(1), 7));
	ts_turn();
	assert_int_equal(ts_drops(port("p1"), "rule_drop"), 1);
	look();
	says("went to: dropped: rule_drop\n");
	says("verdict: dropped: rule_drop\n");
}

/* The rules change behind the packet: its own way is told, and that the walk is another. */
static void test_changed(void **state)
{
	ct_ok("rule add br0 actions=output:2");
	begin("trace br0 --live");
	ts_send(port("p1"), ts_frame(MAC(2), MAC(1), UNTAGGED));
	ts_turn();
	sw_dummy_sent_drop(port("p2"));
	ct_ok("rule mod br0 actions=output:3");
	look();
	says("went to: p2\n");
	says("rules of the bridge have changed since it passed");
	says("verdict: p3\n");
	says("the packet itself went another way: ");
}

static void test_l2(void **state)
{
	begin("trace br0 dl_src=02:00:00:00:00:01 --live");
	ts_send(port("p2"), ts_frame(MAC(9), MAC(2), UNTAGGED));
	ts_turn();
	ts_send(port("p1"), ts_frame(MAC(2), MAC(1), UNTAGGED));
	ts_turn();
	look();
	says("program l2; went to: p2\n");
	says("NORMAL: VLAN 0, destination is known on p2; source is known on p1\n");
	says("verdict: p2\n");
	never_says("another way");
	begin("trace br0 in_port=1 --live");
	ts_send(port("p1"), ts_frame(MAC(5), MAC(1), UNTAGGED));
	ts_turn();
	look();
	says("destination is unknown or a group");
	says("went to: br0, p2, p3\n");
	never_says("another way");
	for (unsigned i = 0; i < 4; i++)
		sw_dummy_sent_drop(port((const char *[]){ "br0", "p1", "p2", "p3" }[i]));
}

static void test_other_programs(void **state)
{
	sw_port_set_state(port("p3"), SW_PORT_DOWN);
	begin("trace br0 in_port=p3 --live");
	ts_send(port("p3"), ts_frame(MAC(2), MAC(1), UNTAGGED));
	ts_turn();
	look();
	says("program blocked; went to: dropped: rx_port_down\n");
	ct_ok("del-port p3 -- set bridge br0 other_config:cross-connect=true");
	begin("trace br0 in_port=1 --live");
	ts_send(port("p1"), ts_frame(MAC(2), MAC(1), UNTAGGED));
	ts_turn();
	look();
	says("program cross-connect; went to: p2\n");
	sw_dummy_sent_drop(port("p2"));
}

/* A burst with packets of interest in its middle: all go on, in their order. */
static void test_order(void **state)
{
	unsigned n = 0, found = 0;
	struct rte_mbuf *m;

	ct_ok("rule add br0 actions=output:2");
	begin("trace br0 in_port=1,dl_src=02:00:00:00:00:05 --live --count=3");
	for (unsigned i = 0; i < 40 * SW_BURST; i++) {
		struct ts_frame f = ts_frame(MAC(2), i % 7 == 5 ? MAC(5) : MAC(6), UNTAGGED);

		f.mark = i;
		ts_send(port("p1"), f);
		if (i % SW_BURST != SW_BURST - 1)
			continue;
		ts_turn();
		while ((m = sw_dummy_sent(port("p2")))) {
			struct ts_frame want =
				ts_frame(MAC(2), n % 7 == 5 ? MAC(5) : MAC(6), UNTAGGED);
			uint8_t bytes[64];

			want.mark = n++;
			assert_int_equal(ts_bytes(bytes, want), m->pkt_len);
			assert_memory_equal(rte_pktmbuf_mtod(m, void *), bytes, m->pkt_len);
			rte_pktmbuf_free(m);
		}
		look();
		found += here;
	}
	assert_int_equal(n, 40 * SW_BURST);
	assert_true(found > 0);
	says("packet 3 of 3: ");
	never_says("another way");
}

/* No more than so many of a burst are looked at, in turn all of it. */
static void test_budget(void **state)
{
	ct_ok("rule add br0 actions=output:2");
	begin("trace br0 in_port=1,dl_src=02:00:00:00:00:05 --live");
	for (unsigned i = 0; i < 3 * SW_BURST; i++) {
		ts_send(port("p1"), ts_frame(MAC(2), MAC(6), UNTAGGED));
		if (i % SW_BURST == SW_BURST - 1)
			ts_turn();
	}
	for (unsigned i = 0; i < SW_BURST; i++)
		ts_send(port("p1"), ts_frame(MAC(2), i == 31 ? MAC(5) : MAC(6), UNTAGGED));
	ts_turn();
	look();
	says("packet 1 of 1: ");
	assert_non_null(strstr(data, "\"looked_at\":32,\"not_looked_at\":96"));
	while (sw_dummy_sent_drop(port("p2")))
		;
}

static void test_time(void **state)
{
	struct txn_request req = { .role = SW_ROLE_ADMIN, .patience_s = 20 };

	assert_int_equal(ask("trace br0 arp --live --count=2", req), 0);
	sw_clock_warp(18900);
	look();
	assert_false(here);
	sw_clock_warp(200);
	look();
	assert_true(here);
	assert_int_equal(said.code, SW_CODE_TIMEOUT);
	assert_string_equal(said.text,
		"no packet matched: 0 were looked at, 0 more came too fast to be looked at");
	assert_int_equal(ask("trace br0 --live --count=2", req), 0);
	ts_send(port("p1"), ts_frame(MAC(1), MAC(2), UNTAGGED));
	ts_turn();
	sw_clock_warp(20000);
	look();
	says("1 of 2 packets: the time is over");
	free_again();
	for (unsigned i = 0; i < 4; i++)
		sw_dummy_sent_drop(port((const char *[]){ "br0", "p1", "p2", "p3" }[i]));
}

static void test_client_gone(void **state)
{
	begin("trace br0 --live");
	txn_cancel(&here);
	free_again();
	assert_int_equal(txn_wait_count(), 0);
}

static void test_port_gone(void **state)
{
	begin("trace br0 in_port=p1 --live");
	ct_ok("del-port p2");
	look();
	assert_false(here);
	ct_ok("del-port p1");
	look();
	assert_true(here);
	assert_int_equal(said.code, SW_CODE_NOT_FOUND);
	/* another port takes its place, and nothing of the trap */
	ct_ok("add-port br0 p1 -- set interface p1 type=dummy ofport_request=1");
	free_again();
}

static void test_bridge_gone(void **state)
{
	begin("trace br0 --live --count=2");
	ts_send(port("p1"), ts_frame(MAC(1), MAC(2), UNTAGGED));
	ts_turn();
	sw_dummy_sent_drop(port("p2"));
	ct_ok("del-br br0");
	look();
	says("its port has left the bridge: it cannot be walked again\n");
	says("1 of 2 packets: the bridge went away\n");
}

/* Its ports change, and it stays. */
static void test_membership(void **state)
{
	ct_ok("rule add br0 actions=output:2");
	begin("trace br0 dl_src=02:00:00:00:00:05 --live");
	ct_ok("add-port br0 p4 -- set interface p4 type=dummy ofport_request=4 -- del-port p3");
	ts_send(port("p4"), ts_frame(MAC(2), MAC(5), UNTAGGED));
	ts_turn();
	sw_dummy_sent_drop(port("p2"));
	look();
	says("came in by p4 ");
	assert_non_null(strstr(ct_text("flow dump"), "\"p4\""));
}

static void test_patch(void **state)
{
	ct_bridge("br1");
	ct_ok("add-port br0 a -- set interface a type=patch options:peer=b ofport_request=10 -- "
	      "add-port br1 b -- set interface b type=patch options:peer=a ofport_request=11 -- "
	      "add-port br1 q -- set interface q type=dummy ofport_request=4");
	ct_ok("rule add br0 in_port=1,actions=output:10");
	ct_ok("rule add br1 in_port=b,actions=output:q");
	begin("trace br1 in_port=b --live");
	ts_send(port("p1"), ts_frame(MAC(2), MAC(5), UNTAGGED));
	ts_turn();
	sw_dummy_sent_drop(port("q"));
	look();
	says("came in by b ");
	says("went to: q\n");
	never_says("another way");
}

static void refused(const char *line, enum sw_role role, bool dry, enum sw_code code)
{
	int rc = ask(line, (struct txn_request){ .role = role, .dry_run = dry });

	if ((!rc && !here) || said.code != code)
		fail_msg("%s: %s", line, said.text);
	assert_int_equal(txn_wait_count(), 0);
}

static void test_refused(void **state)
{
	refused("trace br0 --live", SW_ROLE_READ, false, SW_CODE_PERMISSION);
	refused("trace br0 --live", SW_ROLE_READ, true, SW_CODE_PERMISSION);
	refused("trace br0 --live", SW_ROLE_ADMIN, true, SW_CODE_USAGE);
	refused("trace br9 --live", SW_ROLE_ADMIN, false, SW_CODE_NOT_FOUND);
	refused("trace br0 in_port=9 --live", SW_ROLE_ADMIN, false, SW_CODE_NOT_FOUND);
	refused("trace br0 reg0=1 --live", SW_ROLE_ADMIN, false, SW_CODE_INVALID);
	refused("trace br0 metadata=1 --live", SW_ROLE_ADMIN, false, SW_CODE_INVALID);
	refused("trace br0 tcp 0011 --live", SW_ROLE_ADMIN, false, SW_CODE_USAGE);
	refused("trace br0 --live --count=0", SW_ROLE_ADMIN, false, SW_CODE_INVALID);
	refused("trace br0 --live --count=65", SW_ROLE_ADMIN, false, SW_CODE_INVALID);
	refused("trace br0 in_port=1 --count=2", SW_ROLE_ADMIN, false, SW_CODE_USAGE);
	refused("trace br0", SW_ROLE_ADMIN, false, SW_CODE_USAGE);
	ct_fails(SW_CODE_USAGE, "trace br0 --live -- list-br");
	free_again();
	begin("trace br0 --live");
	ct_fails(SW_CODE_CONFLICT, "trace br0 --live");
	ct_restart(); /* swd stops */
	assert_true(here);
	assert_int_equal(said.code, SW_CODE_CONFLICT);
	free_again();
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_rules),
		TEST(test_lost),
		TEST(test_changed),
		TEST(test_l2),
		TEST(test_other_programs),
		TEST(test_order),
		TEST(test_budget),
		TEST(test_time),
		TEST(test_client_gone),
		TEST(test_port_gone),
		TEST(test_bridge_gone),
		TEST(test_membership),
		TEST(test_patch),
		TEST(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
