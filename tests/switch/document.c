/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The configuration as a document: config export, and config apply of what was exported, of a part, and of
 * what cannot be.
 */
#include "ctltest.h"
#include "testswitch.h"

static char *exported(void)
{
	ct_ok("config export");
	return json_dumps(json_object_get(json_array_get(ct.results, 0), "value"), JSON_COMPACT);
}

static void expect_document(const char *wanted)
{
	char *now = exported();

	assert_string_equal(now, wanted);
	free(now);
}

static void apply(const char *document)
{
	ct_input(document);
	ct_ok("config apply test.json");
}

static void apply_exact(const char *document)
{
	ct_input(document);
	ct_ok("config apply test.json --prune");
}

static char nearest[64]; /* of the last refusal */

static void refused(enum sw_code code, const char *path, const char *document)
{
	char *before = exported(), *after;

	ct_input(document);
	ct_fails(code, "config apply test.json");
	assert_string_equal(ct.err.path, path);
	strcpy(nearest, ct.err.nearest);
	after = exported();
	assert_string_equal(after, before);
	free(before);
	free(after);
}

#define V "{\"version\":1"

static void test_export(void **state)
{
	expect_document(V "}");
	ct_bridge("br1");
	ct_bridge("br0");
	ct_ok("add-port br0 p2 tag=10 -- set interface p2 type=dummy -- add-port br0 p1 "
	      "trunks=30,20 -- set interface p1 type=dummy options:n_rxq=2 ofport_request=7 -- "
	      "set bridge br0 other_config:mac-table-size=100 external_ids:b=2 external_ids:a=1 -- "
	      "set open . external_ids:host='x y'");
	expect_document(V
		",\"Bridge\":{\"br0\":{\"external_ids\":{\"a\":\"1\",\"b\":\"2\"},"
		"\"other_config\":{\"mac-table-size\":\"100\"},\"ports\":[\"br0\",\"p1\",\"p2\"]},"
		"\"br1\":{\"ports\":[\"br1\"]}},"
		"\"Interface\":{\"br0\":{\"type\":\"dummy\"},\"br1\":{\"type\":\"dummy\"},"
		"\"p1\":{\"ofport_request\":7,\"options\":{\"n_rxq\":\"2\"},\"type\":\"dummy\"},"
		"\"p2\":{\"type\":\"dummy\"}},"
		"\"Open_vSwitch\":{\"external_ids\":{\"host\":\"x y\"}},"
		"\"Port\":{\"br0\":{\"interfaces\":[\"br0\"]},\"br1\":{\"interfaces\":[\"br1\"]},"
		"\"p1\":{\"interfaces\":[\"p1\"],\"trunks\":[20,30]},"
		"\"p2\":{\"interfaces\":[\"p2\"],\"tag\":10}}}");
}

static void test_round_trip(void **state)
{
	struct sw_port *p1;
	uint64_t generation;
	char *document;

	ct_bridge("br0");
	ct_ok("add-port br0 p1 tag=10 -- set interface p1 type=dummy ofport_request=9 -- "
	      "fdb add br0 p1 10 02:00:00:00:00:07 -- add-port br0 p2 trunks=1-100 -- "
	      "set interface p2 type=dummy -- set bridge br0 other_config:hwaddr=02:00:00:00:00:01");
	generation = ct.generation;
	document = exported();
	p1 = sw_port_by_name("p1");
	apply(document);
	assert_int_equal(ct.generation, generation);
	apply_exact(document);
	assert_int_equal(ct.generation, generation);
	ct_input(document);
	assert_int_equal(ct_dry_run("config apply f --prune"), 0);
	assert_int_equal(ct.exit_status, 0);
	assert_ptr_equal(sw_port_by_name("p1"), p1);

	/* from nothing, and after changes of every kind */
	ct_ok("del-br br0");
	apply_exact(document);
	expect_document(document);
	ct_ok("del-port p1 -- set port p2 tag=5 vlan_mode=native-tagged -- clear bridge br0 "
	      "other_config -- add-br br1 -- set interface br1 type=dummy -- "
	      "set open . external_ids:a=b -- add-port br1 p3 -- set interface p3 type=dummy");
	ct_input(document);
	assert_int_equal(ct_dry_run("config apply f --prune"), 0);
	assert_int_equal(ct.exit_status, 10);
	assert_true(json_array_size(ct.plan) > 0);
	apply_exact(document);
	expect_document(document);
	ct_restart();
	expect_document(document);
	free(document);
}

