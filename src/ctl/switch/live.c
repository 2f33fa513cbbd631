/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The tables of what runs, by name: chained hashes, since a publication of a bridge with 1000 members
 * looks up each of them.
 */
#include "live.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sw/mem.h>

#define BUCKETS 1024

static LIST_HEAD(, live_port) ports[BUCKETS];
static LIST_HEAD(, live_bridge) bridges[BUCKETS];

static unsigned bucket(const char *s)
{
	unsigned h = 2166136261u; /* FNV-1a */

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 16777619u;
	return h % BUCKETS;
}

struct live_port *live_port(const char *name)
{
	struct live_port *lp;

	LIST_FOREACH(lp, &ports[bucket(name)], chain)
	if (!strcmp(lp->name, name))
		return lp;
	return NULL;
}

struct live_port *live_port_take(const char *name)
{
	struct live_port *lp = live_port(name);

	if (lp)
		return lp;
	lp = sw_xcalloc(1, sizeof(*lp));
	snprintf(lp->name, sizeof(lp->name), "%s", name);
	LIST_INSERT_HEAD(&ports[bucket(name)], lp, chain);
	return lp;
}

void live_port_drop(struct live_port *lp)
{
	LIST_REMOVE(lp, chain);
	free(lp);
}

struct live_bridge *live_bridge(const char *name)
{
	struct live_bridge *lb;

	LIST_FOREACH(lb, &bridges[bucket(name)], chain)
	if (!strcmp(lb->name, name))
		return lb;
	return NULL;
}

struct live_port *live_next_port(const struct live_port *at)
{
	unsigned b = at ? bucket(at->name) + 1 : 0;

	if (at && LIST_NEXT(at, chain))
		return LIST_NEXT(at, chain);
	for (; b < BUCKETS; b++)
		if (!LIST_EMPTY(&ports[b]))
			return LIST_FIRST(&ports[b]);
	return NULL;
}

struct live_bridge *live_next_bridge(const struct live_bridge *at)
{
	unsigned b = at ? bucket(at->name) + 1 : 0;

	if (at && LIST_NEXT(at, chain))
		return LIST_NEXT(at, chain);
	for (; b < BUCKETS; b++)
		if (!LIST_EMPTY(&bridges[b]))
			return LIST_FIRST(&bridges[b]);
	return NULL;
}

void live_bridge_link(struct live_bridge *lb)
{
	LIST_INSERT_HEAD(&bridges[bucket(lb->name)], lb, chain);
}
