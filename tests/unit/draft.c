/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Drafts against a naive model (an array of names and tags): random changes, stored or thrown away; the
 * configuration in force never changes under a draft. References, collection, differences.
 */
#include "swtest.h"

#include <errno.h>

#include <sw/err.h>
#include <sw/reg.h>

#include "../../src/ctl/columns.h"
#include "../../src/ctl/draft.h"

#define NAMES 200

/* Tag of each port by number; -1: there is none. */
struct model {
	int tag[NAMES];
};

static const char *name_of(unsigned i)
{
	static char name[16];

	snprintf(name, sizeof(name), "p%u", i);
	return name;
}

static void set_tag(struct draft *d, const struct row *row, int tag)
{
	struct value *v = value_new(COLUMN(port_tag)->desc->type);

	value_add_integer(v, tag);
	draft_set(d, row, COLUMN(port_tag), v);
}

static void random_change(struct draft *d, struct model *m, uint64_t *seed)
{
	const struct row *br = draft_find_name(d, TABLE(bridge), "br0");
	unsigned i = swtest_rand(seed) % NAMES;
	const struct row *row = draft_find_name(d, TABLE(port), name_of(i));

	assert_int_equal(row != NULL, m->tag[i] >= 0);
	if (!row) {
		row = draft_insert(d, TABLE(port), name_of(i));
		draft_refer(d, br, COLUMN(bridge_ports), row);
		m->tag[i] = 0;
		set_tag(d, row, 0);
	} else if (swtest_rand(seed) % 2) {
		m->tag[i] = swtest_rand(seed) % 4096;
		set_tag(d, row, m->tag[i]);
	} else {
		draft_unrefer(d, br, COLUMN(bridge_ports), row);
		assert_int_equal(draft_collect(d, &(int){ 0 }, NULL), 0);
		m->tag[i] = -1;
	}
}

static void expect(struct db *db, const struct model *m)
{
	const struct rows *rows = db->tables[TABLE(port)->id];
	const struct row *br = rows_find_name(db->tables[TABLE(bridge)->id], "br0");
	unsigned n = 0;

	for (unsigned i = 0; i < NAMES; i++) {
		const struct row *row = rows_find_name(rows, name_of(i));

		assert_int_equal(row ? value_get_integer(ROW(row, port_tag), -2) : -1, m->tag[i]);
		if (!row)
			continue;
		n++;
		assert_ptr_equal(rows_find(rows, &row->uuid), row);
		assert_true(
			value_find(ROW(br, bridge_ports), &(union atom){ .uuid = row->uuid }) >= 0);
	}
	assert_int_equal(rows->n, n);
	assert_int_equal(ROW(br, bridge_ports)->n, n);
}

static struct db *start(void)
{
	struct db *db = db_new(), *next;
	struct draft *d = draft_new(db);
	const struct row *br = draft_insert(d, TABLE(bridge), "br0");

	draft_refer(d, draft_root(d), COLUMN(open_bridges), br);
	next = draft_store(d);
	draft_free(d);
	db_unref(db);
	return next;
}

static void test_against_model(void **state)
{
	uint64_t seed = swtest_seed(0xd4af7);
	struct db *db = start();
	struct model m;

	memset(&m, 0xff, sizeof(m));
	for (int round = 0; round < 400; round++) {
		struct draft *d = draft_new(db);
		struct model next = m;
		unsigned n = swtest_rand(&seed) % 20;

		for (unsigned i = 0; i < n; i++)
			random_change(d, &next, &seed);
		expect(db, &m); /* what is in force did not move */
		if (swtest_rand(&seed) % 3) {
			struct db *stored = draft_store(d);

			assert_int_equal(stored->generation, db->generation + 1);
			db_unref(db);
			db = stored;
			m = next;
		}
		draft_free(d);
		expect(db, &m);
	}
	db_unref(db);
}

struct seen {
	unsigned made, changed, removed;
};

static void count(const struct draft *d, struct seen *seen)
{
	struct draft_diff diff = { 0 };

	while (draft_diff_next(d, &diff)) {
		seen->made += !diff.was;
		seen->removed += !diff.is;
		seen->changed += diff.was && diff.is;
	}
}

static void test_difference(void **state)
{
	struct db *db = start();
	struct draft *d = draft_new(db);
	const struct row *br = draft_find_name(d, TABLE(bridge), "br0"), *port;
	struct seen seen = { 0 };

	count(d, &seen);
	assert_int_equal(seen.made + seen.changed + seen.removed, 0);
	draft_set(d, br, COLUMN(bridge_datapath_type), value_string("netdev"));
	draft_set(d, br, COLUMN(bridge_datapath_type), value_string(""));
	count(d, &seen); /* and back: no difference */
	assert_int_equal(seen.made + seen.changed + seen.removed, 0);
	port = draft_insert(d, TABLE(port), "p1");
	draft_refer(d, br, COLUMN(bridge_ports), port);
	count(d, &seen);
	assert_int_equal(seen.made, 1);
	assert_int_equal(seen.changed, 1);
	draft_unrefer(d, draft_root(d), COLUMN(open_bridges), br);
	assert_int_equal(draft_collect(d, &(int){ 0 }, NULL), 0);
	memset(&seen, 0, sizeof(seen));
	count(d, &seen); /* the bridge and all below it are gone */
	assert_int_equal(seen.made, 0);
	assert_int_equal(seen.removed, 1);
	assert_int_equal(seen.changed, 1);
	draft_free(d);
	db_unref(db);
}

static void test_bad_references(void **state)
{
	struct db *db = start();
	struct draft *d = draft_new(db);
	const struct row *br = draft_find_name(d, TABLE(bridge), "br0");
	const struct row *two = draft_insert(d, TABLE(bridge), "br1");
	const struct row *port = draft_insert(d, TABLE(port), "p1");
	struct sw_err err = { 0 };
	struct value *v = value_new(COLUMN(bridge_ports)->desc->type);
	int command = 9;

	draft_refer(d, draft_root(d), COLUMN(open_bridges), two);
	draft_refer(d, br, COLUMN(bridge_ports), port);
	d->command = 4;
	draft_refer(d, two, COLUMN(bridge_ports), port);
	d->command = -1;
	assert_int_equal(draft_collect(d, &command, &err), -EBUSY);
	assert_non_null(strstr(err.text, "p1"));
	draft_unrefer(d, two, COLUMN(bridge_ports), port);
	assert_int_equal(draft_collect(d, &command, &err), 0);
	value_add(v, &(union atom){ .uuid = uuid_random() }, NULL);
	d->command = 5;
	draft_set(d, two, COLUMN(bridge_ports), v);
	assert_int_equal(draft_collect(d, &command, &err), -EINVAL);
	assert_int_equal(command, 5);
	draft_free(d);
	db_unref(db);
}

static int setup(void **state)
{
	struct sw_err err = { 0 };

	if (sw_reg_seal(&err) || schema_build(&err))
		fail_msg("%s", err.text);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_model),
		cmocka_unit_test(test_difference),
		cmocka_unit_test(test_bad_references),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
