/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The station table as control holds it: making it in a size, replacing it by another size, static
 * entries, flushes, reading it out.
 *
 * Control thread only, while workers learn in the same table: what control changes it changes under the
 * bucket locks, and waits for them (a worker holds one for well under a microsecond). A flush of a port
 * only moves the port's generation. Generations are 8 bits: the table remembers how many may still be
 * found in it, and before one would be used again it is cleared of old ones by a walk.
 */
#include "fdb_ctl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

#include <rte_debug.h>
#include <rte_pause.h>

#include <sw/bridge.h>
#include <sw/clock.h>
#include <sw/err.h>
#include <sw/log.h>
#include <sw/mem.h>
#include <sw/rcu.h>

#include "fdb.h"

SW_LOG(fdb, "stations of bridges: moves, refusals, flushes");

#define MIN_BUCKETS 64
#define HUGE_PAGE   (2u << 20)

static uint32_t next_id;
static struct sw_fdb *all;

struct sw_fdb *fdb_by_id(uint32_t id)
{
	struct sw_fdb *fdb = all;

	while (fdb && fdb->id != id)
		fdb = fdb->next;
	return fdb;
}

/* Zeroed, aligned, in huge pages where the kernel has some, and touched here so that no worker pays. */
static void *map_buckets(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	if (bytes >= HUGE_PAGE)
		madvise(p, bytes, MADV_HUGEPAGE);
	memset(p, 0, bytes);
	return p;
}

struct fdb_table *fdb_table_create(uint32_t id, uint32_t max, uint32_t ageing, struct sw_err *err)
{
	uint64_t buckets =
		rte_align64pow2(RTE_MAX((uint64_t)MIN_BUCKETS, max * 2ull / FDB_WAYS + 1));
	struct fdb_table *t = NULL;

	if (posix_memalign((void **)&t, RTE_CACHE_LINE_SIZE, sizeof(*t))) {
		sw_err_set(err, SW_CODE_LIMIT, "no memory for a table of %u stations", max);
		return NULL;
	}
	memset(t, 0, sizeof(*t));
	t->bytes = buckets * sizeof(struct fdb_bucket);
	t->buckets = map_buckets(t->bytes);
	if (!t->buckets) {
		sw_err_set(err, SW_CODE_LIMIT, "no memory for a table of %u stations (%zu KiB)",
			max, t->bytes >> 10);
		sw_err_hint(err, "choose a smaller other_config:mac-table-size");
		free(t);
		return NULL;
	}
	t->mask = buckets - 1;
	t->id = id;
	t->max = max;
	t->ageing = ageing;
	if (getrandom(t->secret, sizeof(t->secret), 0) != sizeof(t->secret))
		sw_warn("the kernel gave no random numbers: the station hash can be guessed");
	t->secret[1] |= 1ull << 63 | 1;
	t->secret[2] |= 1;
	t->pass_start = t->last_pass_start = sw_clock_s();
	for (unsigned i = 0; i < SW_PORT_MAX; i++) {
		t->stamp[i] = i;
		t->limit[i] = UINT32_MAX;
	}
	return t;
}

void fdb_table_free(void *arg)
{
	struct fdb_table *t = arg;

	munmap(t->buckets, t->bytes);
	free(t);
}

void fdb_swept_change(struct fdb_table *add, const struct fdb_table *gone)
{
	struct fdb_set *old = fdb_swept;
	unsigned n = old ? old->n : 0;
	struct fdb_set *set = sw_xcalloc(1, sizeof(*set) + (n + 1) * sizeof(set->table[0]));

	for (unsigned i = 0; i < n; i++)
		if (old->table[i] != gone)
			set->table[set->n++] = old->table[i];
	if (add)
		set->table[set->n++] = add;
	sw_rcu_set(fdb_swept, set);
	if (old)
		sw_rcu_defer(free, old);
}

void fdb_retire(struct fdb_table *old)
{
	if (!old)
		return;
	fdb_swept_change(NULL, old);
	sw_rcu_defer(fdb_table_free, old);
}

struct sw_fdb *fdb_create(const char *name, uint32_t max, uint32_t ageing, struct sw_err *err)
{
	struct sw_fdb *fdb = sw_xcalloc(1, sizeof(*fdb));

	fdb->id = next_id++;
	snprintf(fdb->name, sizeof(fdb->name), "%s", name);
	fdb->table = fdb_table_create(fdb->id, max, ageing, err);
	if (!fdb->table) {
		free(fdb);
		return NULL;
	}
	fdb_swept_change(fdb->table, NULL);
	fdb->next = all;
	all = fdb;
	return fdb;
}

