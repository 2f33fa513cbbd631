/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a worker's cache has, read beside the worker that changes it: an entry is taken when two copies of it and of its list
 * are alike, and when it holds, so that its rules are there still. A key is the bytes of a packet under a mask; with
 * the headers that its class says, the parser of fields makes a match of it.
 *
 * Control thread only; workers do not notice.
 */
#include <sw/flow.h>

#include <string.h>

#include <rte_atomic.h>

#include <sw/clock.h>
#include <sw/drop.h>
#include <sw/port.h>

#include "../bridge_check.h"
#include "../field/extract.h"
#include "../trap.h"
#include "cache_find.h"
#include "have.h"
#include "prog.h"

#define KEY_BYTES (CACHE_LANES * sizeof(cache_lane))

/* An entry as it was at one time, and its key in one piece. */
struct copy {
	struct cache_entry e;
	struct cache_rest rest;
	cache_lane lane[CACHE_LANES];
};

static bool is_same(const struct copy *copy, const struct cache *c, const struct cache_entry *from)
{
	return !memcmp(&copy->e, from, sizeof(copy->e)) &&
	       !memcmp(&copy->rest, cache_rest(c, from), sizeof(copy->rest));
}

static bool copy_entry(struct copy *to, const struct cache *c, const struct cache_entry *from)
{
	to->e = *from;
	to->rest = *cache_rest(c, from);
	memcpy(to->lane, to->e.lane, sizeof(to->e.lane));
	memcpy(to->lane + CACHE_NEAR, to->rest.lane, sizeof(to->rest.lane));
	rte_rmb();
	return is_same(to, c, from);
}

/* What is constant of a list, from here to its end. */
#define LIST_MOVES offsetof(struct cache_list, why)

static bool is_same_list(const struct cache_list *a, const struct cache_list *b)
{
	return a->refs && b->refs && !memcmp(&a->why, &b->why, sizeof(*a) - LIST_MOVES);
}

/* Its rules, too. */
static bool copy_list(struct sw_flow *flow, const struct cache *c, const struct cache_entry *e,
	struct cache_list *to)
{
	const struct sw_rule *const *hits;
	const struct cache_list *from;

	if (!e->out || e->out > c->lists.n)
		return false;
	from = cache_list(c, e);
	memcpy(to, from, sizeof(*to));
	if (to->n_hits > (to->room ? CACHE_HITS_MOST : CACHE_HITS) || to->room > c->rooms.n)
		return false;
	hits = cache_hits(c, to->room ? to : from);
	flow->n_hits = to->n_hits;
	memcpy(flow->hit, hits, to->n_hits * sizeof(hits[0]));
	rte_rmb();
	return is_same_list(to, from) && !memcmp(flow->hit, hits, to->n_hits * sizeof(hits[0]));
}

/* The program that entries of the id are of, or NULL: it is gone. */
static const struct rules_prog *prog_of(uint32_t id, const struct sw_port **port)
{
	for (unsigned i = 0; i < SW_PORT_MAX; i++) {
		const struct sw_port *p = sw_port_by_index(i);
		const struct rules_prog *prog =
			(const struct rules_prog *)trap_inner(p ? p->ingress : NULL);

		if (!prog || prog->ingress.run != rules_run || prog->id != id)
			continue;
		*port = p;
		return prog;
	}
	return NULL;
}

/* --- from a key to a match --- */

struct drawn {
	uint8_t b[KEY_BYTES + 64];
	unsigned at; /* behind the tags */
};

static void put16(uint8_t *p, uint16_t v)
{
	p[0] = v >> 8;
	p[1] = (uint8_t)v;
}

static unsigned kind_of(unsigned class)
{
	return class % CACHE_KINDS;
}

