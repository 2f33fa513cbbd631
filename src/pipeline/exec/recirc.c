/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See recirc.h. Workers.
 *
 * A list is run, and a walk is done, before what is left is begun: the worker's walk is free again by then, but for what was asked
 * ahead for packets behind, which is not touched here.
 */
#include "recirc.h"

#include <string.h>

#include <sw/drop.h>

#include "../field/extract.h"
#include "burst.h"
#include "cache_key.h"
#include "pause.h"

SW_USE(drop, rule_drop);
SW_USE(drop, rule_too_long);

/* Nothing else reads this member once a packet was received; copies have it, too. */
static uint32_t *length_of(struct rte_mbuf *m)
{
	return &m->hash.usr;
}

void recirc_mark(const struct exec *x)
{
	for (unsigned i = 0; i < x->n && !x->again; i++)
		*length_of(x->pkts[i]) = x->pkts[i]->pkt_len;
}

uint64_t recirc_bytes(const struct exec *x)
{
	uint64_t bytes = 0;

	for (unsigned i = 0; i < x->n; i++)
		bytes += *length_of(x->pkts[i]);
	return bytes;
}

static void read_keys(struct burst *b, struct cache *c, const struct walk *walk, uint64_t number)
{
	const struct cache_reader r = cache_reader(walk->masks, cache_owner_again(number));

	for (unsigned i = 0; i < b->n; i++) {
		struct cache_key *key = &b->key[i];

		key->class = CACHE_NONE;
		if (number)
			cache_key_make(key, &r, b->pkt[i]);
		if (key->class != CACHE_NONE)
			cache_fetch(c, key);
	}
	burst_fetch(c, b, 0, b->n);
}

void recirc_run(struct exec *x, struct cache *c, const struct sw_pause *left, uint64_t number)
{
	const struct walk *walk = walk_of(x->w);
	uint64_t changes = c->changes;
	struct burst b;

	if (unlikely(!x->n))
		return;
	b.n = x->n;
	b.old = false;
	b.sent = x->sent;
	b.left = left;
	memcpy(b.pkt, x->pkts, x->n * sizeof(b.pkt[0]));
	x->n = 0;
	read_keys(&b, c, walk, number);
	burst_find(c, &b, walk);
	burst_forward(x->w, x->prog, x->in, c, &b, changes);
}

void recirc_walk(struct exec *x, struct walk *walk, const struct sw_pause *left)
{
	walk->x = x;
	walk->mark = RULE_MARK_NONE;
	walk->fields = left->fields;
	fields_extract_again(x->pkts[0], &walk->fields);
	x->why = SW_ID(drop, rule_drop);
	pause_walk(walk, left);
	if (walk->too_long)
		x->why = SW_ID(drop, rule_too_long);
}

void recirc_walked(struct exec *x, struct cache *c, const struct walk *walk, uint64_t number)
{
	union {
		struct sw_pause p;
		char bytes[CACHE_ROOM_BYTES];
	} left;

	if (unlikely(walk->too_long)) {
		exec_end(x);
		return;
	}
	memcpy(left.bytes, walk->left, walk->left->size);
	recirc_mark(x);
	exec_ops(x, walk->ops, walk->n_ops);
	recirc_run(x, c, &left.p, number);
}
