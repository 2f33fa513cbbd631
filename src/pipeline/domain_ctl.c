/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Compiling a bridge's membership. Ports with the same VLAN configuration share one map, and VLANs that
 * are flooded to the same ports share one list, so that a thousand access ports or a full trunk cost
 * what is different about them: cheap enough to do anew at every change.
 *
 * Control thread only.
 */
#include "domain.h"

#include <stdlib.h>
#include <string.h>

#include <sw/mem.h>
#include <sw/port.h>

#define LIST_SLOTS 8192 /* of the hash of lists; more than twice the VLANs */

static const uint8_t not_a_member[SW_VID_COUNT]; /* VLAN_NOT_CARRIED is 0 */
static const uint8_t protected_member[SW_VID_COUNT] = { [0 ... SW_VID_COUNT - 1] = VLAN_PROTECTED };

/* Where lists are while they are made. */
struct lists {
	uint16_t *words;
	uint32_t len, size;
	uint32_t slot[LIST_SLOTS]; /* offset + 1 of a list, by hash */
};

static struct vlan_map *map_take(struct vlan_map *map)
{
	map->refs++;
	return map;
}

static void map_put(struct vlan_map *map)
{
	if (!--map->refs)
		free(map);
}

static bool learns_alike(const struct membership *a, const struct membership *b)
{
	return !memcmp(a->conf->no_learn, b->conf->no_learn, sizeof(a->conf->no_learn));
}

/* was: the member's index in old, or -1. */
static struct vlan_map *map_for(struct domain *d, const struct membership *is, unsigned at,
	const struct membership *old, int was)
{
	struct vlan_map *map;

	if (was >= 0 && vlan_conf_equal(&old->members[was], &is->members[at]))
		return map_take(old->domain->map[was]);
	for (unsigned i = 0; i < at; i++)
		if (vlan_conf_equal(&is->members[i], &is->members[at]))
			return map_take(d->map[i]);
	map = sw_xcalloc(1, sizeof(*map));
	vlan_map_init(map, &is->members[at], is->conf->no_learn);
	return map_take(map);
}

static void take_maps(struct domain *d, const struct membership *is, const struct membership *old)
{
	bool alike = old->domain && learns_alike(is, old);
	int was[SW_PORT_MAX];

	for (unsigned i = 0; i < SW_PORT_MAX; i++)
		was[i] = -1;
	for (unsigned i = 0; alike && i < old->n; i++)
		was[old->members[i].port->index] = i;
	for (unsigned i = 0; i < is->n; i++)
		d->map[i] = map_for(d, is, i, old, was[is->members[i].port->index]);
}

static uint32_t list_hash(const uint16_t *list, unsigned n)
{
	uint32_t h = 2166136261u;

	for (unsigned i = 0; i < n; i++)
		h = (h ^ list[i]) * 16777619u;
	return h ^ h >> 15;
}

/* The offset of a list equal to words[0..n), kept once. */
static uint32_t list_keep(struct lists *ls, const uint16_t *words, unsigned n)
{
	uint32_t at = list_hash(words, n) % LIST_SLOTS;

	for (; ls->slot[at]; at = (at + 1) % LIST_SLOTS) {
		uint32_t off = ls->slot[at] - 1;

		if (ls->words[off] == words[0] &&
			!memcmp(&ls->words[off], words, n * sizeof(*words)))
			return off;
	}
	if (ls->len + n > ls->size) {
		ls->size = 2 * ls->size + n;
		ls->words = sw_xrealloc(ls->words, ls->size, sizeof(*words));
	}
	memcpy(&ls->words[ls->len], words, n * sizeof(*words));
	ls->slot[at] = ls->len + 1;
	ls->len += n;
	return ls->len - n;
}

/* Access members are chained by their VLAN, so that a VLAN looks at its own and the trunks only. */
static void build_flood(struct domain *d, const struct sw_member_conf *members, unsigned n)
{
	struct lists *ls = sw_xcalloc(1, sizeof(*ls));
	uint16_t *words = sw_xcalloc(n + 1, sizeof(*words));
	uint16_t *trunk = sw_xcalloc(n, sizeof(*trunk));
	uint16_t *next = sw_xcalloc(n, sizeof(*next));
	uint16_t *head = sw_xcalloc(SW_VID_COUNT, sizeof(*head)); /* member + 1 */
	unsigned n_trunk = 0;

	for (unsigned i = n; i-- > 0;) {
		if (!members[i].flood)
			continue;
		if (members[i].mode != SW_VLAN_ACCESS) {
			trunk[n_trunk++] = i;
			continue;
		}
		next[i] = head[members[i].tag];
		head[members[i].tag] = i + 1;
	}
	for (unsigned vid = 0; vid < SW_VID_COUNT; vid++) {
		unsigned len = 1;

		for (unsigned i = n_trunk; i-- > 0;)
			if (d->map[trunk[i]]->out[vid] >= VLAN_SHAPES)
				words[len++] = members[trunk[i]].port->index;
		for (unsigned i = head[vid]; i; i = next[i - 1])
			words[len++] = members[i - 1].port->index;
		words[0] = len - 1;
		d->flood_at[vid] = list_keep(ls, words, len);
	}
	d->flood = ls->words;
	free(ls);
	free(words);
	free(trunk);
	free(next);
	free(head);
}

struct domain *domain_create(const struct membership *is, const struct membership *old)
{
	struct domain *d = sw_xcalloc(1, sizeof(*d));

	d->n = is->n;
	d->map = sw_xcalloc(is->n, sizeof(d->map[0]));
	take_maps(d, is, old);
	for (unsigned i = 0; i < SW_PORT_MAX; i++)
		d->out[i] = d->out_protected[i] = not_a_member;
	for (unsigned i = 0; i < is->n; i++) {
		const struct sw_member_conf *m = &is->members[i];

		d->out[m->port->index] = d->map[i]->out;
		d->out_protected[m->port->index] = m->protect ? protected_member : d->map[i]->out;
	}
	build_flood(d, is->members, is->n);
	return d;
}

void domain_destroy(struct domain *d)
{
	if (!d)
		return;
	for (unsigned i = 0; i < d->n; i++)
		map_put(d->map[i]);
	free(d->map);
	free(d->flood);
	free(d);
}
