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

static const struct vlan_map *map_for(struct domain *d, const struct sw_bridge_conf *conf,
	const struct sw_member_conf *members, unsigned at)
{
	struct vlan_map *map;

	for (unsigned i = 0; i < at; i++)
		if (vlan_conf_equal(&members[i], &members[at]))
			return d->map[i];
	map = sw_xcalloc(1, sizeof(*map));
	vlan_map_init(map, &members[at], conf->no_learn);
	d->own[d->n_own++] = map;
	return map;
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

struct domain *domain_create(
	const struct sw_bridge_conf *conf, const struct sw_member_conf *members, unsigned n)
{
	struct domain *d = sw_xcalloc(1, sizeof(*d));

	d->map = sw_xcalloc(n, sizeof(d->map[0]));
	d->own = sw_xcalloc(n, sizeof(d->own[0]));
	for (unsigned i = 0; i < SW_PORT_MAX; i++)
		d->out[i] = d->out_protected[i] = not_a_member;
	for (unsigned i = 0; i < n; i++) {
		unsigned port = members[i].port->index;

		d->map[i] = map_for(d, conf, members, i);
		d->out[port] = d->map[i]->out;
		d->out_protected[port] = members[i].protect ? protected_member : d->map[i]->out;
	}
	build_flood(d, members, n);
	return d;
}

void domain_destroy(struct domain *d)
{
	if (!d)
		return;
	for (unsigned i = 0; i < d->n_own; i++)
		free(d->own[i]);
	free(d->own);
	free(d->map);
	free(d->flood);
	free(d);
}