/* Without --prune nothing goes: what is mentioned is as it says, the rest stays. */
static void test_part(void **state)
{
	ct_bridge("br0");
	ct_bridge("br1");
	ct_ok("add-port br0 p1 tag=10 -- set interface p1 type=dummy -- add-port br0 p2 tag=20 -- "
	      "set interface p2 type=dummy -- set port p1 external_ids:a=b");
	apply(V ",\"Port\":{\"p1\":{\"tag\":11}}}");
	assert_string_equal(ct_text("get port p1 tag external_ids"), "11\n{}\n");
	assert_string_equal(ct_text("get port p2 tag"), "20\n");
	assert_string_equal(ct_text("list-ports br0"), "p1\np2\n");
	/* a new port, and one that moves */
	apply(V ",\"Bridge\":{\"br1\":{\"ports\":[\"p2\",\"p3\"]}},"
		"\"Port\":{\"p3\":{\"interfaces\":[\"p3\"]}},\"Interface\":{\"p3\":{\"type\":"
		"\"dummy\"}}}");
	assert_string_equal(ct_text("list-ports br0"), "p1\n");
	assert_string_equal(ct_text("list-ports br1"), "p2\np3\n");
	assert_string_equal(ct_text("get port p2 tag"), "20\n");
	/* a new bridge is one of the switch without being said so */
	apply(V ",\"Bridge\":{\"br2\":{\"ports\":[\"br2\"]}},\"Port\":{\"br2\":{\"interfaces\":"
		"[\"br2\"]}},\"Interface\":{\"br2\":{\"type\":\"dummy\"}}}");
	assert_string_equal(ct_text("list-br"), "br0\nbr1\nbr2\n");
	apply_exact(V "}");
	assert_string_equal(ct_text("list-br"), "");
}

static void test_form(void **state)
{
	refused(SW_CODE_INVALID, "line 2, column 10", "{\n \"vers: 1}");
	refused(SW_CODE_INVALID, "line 1, column 33", V ",\"Bridge\":{},\"Bridge\":{}}");
	refused(SW_CODE_INVALID, "", "[]");
	refused(SW_CODE_INVALID, "version", "{}");
	refused(SW_CODE_INVALID, "version", "{\"version\":2}");
	refused(SW_CODE_NOT_FOUND, "Bridges", V ",\"Bridges\":{}}");
	assert_string_equal(nearest, "Bridge");
	refused(SW_CODE_NOT_FOUND, "bridge", V ",\"bridge\":{}}");
	refused(SW_CODE_UNSUPPORTED, "QoS", V ",\"QoS\":{}}");
	refused(SW_CODE_INVALID, "Bridge", V ",\"Bridge\":[]}");
	refused(SW_CODE_INVALID, "Bridge.br0", V ",\"Bridge\":{\"br0\":1}}");
	ct_input(NULL);
	ct_fails(SW_CODE_USAGE, "config apply x");
}

static void test_places(void **state)
{
	ct_bridge("br0");
	ct_ok("add-port br0 p1 -- set interface p1 type=dummy");
	refused(SW_CODE_INVALID, "Bridge.br0.other_config:mac-table-size",
		V ",\"Bridge\":{\"br0\":{\"other_config\":{\"mac-table-size\":\"5\"}}}}");
	refused(SW_CODE_INVALID, "Bridge.br0.other_config:mac-tablesize",
		V ",\"Bridge\":{\"br0\":{\"other_config\":{\"mac-tablesize\":\"50\"}}}}");
	assert_string_equal(nearest, "mac-table-size");
	refused(SW_CODE_INVALID, "Port.p1.tag", V ",\"Port\":{\"p1\":{\"tag\":5000}}}");
	refused(SW_CODE_INVALID, "Port.p1.tag", V ",\"Port\":{\"p1\":{\"tag\":\"x\"}}}");
	refused(SW_CODE_INVALID, "Port.p1.tag", V ",\"Port\":{\"p1\":{\"tag\":[1,2]}}}");
	refused(SW_CODE_NOT_FOUND, "Port.p1", V ",\"Port\":{\"p1\":{\"tags\":5}}}");
	assert_string_equal(nearest, "tag");
	refused(SW_CODE_INVALID, "Port.p1.name", V ",\"Port\":{\"p1\":{\"name\":\"p1\"}}}");
	refused(SW_CODE_INVALID, "Interface.p1.ofport_kept",
		V ",\"Interface\":{\"p1\":{\"ofport_kept\":3}}}");
	refused(SW_CODE_INVALID, "Interface.p1", V ",\"Interface\":{\"p1\":{\"_uuid\":\"x\"}}}");
	refused(SW_CODE_INVALID, "Bridge.b d.name", V ",\"Bridge\":{\"b d\":{}}}");
	refused(SW_CODE_INVALID, "Open_vSwitch.other_config:pmd-cpu",
		V ",\"Open_vSwitch\":{\"other_config\":{\"pmd-cpu\":\"1\"}}}");
}

