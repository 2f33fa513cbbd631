/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Completion of half-typed commands: what usages, tables and the configuration in force offer.
 */
#include "ctltest.h"
#include "testswitch.h"

#include "../../src/ctl/describe/complete.h"

static int setup(void **state)
{
	ct_setup(state);
	ct_bridge("br0");
	ct_bridge("br1");
	ct_ok("add-port br0 vm1 -- set interface vm1 type=dummy");
	ct_ok("add-port br1 vm2 -- set interface vm2 type=dummy");
	return 0;
}

/* The candidates of a line, whose last word ends where the line does, with a blank between them. */
static const char *after(const char *line, bool live)
{
	static char out[65536];
	char copy[256], *save = NULL, *word;
	const char *words[32];
	unsigned n = 0;
	json_t *all, *one;
	size_t i, len = 0;

	snprintf(copy, sizeof(copy), "%s", line);
	for (word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save))
		words[n++] = word;
	if (!*line || line[strlen(line) - 1] == ' ')
		words[n++] = "";
	all = complete_words(words, n, live);
	*out = '\0';
	json_array_foreach (all, i, one)
		len += snprintf(out + len, sizeof(out) - len, "%s%s", i ? " " : "",
			json_string_value(json_object_get(one, "word")));
	json_decref(all);
	return out;
}

static void test_names(void **state)
{
	assert_string_equal(after("add-b", true), "add-br");
	assert_string_equal(after("fdb s", true), "show stats stats-clear");
	assert_string_equal(after("nothing ", true), "");
	assert_string_equal(after("add-port --may-", true), "--may-exist --may-wait");
	assert_string_equal(after("--may-w", true), "--may-wait");
	assert_string_equal(after("--may-exist add-b", true), "add-br");
	assert_string_equal(after("fdb show --po", true), "--port=");
	assert_string_equal(after("fdb show --port=v", true), "--port=vm1 --port=vm2");
	assert_string_equal(after("log show --level=w", true), "--level=warn");
	assert_string_equal(after("fdb show --vlan=", true), "--vlan=");
}

static void test_live(void **state)
{
	assert_string_equal(after("del-br ", true), "br0 br1");
	assert_string_equal(after("del-br ", false), "");
	assert_string_equal(after("del-port ", true), "br0 br1 vm1 vm2");
	assert_string_equal(after("port stats v", true), "vm1 vm2");
	assert_string_equal(after("set port vm", true), "vm1 vm2");
	assert_string_equal(after("list interface vm1 vm", true), "vm1 vm2");
	assert_string_equal(after("get open ", true), ".");
	assert_string_equal(after("set nothing ", true), "");
}

static void test_columns(void **state)
{
	assert_string_equal(after("set po", true), "port");
	assert_string_equal(after("set Po", true), "Port");
	assert_string_equal(after("set port vm1 t", true), "tag= trunks=");
	assert_string_equal(
		after("get interface vm1 link_", true), "link_resets link_speed link_state");
	assert_string_equal(after("set interface vm1 link_", true), "");
	assert_string_equal(after("add-port br0 vm3 tag=1 vlan_mode=n", true),
		"vlan_mode=native-tagged vlan_mode=native-untagged");
	assert_string_equal(
		after("set port vm1 other_config:p", true), "other_config:priority-tags=");
	assert_string_equal(
		after("get port vm1 other_config:p", true), "other_config:priority-tags");
	assert_string_equal(after("set port vm1 other_config:priority-tags=n", true),
		"other_config:priority-tags=never");
	assert_string_equal(
		after("set port vm1 protected=", true), "protected=true protected=false");
	assert_string_equal(after("add port vm1 vlan_mode a", true), "access");
	assert_string_equal(after("set interface vm1 options:n_rxq", true),
		"options:n_rxq= options:n_rxq_desc=");
	assert_non_null(strstr(after("set interface vm1 type=", true), "type=patch"));
	assert_string_equal(after("log set vhost d", true), "dbg");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_names, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_live, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_columns, setup, ct_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