/* The bytes of the key, and the headers that the class says are around them. */
static void draw(struct drawn *d, const struct copy *copy, const struct cache_layout *layout)
{
	unsigned tags = copy->e.class / CACHE_KINDS, kind = kind_of(copy->e.class);
	bool tcp = kind == CACHE_IP4_TCP || kind == CACHE_IP6_TCP;

	memset(d, 0, sizeof(*d));
	for (unsigned i = 0; i < layout->n; i++) {
		cache_lane lane = copy->lane[i] & layout->mask[i]; /* without its length */

		if (layout->mask[i][0] | layout->mask[i][1])
			memcpy(d->b + layout->at[i] * sizeof(lane), &lane, sizeof(lane));
	}
	for (unsigned i = 0; i < tags; i++)
		put16(d->b + 12 + 4 * i, ETH_VLAN);
	d->at = 14 + 4 * tags;
	if (kind == CACHE_OTHER)
		return;
	put16(d->b + d->at - 2, kind < CACHE_IP6_TCP ? ETH_IPV4 : ETH_IPV6);
	if (kind < CACHE_IP6_TCP) {
		d->b[d->at] = 0x45;
		put16(d->b + d->at + 2, sizeof(d->b) - d->at);
		d->b[d->at + 9] = tcp ? IP_TCP : kind == CACHE_IP4_ICMP ? IP_ICMP : d->b[d->at + 9];
	} else {
		d->b[d->at] = 6 << 4 | (d->b[d->at] & 0xf);
		put16(d->b + d->at + 4, sizeof(d->b) - d->at - CACHE_IP6_LEN);
		d->b[d->at + 6] = tcp			   ? IP_TCP
				  : kind == CACHE_IP6_ICMP ? IP_ICMPV6
							   : d->b[d->at + 6];
	}
}

/* Fields from `first` to `last` are in no packet of the class. */
#define FORGET(mask, first, last)                                     \
	memset((char *)(mask) + offsetof(struct sw_fields, first), 0, \
		offsetof(struct sw_fields, last) - offsetof(struct sw_fields, first))

static void mask_of(struct sw_fields *mask, const struct sw_fields *reads, unsigned class)
{
	unsigned kind = kind_of(class);
	bool tcp = kind == CACHE_IP4_TCP || kind == CACHE_IP6_TCP;
	bool icmp = kind == CACHE_IP4_ICMP || kind == CACHE_IP6_ICMP;
	bool ports = tcp || kind == CACHE_IP4_PORTS || kind == CACHE_IP6_PORTS;

	*mask = *reads;
	FORGET(mask, metadata, eth_dst); /* 0 in all packets that come in */
	mask->in_port = UINT32_MAX;
	mask->vlan_tci =
		class < CACHE_KINDS ? UINT16_MAX : mask->vlan_tci | RTE_BE16(SW_VLAN_PRESENT);
	FORGET(mask, mpls_lse, ip_proto);
	FORGET(mask, arp_op, conj_id);
	mask->conj_id = 0;
	mask->ipv6_exthdr = 0;
	if (kind == CACHE_OTHER) {
		FORGET(mask, ip_proto, arp_op);
		return;
	}
	mask->eth_type = UINT16_MAX;
	if (tcp || icmp)
		mask->ip_proto = UINT8_MAX;
	if (kind < CACHE_IP6_TCP) {
		memset(mask->ip_src + 4, 0, 12);
		memset(mask->ip_dst + 4, 0, 12);
		mask->ipv6_label = 0;
	}
	if (!tcp)
		mask->tcp_flags = 0;
	if (!ports && !icmp)
		mask->tp_src = mask->tp_dst = 0;
}

/* --- of a packet of no class, whose key is its fields (cache_odd.c) --- */

static void odd_values(struct sw_fields *f, const uint64_t *word)
{
	uint64_t *value = (uint64_t *)f;
	unsigned n = 1;

	for (uint32_t left = (uint32_t)word[0] >> CACHE_ODD_FIRST << CACHE_ODD_FIRST;
		left && n < 2 * CACHE_LANES; left &= left - 1)
		value[__builtin_ctz(left)] = word[n++];
	f->eth_type = (rte_be16_t)(word[0] >> 32);
	f->ip_proto = (uint8_t)(word[0] >> 48);
	f->ip_frag = word[0] >> 56 & (SW_FRAG_ANY | SW_FRAG_LATER);
	if (word[0] >> 58 & 1)
		f->vlan_tci |= RTE_BE16(SW_VLAN_PRESENT);
}

