/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Looking back and going back: config log, diff and rollback, over rewritings of the journal, restarts and
 * the limit of what is kept.
 */
#include "ctltest.h"
#include "testswitch.h"

#include <dirent.h>
#include <unistd.h>

#include <sw/text.h>

#include "../../src/ctl/journal.h"
#include "../../src/ctl/store.h"

/* Cell of the table that a command gave. */
static const json_t *cell(const char *line, unsigned row, unsigned column)
{
	ct_ok("%s", line);
	return json_array_get(
		json_array_get(
			json_object_get(
				json_object_get(json_array_get(ct.results, 0), "value"), "rows"),
			row),
		column);
}

static size_t log_rows(const char *line)
{
	const json_t *value;

	ct_ok("%s", line);
	value = json_object_get(json_array_get(ct.results, 0), "value");
	return json_array_size(json_object_get(value, "rows"));
}

static void rewrite_journal(void)
{
	struct sw_err err = { 0 };

	if (journal_compact(store_journal(), store_db(), &err))
		fail_msg("%s", err.text);
}

static void test_log(void **state)
{
	ct_bridge("br0");
	ct_ok("br-set-external-id br0 note 'a b' -- br-set-external-id br0 c d");
	assert_int_equal(log_rows("config log"), 2);
	assert_int_equal(json_integer_value(cell("config log", 0, 0)), 2);
	assert_int_equal(json_integer_value(cell("config log", 1, 0)), 1);
	assert_string_equal(json_string_value(cell("config log", 0, 3)),
		"br-set-external-id br0 note 'a b' -- br-set-external-id br0 c d");
	assert_string_equal(json_string_value(cell("config log", 0, 2)), "test");
	assert_int_equal(strlen(json_string_value(cell("config log", 0, 1))), 24);
	assert_int_equal(log_rows("config log -n 1"), 1);
	assert_int_equal(log_rows("config log -n1"), 1);
	assert_int_equal(log_rows("config log --since=1"), 1);
	assert_int_equal(log_rows("config log --since=2"), 0);
	ct_fails(SW_CODE_INVALID, "config log -n 0");
	ct_fails(SW_CODE_INVALID, "config log -n");
	ct_fails(SW_CODE_INVALID, "config log 5");
	ct_fails(SW_CODE_INVALID, "config log --since=x");
	ct_fails(SW_CODE_INVALID, "config log --from=x");
}

/* A page ends, and the next goes on where it ended. */
static void test_log_pages(void **state)
{
	unsigned seen = 0;
	char next[80] = "", line[120];

	ct_bridge("br0");
	for (int i = 0; i < 300; i++)
		ct_ok("br-set-external-id br0 n %d", i);
	do {
		const json_t *value, *row;
		size_t i;

		snprintf(line, sizeof(line), "config log%s%s", *next ? " --from=" : "", next);
		ct_ok("%s", line);
		value = json_object_get(json_array_get(ct.results, 0), "value");
		json_array_foreach (json_object_get(value, "rows"), i, row)
			assert_int_equal(json_integer_value(json_array_get(row, 0)), 301 - seen++);
		snprintf(next, sizeof(next), "%s",
			json_object_get(value, "next")
				? json_string_value(json_object_get(value, "next"))
				: "");
	} while (*next);
	assert_int_equal(seen, 301);
	assert_int_equal(log_rows("config log -n 260"), 256);
}

/* What a person typed is cut, but for --full. */
static void test_log_of_many_commands(void **state)
{
	struct sw_str line = { 0 };
	const char *text;

	ct_bridge("br0");
	for (int i = 0; i < 100; i++)
		sw_str_add(&line, "%sbr-set-external-id br0 k%d v", i ? " -- " : "", i);
	ct_ok("%s", line.s);
	text = json_string_value(cell("config log", 0, 3));
	assert_true(strlen(text) < 500);
	assert_non_null(strstr(text, "(100 commands)"));
	assert_string_equal(json_string_value(cell("config log --full", 0, 3)), line.s);
	free(line.s);
}

