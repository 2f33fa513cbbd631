/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a file of stored rules may say at most: no more groups than a bridge has, however many come and go in it.
 */
#include "persist_rig.h"

#include "../lib/ctltest.h"

#include <sw/bridge.h>
#include <sw/groups.h>

#include "../../src/ctl/persist/entry.h"
#include "../../src/ctl/persist/file.h"
#include "../../src/ctl/store.h"

#define MORE 50

static void put_group(struct persist_chunks *chunks, uint32_t id, bool there)
{
	struct of_buf *buf = persist_chunk_room(chunks);
	struct sw_group_conf conf = { .id = id };

	if (there)
		persist_put_group(buf, &conf);
	else
		persist_put_gone(buf, PERSIST_GROUP_GONE, id);
}

static void write_file(const struct uuid *uuid, struct persist_chunks *chunks)
{
	struct persist_file *f = persist_file_new(ct_dir(), "br0", uuid);
	struct sw_err err;

	assert_int_equal(persist_file_begin(f, &err), 0);
	assert_int_equal(persist_file_add(f, chunks, &err), 0);
	assert_int_equal(persist_file_swap(f, &err), 0);
	persist_file_free(f);
	persist_chunks_free(chunks);
}

static void start_with(struct persist_chunks *chunks)
{
	struct uuid uuid = *persist_uuid(persist_of(sw_bridge_by_name("br0")));
	struct sw_err err;

	rig_stored();
	store_close();
	write_file(&uuid, chunks);
	assert_int_equal(store_open(ct_dir(), &err), 0);
	ct_settle();
	rig_stored(); /* with it a file that has to be kept is */
}

static unsigned count_groups(void)
{
	return sw_groups_count(sw_bridge_groups(sw_bridge_by_name("br0")), SW_GROUP_TYPE_ALL);
}

/* As many come and go as one likes; there are never more than fit, and those that do not are refused. */
static void test_groups(void **state)
{
	struct persist_chunks chunks = TAILQ_HEAD_INITIALIZER(chunks);

	for (unsigned i = 0; i < 3 * SW_GROUPS_MAX; i++) {
		put_group(&chunks, i, true);
		if (i % SW_GROUPS_MAX < SW_GROUPS_MAX - 5)
			put_group(&chunks, i, false);
		put_group(&chunks, i + 4 * SW_GROUPS_MAX, false); /* never was there */
	}
	start_with(&chunks);
	assert_int_equal(count_groups(), 3 * 5);
	assert_int_equal(rig_file("rules-damaged.1.br0"), -1);
	for (unsigned i = 0; i < SW_GROUPS_MAX + MORE; i++)
		put_group(&chunks, i, true);
	start_with(&chunks);
	assert_int_equal(count_groups(), SW_GROUPS_MAX);
	assert_true(rig_file("rules-damaged.1.br0") > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_groups, rig_setup, rig_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