/* Of what rules read the fields that the packet has. */
static void odd_mask(struct sw_match *match, const struct sw_fields *reads)
{
	match->mask.in_port = UINT32_MAX;
	match->mask.eth_type = UINT16_MAX;
	match->mask.vlan_tci = match->value.vlan_tci ? RTE_BE16(SW_VLAN_PRESENT) : UINT16_MAX;
	if (have(&match->value, SW_PRE_IP))
		match->mask.ip_proto = match->mask.ip_frag = UINT8_MAX;
	for (unsigned i = 0; i < sw_reg_kind_field.count; i++) {
		const struct sw_field *f = sw_reg_get(&sw_reg_kind_field, i);
		uint8_t bits[16], more[16];

		if (f->offset < offsetof(struct sw_fields, pbb_isid) ||
			!have(&match->value, f->prereq))
			continue;
		sw_field_get(f, reads, bits);
		sw_field_get(f, &match->mask, more);
		for (unsigned k = 0; k < sizeof(bits); k++)
			bits[k] |= more[k];
		sw_field_set(f, &match->mask, bits);
	}
}

/* Its TTL is 0 or 1. */
static void mask_end(struct sw_match *match)
{
	if (have(&match->value, SW_PRE_MPLS))
		match->mask.mpls_lse |= RTE_BE32(0xff & ~CACHE_TTL_END);
	else
		match->mask.ip_ttl |= 0xff & ~CACHE_TTL_END;
}

static void match_odd(struct sw_match *match, const struct copy *copy,
	const struct sw_fields *reads, uint32_t in_port)
{
	uint64_t word[2 * CACHE_LANES];

	memcpy(word, copy->lane, sizeof(word));
	odd_values(&match->value, word);
	match->value.in_port = rte_cpu_to_be_32(in_port);
	odd_mask(match, reads);
	if (word[0] >> CACHE_ODD_END & 1)
		mask_end(match);
}

static void match_drawn(struct sw_match *match, const struct copy *copy,
	const struct cache_masks *masks, uint32_t in_port)
{
	struct rte_mbuf m = { .buf_addr = NULL };
	struct drawn d;

	draw(&d, copy, &masks->layout[copy->e.class]);
	m.buf_addr = d.b;
	m.buf_len = m.data_len = m.pkt_len = sizeof(d.b);
	m.nb_segs = 1;
	fields_extract(&m, in_port, &match->value);
	mask_of(&match->mask, &masks->reads, copy->e.class);
}

static void make_match(struct sw_match *match, const struct copy *copy,
	const struct cache_masks *masks, uint32_t in_port)
{
	uint64_t *value = (uint64_t *)&match->value;

	if (copy->e.class == CACHE_ODD)
		match_odd(match, copy, &masks->reads, in_port);
	else
		match_drawn(match, copy, masks, in_port);
	for (unsigned i = 0; i < sizeof(match->value) / 8; i++)
		value[i] &= ((const uint64_t *)&match->mask)[i];
}

/* Between which of the lengths that rules ask about its packets are. */
static void find_lengths(
	struct sw_flow *flow, const struct copy *copy, const struct cache_masks *masks)
{
	const struct cache_limits *limits = &masks->limits;
	const struct cache_layout *layout = &masks->layout[copy->e.class];
	unsigned class = 0;

	if (copy->e.class == CACHE_ODD)
		class = (uint8_t)copy->lane[0][0];
	else if (layout->beside == CACHE_BESIDE_LENGTH)
		class = ((const uint8_t *)copy->lane)[layout->length_at];
	class = RTE_MIN(class, limits->n);
	flow->longer_than = class ? limits->of[class - 1] : 0;
	flow->up_to = class < limits->n ? limits->of[class] : UINT32_MAX;
}

/* --- entries --- */

/* An entry without a list does not say its rule: the one that its packets find, as it holds. */
static void find_rule(struct sw_flow *flow, struct sw_rules *rules, unsigned table)
{
	const struct rule_reader reader = { rules_version(rules), SW_WORKER_MAX };
	const struct sw_fields *fields = &flow->match.value;

	rules_lookup(rules, &reader, table, &fields, &flow->hit[0], 1);
	flow->n_hits = flow->hit[0] != NULL;
}

