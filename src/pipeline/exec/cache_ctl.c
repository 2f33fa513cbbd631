/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Caches made and taken down, and the masks of a bridge: from the fields that rules look at to bytes of packets.
 *
 * Control thread only.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

#include <sw/event.h>
#include <sw/flow.h>
#include <sw/log.h>
#include <sw/mem.h>
#include <sw/module.h>
#include <sw/post.h>
#include <sw/rcu.h>

#include "cache.h"
#include "cache_class.h"
#include "cache_key.h"
#include "kept.h"
#include "wish.h"

SW_LOG(flows, "flows that workers keep");

#define LISTS_SHARE 4 /* entries for one list */
#define ROOMS_SHARE 4 /* lists for one room */

static uint64_t random_word(void)
{
	uint64_t w;

	if (getrandom(&w, sizeof(w), 0) != sizeof(w))
		abort(); /* as the table of stations: no secret, no hash */
	return w | 1;
}

/* The mask of a class, byte by byte of the packet. */
struct drawn {
	uint8_t byte[CACHE_LANES * sizeof(cache_lane)];
	enum cache_beside beside;
};

#define MASK(member) ((const uint8_t *)&reads->member)

static void draw(struct drawn *d, unsigned at, const uint8_t *mask, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		d->byte[at + i] |= mask[i];
}

static void draw_vlan(struct drawn *d, const struct sw_fields *reads)
{
	uint8_t tci[2];

	memcpy(tci, MASK(vlan_tci), 2);
	tci[0] &= 0xef; /* that there is a tag is what the class says; the DEI is no field */
	draw(d, 14, tci, 2);
}

static void draw_ip4(struct drawn *d, unsigned at, const struct sw_fields *reads)
{
	draw(d, at + 1, MASK(ip_tos), 1);
	draw(d, at + 8, MASK(ip_ttl), 1);
	draw(d, at + 9, MASK(ip_proto), 1);
	draw(d, at + 12, MASK(ip_src), 4);
	draw(d, at + 16, MASK(ip_dst), 4);
}

static void draw_ip6(struct drawn *d, unsigned at, const struct sw_fields *reads)
{
	uint8_t tos[2] = { reads->ip_tos >> 4, (uint8_t)(reads->ip_tos << 4) };

	draw(d, at, MASK(ipv6_label), 4);
	draw(d, at, tos, 2);
	draw(d, at + 6, MASK(ip_proto), 1);
	draw(d, at + 7, MASK(ip_ttl), 1);
	draw(d, at + 8, MASK(ip_src), 16);
	draw(d, at + 24, MASK(ip_dst), 16);
}

/* The addresses in neighbour discovery lie anywhere: who looks at them walks. */
static bool reads_nd(const struct sw_fields *reads)
{
	size_t from = offsetof(struct sw_fields, nd_target);

	for (size_t i = from; i < offsetof(struct sw_fields, conj_id); i++)
		if (((const uint8_t *)reads)[i])
			return true;
	return false;
}

static void draw_l4(
	struct drawn *d, unsigned at, enum cache_kind kind, const struct sw_fields *reads)
{
	switch (kind) {
	case CACHE_IP4_TCP:
	case CACHE_IP6_TCP:
		draw(d, at + 12, MASK(tcp_flags), 2);
		/* fall through */
	case CACHE_IP4_PORTS:
	case CACHE_IP6_PORTS:
		draw(d, at, MASK(tp_src), 2);
		draw(d, at + 2, MASK(tp_dst), 2);
		break;
	case CACHE_IP6_ICMP:
		if (reads_nd(reads))
			d->beside = CACHE_BESIDE_FIELDS;
		/* fall through */
	case CACHE_IP4_ICMP:
		draw(d, at, MASK(tp_src) + 1, 1);
		draw(d, at + 1, MASK(tp_dst) + 1, 1);
		break;
	default:
		break;
	}
}

static void draw_class(
	struct drawn *d, unsigned tags, enum cache_kind kind, const struct sw_fields *reads)
{
	unsigned at = 14 + 4 * tags;

	memset(d, 0, sizeof(*d));
	draw(d, 0, MASK(eth_dst), 6);
	draw(d, 6, MASK(eth_src), 6);
	if (tags)
		draw_vlan(d, reads);
	if (kind == CACHE_OTHER) {
		draw(d, at - 2, MASK(eth_type), 2);
	} else if (kind < CACHE_IP6_TCP) {
		draw_ip4(d, at, reads);
		draw_l4(d, at + 20, kind, reads);
	} else {
		draw_ip6(d, at, reads);
		draw_l4(d, at + 40, kind, reads);
	}
}

