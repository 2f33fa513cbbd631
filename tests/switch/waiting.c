/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * wait-until: a transaction waits for what it looks at, holds nobody up, and applies as a whole when the
 * moment comes.
 */
#include "ctltest.h"
#include "testswitch.h"

#include "../../src/ctl/txn.h"
#include "../../src/ctl/txn_run.h"

static bool here;
static struct sw_err said;

static void on_answer(void *arg, struct txn_reply *reply)
{
	here = true;
	said = reply->err;
}

static int setup(void **state)
{
	here = false;
	ts_start(1);
	ct_start();
	ct_bridge("br0");
	return 0;
}

/* Two commands of words separated by blanks; the answer is not waited for. */
static void begin(const char *first, const char *second)
{
	struct txn_request req = { .user = "test", .role = SW_ROLE_ADMIN };
	const char *lines[] = { first, second };

	req.commands = json_array();
	for (unsigned i = 0; i < 2; i++) {
		json_t *words = json_array();
		char *copy = strdup(lines[i]), *save = NULL;

		for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save))
			json_array_append_new(words, json_string(w));
		json_array_append_new(req.commands, words);
		free(copy);
	}
	assert_int_equal(txn_submit(&req, on_answer, &here, NULL), 0);
	json_decref(req.commands);
	ct_settle();
}

static void test_record(void **state)
{
	begin("wait-until bridge br1", "br-set-external-id br1 a 1");
	assert_false(here);
	ct_ok("br-set-external-id br0 a 1");
	ct_settle();
	assert_false(here);
	ct_bridge("br1");
	ct_settle();
	assert_true(here);
	assert_int_equal(said.code, SW_CODE_OK);
	assert_string_equal(ct_text("br-get-external-id br1 a"), "1\n");
	ct_ok("wait-until bridge br1 external_ids:a=1 name!=br0 -- list-br");
}

/* A status column changes without a transaction. */
static void test_status(void **state)
{
	ct_ok("add-port br0 p1 -- set interface p1 type=dummy");
	sw_dummy_set_link(sw_port_by_name("p1"), false);
	begin("wait-until interface p1 link_state=up", "get interface p1 link_state");
	txn_wait_look(NULL);
	ct_settle();
	assert_false(here);
	sw_dummy_set_link(sw_port_by_name("p1"), true);
	txn_wait_look(NULL);
	ct_settle();
	assert_true(here);
}

static void test_leave(void **state)
{
	begin("wait-until bridge br1", "del-br br1");
	assert_int_equal(txn_wait_count(), 1);
	txn_cancel(&here);
	assert_int_equal(txn_wait_count(), 0);
	ct_bridge("br1");
	ct_settle();
	assert_false(here);
	assert_string_equal(ct_text("list-br"), "br0\nbr1\n");
}

static void test_stop(void **state)
{
	begin("wait-until bridge br1", "list-br");
	ct_restart();
	assert_true(here);
	assert_int_equal(said.code, SW_CODE_CONFLICT);
}

static void test_refused(void **state)
{
	ct_fails(SW_CODE_USAGE, "add-br br1 -- wait-until bridge br1");
	assert_int_equal(ct.failed_at, 1);
	ct_fails(SW_CODE_USAGE, "fdb flush br0 -- wait-until bridge br0");
	ct_fails(SW_CODE_NOT_FOUND, "wait-until brige br0");
	ct_fails(SW_CODE_NOT_FOUND, "wait-until bridge br9 nmae=3");
	ct_fails(SW_CODE_USAGE, "wait-until bridge br9 name");
	ct_fails(SW_CODE_USAGE, "wait-until bridge");
	assert_string_equal(ct_text("list-br"), "br0\n");
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, ct_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_record),
		TEST(test_status),
		TEST(test_leave),
		TEST(test_stop),
		TEST(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