void fdb_destroy(struct sw_fdb *fdb)
{
	struct sw_fdb **at = &all;

	if (!fdb)
		return;
	while (*at != fdb)
		at = &(*at)->next;
	*at = fdb->next;
	fdb_prepare_drop(fdb);
	fdb_retire(fdb->table);
	sw_rcu_defer(free, fdb); /* calls that were deferred before may use it */
}

static struct fdb_counters *own_counters(struct fdb_table *t)
{
	return &t->counters[SW_WORKER_MAX];
}

static void lock(struct fdb_bucket *b)
{
	while (!fdb_trylock(b))
		rte_pause();
}

enum fdb_result fdb_write_waiting(
	struct fdb_table *t, struct fdb_counters *counters, const struct fdb_put *put)
{
	enum fdb_result result;

	while ((result = fdb_write(t, counters, NULL, put)) == FDB_BUSY)
		rte_pause();
	return result;
}

void fdb_set_ageing(struct sw_fdb *fdb, uint32_t seconds)
{
	__atomic_store_n(&fdb->table->ageing, seconds, __ATOMIC_RELAXED);
}

void fdb_set_limit(struct sw_fdb *fdb, uint16_t port, uint32_t limit)
{
	__atomic_store_n(&fdb->table->limit[port], limit ? limit : UINT32_MAX, __ATOMIC_RELAXED);
}

static bool forget_slot(struct fdb_table *t, struct fdb_bucket *b, unsigned slot)
{
	uint32_t val = __atomic_load_n(&b->val[slot], __ATOMIC_RELAXED);

	if (!fdb_counted(t, val)) {
		fdb_clear_slot(t, b, slot);
		return false;
	}
	if (val & FDB_STATIC) {
		fdb_clear_slot(t, b, slot);
		__atomic_fetch_sub(&t->statics, 1, __ATOMIC_RELAXED);
		__atomic_fetch_sub(&t->current, 1, __ATOMIC_RELAXED);
		return true;
	}
	fdb_take_out(t, b, slot);
	return true;
}

struct matcher {
	bool statics;
	bool (*match)(const void *arg, uint16_t vid, uint16_t port);
	const void *arg;
};

static unsigned matching(const struct matcher *m, const struct fdb_bucket *b)
{
	unsigned hits = 0;

	for (unsigned i = 0; i < FDB_WAYS; i++) {
		uint64_t key = __atomic_load_n(&b->key[i], __ATOMIC_RELAXED);
		uint32_t val = __atomic_load_n(&b->val[i], __ATOMIC_RELAXED);

		if (key && (m->statics || !(val & FDB_STATIC)) &&
			m->match(m->arg, key >> FDB_VLAN_SHIFT & 0x7fff, val & FDB_PORT_MASK))
			hits |= 1u << i;
	}
	return hits;
}

/* The first match alone when `one`. */
static bool forget(struct fdb_table *t, const struct matcher *m, bool one)
{
	for (uint64_t at = 0; at <= t->mask; at++) {
		struct fdb_bucket *b = &t->buckets[at];
		unsigned hits = matching(m, b);
		bool done = false;

		if (!hits)
			continue;
		lock(b);
		for (hits = matching(m, b); hits && !(done && one); hits &= hits - 1)
			done |= forget_slot(t, b, __builtin_ctz(hits));
		fdb_unlock(b);
		if (done && one)
			return true;
	}
	return false;
}

void fdb_forget(struct sw_fdb *fdb, bool statics,
	bool (*match)(const void *arg, uint16_t vid, uint16_t port), const void *arg)
{
	struct fdb_table *t = fdb->table;
	struct matcher m = { .statics = statics, .match = match, .arg = arg };

	fdb->flushed = true;
	if (__atomic_load_n(
		    &t->current, __ATOMIC_RELAXED)) /* a walk of a large table takes milliseconds */
		forget(t, &m, false);
}

static bool any(const void *arg, uint16_t vid, uint16_t port)
{
	return true;
}

static uint64_t key_of(uint16_t vid, const struct rte_ether_addr *mac)
{
	uint64_t v = 0;

	memcpy(&v, mac, sizeof(*mac));
	return fdb_key(vid, rte_le_to_cpu_64(v));
}

