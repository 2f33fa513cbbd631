/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The database commands that make, name and remove records: create, destroy, get --id, and @names in
 * values, over the whole of a transaction.
 */
#include "ctltest.h"
#include "testswitch.h"

static int setup(void **state)
{
	ct_setup(state);
	ct_bridge("br0");
	ct_bridge("br1");
	return 0;
}

#define MAKE \
	"--id=@i create interface name=p1 type=dummy -- --id=@p create port name=p1 interfaces=@i"

static void made(void)
{
	assert_string_equal(ct_text("list-ports br0"), "p1\n");
	assert_string_equal(ct_text("get interface p1 link_state"), "up\n");
	assert_non_null(sw_port_by_name("p1"));
	ct_ok("del-port p1");
	assert_null(sw_port_by_name("p1"));
}

/* The names before and after what they name. */
static void test_create(void **state)
{
	const char *uuid;

	ct_ok(MAKE " -- add bridge br0 ports @p");
	uuid = json_string_value(json_object_get(json_array_get(ct.results, 1), "value"));
	assert_string_equal(ct_text("get port %s name", uuid), "p1\n");
	made();
	ct_ok("add bridge br0 ports @p -- --id=@p create port name=p1 interfaces=@i tag=5 -- "
	      "list-ports br0 -- show -- --id=@i create interface name=p1 type=dummy -- "
	      "set port @p tag=3 -- set port p1 tag=6");
	assert_string_equal(ct_text("get port p1 tag"), "6\n");
	made();
	ct_ok("--id=@l get port br0 -- --id=12345678-1234-4234-8234-123456789abc create interface name=p1 type=dummy -- "
	      "--id=@p create port name=p1 interfaces=12345678-1234-4234-8234-123456789abc -- "
	      "set bridge br0 ports=@l,@p -- find bridge ports{>=}@p");
	made();
}

static void test_create_refused(void **state)
{
	const char *before = strdup(ct_text("show"));

	ct_fails(SW_CODE_INVALID, MAKE);
	assert_int_equal(ct.failed_at, 1);
	assert_non_null(strstr(ct.err.text, "@p"));
	ct_fails(SW_CODE_NOT_FOUND, "add bridge br0 ports @q");
	assert_non_null(strstr(ct.err.text, "@q"));
	ct_fails(SW_CODE_NOT_FOUND, "find bridge ports=@q");
	ct_fails(SW_CODE_USAGE, "create port interfaces=@i");
	ct_fails(SW_CODE_INVALID, "create port name=a/b");
	ct_fails(SW_CODE_EXISTS, "create port name=br0");
	ct_fails(SW_CODE_USAGE, "create port name");
	ct_fails(SW_CODE_USAGE, "--id=p create port name=p1");
	ct_fails(SW_CODE_USAGE, MAKE " -- --id=@p create port name=p2 -- add bridge br0 ports @p");
	ct_fails(SW_CODE_CONFLICT, "create open_vswitch");
	ct_fails(SW_CODE_INVALID, MAKE " -- add bridge br0 ports @p -- set port @p tag=5000");
	ct_fails(SW_CODE_CONFLICT, MAKE " -- add bridge br0 ports @p -- add bridge br1 ports @p");
	ct_fails(SW_CODE_CONFLICT,
		"--id=@b create bridge name=br9 -- add open_vswitch . bridges @b");
	assert_string_equal(ct.err.hint, "swctl add-br br9 makes both");
	ct_fails(SW_CODE_UNSUPPORTED,
		"--id=@i create interface name=q -- --id=@p create port name=p1 interfaces=@i -- "
		"add bridge br0 ports @p");
	ct_fails(SW_CODE_INVALID, "add bridge br0 ports 12345678-1234-4234-8234-123456789abc");
	ct_fails(SW_CODE_INVALID, "add bridge br0 ports nonsense");
	assert_string_equal(ct_text("show"), before);
	free((char *)before);
}

static void test_get_id(void **state)
{
	ct_ok("add-port br0 p1 tag=7 -- set interface p1 type=dummy");
	/* moved: the row, with its tag and its device, goes from one bridge to another */
	ct_ok("--id=@p get port p1 -- del-port p1 -- add bridge br1 ports @p -- set port p1 tag=8");
	assert_string_equal(ct_text("port-to-br p1"), "br1\n");
	assert_string_equal(ct_text("get port p1 tag"), "8\n");
	/* its bridge goes, and it stays */
	ct_ok("--id=@p get port p1 -- add bridge br0 ports @p -- del-br br1");
	assert_string_equal(ct_text("list-ports br0"), "p1\n");
	assert_string_equal(ct_text("list-br"), "br0\n");
	ct_ok("--id=@p get port p1 -- del-port p1 -- set port @p tag=9");
	assert_string_equal(ct_text("list-ports br0"), "");

	ct_fails(SW_CODE_USAGE, "add bridge br0 ports @p -- --id=@p get port br0");
	ct_fails(SW_CODE_USAGE, "--id=@p get port br0 -- --id=@p get port br0");
	ct_fails(SW_CODE_USAGE, "--id=@p --if-exists get port br0");
	ct_fails(SW_CODE_NOT_FOUND, "get port @p tag");
}

