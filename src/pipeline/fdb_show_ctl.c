/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reading the station table out, its statistics, and what its events say in the log.
 *
 * Control thread only. A walk takes each bucket as a reader does: a whole entry or none.
 */
#include "fdb_ctl.h"

#include <string.h>

#include <rte_pause.h>

#include <sw/clock.h>
#include <sw/event.h>
#include <sw/log.h>
#include <sw/port.h>

#include "fdb.h"

SW_LOG_USE(fdb);

void fdb_snapshot(struct fdb_bucket *b, struct fdb_bucket *copy)
{
	bool locked = false;

	for (unsigned i = 0;; i++) {
		uint32_t word = __atomic_load_n(&b->word, __ATOMIC_ACQUIRE);

		for (unsigned k = 0; k < FDB_WAYS; k++) {
			copy->key[k] = __atomic_load_n(&b->key[k], __ATOMIC_ACQUIRE);
			copy->val[k] = __atomic_load_n(&b->val[k], __ATOMIC_ACQUIRE);
		}
		if (locked)
			break;
		if (!(word & FDB_LOCKED) && __atomic_load_n(&b->word, __ATOMIC_RELAXED) == word)
			return;
		locked = i >= FDB_RETRIES && fdb_trylock(b);
		rte_pause();
	}
	fdb_unlock(b);
}

static void fill(struct sw_fdb_entry *e, uint64_t key, uint32_t val, uint32_t now_s)
{
	uint64_t mac = rte_cpu_to_le_64(key);

	memcpy(&e->mac, &mac, sizeof(e->mac));
	e->vid = key >> FDB_VLAN_SHIFT & 0x7fff;
	e->port = val & FDB_PORT_MASK;
	e->is_static = val & FDB_STATIC;
	e->age_s = e->is_static ? 0 : fdb_age(val, now_s);
}

unsigned sw_fdb_walk(struct sw_fdb *fdb, uint64_t *cursor, struct sw_fdb_entry *out, unsigned max)
{
	struct fdb_table *t = fdb->table;
	uint32_t now_s = sw_clock_s();
	unsigned n = 0;

	while (*cursor <= t->mask && n + FDB_WAYS <= max) {
		struct fdb_bucket copy;

		fdb_snapshot(&t->buckets[(*cursor)++], &copy);
		for (unsigned i = 0; i < FDB_WAYS; i++) {
			uint32_t val = copy.val[i];

			if (!copy.key[i] || !fdb_counted(t, val) ||
				(!(val & FDB_STATIC) && fdb_age(val, now_s) > t->ageing))
				continue;
			fill(&out[n++], copy.key[i], val, now_s);
		}
	}
	if (*cursor > t->mask)
		*cursor = 0;
	return n;
}

static void sum(const struct fdb_table *t, struct sw_fdb_stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	for (unsigned i = 0; i <= SW_WORKER_MAX; i++) {
		const struct fdb_counters *c = &t->counters[i];

		stats->learned += __atomic_load_n(&c->learned, __ATOMIC_RELAXED);
		stats->expired += __atomic_load_n(&c->expired, __ATOMIC_RELAXED);
		stats->evicted += __atomic_load_n(&c->evicted, __ATOMIC_RELAXED);
		stats->moved += __atomic_load_n(&c->moved, __ATOMIC_RELAXED);
		stats->refused_full += __atomic_load_n(&c->refused_full, __ATOMIC_RELAXED);
		stats->refused_limit += __atomic_load_n(&c->refused_limit, __ATOMIC_RELAXED);
	}
}

void sw_fdb_stats(struct sw_fdb *fdb, struct sw_fdb_stats *stats)
{
	const struct fdb_table *t = fdb->table;

	sum(t, stats);
	stats->learned -= fdb->base.learned;
	stats->expired -= fdb->base.expired;
	stats->evicted -= fdb->base.evicted;
	stats->moved -= fdb->base.moved;
	stats->refused_full -= fdb->base.refused_full;
	stats->refused_limit -= fdb->base.refused_limit;
	stats->max = t->max;
	stats->current = __atomic_load_n(&t->current, __ATOMIC_RELAXED);
	stats->statics = __atomic_load_n(&t->statics, __ATOMIC_RELAXED);
}

void sw_fdb_stats_clear(struct sw_fdb *fdb)
{
	sum(fdb->table, &fdb->base);
}

void fdb_stats_carry(struct sw_fdb *fdb, const struct fdb_table *from)
{
	struct sw_fdb_stats s;

	sum(from, &s);
	fdb->base.learned -= s.learned; /* the base is taken off: unsigned, it may pass 0 */
	fdb->base.expired -= s.expired;
	fdb->base.evicted -= s.evicted;
	fdb->base.moved -= s.moved;
	fdb->base.refused_full -= s.refused_full;
	fdb->base.refused_limit -= s.refused_limit;
}

SW_USE(event, fdb_move);
SW_USE(event, fdb_refused);

static const char *port_name(unsigned index)
{
	const struct sw_port *port = sw_port_by_index(index);

	return port ? port->name : "(gone)";
}

/* rec: port now, arg the table, a the key, b the port before. */
static void say_move(const struct sw_event_record *rec)
{
	const struct sw_fdb *fdb = fdb_by_id(rec->arg);
	struct sw_fdb_entry e;
	char mac[SW_MAC_SIZE];

	fill(&e, rec->a, 0, 0);
	if (!fdb)
		return;
	sw_format_mac(mac, &e.mac);
	sw_event_tell(&sw_event_fdb_move,
		(struct sw_event_field[]){ { "bridge", fdb->name, 0 }, { "mac", mac, 0 },
			{ "vlan", NULL, e.vid }, { "from", port_name(rec->b), 0 },
			{ "port", port_name(rec->port), 0 }, { 0 } },
		"%s: station %s of VLAN %u moved from %s to %s", fdb->name, mac, e.vid,
		port_name(rec->b), port_name(rec->port));
}

/* b is why: an enum fdb_result. A flood of addresses is worth a line a minute. */
static void say_refused(const struct sw_event_record *rec)
{
	struct sw_fdb *fdb = fdb_by_id(rec->arg);
	const char *why = rec->b == FDB_LIMIT ? "the port is at its limit" : "the table is full";
	struct sw_fdb_entry e;
	char mac[SW_MAC_SIZE];

	if (!fdb)
		return;
	fill(&e, rec->a, 0, 0);
	sw_format_mac(mac, &e.mac);
	sw_event_tell(&sw_event_fdb_refused,
		(struct sw_event_field[]){ { "bridge", fdb->name, 0 }, { "mac", mac, 0 },
			{ "vlan", NULL, e.vid }, { "port", port_name(rec->port), 0 },
			{ "why", why, 0 }, { 0 } },
		"%s: station %s of VLAN %u on %s is not learned: %s", fdb->name, mac, e.vid,
		port_name(rec->port), why);
	if (fdb->warned && sw_clock_s() - fdb->warned_s < 60)
		return;
	fdb->warned = true;
	fdb->warned_s = sw_clock_s();
	sw_warn("%s: station %s of VLAN %u on %s is not learned: %s (swctl fdb stats %s counts them)",
		fdb->name, mac, e.vid, port_name(rec->port), why, fdb->name);
}

SW_REGISTER(event, fdb_move) = {
	.name = "fdb_move",
	.help = "a station was seen on another port than before",
	.handle = say_move,
};
SW_REGISTER(event, fdb_refused) = {
	.name = "fdb_refused",
	.help = "a station was not learned: table full, or the port at its limit",
	.handle = say_refused,
};