int sw_fdb_add_static(struct sw_fdb *fdb, uint16_t vid, const struct rte_ether_addr *mac,
	uint16_t port, struct sw_err *err)
{
	struct fdb_put put = { .key = key_of(vid, mac), .port = port, .is_static = true };
	struct matcher learned = { .match = any };
	char text[SW_MAC_SIZE];

	RTE_ASSERT(port < SW_PORT_MAX);
	if (vid >= SW_VID_COUNT || rte_is_multicast_ether_addr(mac)) {
		bool group = vid < SW_VID_COUNT;
		int rc = sw_err_set(err, SW_CODE_INVALID,
			group ? "%s is a group address, no station has it"
			      : "%s: VLAN %u is too large",
			sw_format_mac(text, mac), vid);

		sw_err_allowed(err, group ? "an address whose first byte is even" : "0 to 4095");
		return rc;
	}
	while (fdb_write_waiting(fdb->table, own_counters(fdb->table), &put) != FDB_DONE) {
		/* No learned entry near its buckets to take the place of: any other makes room too. */
		if (fdb->table->statics < fdb->table->max && forget(fdb->table, &learned, true))
			continue;
		sw_err_set(err, SW_CODE_LIMIT, "the table is full of static entries (%u)",
			fdb->table->statics);
		sw_err_hint(err, "raise other_config:mac-table-size of the bridge");
		return -ENOSPC;
	}
	return 0;
}

static bool del_from(struct fdb_table *t, struct fdb_bucket *b, uint64_t key)
{
	bool done = false;
	int slot;

	lock(b);
	slot = fdb_slot(b, key);
	if (slot >= 0)
		done = forget_slot(t, b, slot);
	fdb_unlock(b);
	return done;
}

int sw_fdb_del(
	struct sw_fdb *fdb, uint16_t vid, const struct rte_ether_addr *mac, struct sw_err *err)
{
	struct fdb_table *t = fdb->table;
	uint64_t key = key_of(vid, mac), hash = fdb_hash(t, key);
	struct fdb_bucket *first = fdb_first(t, hash);
	char text[SW_MAC_SIZE];

	if (vid < SW_VID_COUNT &&
		(del_from(t, first, key) || del_from(t, fdb_other(t, first, hash), key) ||
			del_from(t, first, key))) /* it may have changed buckets in between */
		return 0;
	return sw_err_set(err, SW_CODE_NOT_FOUND, "no station %s in VLAN %u of %s",
		sw_format_mac(text, mac), vid, fdb->name);
}

/* May another generation of the port be opened without meeting entries of long ago? */
static bool generation_free(struct fdb_table *t, struct fdb_flushes *f)
{
	uint32_t passes = __atomic_load_n(&t->passes, __ATOMIC_ACQUIRE);

	/* A sweep that began after the last flush is through: nothing old is left. */
	if (passes - f->pass >= 2)
		f->open = 0;
	f->pass = passes;
	return f->open < FDB_GEN_MASK - 1;
}

static bool is_port(const void *arg, uint16_t vid, uint16_t port)
{
	return port == *(const uint16_t *)arg;
}

void sw_fdb_flush_port(struct sw_fdb *fdb, uint16_t port)
{
	struct fdb_table *t = fdb->table;
	struct fdb_flushes *f = &t->flushes[port];
	uint64_t holds = __atomic_load_n(&t->holds[port], __ATOMIC_RELAXED);
	uint64_t gen;

	fdb->flushed = true;
	if (!(uint32_t)holds)
		return;
	if (!generation_free(t, f)) {
		fdb_forget(fdb, false, is_port, &port);
		f->open = 0;
		return;
	}
	f->open++;
	do
		gen = ((holds >> 32) + 1) & FDB_GEN_MASK;
	while (!__atomic_compare_exchange_n(
		&t->holds[port], &holds, gen << 32, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	__atomic_store_n(&t->stamp[port], port | (uint32_t)gen << FDB_GEN_SHIFT, __ATOMIC_RELAXED);
	__atomic_fetch_sub(&t->current, (uint32_t)holds, __ATOMIC_RELAXED);
}

void sw_fdb_flush(struct sw_fdb *fdb)
{
	for (unsigned i = 0; i < SW_PORT_MAX; i++)
		sw_fdb_flush_port(fdb, i);
}

static bool is_vlan(const void *arg, uint16_t vid, uint16_t port)
{
	return vid == *(const uint16_t *)arg;
}

void sw_fdb_flush_vlan(struct sw_fdb *fdb, uint16_t vid)
{
	fdb_forget(fdb, false, is_vlan, &vid);
}
