/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Compiling a bridge's membership. Ports with the same VLAN configuration share one map, and VLANs that
 * are flooded to the same ports share one list, so that a thousand access ports or a full trunk cost
 * what is different about them: cheap enough to do anew at every change. Lists are made from the ports'
 * bitmaps, 64 VLANs at a time, and only where a VLAN's ports are not those of the VLAN before it.
 *
 * Control thread only.
 */
#include "domain.h"

#include <stdlib.h>
#include <string.h>

#include <sw/mem.h>
#include <sw/port_state.h>

#define LIST_SLOTS 8192 /* of the hash of lists; more than twice the VLANs */

static const uint8_t not_a_member[SW_VID_COUNT]; /* VLAN_NOT_CARRIED is 0 */
static const uint8_t protected_member[SW_VID_COUNT] = { [0 ... SW_VID_COUNT - 1] = VLAN_PROTECTED };

/* Maps made so far, by what they were made of. */
struct known {
	uint16_t head[SW_PORT_MAX], next[SW_PORT_MAX]; /* member + 1; by hash, by member */
};

/* Lists of VLANs before they are kept: words[at[vid]] is how many, then the ports. */
struct columns {
	uint64_t distinct[VLAN_WORDS]; /* VLANs that have a list: others are as the one before */
	uint32_t at[SW_VID_COUNT];
	uint32_t len[SW_VID_COUNT];
	uint16_t *words;
};

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

/* A map that an earlier member has with the same configuration, or NULL; later ones will find this one. */
static struct vlan_map *map_known(
	const struct domain *d, const struct membership *is, unsigned at, struct known *known)
{
	uint16_t *head = &known->head[vlan_conf_hash(&is->members[at]) % SW_PORT_MAX];

	for (unsigned i = *head; i; i = known->next[i - 1])
		if (vlan_conf_equal(&is->members[i - 1], &is->members[at]))
			return d->map[i - 1];
	known->next[at] = *head;
	*head = at + 1;
	return NULL;
}

static struct vlan_map *map_new(const struct membership *is, unsigned at)
{
	struct vlan_map *map = sw_xcalloc(1, sizeof(*map));

	vlan_map_init(map, &is->members[at], is->conf->no_learn);
	return map;
}

static void take_maps(struct domain *d, const struct membership *is, const struct membership *old)
{
	bool alike = old->domain && learns_alike(is, old);
	struct known *known = sw_xcalloc(1, sizeof(*known));
	int was[SW_PORT_MAX];

	for (unsigned i = 0; i < SW_PORT_MAX; i++)
		was[i] = -1;
	for (unsigned i = 0; alike && i < old->n; i++)
		was[old->members[i].port->index] = i;
	for (unsigned i = 0; i < is->n; i++) {
		int k = was[is->members[i].port->index];
		struct vlan_map *map = map_known(d, is, i, known);

		if (!map && k >= 0 && vlan_conf_equal(&old->members[k], &is->members[i]))
			map = old->domain->map[k];
		d->map[i] = map_take(map ? map : map_new(is, i));
	}
	free(known);
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

static bool takes_floods(const struct sw_member_conf *member)
{
	return member->flood && !(member->port->state & SW_PORT_NO_FLOOD);
}

/* Do the VLAN's frames leave by other ports than those of the VLAN before? */
static void find_distinct(
	struct columns *c, const struct domain *d, const struct sw_member_conf *members)
{
	c->distinct[0] = 1;
	for (unsigned i = 0; i < d->n; i++) {
		uint64_t before = 0;

		for (unsigned k = 0; takes_floods(&members[i]) && k < VLAN_WORDS; k++) {
			uint64_t word = vlan_word(d->map[i]->leaves, k);

			c->distinct[k] |= word ^ (word << 1 | before);
			before = word >> 63;
		}
	}
}

/* Twice over all members: to count, and with `words` there, to write. */
static void fill_columns(
	struct columns *c, const struct domain *d, const struct sw_member_conf *members, unsigned i)
{
	for (unsigned k = 0; takes_floods(&members[i]) && k < VLAN_WORDS; k++) {
		uint64_t left = vlan_word(d->map[i]->leaves, k) & c->distinct[k];

		for (; left; left &= left - 1) {
			unsigned vid = 64 * k + __builtin_ctzll(left);
			uint16_t *list;

			if (!c->words) {
				c->len[vid]++;
				continue;
			}
			list = &c->words[c->at[vid]];
			list[++list[0]] = members[i].port->index;
		}
	}
}

static void build_flood(struct domain *d, const struct sw_member_conf *members)
{
	struct lists *ls = sw_xcalloc(1, sizeof(*ls));
	struct columns *c = sw_xcalloc(1, sizeof(*c));
	uint32_t size = 0;

	find_distinct(c, d, members);
	for (unsigned i = 0; i < d->n; i++)
		fill_columns(c, d, members, i);
	for (unsigned vid = 0; vid < SW_VID_COUNT; vid++) {
		c->at[vid] = size;
		size += 1 + c->len[vid];
	}
	c->words = sw_xcalloc(size, sizeof(c->words[0]));
	for (unsigned i = 0; i < d->n; i++)
		fill_columns(c, d, members, i);
	for (unsigned vid = 0; vid < SW_VID_COUNT; vid++)
		if (c->distinct[vid / 64] >> vid % 64 & 1)
			d->flood_at[vid] = list_keep(ls, &c->words[c->at[vid]], 1 + c->len[vid]);
		else
			d->flood_at[vid] = d->flood_at[vid - 1];
	d->flood = ls->words;
	free(c->words);
	free(c);
	free(ls);
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
	build_flood(d, is->members);
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
