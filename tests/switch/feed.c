/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Subscriptions over real sockets, on a control loop turned by hand and a clock that stands: a client that
 * applies what it is told has what the switch lists, whether it reads all the time, now and then, goes
 * away and comes back, or is too slow; one that reads nothing is dropped and can see why.
 */
#include "ctltest.h"
#include "feedclient.h"
#include "testswitch.h"

#include <event2/event.h>

#include <unistd.h>

#include <sw/access.h>
#include <sw/dummy.h>
#include <sw/event.h>
#include <sw/loop.h>
#include <sw/mem.h>
#include <sw/module.h>
#include <sw/post.h>

#include "../../src/ctl/api/server.h"
#include "../../src/ctl/api/subscriber.h"
#include "../../src/ctl/feed/feed.h"

#define ALL "{\"*\":[]}"

static char path[96];
static struct sw_access access_of;

static const struct sw_module *module(const char *name)
{
	return sw_reg_find(&sw_reg_kind_module, name);
}

static int setup(void **state)
{
	struct sw_err err;

	ts_start(1);
	assert_int_equal(sw_loop_init(&err), 0);
	assert_int_equal(module("events")->init(NULL, &err), 0);
	ct_start();
	assert_int_equal(module("feed")->init(NULL, &err), 0);
	snprintf(path, sizeof(path), "%s.sock", ct_dir());
	assert_int_equal(api_start(sw_loop_base(), path, &access_of, &err), 0);
	return 0;
}

static int teardown(void **state)
{
	api_stop();
	module("feed")->fini();
	ct_stop();
	module("events")->fini();
	sw_loop_fini();
	sw_event_forget();
	ts_stop();
	return 0;
}

/* All that can be done without time going by. */
static void turn(void)
{
	for (unsigned i = 0; i < 50; i++) {
		sw_post_run();
		event_base_loop(sw_loop_base(), EVLOOP_NONBLOCK);
	}
	while (feed_step())
		;
	subscriber_pump_all();
}

static void take_all(struct client *c)
{
	do
		turn();
	while (feedclient_take(c, 1 << 16));
}

static void subscribe(struct client *c, const char *tables, const char *events, bool resume)
{
	char *more = resume ? sw_xasprintf(",\"resume\":{\"epoch\":\"%s\",\"seq\":%lld}", c->epoch,
				      (long long)c->seq)
			    : sw_xstrdup("");
	char *params = sw_xasprintf(
		"{\"tables\":%s,\"events\":%s,\"interval\":100%s}", tables, events, more);

	c->id = c->answered = 0;
	feedclient_dial(c, path);
	feedclient_say(c, "subscribe", params);
	free(params);
	free(more);
	turn();
}

static void hang_up(struct client *c)
{
	close(c->fd);
	sw_line_fini(&c->in);
	turn();
	api_sweep(); /* sees that nobody is there to read */
}

static void end(struct client *c)
{
	hang_up(c);
	copy_fini(&c->copy);
	json_decref(c->last_event);
}

/* Is every item of a also in b? Sets are told in any order. */
static bool same(const json_t *a, const json_t *b)
{
	json_t *item, *other;
	size_t i, k;

	if (!json_is_array(a))
		return json_equal(a, b);
	if (json_array_size(a) != json_array_size(b))
		return false;
	json_array_foreach ((json_t *)a, i, item) {
		bool found = false;

		json_array_foreach ((json_t *)b, k, other)
			found |= json_equal(item, other);
		if (!found)
			return false;
	}
	return true;
}

static unsigned check_table(const struct client *c, const char *table)
{
	json_t *records, *record, *value;
	const char *name;
	size_t i, n;

	ct_ok("list %s", table);
	records = json_incref(json_object_get(json_array_get(ct.results, 0), "value"));
	n = json_array_size(records);
	json_array_foreach (records, i, record) {
		const char *uuid = json_string_value(json_object_get(record, "_uuid"));
		json_t *row = json_object_get(c->copy.rows, uuid);
		json_t *columns = json_object_get(row, "columns");

		if (!row)
			fail_msg("%s %s is not in the copy", table, uuid);
		assert_int_equal(json_object_size(columns),
			json_object_size(record) - 1 - !!json_object_get(record, "statistics"));
		json_object_foreach (columns, name, value)
			if (!same(value, json_object_get(record, name)))
				fail_msg("%s %s: column %s is not the same", table, uuid, name);
	}
	json_decref(records);
	return n;
}