/* Where a byte of the key is of no mask; where there is none, the key is made of fields. */
static void make_room(struct cache_layout *layout)
{
	const uint8_t *mask = (const uint8_t *)layout->mask;

	for (unsigned i = 0; i < layout->n * sizeof(cache_lane); i++) {
		if (mask[i])
			continue;
		layout->length_at = i;
		layout->beside = CACHE_BESIDE_LENGTH;
		return;
	}
	layout->beside = CACHE_BESIDE_FIELDS;
}

static void lay_out(struct cache_layout *layout, const struct drawn *d, bool lengths)
{
	layout->beside = d->beside;
	for (unsigned i = 0; i < CACHE_LANES; i++) {
		cache_lane mask;

		memcpy(&mask, d->byte + i * sizeof(mask), sizeof(mask));
		if (!(mask[0] | mask[1]))
			continue;
		layout->at[layout->n] = i;
		layout->mask[layout->n++] = mask;
	}
	layout->n = RTE_MAX(layout->n, CACHE_NEAR);
	if (lengths && layout->beside == CACHE_BESIDE_NOTHING)
		make_room(layout);
}

struct cache_masks *cache_masks_create(
	const struct sw_fields *reads, const struct cache_limits *limits)
{
	static uint32_t serial;
	struct cache_masks *masks = aligned_alloc(64, RTE_ALIGN(sizeof(*masks), 64));

	if (!masks)
		abort(); /* as sw_xcalloc */
	memset(masks, 0, sizeof(*masks));
	masks->serial = ++serial;
	masks->reads = *reads;
	masks->limits = *limits;
	masks->key_odd = limits->n ? cache_key_odd_long : cache_key_odd;
	for (unsigned w = CACHE_ODD_FIRST; w < CACHE_ODD_WORDS; w++)
		masks->odd |= (uint32_t)(((const uint64_t *)reads)[w] != 0) << w;
	for (unsigned tags = 0; tags <= CACHE_TAGS; tags++)
		for (unsigned kind = 0; kind < CACHE_KINDS; kind++) {
			struct drawn d;

			draw_class(&d, tags, kind, reads);
			lay_out(&masks->layout[CACHE_CLASS(tags, kind)], &d, limits->n);
		}
	return masks;
}

/* --- memory: one piece, in huge pages where the kernel has some --- */

