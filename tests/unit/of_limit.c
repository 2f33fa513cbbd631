/* SPDX-License-Identifier: BSD-3-Clause */
/* The limit of packet-ins: rate, burst, turns of ports, who loses. */
#include "swtest.h"

#include "../../src/ctl/of/conn/limit.h"

static struct of_limit limit;

static int setup(void **state)
{
	of_limit_init(&limit);
	return 0;
}

static int teardown(void **state)
{
	of_limit_fini(&limit);
	assert_int_equal(limit.waiting, 0);
	assert_int_equal(limit.bytes, 0);
	return 0;
}

/* Offer packets of one byte, the port's number. */
static void offer(uint32_t port, unsigned n, uint64_t now)
{
	uint8_t byte = port;

	while (n--)
		if (of_limit_ask(&limit, port, 1, now) == OF_LIMIT_QUEUE)
			of_limit_put(&limit, port, &byte, 1);
}

/* The port of the next that may go; 0: none. */
static unsigned next(uint64_t now)
{
	const void *bytes;
	unsigned port;
	size_t len;

	if (!of_limit_next(&limit, &bytes, &len, now))
		return 0;
	assert_int_equal(len, 1);
	port = *(const uint8_t *)bytes;
	of_limit_took(&limit);
	return port;
}

static void test_none(void **state)
{
	for (unsigned i = 0; i < 10000; i++)
		assert_int_equal(of_limit_ask(&limit, 1, 9000, 0), OF_LIMIT_SEND);
	assert_int_equal(limit.count.bypassed, 0);
	assert_int_equal(next(0), 0);
}

static void test_rate(void **state)
{
	of_limit_set(&limit, 100, 25, 1000);
	offer(1, 100, 1000);
	assert_int_equal(limit.count.bypassed, 25);
	assert_int_equal(limit.count.queued, 25);
	assert_int_equal(limit.count.dropped, 50);
	assert_int_equal(next(1009), 0);
	assert_int_equal(next(1010), 1);
	assert_int_equal(next(1010), 0);
	/* Who comes while others wait waits, too. */
	offer(2, 1, 1020);
	assert_int_equal(limit.count.bypassed, 25);
	/* Tokens are kept up to the burst. */
	for (unsigned i = 0; i < 25; i++)
		assert_int_not_equal(next(100000), 0);
	assert_int_equal(next(100000), 0);
	offer(1, 30, 200000);
	assert_int_equal(limit.count.bypassed, 50);
}

static void test_turns(void **state)
{
	of_limit_set(&limit, 1000, 10, 0);
	offer(9, 10, 0); /* no tokens are left */
	offer(1, 100, 0);
	assert_int_equal(limit.waiting, 10);
	/* One that floods gives way until they are even. */
	offer(2, 100, 0);
	assert_int_equal(limit.waiting, 10);
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(next(100), 1);
		assert_int_equal(next(100), 2);
	}
	assert_int_equal(next(100), 0);
	/* 10 of 1 wait, then 5 of them give way to 5 of 2 */
	assert_int_equal(limit.count.queued, 15);
	assert_int_equal(limit.count.dropped, 90 + 5 + 95);
}

static void test_bytes(void **state)
{
	static uint8_t big[65000];
	unsigned n = 0;

	of_limit_set(&limit, 100, 1000, 0);
	offer(1, 1000, 0);
	while (of_limit_ask(&limit, 2, sizeof(big), 0) == OF_LIMIT_QUEUE) {
		of_limit_put(&limit, 2, big, sizeof(big));
		assert_true(++n < 100);
	}
	assert_true(limit.bytes <= OF_LIMIT_BYTES);
	assert_int_equal(n, OF_LIMIT_BYTES / sizeof(big));
}

static void test_change(void **state)
{
	of_limit_set(&limit, 100, 100, 0);
	offer(1, 200, 0);
	assert_int_equal(limit.waiting, 100);
	of_limit_set(&limit, 100, 25, 0);
	assert_int_equal(limit.waiting, 25);
	assert_int_equal(limit.count.dropped, 75);
	of_limit_set(&limit, 0, 25, 0);
	for (unsigned i = 0; i < 25; i++)
		assert_int_equal(next(0), 1);
	assert_int_equal(next(0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_none, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rate, setup, teardown),
		cmocka_unit_test_setup_teardown(test_turns, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bytes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_change, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