static void test_diff(void **state)
{
	ct_bridge("br0");
	ct_ok("add-port br0 p1 tag=10 -- set interface p1 type=dummy");
	assert_string_equal(ct_text("config diff"), "generation 1 -> 2\n"
						    "  Bridge br0\n"
						    "+     ports: p1\n"
						    "+ Interface p1\n"
						    "+     type: dummy\n"
						    "+ Port p1\n"
						    "+     interfaces: p1\n"
						    "+     tag: 10\n");
	ct_ok("set port p1 tag=20 trunks=1,2 vlan_mode=native-tagged -- "
	      "set bridge br0 other_config:mac-table-size=100 other_config:mac-aging-time=20");
	ct_ok("set port p1 trunks=2,9 -- remove port p1 tag 20 -- clear port p1 vlan_mode -- "
	      "set bridge br0 other_config:mac-table-size=200");
	assert_string_equal(ct_text("config diff 3"), "generation 3 -> 4\n"
						      "  Bridge br0\n"
						      "-     other_config: mac-table-size=100\n"
						      "+     other_config: mac-table-size=200\n"
						      "  Port p1\n"
						      "-     tag: 20\n"
						      "-     trunks: 1\n"
						      "+     trunks: 9\n"
						      "-     vlan_mode: native-tagged\n");
	assert_string_equal(ct_text("config diff 4 4"), "generation 4 -> 4\n  no difference\n");
	assert_string_equal(ct_text("config diff 2 1"), "generation 2 -> 1\n"
							"  Bridge br0\n"
							"-     ports: p1\n"
							"- Interface p1\n"
							"-     type: dummy\n"
							"- Port p1\n"
							"-     interfaces: p1\n"
							"-     tag: 10\n");
	ct_fails(SW_CODE_NOT_FOUND, "config diff 9");
	assert_non_null(strstr(ct.err.allowed, "0 to 4"));
	ct_fails(SW_CODE_INVALID, "config diff x");
	ct_fails(SW_CODE_INVALID, "config diff 1 -1");
}

/* What a rollback must bring back, identities included. */
static char *all_rows(void)
{
	ct_ok("list bridge -- list port -- --columns=_uuid,name,type,ofport,error list interface -- "
	      "--columns=_uuid,bridges,external_ids list open");
	return json_dumps(ct.results, JSON_COMPACT);
}

static void test_rollback(void **state)
{
	struct sw_port *p1;
	char *then, *now, uuid[64];

	ct_bridge("br0");
	ct_ok("add-port br0 p1 tag=10 -- set interface p1 type=dummy -- "
	      "set bridge br0 external_ids:a=b -- set open . external_ids:x=y");
	ct_ok("add-port br0 p2 -- set interface p2 type=dummy");
	then = all_rows();
	snprintf(uuid, sizeof(uuid), "%s", ct_text("get port p2 _uuid"));
	p1 = sw_port_by_name("p1");
	ct_ok("del-port p2 -- set port p1 tag=11 -- clear bridge br0 external_ids -- "
	      "clear open . external_ids -- add-br br1 -- set interface br1 type=dummy");
	ct_ok("add-port br1 p3 -- set interface p3 type=dummy");

	assert_int_equal(ct_dry_run("config rollback 3"), 0);
	assert_int_equal(ct.exit_status, 10);
	assert_true(json_array_size(ct.plan) > 0);
	assert_non_null(sw_port_by_name("p3"));

	ct_ok("config rollback 3");
	assert_int_equal(ct.generation, 6);
	now = all_rows();
	assert_string_equal(now, then);
	free(now);
	assert_string_equal(ct_text("get port p2 _uuid"), uuid);
	assert_ptr_equal(sw_port_by_name("p1"), p1); /* what stays is not touched */
	assert_non_null(sw_port_by_name("p2"));
	assert_null(sw_port_by_name("p3"));
	assert_string_equal(json_string_value(cell("config log -n 1", 0, 3)), "config rollback 3");

	ct_ok("config rollback 6"); /* where it is already: no new generation */
	assert_int_equal(ct.generation, 6);
	ct_restart();
	assert_string_equal(ct_text("list-ports br0"), "p1\np2\n");
	ct_ok("config rollback 0"); /* before everything */
	assert_string_equal(ct_text("list-br"), "");
	ct_fails(SW_CODE_NOT_FOUND, "config rollback 99");
	ct_fails(SW_CODE_INVALID, "config rollback old");
	free(then);
}

/* A device that cannot be opened any more: named, and nothing is changed; or waited for. */
static void test_rollback_fails(void **state)
{
	char *before;

	ct_bridge("br0");
	ct_ok("--may-wait add-port br0 p1 -- set interface p1 type=dummy options:fail_open=gone");
	ct_ok("del-port p1");
	before = strdup(ct_text("show"));
	ct_fails(SW_CODE_DEVICE, "config rollback 2");
	assert_non_null(strstr(ct.err.text, "gone"));
	assert_string_equal(ct_text("show"), before);
	ct_ok("config rollback 2 --may-wait");
	assert_string_equal(ct_text("list-ports br0"), "p1\n");
	free(before);
}