static char *map(size_t bytes)
{
	char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

/* Without its pages: who fills it touches them. Those of lists come one by one when they are used, as most rules need none,
 * and most flows share one. NULL: no memory. */
static struct cache *cache_create(uint32_t entries)
{
	uint32_t buckets = entries / CACHE_WAYS;
	size_t near = entries * sizeof(struct cache_entry);
	size_t all = near + entries * sizeof(struct cache_rest) +
		     buckets * (sizeof(struct cache_bucket) + sizeof(struct cache_signs));
	uint32_t lists = entries / LISTS_SHARE, rooms = lists / ROOMS_SHARE;
	size_t listed = lists * sizeof(struct cache_list) + rooms * sizeof(struct cache_room);
	char *p = map(all), *l = map(listed);
	struct cache *c;

	if (!p || !l) {
		if (p)
			munmap(p, all);
		if (l)
			munmap(l, listed);
		return NULL;
	}
	madvise(p, all, MADV_HUGEPAGE);
	c = sw_xcalloc(1, sizeof(*c));
	c->mapped = all;
	c->entries = entries;
	c->mask = buckets - 1;
	c->entry = (struct cache_entry *)p;
	c->rest = (struct cache_rest *)(p + near);
	c->bucket = (struct cache_bucket *)(c->rest + entries);
	c->ghosts = (struct cache_signs *)(c->bucket + buckets);
	c->list = (struct cache_list *)l;
	c->room = (struct cache_room *)(c->list + lists);
	c->listed = listed;
	c->lists.n = lists;
	c->rooms.n = rooms;
	c->settle.run = kept_settle;
	c->chance = UINT32_MAX / CACHE_CHANCE;
	c->list_head = sw_xcalloc(lists, sizeof(*c->list_head));
	return c;
}

static void cache_destroy(void *arg)
{
	struct cache *c = arg;

	if (!c)
		return;
	cache_destroy(c->old);
	munmap(c->entry, c->mapped);
	munmap(c->list, c->listed);
	free(c->list_head);
	free(c);
}

void caches_create(uint32_t entries)
{
	uint64_t *secret = (uint64_t *)&cache_secret;

	for (unsigned i = 0; i < sizeof(cache_secret) / sizeof(*secret); i++)
		if (!secret[i])
			secret[i] = random_word();
	for (unsigned i = 0; i < sw_worker_count(); i++) {
		if (caches[i])
			continue;
		caches[i] = cache_create(entries);
		if (!caches[i])
			abort(); /* as sw_xcalloc */
	}
}

void caches_destroy(void)
{
	for (unsigned i = 0; i < SW_WORKER_MAX; i++) {
		cache_destroy(caches[i]);
		caches[i] = NULL;
	}
}

/* --- growth: pages of the new cache are touched in slices, then the worker gets it --- */

#define SLICE_BYTES (1u << 20)
#define OLD_LOOKS   4 /* for an entry of the cache before: then flows that still come are here */

struct growth {
	unsigned worker;
	struct cache *c;
	size_t touched;
};

static void forget_old(void *arg)
{
	struct cache *c = arg, *old = c->old;

	sw_rcu_set(c->old, NULL);
	sw_rcu_defer(cache_destroy, old);
}

static void grow(void *arg)
{
	struct growth *g = arg;
	size_t n = RTE_MIN(g->c->mapped - g->touched, (size_t)SLICE_BYTES);
	struct cache *now = caches[g->worker];

	memset((char *)g->c->entry + g->touched, 0, n);
	g->touched += n;
	if (g->touched < g->c->mapped) {
		sw_post(grow, g);
		return;
	}
	if (now->old)
		forget_old(now);
	g->c->old = now;
	g->c->looks = OLD_LOOKS * now->entries;
	sw_rcu_set(caches[g->worker], g->c);
	sw_debug("worker %u keeps up to %u flows now", g->worker, g->c->entries);
	free(g);
}

static void on_full(const struct sw_event_record *rec)
{
	struct cache *now = caches[rec->a];
	struct growth *g;

	if (!now || now->entries >= CACHE_MOST)
		return;
	g = sw_xcalloc(1, sizeof(*g));
	g->worker = rec->a;
	g->c = cache_create(RTE_MIN(now->entries * 2, CACHE_MOST));
	if (g->c) {
		sw_post(grow, g);
		return;
	}
	sw_warn("no memory for more than %u kept flows of worker %u: rules are walked more often",
		now->entries, g->worker);
	free(g);
}

SW_REGISTER(event, flow_cache_full) = {
	.name = "flow_cache_full",
	.help = "a worker's cache of flows is nearly full; it grows",
	.handle = on_full,
};

static int cache_init(const struct sw_boot *boot, struct sw_err *err)
{
	return 0;
}

SW_REGISTER(module, flows) = {
	.name = "flows",
	.help = "caches of flows and other memory of rules, a worker each",
	.after = (const char *const[]){ "pool", NULL },
	.before = (const char *const[]){ "pmd", NULL },
	.init = cache_init,
	.fini = caches_destroy,
};

bool sw_flow_stats(unsigned worker, struct sw_flow_stats *out)
{
	const struct cache *c = worker < SW_WORKER_MAX ? caches[worker] : NULL;
	const struct wish_ring *ring = c ? wish_rings[worker] : NULL;

	if (!c)
		return false;
	out->entries = c->entries;
	out->used = __atomic_load_n(&c->used, __ATOMIC_RELAXED);
	out->hits = __atomic_load_n(&c->hits, __ATOMIC_RELAXED);
	out->walks = __atomic_load_n(&c->misses, __ATOMIC_RELAXED);
	out->ghosts = __atomic_load_n(&c->ghostly, __ATOMIC_RELAXED);
	out->not_kept = __atomic_load_n(&c->uncached, __ATOMIC_RELAXED);
	out->wishes = ring ? __atomic_load_n(&ring->told, __ATOMIC_RELAXED) : 0;
	out->wishes_lost = ring ? __atomic_load_n(&ring->lost, __ATOMIC_RELAXED) : 0;
	return true;
}
