/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a request says besides its commands: if_generation and request_id. A retry at each moment it may
 * come: while the first waits, while it runs, when it is done, after a restart, after a rewritten journal.
 */
#include "ctltest.h"
#include "testswitch.h"

#include <sys/stat.h>
#include <unistd.h>

#include "../../src/ctl/journal.h"
#include "../../src/ctl/request.h"
#include "../../src/ctl/store.h"
#include "../../src/ctl/txn.h"

/* The answer to one of several questions that are out at a time. */
struct answer {
	bool here, replayed;
	int rc, exit_status;
	struct sw_err err;
	json_t *results;
	uint64_t generation;
};
static struct answer answers[3];

static int setup(void **state)
{
	ct_setup(state);
	ct_bridge("br0");
	return 0;
}

static void forget(void)
{
	for (unsigned i = 0; i < 3; i++)
		json_decref(answers[i].results);
	memset(answers, 0, sizeof(answers));
}

static int teardown(void **state)
{
	forget();
	ct_stop();
	ts_stop();
	return 0;
}

static void on_answer(void *arg, struct txn_reply *reply)
{
	struct answer *a = arg;

	assert_false(a->here);
	*a = (struct answer){ true, reply->replayed, reply->rc, reply->exit_status, reply->err,
		json_incref(reply->results), reply->generation };
}

/* One command of words separated by blanks. */
static struct answer *ask_as(unsigned n, const char *user, const char *id, const char *line)
{
	struct txn_request req = { .user = user, .role = SW_ROLE_ADMIN, .request_id = id };
	struct sw_err err = { 0 };
	json_t *words = json_array();
	char *copy = strdup(line), *save = NULL;

	for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save))
		json_array_append_new(words, json_string(w));
	free(copy);
	req.commands = json_pack("[o]", words);
	if (txn_submit(&req, on_answer, &answers[n], &err))
		fail_msg("%s", err.text);
	json_decref(req.commands);
	return &answers[n];
}

static struct answer *ask(unsigned n, const char *id, const char *line)
{
	return ask_as(n, "alice", id, line);
}

static void good(const struct answer *a, bool replayed)
{
	ct_settle();
	assert_true(a->here);
	if (a->rc)
		fail_msg("%s", a->err.text);
	assert_int_equal(a->replayed, replayed);
}

static const char *ids(void)
{
	return ct_text("br-get-external-id br0");
}

/* Once applied and twice answered; what somebody changed since stays. */
static void check_again(const char *line, uint64_t generation)
{
	struct answer *again;

	forget();
	again = ask(0, "one", line);
	good(again, true);
	assert_int_equal(again->generation, generation);
	assert_int_equal(json_array_size(again->results), 1);
	assert_string_equal(ids(), "a=2\n");
}

static void test_again(void **state)
{
	static const char line[] = "br-set-external-id br0 a 1";
	struct answer *first = ask(0, "one", line);
	uint64_t generation;

	good(first, false);
	generation = first->generation;
	assert_string_equal(ids(), "a=1\n");
	ct_ok("br-set-external-id br0 a 2");
	check_again(line, generation);
	ct_restart();
	check_again(line, generation);
	assert_int_equal(journal_compact(store_journal(), store_db(), NULL), 0);
	ct_restart();
	check_again(line, generation);
	assert_int_equal(txn_generation(), generation + 1);
}

/* After a start that could not write the journal anew nobody knows whether the disk has it: that it was done is
 * not said until it can be. */
static void test_unproven(void **state)
{
	static const char line[] = "br-set-external-id br0 a 1";
	struct answer *again;
	char path[128];

	good(ask(0, "one", line), false);
	snprintf(path, sizeof(path), "%s/journal.new", ct_dir());
	assert_int_equal(mkdir(path, 0700), 0);
	ct_restart();
	again = ask(1, "one", line);
	ct_settle();
	assert_int_equal(again->err.code, SW_CODE_DEVICE);
	assert_string_equal(again->err.given, "one");
	assert_string_equal(ids(), "a=1\n");
	assert_int_equal(rmdir(path), 0);
	sw_clock_warp(61000); /* a rewriting that failed is not tried all the time */
	ct_ok("list-br");
	ct_settle();
	good(ask(2, "one", line), true);
}

static void test_other_commands(void **state)
{
	good(ask(0, "one", "br-set-external-id br0 a 1"), false);
	ct_restart();
	ask(1, "one", "br-set-external-id br0 a 3");
	ct_settle();
	assert_int_equal(answers[1].err.code, SW_CODE_CONFLICT);
	assert_non_null(strstr(answers[1].err.text, "\"one\""));
	assert_string_equal(ids(), "a=1\n");
	good(ask_as(2, "bob", "one", "br-set-external-id br0 a 3"), false);
	assert_string_equal(ids(), "a=3\n");
}

/* The retry comes while the first waits for its turn. */
static void test_twins(void **state)
{
	static const char line[] = "br-set-external-id br0 a 1";
	uint64_t generation = txn_generation();

	ask(0, "one", line);
	ask(1, "one", line);
	ask(2, "one", "br-set-external-id br0 a 2");
	good(&answers[0], false);
	good(&answers[1], true);
	assert_int_equal(answers[2].err.code, SW_CODE_CONFLICT);
	assert_int_equal(answers[1].generation, answers[0].generation);
	assert_int_equal(txn_generation(), generation + 1);
}