static bool take_rules(struct sw_flow *flow, const struct cache *c, const struct copy *copy,
	const struct rules_prog *prog)
{
	const struct cache_entry *e = &copy->e;
	const struct sw_rules *rules = prog->rules;
	struct cache_list list;

	if (e->flags & CACHE_LISTED) {
		if (!copy_list(flow, c, e, &list) ||
			!cache_tables_hold(e, &copy->rest, list.tables, rules) ||
			(flow->again && list.masks != prog->shared->masks->serial))
			return false;
		flow->why =
			list.n_ops || list.recirc ? NULL : sw_reg_kind_drop.by_id[list.why]->desc;
		flow->goes_on = list.recirc;
		return true;
	}
	flow->why = e->out == SW_OFPP_ANY ? sw_reg_kind_drop.by_id[e->why]->desc : NULL;
	return cache_tables_hold(e, &copy->rest, NULL, rules);
}

static bool take(struct sw_flow *flow, const struct cache *c, const struct cache_entry *from,
	const struct sw_bridge *bridge)
{
	const struct cache_masks *masks;
	const struct rules_prog *prog;
	const struct cache_entry *e;
	struct copy copy;

	memset(flow, 0, offsetof(struct sw_flow, hit));
	if (!copy_entry(&copy, c, from) || copy.e.class >= CACHE_CLASSES)
		return false;
	e = &copy.e;
	flow->again = cache_owner_number(e->owner);
	prog = prog_of(flow->again ? e->prog : e->owner >> 32, &flow->port);
	masks = prog ? prog->shared->masks : NULL;
	if (!masks || (!flow->again && masks->serial != (uint32_t)e->owner) ||
		(bridge && bridge_owner(flow->port) != bridge) ||
		!take_rules(flow, c, &copy, prog) || !is_same(&copy, c, from))
		return false;
	make_match(&flow->match, &copy, masks, prog->number);
	find_lengths(flow, &copy, masks);
	if (!(e->flags & CACHE_LISTED))
		find_rule(flow, prog->rules, e->table);
	return true;
}

/* None of its rules has counted less than the flow's own packets. */
static void bound(struct sw_flow *flow, unsigned worker)
{
	uint32_t used = UINT32_MAX, now = sw_clock_ms() / SW_EIGHTH_MS;

	flow->packets = flow->bytes = UINT64_MAX;
	for (unsigned i = 0; i < flow->n_hits; i++) {
		const struct rule_count *c = rule_count(flow->hit[i], worker);

		flow->packets =
			RTE_MIN(flow->packets, __atomic_load_n(&c->packets, __ATOMIC_RELAXED));
		flow->bytes = RTE_MIN(flow->bytes, __atomic_load_n(&c->bytes, __ATOMIC_RELAXED));
		used = RTE_MIN(used, __atomic_load_n(&c->used_8, __ATOMIC_RELAXED));
	}
	flow->idle_s = used < now ? (now - used) * SW_EIGHTH_MS / 1000 : 0;
}

bool sw_flow_next(
	struct sw_flow_cursor *cursor, const struct sw_bridge *bridge, struct sw_flow *flow)
{
	const struct cache *c = cursor->worker < SW_WORKER_MAX ? caches[cursor->worker] : NULL;
	uint64_t end = c ? c->entries : 0;

	while (cursor->at < end && cursor->looks) {
		uint64_t at = cursor->at++, b = at / CACHE_WAYS;
		unsigned way = at % CACHE_WAYS;
		uint16_t sign = __atomic_load_n(&c->bucket[b].signs.of[way], __ATOMIC_RELAXED);

		cursor->looks--;
		if (!sign || !take(flow, c, cache_at(c, b, way), bridge))
			continue;
		flow->used = sign & CACHE_USED;
		bound(flow, cursor->worker);
		return true;
	}
	cursor->done = cursor->at >= end;
	return false;
}
