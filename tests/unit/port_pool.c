/* SPDX-License-Identifier: BSD-3-Clause */
/* The pool of packet buffers: its size from the boot facts, and what it says when that cannot be had. */
#include "swtest.h"

#include <errno.h>

#include <rte_mbuf.h>

#include <sw/boot.h>
#include <sw/err.h>
#include <sw/log.h>
#include <sw/module.h>
#include <sw/pool.h>

static struct sw_err err;

static const struct sw_module *module(void)
{
	return sw_reg_find(&sw_reg_kind_module, "pool");
}

static int init(unsigned mbufs, unsigned memory_mb)
{
	struct sw_boot boot = { .laptop = true, .mbufs = mbufs, .memory_mb = memory_mb };

	return module()->init(&boot, &err);
}

static void as_many_as_asked(void **state)
{
	assert_null(sw_pool());
	assert_int_equal(init(3000, 0), 0);
	assert_int_equal(sw_pool()->size, 3000);
	assert_int_equal(rte_pktmbuf_data_room_size(sw_pool()), 2048 + RTE_PKTMBUF_HEADROOM);
	assert_int_equal(init(3000, 0), -EBUSY);
	module()->fini();
	assert_null(sw_pool());
}

/* Three quarters of the memory, and that much is really there: EAL has 256 MiB here. */
static void from_the_memory(void **state)
{
	uint64_t bytes;

	assert_int_equal(init(0, 64), 0);
	bytes = sw_pool()->size *
		(uint64_t)(sw_pool()->header_size + sw_pool()->elt_size + sw_pool()->trailer_size);
	assert_in_range(bytes, 40 << 20, 48 << 20);
	module()->fini();
	assert_int_equal(init(0, 256), 0);
	module()->fini();
}

static void out_of_range(void **state)
{
	assert_int_equal(init(1023, 0), -EINVAL);
	assert_non_null(strstr(err.text, "mbufs give 1023 packet buffers, which is not from 1024"));
	assert_int_equal(init(20000000, 0), -EINVAL);
	assert_int_equal(init(0, 1), -EINVAL);
	assert_null(sw_pool());
}

static void more_than_there_is(void **state)
{
	assert_int_equal(init(1000000, 0), -ENOSPC);
	assert_non_null(strstr(err.text, "1000000 packet buffers"));
	assert_non_null(strstr(err.text, "cannot be had: Cannot allocate memory"));
	assert_true(err.hint[0]);
	assert_null(sw_pool());
	assert_int_equal(init(3000, 0), 0); /* nothing of the failure is left */
	module()->fini();
}

static int setup(void **state)
{
	swtest_eal();
	sw_log_set("pool", SW_LOG_ERR);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_many_as_asked),
		cmocka_unit_test(from_the_memory),
		cmocka_unit_test(out_of_range),
		cmocka_unit_test(more_than_there_is),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