/* The name is free at once; the old row comes back only when nobody has it. */
static void test_names_again(void **state)
{
	ct_ok("add-port br0 p1 tag=7 -- set interface p1 type=dummy");
	ct_ok("del-port p1 -- add-port br1 p1 -- set interface p1 type=dummy -- set port p1 tag=4");
	assert_string_equal(ct_text("port-to-br p1"), "br1\n");
	ct_fails(SW_CODE_CONFLICT, "--id=@p get port p1 -- del-port p1 -- add-port br0 p1 -- "
				   "set interface p1 type=dummy -- add bridge br1 ports @p");
	ct_fails(SW_CODE_NOT_FOUND, "del-port p1 -- set port p1 tag=1");
	ct_ok("del-br br1 -- add-br br1 -- set interface br1 type=dummy -- add-port br1 p1 -- "
	      "set interface p1 type=dummy");
	assert_string_equal(ct_text("get port p1 tag"), "[]\n");
	ct_ok("add-port br0 a -- set interface a type=dummy -- del-port a -- add-port br0 a -- "
	      "set interface a type=dummy -- del-port a");
	assert_string_equal(ct_text("list-ports br0"), "");
}

static void test_destroy(void **state)
{
	ct_ok("add-port br0 p1 -- set interface p1 type=dummy");
	ct_fails(SW_CODE_CONFLICT, "destroy port p1");
	assert_non_null(strstr(ct.err.text, "p1"));
	assert_non_null(strstr(ct.err.hint, "remove Bridge br0 ports"));
	ct_fails(SW_CODE_NOT_FOUND, "destroy port p9");
	ct_fails(SW_CODE_USAGE, "destroy port");
	ct_ok("--if-exists destroy port p9");
	ct_fails(SW_CODE_CONFLICT, "destroy open_vswitch .");
	ct_fails(SW_CODE_CONFLICT, "--all destroy bridge");
	ct_fails(SW_CODE_USAGE, "--all destroy bridge br0");
	ct_ok("--id=@p get port p1 -- destroy port p1 -- remove bridge br0 ports @p");
	assert_string_equal(ct_text("list-ports br0"), "");
	ct_ok("--all destroy bridge -- clear open_vswitch . bridges");
	assert_string_equal(ct_text("list-br"), "");
}

/* ovs-vsctl(8) says that a key that is there keeps its value; ovs-vsctl 3.1 replaces it. */
static void test_add_key(void **state)
{
	ct_ok("add bridge br0 external_ids a=1 -- add bridge br0 external_ids a=2 b=3");
	assert_string_equal(ct_text("get bridge br0 external_ids"), "{a=\"2\", b=\"3\"}\n");
}

static void finds(const char *condition, const char *names)
{
	json_t *rows, *row;
	char found[64] = "";
	size_t i;

	ct_ok("--columns=name find port '%s'", condition);
	rows = json_object_get(json_array_get(ct.results, 0), "value");
	json_array_foreach (rows, i, row)
		strcat(found, json_string_value(json_object_get(row, "name")));
	if (strcmp(found, names))
		fail_msg("%s: found %s, not %s", condition, found, names);
}

/* ovs-vsctl(8): sets by size, then by element; a key that is not there. */
static void test_operators(void **state)
{
	ct_ok("del-br br0 -- del-br br1 -- add-br z -- set interface z type=dummy -- add-port z a "
	      "trunks=1,2 external_ids:k=5 -- add-port z b trunks=1,3 external_ids:k=6 -- "
	      "add-port z c trunks=9 external_ids:x=1 -- set interface a type=dummy -- set interface "
	      "b type=dummy -- set interface c type=dummy");
	finds("trunks=1,2", "a");
	finds("trunks!=1,2", "bcz");
	finds("trunks<1,3", "acz");
	finds("trunks<=1,3", "abcz");
	finds("trunks>1,2", "b");
	finds("trunks>=9", "abc");
	finds("trunks{<=}1,2,3", "abz");
	finds("trunks{<}1,2", "z");
	finds("trunks{>=}1", "ab");
	finds("trunks{>}9", "");
	finds("trunks{in}1,3", "bz");
	finds("trunks{not-in}1,2", "cz");
	finds("external_ids:k=5", "a");
	finds("external_ids:k!=5", "b");
	finds("external_ids:k{!=}5", "bcz");
	finds("external_ids:k{in}5", "acz");
	finds("external_ids:k>=5", "ab");
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, ct_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_create),
		TEST(test_create_refused),
		TEST(test_get_id),
		TEST(test_names_again),
		TEST(test_destroy),
		TEST(test_add_key),
		TEST(test_operators),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
