/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The base room: registration, errors, log, module order, clock, posts, RCU order, text.
 */
#include "swtest.h"

#include <errno.h>
#include <poll.h>

#include <rte_ether.h>

#include <sw/clock.h>
#include <sw/drop.h>
#include <sw/err.h>
#include <sw/event.h>
#include <sw/log.h>
#include <sw/mem.h>
#include <sw/post.h>
#include <sw/rcu.h>
#include <sw/text.h>

SW_LOG(base_test, "the unit test of base");

SW_REGISTER(drop, test_beta) = { .name = "test_beta", .help = "b" };
SW_REGISTER(drop, test_alpha) = { .name = "test_alpha", .help = "a" };

static struct sw_event_record heard;
static unsigned n_heard;

static void hear(const struct sw_event_record *rec)
{
	heard = *rec;
	n_heard++;
}

SW_REGISTER(event, test_event) = { .name = "test_event", .help = "e", .handle = hear };

static void test_registration(void **state)
{
	assert_ptr_equal(sw_reg_find(&sw_reg_kind_drop, "test_alpha"), &sw_drop_test_alpha);
	assert_null(sw_reg_find(&sw_reg_kind_drop, "test_gamma"));
	assert_int_equal(SW_ID(drop, test_beta), SW_ID(drop, test_alpha) + 1);
	assert_ptr_equal(sw_reg_get(&sw_reg_kind_drop, SW_ID(drop, test_beta)), &sw_drop_test_beta);
	assert_null(sw_reg_get(&sw_reg_kind_drop, sw_reg_kind_drop.count));
	assert_string_equal(sw_reg_nearest(&sw_reg_kind_drop, "test_alhpa"), "test_alpha");
	assert_null(sw_reg_nearest(&sw_reg_kind_drop, "zzzzzz"));
	assert_int_equal(sw_nearest("dpkd", (const char *[]){ "tap", "dpdk" }, 2), 1);
	assert_int_equal(sw_nearest("intf", (const char *[]){ "interface", "int" }, 2), 1);
	assert_int_equal(sw_nearest("int", (const char *[]){ "interface", "port" }, 2), 0);
	assert_int_equal(sw_nearest("int", (const char *[]){ "interface", "internal" }, 2), -1);
	assert_int_equal(sw_nearest("i", (const char *[]){ "interface" }, 1), -1);
}

static struct sw_reg_kind kind_twice = { .name = "twice" };

static void test_duplicate_names_both_files(void **state)
{
	static const char *const one = "same", *const two = "same";
	static struct sw_reg_node a = { .desc = &one, .file = "one.c", .line = 1 };
	static struct sw_reg_node b = { .desc = &two, .file = "two.c", .line = 2 };
	struct sw_err err;

	sw_reg_link(&kind_twice, &a);
	sw_reg_link(&kind_twice, &b);
	assert_int_equal(sw_reg_seal(&err), -EEXIST);
	assert_non_null(strstr(err.text, "one.c:1"));
	assert_non_null(strstr(err.text, "two.c:2"));
}

static void test_errors(void **state)
{
	struct sw_err err;
	char longer[1000];

	assert_int_equal(sw_err_set(&err, SW_CODE_NOT_FOUND, "no bridge \"%s\"", "br0"), -ENOENT);
	assert_string_equal(err.text, "no bridge \"br0\"");
	sw_err_prefix(&err, "line %d", 3);
	assert_string_equal(err.text, "line 3: no bridge \"br0\"");
	assert_int_equal(sw_err_set(&err, SW_CODE_LIMIT, "again %s", err.text), -ENOSPC);
	assert_string_equal(err.text, "again line 3: no bridge \"br0\"");
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	sw_err_hint(&err, "%s", longer);
	assert_int_equal(strlen(err.hint), sizeof(err.hint) - 1);
	assert_int_equal(sw_err_set(NULL, SW_CODE_INVALID, "lost"), -EINVAL);
	assert_string_equal(sw_err_code_name(SW_CODE_UNSUPPORTED), "not-supported");
	assert_string_equal(sw_err_code_name(99), "internal");
}