/* The first client goes away, and the second, in both orders. */
static void test_twins_leave(void **state)
{
	static const char line[] = "br-set-external-id br0 a 1";
	uint64_t generation = txn_generation();

	ask(0, "one", line);
	ask(1, "one", line);
	txn_cancel(&answers[0]);
	good(&answers[1], true);
	assert_false(answers[0].here);
	assert_int_equal(txn_generation(), generation + 1);

	ask(0, "two", line);
	ask(2, "two", line);
	txn_cancel(&answers[2]);
	txn_cancel(&answers[0]);
	ct_settle();
	assert_false(answers[0].here || answers[2].here);
	assert_null(requests_find(store_db()->requests, "alice", "two"));
}

/* A failure leaves nothing behind, so it is tried anew; twins share it. */
static void test_failure(void **state)
{
	static const char line[] = "br-set-external-id br1 a 1";

	ask(0, "one", line);
	ask(1, "one", line);
	ct_settle();
	assert_int_equal(answers[0].err.code, SW_CODE_NOT_FOUND);
	assert_int_equal(answers[1].err.code, SW_CODE_NOT_FOUND);
	ct_bridge("br1");
	forget();
	good(ask(0, "one", line), false);
}

/* Nothing to store: remembered all the same, as long as the switch runs. */
static void test_unchanged(void **state)
{
	good(ask(0, "one", "--may-exist add-br br0"), false);
	ct_ok("del-br br0");
	good(ask(1, "one", "--may-exist add-br br0"), true);
	assert_string_equal(ct_text("list-br"), "");
}

/* One that only looks is never remembered. */
static void test_look(void **state)
{
	good(ask(0, "one", "list-br"), false);
	ct_bridge("br1");
	good(ask(1, "one", "list-br"), false);
	assert_int_equal(
		json_array_size(json_object_get(json_array_get(answers[1].results, 0), "value")),
		2);
}

static void test_kept(void **state)
{
	char id[16];

	for (int i = 0; i <= REQUESTS_KEPT; i++) {
		snprintf(id, sizeof(id), "r%d", i);
		forget();
		good(ask(0, id,
			     i % 2 ? "br-set-external-id br0 a 1" : "br-set-external-id br0 a 2"),
			false);
	}
	ct_restart();
	assert_null(requests_find(store_db()->requests, "alice", "r0"));
	assert_non_null(requests_find(store_db()->requests, "alice", "r1"));
	assert_non_null(requests_find(store_db()->requests, "alice", id));
}

static void test_bad_ids(void **state)
{
	static const char *const bad[] = { "", "a b", "a\n", "\xc3\xa9",
		"12345678901234567890123456789012345678901234567890123456789012345" };

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		forget();
		ask(0, bad[i], "br-set-external-id br0 a 1");
		ct_settle();
		assert_int_equal(answers[0].err.code, SW_CODE_INVALID);
	}
	assert_string_equal(ids(), "");
}

static int ask_at(uint64_t generation, const char *command, const char *name)
{
	struct txn_request req = { .user = "alice",
		.role = SW_ROLE_ADMIN,
		.has_generation = true,
		.if_generation = generation };

	forget();
	req.commands = json_pack("[[s, s]]", command, name);
	assert_int_equal(txn_submit(&req, on_answer, &answers[0], NULL), 0);
	json_decref(req.commands);
	ct_settle();
	return answers[0].rc;
}

static void test_generation(void **state)
{
	uint64_t now = txn_generation();
	char was[32], is[32];

	assert_int_equal(ask_at(now, "br-exists", "br0"), 0);
	assert_int_equal(ask_at(now, "del-br", "br0"), 0);
	assert_int_equal(answers[0].generation, now + 1);
	assert_int_not_equal(ask_at(now, "add-br", "br7"), 0);
	assert_int_equal(answers[0].err.code, SW_CODE_CONFLICT);
	snprintf(was, sizeof(was), "not at %llu", (unsigned long long)now);
	snprintf(is, sizeof(is), "generation %llu", (unsigned long long)now + 1);
	assert_non_null(strstr(answers[0].err.text, was));
	assert_non_null(strstr(answers[0].err.text, is));
	assert_non_null(strstr(answers[0].err.text, "alice"));
	assert_string_equal(ct_text("list-br"), "");
	assert_int_equal(atoi(ct_text("get open . cur_cfg")), now + 1);
	ct_restart();
	assert_int_not_equal(ask_at(now, "add-br", "br7"), 0);
	assert_non_null(strstr(answers[0].err.text, "alice"));
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_again),
		TEST(test_unproven),
		TEST(test_other_commands),
		TEST(test_twins),
		TEST(test_twins_leave),
		TEST(test_failure),
		TEST(test_unchanged),
		TEST(test_look),
		TEST(test_kept),
		TEST(test_bad_ids),
		TEST(test_generation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