/* The copy is what the switch lists. */
static void check(const struct client *c)
{
	assert_null(c->copy.fresh);
	assert_int_equal(check_table(c, "Open_vSwitch") + check_table(c, "Bridge") +
				 check_table(c, "Port") + check_table(c, "Interface"),
		json_object_size(c->copy.rows));
}

/* One random change; some are refused, and change nothing. */
static void change(void)
{
	unsigned port = random() % 12, bridge = random() % 3;

	switch (random() % 8) {
	case 0:
		ct_run("add-br br%u -- set interface br%u type=dummy", bridge, bridge);
		break;
	case 1:
		if (random() % 4 == 0)
			ct_run("del-br br%u", bridge);
		break;
	case 2:
	case 3:
		ct_run("add-port br%u p%u -- set interface p%u type=dummy", bridge, port, port);
		break;
	case 4:
		ct_run("del-port p%u", port);
		break;
	case 5:
		ct_run("set port p%u tag=%u", port, (unsigned)random() % 4096);
		break;
	case 6:
		ct_run("set port p%u trunks=%u,%u", port, (unsigned)random() % 9,
			(unsigned)random() % 9);
		break;
	case 7:
		ct_run("set bridge br%u external_ids:k%u=%u", bridge, (unsigned)random() % 5,
			(unsigned)random() % 3);
		break;
	}
}

/* Computed columns have been looked at since the last change. */
static void let_look(void)
{
	turn();
	sw_clock_warp(5000);
	feed_tick();
	turn();
}

static void follows(void **state)
{
	struct client always = { 0 }, sometimes = { 0 };

	srandom(1);
	ct_bridge("br0");
	subscribe(&always, ALL, "[]", false);
	subscribe(&sometimes, ALL, "[]", false);
	for (unsigned i = 0; i < 400; i++) {
		change();
		turn();
		feedclient_take(&always, 1 << 16);
		if (random() % 20 == 0)
			feedclient_take(&sometimes, random() % 3000 + 1);
		if (i % 50)
			continue;
		let_look();
		take_all(&always);
		check(&always);
	}
	let_look();
	take_all(&always);
	take_all(&sometimes);
	check(&always);
	check(&sometimes);
	assert_int_equal(always.snapshots, 1);
	assert_int_equal(always.coalesced, 0);
	assert_true(always.updates > 50);
	end(&always);
	end(&sometimes);
}

/* Behind by more than the ring's text: it gets the rows as they are, not what went on, and catches up. */
static void is_coalesced(void **state)
{
	struct client slow = { 0 };
	char text[2001] = { 0 };

	memset(text, 'x', 2000);
	ct_bridge("br0");
	ct_ok("add-port br0 p0 -- set interface p0 type=dummy");
	subscribe(&slow, ALL, "[\"config\"]", false);
	take_all(&slow);
	for (unsigned i = 0; i < 600; i++) {
		ct_ok("set bridge br0 external_ids:a=%s%u external_ids:b=%u", text, i, i);
		turn();
	}
	ct_ok("del-port p0");
	assert_int_equal(slow.coalesced, 0);
	take_all(&slow);
	assert_true(slow.coalesced > 0);
	assert_int_equal(slow.snapshots, 1);
	assert_int_equal(slow.events + slow.lost, 601);
	assert_true(slow.lost > 0);
	let_look();
	take_all(&slow);
	check(&slow);
	ct_ok("set bridge br0 external_ids:c=1");
	let_look();
	take_all(&slow);
	check(&slow);
	assert_int_equal(slow.events + slow.lost, 602);
	end(&slow);
}

static void comes_back(void **state)
{
	struct client c = { 0 };
	unsigned updates;

	srandom(2);
	ct_bridge("br0");
	subscribe(&c, ALL, "[]", false);
	take_all(&c);
	for (unsigned i = 0; i < 30; i++) {
		unsigned n = random() % 20;

		hang_up(&c);
		while (n--)
			change();
		subscribe(&c, ALL, "[]", true);
		let_look();
		take_all(&c);
		if (!c.resumed)
			fail_msg("time %u, seq %lld", i, (long long)c.seq);
		assert_int_equal(c.snapshots, 1);
		check(&c);
	}
	updates = c.updates;
	hang_up(&c);
	subscribe(&c, ALL, "[]", true);
	take_all(&c);
	assert_int_equal(c.updates, updates); /* it missed nothing, and is told nothing */
	hang_up(&c);
	sw_clock_warp(FEED_LINGER_MS);
	feed_tick();
	subscribe(&c, ALL, "[]", true);
	take_all(&c);
	assert_false(c.resumed); /* nobody kept it: all anew */
	assert_int_equal(c.snapshots, 2);
	check(&c);
	end(&c);
}