/* A name that is taken by a port of another identity now. */
static void test_rollback_of_a_port_made_again(void **state)
{
	ct_bridge("br0");
	ct_ok("add-port br0 p1 tag=10 -- set interface p1 type=dummy");
	ct_ok("del-port p1 -- add-br br1 -- set interface br1 type=dummy -- add-port br1 p1 -- "
	      "set interface p1 type=dummy");
	ct_ok("config rollback 2");
	assert_string_equal(ct_text("port-to-br p1"), "br0\n");
	assert_string_equal(ct_text("get port p1 tag"), "10\n");
	assert_string_equal(ct_text("list-br"), "br0\n");
}

static unsigned count_files(void)
{
	DIR *d = opendir(ct_dir());
	struct dirent *e;
	unsigned n = 0;

	while ((e = readdir(d)))
		n += !strncmp(e->d_name, "journal.", 8);
	closedir(d);
	return n;
}

static void test_over_rewritings(void **state)
{
	struct journal_health health;
	char tag[40];

	ct_bridge("br0");
	ct_ok("add-port br0 p1 -- set interface p1 type=dummy");
	for (int i = 1; i <= 40; i++) {
		ct_ok("set port p1 tag=%d", i);
		if (i % 8 == 0)
			rewrite_journal();
	}
	assert_int_equal(count_files(), 5);
	rewrite_journal(); /* nothing is new: nothing to keep */
	assert_int_equal(count_files(), 5);
	ct_restart();
	assert_int_equal(log_rows("config log"), 42);
	for (int i = 1; i <= 42; i++)
		assert_int_equal(json_integer_value(cell("config log", 42 - i, 0)), i);
	for (int i = 2; i <= 40; i++) {
		snprintf(tag, sizeof(tag), "+     tag: %d\n", i);
		ct_text("config diff %d %d", i + 1, i + 2);
		assert_non_null(strstr(ct_text("config diff %d %d", i + 1, i + 2), tag));
	}
	ct_ok("config rollback 11");
	assert_string_equal(ct_text("get port p1 tag"), "9\n");

	journal_health(store_journal(), &health);
	assert_int_equal(health.history_files, 5);
	assert_int_equal(health.oldest, 0);
	journal_limit_history(store_journal(), health.history_bytes - 1);
	assert_int_equal(count_files(), 4);
	ct_fails(SW_CODE_NOT_FOUND, "config rollback 3");
	assert_non_null(strstr(ct.err.allowed, "10 to 43"));
	assert_int_equal(log_rows("config log"), 33);
	journal_limit_history(store_journal(), 0);
	assert_int_equal(count_files(), 0);
	rewrite_journal();
	assert_int_equal(count_files(), 0);
	assert_int_equal(log_rows("config log"), 0);
	ct_fails(SW_CODE_NOT_FOUND, "config diff");
}

/* The journal says it is one thing and its file of history another: what cannot be read is left out. */
static void test_damaged_history(void **state)
{
	char path[128];
	FILE *f;

	ct_bridge("br0");
	ct_ok("br-set-external-id br0 a b");
	rewrite_journal();
	ct_ok("br-set-external-id br0 a c");
	snprintf(path, sizeof(path), "%s/journal.0", ct_dir());
	f = fopen(path, "r+");
	fseek(f, -20, SEEK_END);
	fputc('!', f);
	fclose(f);
	assert_int_equal(log_rows("config log"), 2);
	assert_int_equal(json_integer_value(cell("config log", 0, 0)), 3);
	assert_int_equal(json_integer_value(cell("config log", 1, 0)), 1);
	ct_ok("config rollback 2"); /* the snapshot of the journal */
	ct_ok("config rollback 1");
	assert_string_equal(ct_text("br-get-external-id br0"), "");
	f = fopen(path, "w");
	fputs("no journal\n", f);
	fclose(f);
	ct_fails(SW_CODE_NOT_FOUND, "config rollback 1");
	assert_non_null(strstr(ct.err.text, "cannot be rebuilt"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_log, ct_setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_log_pages, ct_setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_log_of_many_commands, ct_setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_diff, ct_setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_rollback, ct_setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_rollback_fails, ct_setup, ct_teardown),
		cmocka_unit_test_setup_teardown(
			test_rollback_of_a_port_made_again, ct_setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_over_rewritings, ct_setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_damaged_history, ct_setup, ct_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
