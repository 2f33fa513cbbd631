/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ageing: housekeeping goes round all tables in slices and takes out what was not seen for the ageing
 * time, and what a flush left behind. A slice looks at 256 buckets, a million stations take
 * about two seconds.
 *
 * Worker 0, while others learn. A bucket that is busy is left for the next round, and that round is
 * not counted in `passes`, by which control knows that nothing old is left of a generation.
 *
 * IEEE 802.1Q-2018 clause 8.8.3.
 */
#include "fdb.h"

#include <sw/housekeep.h>

#define SLICE_BUDGET 256 /* units: a bucket looked at is 1, an entry taken out is 8; 11 us cold */

struct fdb_set *fdb_swept;

static bool expired(const struct fdb_table *t, uint32_t val, uint32_t now_s)
{
	return !(val & FDB_STATIC) &&
	       fdb_age(val, now_s) > __atomic_load_n(&t->ageing, __ATOMIC_RELAXED);
}

/* Take what is old or flushed out of one bucket; how many. */
static unsigned sweep_bucket(struct fdb_table *t, struct fdb_counters *counters,
	struct fdb_bucket *b, uint32_t now_s, bool all)
{
	unsigned todo = 0, n = 0;

	for (unsigned i = 0; i < FDB_WAYS; i++) {
		uint32_t val = __atomic_load_n(&b->val[i], __ATOMIC_RELAXED);

		if (__atomic_load_n(&b->key[i], __ATOMIC_RELAXED) &&
			(!fdb_counted(t, val) || expired(t, val, now_s) ||
				(all && !(val & FDB_STATIC))))
			todo |= 1u << i;
	}
	if (!todo)
		return 0;
	if (!fdb_trylock(b)) {
		t->pass_skipped = true;
		return 0;
	}
	for (unsigned i = 0; i < FDB_WAYS; i++) {
		uint32_t val = __atomic_load_n(&b->val[i], __ATOMIC_RELAXED);

		if (!b->key[i] || !(todo & 1u << i) || val & FDB_STATIC)
			continue;
		n++;
		if (!fdb_counted(t, val)) {
			fdb_clear_slot(t, b, i);
		} else if (all || expired(t, val, now_s)) {
			fdb_take_out(t, b, i);
			fdb_count(&counters->expired);
		}
	}
	fdb_unlock(b);
	return n;
}

/*
 * Ages are 13 bits. An entry must be looked at before its age wraps; if sweeping was held up for so long
 * (more than an hour) that some may have wrapped, nothing learned can be trusted and all of it goes.
 */
static bool may_have_wrapped(const struct fdb_table *t, uint32_t now_s)
{
	int32_t longest = FDB_AGE_MASK - FDB_FUTURE - __atomic_load_n(&t->ageing, __ATOMIC_RELAXED);

	/* Signed: the table may have been made by a clock a moment ahead of this worker's. */
	return (int32_t)(now_s - t->last_pass_start) > longest;
}

/* One slice; true when the table was finished. */
static bool sweep(struct fdb_table *t, struct sw_worker *w)
{
	bool all = may_have_wrapped(t, w->now_s);
	struct fdb_counters *counters = &t->counters[w->id];

	if (all)
		t->sweep_next = 0;
	for (unsigned units = 0; (units < SLICE_BUDGET || all) && t->sweep_next <= t->mask; units++)
		units += 8 * sweep_bucket(t, counters, &t->buckets[t->sweep_next++], w->now_s, all);
	if (t->sweep_next <= t->mask)
		return false;
	t->sweep_next = 0;
	if (!t->pass_skipped) {
		t->last_pass_start = all ? w->now_s : t->pass_start;
		__atomic_fetch_add(&t->passes, 1, __ATOMIC_RELEASE);
	}
	t->pass_skipped = false;
	t->pass_start = w->now_s;
	return true;
}

static void age_slice(struct sw_worker *w)
{
	static unsigned turn; /* worker 0 only */
	struct fdb_set *set = sw_rcu_get(fdb_swept);

	if (!set || !set->n)
		return;
	if (sweep(set->table[turn % set->n], w))
		turn++;
}

SW_REGISTER(housekeep, fdb_age) = {
	.name = "fdb_age",
	.help = "ages the stations of bridges and clears flushed ones",
	.slice = age_slice,
};