/* The rest of what a client that was dropped can still read says why. */
static void is_dropped(void **state)
{
	struct client c = { 0 };
	char text[2001] = { 0 };
	struct api_stats stats;

	memset(text, 'x', 2000);
	ct_bridge("br0");
	subscribe(&c, ALL, "[\"*\"]", false);
	for (unsigned i = 0; i < 200; i++) {
		ct_ok("set bridge br0 external_ids:a=%s%u", text, i);
		turn();
	}
	sw_clock_warp(SUBSCRIBER_AGE_MS);
	api_sweep();
	turn();
	turn();
	api_stats(&stats);
	assert_int_equal(stats.clients, 0);
	assert_int_equal(stats.dropped_clients, 1);
	while (feedclient_take(&c, 1 << 16))
		;
	assert_true(c.closed);
	assert_string_equal(c.dropped, "it does not read its updates (10 s)");
	end(&c);
}

/* Requests are answered in order, between the updates, which go on. */
static void answers_between(void **state)
{
	struct client c = { 0 };

	ct_bridge("br0");
	subscribe(&c, ALL, "[\"config\"]", false);
	feedclient_say(&c, "ping", "{}");
	feedclient_say(&c, "transact",
		"{\"commands\":[[\"set\",\"bridge\",\"br0\",\"external_ids:a=1\"]]}");
	while (c.answered < 3)
		take_all(&c);
	let_look();
	take_all(&c);
	assert_int_equal(c.events, 1);
	check(&c);
	feedclient_say(&c, "unsubscribe", "{\"subscription\":1}");
	take_all(&c);
	assert_int_equal(c.answered, 4);
	ct_ok("set bridge br0 external_ids:a=2");
	take_all(&c);
	assert_int_equal(c.events, 1);
	end(&c);
}

static const char *event_text(const struct client *c, const char *member)
{
	return json_string_value(json_object_get(c->last_event, member));
}

static void links_and_counters(void **state)
{
	struct client c = { 0 }, counters = { 0 };
	unsigned updates;

	ct_bridge("br0");
	ct_ok("add-port br0 p1 -- set interface p1 type=dummy");
	subscribe(&c, "{\"Interface\":[\"name\",\"link_state\"]}", "[\"link\"]", false);
	subscribe(&counters, "{\"Interface\":[\"name\",\"statistics\"]}", "[]", false);
	take_all(&c);
	take_all(&counters);
	sw_dummy_set_link(sw_port_by_name("p1"), false);
	take_all(&c);
	assert_string_equal(event_text(&c, "kind"), "link");
	assert_string_equal(event_text(&c, "text"), "the link of port p1 is down");
	ct_ok("find interface link_state=down");
	updates = counters.updates;
	ts_send(sw_port_by_name("p1"), ts_frame(MAC(1), MAC(2), UNTAGGED));
	ts_turn();
	let_look();
	take_all(&counters);
	assert_int_equal(counters.updates, updates + 1);
	assert_string_equal(ct_text("event show link --last=1") ? "" : NULL, "");
	assert_int_equal(json_array_size(json_object_get(
				 json_object_get(json_array_get(ct.results, 0), "value"), "rows")),
		1);
	end(&c);
	end(&counters);
}

/* A switch with many rows: a snapshot comes in parts, and no step does it all. */
static void comes_in_parts(void **state)
{
	struct client c = { 0 };

	ct_bridge("br0");
	for (unsigned i = 0; i < 300; i++)
		ct_ok("add-port br0 p%u -- set interface p%u type=dummy", i, i);
	subscribe(&c, ALL, "[]", false);
	take_all(&c);
	assert_true(c.updates > 10);
	assert_int_equal(c.snapshots, 1);
	check(&c);
	end(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(follows, setup, teardown),
		cmocka_unit_test_setup_teardown(is_coalesced, setup, teardown),
		cmocka_unit_test_setup_teardown(comes_back, setup, teardown),
		cmocka_unit_test_setup_teardown(is_dropped, setup, teardown),
		cmocka_unit_test_setup_teardown(answers_between, setup, teardown),
		cmocka_unit_test_setup_teardown(links_and_counters, setup, teardown),
		cmocka_unit_test_setup_teardown(comes_in_parts, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