static char logged[2048];

static void keep_line(void *arg, const char *line)
{
	snprintf(logged, sizeof(logged), "%s", line);
}

static void test_log(void **state)
{
	char longer[3000];

	sw_log_sink(keep_line, NULL);
	sw_info("one\ntwo");
	assert_non_null(strstr(logged, "INFO base_test: one?two\n"));
	logged[0] = '\0';
	sw_debug("hidden");
	assert_string_equal(logged, "");
	assert_int_equal(sw_log_set("base_test", SW_LOG_DBG), 0);
	sw_debug("shown");
	assert_non_null(strstr(logged, "DBG  base_test: shown\n"));
	assert_int_equal(sw_log_set("no such", SW_LOG_DBG), -ENOENT);
	memset(longer, 'y', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	sw_warn("%s", longer);
	assert_true(strlen(logged) < 1024);
	assert_int_equal(logged[strlen(logged) - 1], '\n');
	sw_log_sink(NULL, NULL);
	assert_int_equal(sw_log_level_parse("warn"), SW_LOG_WARN);
	assert_int_equal(sw_log_level_parse("WARN"), -EINVAL);
}

/* The newest lines can be read again, the oldest of them first; what is older is gone. */
static void test_log_is_kept(void **state)
{
	struct sw_log_record record;
	uint64_t cursor = 0;
	unsigned n = 0;

	sw_log_sink(keep_line, NULL);
	for (unsigned i = 0; i < SW_LOG_KEPT + 10; i++)
		sw_warn("line\t%u", i);
	assert_true(sw_log_next(&cursor, &record));
	assert_string_equal(record.text, "line?10");
	assert_string_equal(record.name, "base_test");
	assert_int_equal(record.level, SW_LOG_WARN);
	assert_true(record.time_ns > 1000000000ull * 1000000000);
	while (sw_log_next(&cursor, &record))
		n++;
	assert_int_equal(n, SW_LOG_KEPT - 1);
	assert_string_equal(record.text, "line?1033");
	sw_info("one more");
	assert_true(sw_log_next(&cursor, &record));
	assert_string_equal(record.text, "one more");
	assert_false(sw_log_next(&cursor, &record));
	sw_log_sink(NULL, NULL);
}

static unsigned ran[8], n_ran;

static void run_note(void *arg)
{
	ran[n_ran++] = (unsigned)(uintptr_t)arg;
}

static void test_post_order_and_cancel(void **state)
{
	struct pollfd pfd = { .fd = sw_post_fd(), .events = POLLIN };

	n_ran = 0;
	assert_int_equal(poll(&pfd, 1, 0), 0);
	for (uintptr_t i = 1; i <= 4; i++)
		sw_post(run_note, (void *)i);
	assert_int_equal(poll(&pfd, 1, 0), 1);
	assert_int_equal(sw_post_cancel((void *)2), 1);
	assert_int_equal(sw_post_run(), 3);
	assert_int_equal(n_ran, 3);
	assert_int_equal(ran[0], 1);
	assert_int_equal(ran[1], 3);
	assert_int_equal(ran[2], 4);
	assert_int_equal(poll(&pfd, 1, 0), 0);
}

static void test_rcu_waits_for_every_reader(void **state)
{
	n_ran = 0;
	sw_rcu_online(0);
	sw_rcu_online(3);
	sw_rcu_defer(run_note, (void *)1);
	assert_int_equal(sw_rcu_poll(), 1);
	sw_rcu_quiescent(0);
	assert_int_equal(sw_rcu_poll(), 1);
	sw_rcu_defer(run_note, (void *)2);
	sw_rcu_quiescent(3);
	assert_int_equal(sw_rcu_poll(), 1); /* the second still waits for reader 0 */
	assert_int_equal(n_ran, 1);
	sw_rcu_offline(0); /* an offline reader holds nothing */
	assert_int_equal(sw_rcu_poll(), 0);
	assert_int_equal(n_ran, 2);
	assert_int_equal(ran[1], 2);
	sw_rcu_offline(3);
}

static void test_event_ring(void **state)
{
	struct sw_event_ring *ring = NULL;
	struct sw_event_record rec = { .type = SW_ID(event, test_event), .port = 7 };

	assert_int_equal(posix_memalign((void **)&ring, 64, sizeof(*ring)), 0);
	memset(ring, 0, sizeof(*ring));
	for (unsigned i = 0; i < SW_EVENT_RING + 5; i++) {
		rec.a = i;
		sw_event_post(ring, &rec);
	}
	assert_int_equal(ring->lost, 5);
	n_heard = 0;
	assert_int_equal(sw_event_drain(ring), SW_EVENT_RING);
	assert_int_equal(n_heard, SW_EVENT_RING);
	assert_int_equal(heard.a, SW_EVENT_RING - 1);
	assert_int_equal(heard.port, 7);
	assert_int_equal(sw_event_drain(ring), 0);
	rec.type = UINT16_MAX; /* unknown kinds are passed over */
	sw_event_post(ring, &rec);
	assert_int_equal(sw_event_drain(ring), 1);
	free(ring);
}

static void test_numbers(void **state)
{
	uint64_t u = 77;
	int64_t i = 77;
	bool b = true;

	assert_int_equal(sw_parse_u64("0", 0, 10, &u), 0);
	assert_int_equal(u, 0);
	assert_int_equal(sw_parse_u64("0x1F", 0, 100, &u), 0);
	assert_int_equal(u, 31);
	assert_int_equal(sw_parse_u64("4096", 0, 4095, &u), -ERANGE);
	assert_int_equal(sw_parse_u64("18446744073709551615", 0, UINT64_MAX, &u), 0);
	assert_int_equal(sw_parse_u64("18446744073709551616", 0, UINT64_MAX, &u), -ERANGE);
	u = 5;
	static const char *const bad[] = { "", " 1", "1 ", "-1", "+1", "0x", "1x", "x1", "1.0" };
	for (size_t n = 0; n < sizeof(bad) / sizeof(*bad); n++)
		assert_int_equal(sw_parse_u64(bad[n], 0, 9, &u), -EINVAL);
	assert_int_equal(u, 5);
	assert_int_equal(sw_parse_i64("-9223372036854775808", INT64_MIN, INT64_MAX, &i), 0);
	assert_true(i == INT64_MIN);
	assert_int_equal(sw_parse_i64("9223372036854775808", INT64_MIN, INT64_MAX, &i), -ERANGE);
	assert_int_equal(sw_parse_i64("--1", -5, 5, &i), -EINVAL);
	assert_int_equal(sw_parse_bool("false", &b), 0);
	assert_false(b);
	assert_int_equal(sw_parse_bool("True", &b), -EINVAL);
}

static void test_mac(void **state)
{
	struct rte_ether_addr mac;
	char text[SW_MAC_SIZE];
	static const char *const bad[] = { "", "00:11:22:33:44",
		"00:11:22:33:44:55:", "0:11:22:33:44:55", "00:11:22:33:44:5g", "00-11-22-33-44-55",
		"00:11:22:33:44:5" };

	assert_int_equal(sw_parse_mac("0A:1b:2c:3d:4e:ff", &mac), 0);
	assert_string_equal(sw_format_mac(text, &mac), "0a:1b:2c:3d:4e:ff");
	for (size_t n = 0; n < sizeof(bad) / sizeof(*bad); n++)
		assert_int_equal(sw_parse_mac(bad[n], &mac), -EINVAL);
	assert_string_equal(sw_format_mac(text, &mac), "0a:1b:2c:3d:4e:ff");
}

static void test_ranges(void **state)
{
	uint8_t map[8] = { 0xff };
	char text[64], tiny[8];

	assert_int_equal(sw_parse_ranges("0,2-5,63", map, 64), 0);
	assert_int_equal(map[0], 0x3d);
	assert_string_equal(sw_format_ranges(text, sizeof(text), map, 64), "0,2-5,63");
	assert_string_equal(sw_format_ranges(tiny, sizeof(tiny), map, 64), "0...");
	assert_int_equal(sw_parse_ranges("64", map, 64), -ERANGE);
	assert_int_equal(sw_parse_ranges("99999999999999999999", map, 64), -ERANGE);
	assert_int_equal(sw_parse_ranges("3,3", map, 64), -EEXIST);
	static const char *const bad[] = { "", ",", "1,", "5-2", "1-", "-1", "1 2", "a" };
	for (size_t n = 0; n < sizeof(bad) / sizeof(*bad); n++)
		assert_int_equal(sw_parse_ranges(bad[n], map, 64), -EINVAL);
	assert_int_equal(map[0], 0x3d);
}

static void test_names(void **state)
{
	assert_null(sw_name_fault("vif0.0"));
	assert_null(sw_name_fault("a23456789012345"));
	assert_non_null(sw_name_fault("a234567890123456"));
	assert_non_null(sw_name_fault(""));
	assert_non_null(sw_name_fault(".."));
	assert_non_null(sw_name_fault("a/b"));
	assert_non_null(sw_name_fault("a b"));
	assert_non_null(sw_name_fault("a\n"));
}

static void test_growing_string(void **state)
{
	struct sw_str s = { 0 };

	for (int i = 0; i < 1000; i++)
		sw_str_add(&s, "%d,", i % 10);
	assert_int_equal(s.len, 2000);
	sw_str_add_bytes(&s, "x\0y", 3);
	assert_int_equal(s.len, 2003);
	assert_int_equal(s.s[2003], '\0');
	free(s.s);
}

static void test_clock_stands_and_moves(void **state)
{
	uint64_t before = sw_clock_ns(), held;

	sw_clock_stop();
	held = sw_clock_ns();
	assert_true(held >= before);
	assert_true(sw_clock_ns() == held);
	sw_clock_warp(1500);
	assert_true(sw_clock_ns() == held + 1500000000u);
}

static void take_a_ms(void *arg)
{
	sw_clock_warp(1);
	run_note(arg);
	if (arg)
		sw_post(take_a_ms, NULL);
}

/* Calls that post calls never hold the loop longer than its slice; after the test that stops the clock. */
static void test_post_stops_at_its_limit(void **state)
{
	struct pollfd pfd = { .fd = sw_post_fd(), .events = POLLIN };

	n_ran = 0;
	for (uintptr_t i = 1; i <= 3; i++)
		sw_post(take_a_ms, (void *)i);
	assert_int_equal(sw_post_run_for(2000000), 2);
	assert_int_equal(poll(&pfd, 1, 0), 1); /* the third, and what the first two posted */
	assert_int_equal(sw_post_run_for(0), 1);
	assert_int_equal(ran[2], 3);
	assert_int_equal(poll(&pfd, 1, 0), 1);
	assert_int_equal(sw_post_run_for(3000000), 3);
	assert_int_equal(poll(&pfd, 1, 0), 0); /* none is left, though the limit was reached */
	assert_int_equal(sw_post_run_for(0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_registration), cmocka_unit_test(test_errors),
		cmocka_unit_test(test_log), cmocka_unit_test(test_log_is_kept),
		cmocka_unit_test(test_post_order_and_cancel),
		cmocka_unit_test(test_rcu_waits_for_every_reader),
		cmocka_unit_test(test_event_ring), cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_mac), cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_names), cmocka_unit_test(test_growing_string),
		cmocka_unit_test(test_clock_stands_and_moves),
		cmocka_unit_test(test_post_stops_at_its_limit),
		cmocka_unit_test(test_duplicate_names_both_files), /* last: its kind stays broken */
	};

	swtest_eal();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