static void test_references(void **state)
{
	ct_bridge("br0");
	ct_bridge("br1");
	ct_ok("add-port br0 p1 -- set interface p1 type=dummy");
	refused(SW_CODE_NOT_FOUND, "Bridge.br0.ports",
		V ",\"Bridge\":{\"br0\":{\"ports\":[\"p9\"]}}}");
	refused(SW_CODE_INVALID, "Bridge.br0.ports", V ",\"Bridge\":{\"br0\":{\"ports\":[7]}}}");
	refused(SW_CODE_CONFLICT, "Bridge.br1.ports",
		V ",\"Bridge\":{\"br0\":{\"ports\":[\"p1\"]},\"br1\":{\"ports\":[\"p1\"]}}}");
	refused(SW_CODE_INVALID, "Port.p9.interfaces", V ",\"Port\":{\"p9\":{}}}");
	refused(SW_CODE_CONFLICT, "Port.p9",
		V ",\"Port\":{\"p9\":{\"interfaces\":[\"p9\"]}},\"Interface\":{\"p9\":{}}}");
	refused(SW_CODE_CONFLICT, "Interface.p9", V ",\"Interface\":{\"p9\":{}}}");
	/* with --prune all that is referred to must be in the document */
	ct_input(V ",\"Bridge\":{\"br0\":{\"ports\":[\"br0\",\"p1\"]}},\"Port\":{\"br0\":"
		   "{\"interfaces\":[\"br0\"]}},\"Interface\":{\"br0\":{\"type\":\"dummy\"}}}");
	ct_fails(SW_CODE_NOT_FOUND, "config apply f --prune");
	assert_string_equal(ct.err.path, "Bridge.br0.ports");
	assert_string_equal(ct_text("list-ports br0"), "p1\n");
}

/* A change that nothing runs on is a change. */
static void test_dry_run_of_a_note(void **state)
{
	ct_input(V ",\"Open_vSwitch\":{\"external_ids\":{\"a\":\"b\"}}}");
	assert_int_equal(ct_dry_run("config apply f"), 0);
	assert_int_equal(ct.exit_status, 10);
	assert_int_equal(json_array_size(ct.plan), 1);
	assert_string_equal(ct_text("get open . external_ids"), "{}\n");
}

/* A device that fails undoes all of it; with --may-wait it is waited for. */
static void test_devices(void **state)
{
	static const char document[] =
		V ",\"Bridge\":{\"br0\":{\"ports\":[\"br0\",\"p1\"]}},"
		  "\"Port\":{\"br0\":{\"interfaces\":[\"br0\"]},\"p1\":{"
		  "\"interfaces\":[\"p1\"]}},\"Interface\":{\"br0\":{\"type\":"
		  "\"dummy\"},\"p1\":{\"type\":\"dummy\",\"options\":{"
		  "\"fail_open\":\"gone\"}}}}";

	ct_input(document);
	ct_fails(SW_CODE_DEVICE, "config apply f");
	expect_document(V "}");
	ct_ok("config apply f --may-wait");
	assert_string_equal(ct_text("list-ports br0"), "p1\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_export, ct_setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_round_trip, ct_setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_part, ct_setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_form, ct_setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_places, ct_setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_references, ct_setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_dry_run_of_a_note, ct_setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_devices, ct_setup, ct_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
