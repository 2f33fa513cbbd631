/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A group's object: buckets compiled, and made ready to be run where they need no walk.
 *
 * Control thread only.
 */
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include <sw/clock.h>
#include <sw/err.h>
#include <sw/mem.h>
#include <sw/worker.h>

#include "../exec/code.h"
#include "groups_ctl.h"

/* What follows the last op that sends is for nothing, and that one may have the packets; what has nothing to run is a
 * walk's alone. Returns how many are left. */
static unsigned make_ready(struct op *ops, unsigned n)
{
	unsigned kept = 0, end = 0;

	for (unsigned i = 0; i < n; i++) {
		if (!ops[i].run)
			continue;
		ops[kept++] = ops[i];
		if (ops[i].sends)
			end = kept;
	}
	if (end)
		ops[end - 1].last = true;
	return end;
}

static bool needs_walk(const struct code *code)
{
	unsigned end = 0;

	for (unsigned i = 0; i < code->n_apply; i++)
		if (code->apply[i].sends || !code->apply[i].run)
			end = i + 1;
	for (unsigned i = 0; i < end; i++)
		if (!code->apply[i].fixed && !code->apply[i].changes)
			return true;
	return false;
}

/* Its ops as they are run without a walk; walks go over those of the code. */
static void bucket_make_plain(struct bucket *b)
{
	struct op *ops;

	if (!b->code->n_apply)
		return;
	ops = sw_xcalloc(b->code->n_apply, sizeof(*ops));
	memcpy(ops, b->code->apply, b->code->n_apply * sizeof(*ops));
	b->n = make_ready(ops, b->code->n_apply);
	b->ops = ops;
	b->port = b->n == 1 ? op_port(ops) : 0;
}

/* The port that its actions send to; 0: to none, or packets say to which. */
static uint32_t own_port(const struct code *code)
{
	for (unsigned i = code->n_apply; i-- > 0;)
		if (code->apply[i].sends)
			return op_port(&code->apply[i]);
	return 0;
}

/* A bucket to choose that sends to a port and says nothing of what it watches is of no use while that port is down
 * (OpenFlow 1.3.5, 5.6.1 "select"). */
static void watch_own_port(struct bucket *b)
{
	uint32_t port = own_port(b->code);

	if (port && b->watch_port == SW_OFPP_ANY && b->watch_group == SW_GROUP_ANY)
		b->watch_port = port;
}

static int bucket_init(struct bucket *b, const struct sw_bucket_conf *conf, struct sw_err *err)
{
	b->code = bucket_compile(conf->actions, err);
	if (!b->code) {
		sw_err_prefix(err, "bucket %u", conf->id);
		return -1;
	}
	b->weight = conf->weight;
	b->watch_port = conf->watch_port;
	b->watch_group = conf->watch_group;
	return 0;
}

static unsigned what_is_watched(const struct sw_group *g, enum sw_group_type type)
{
	unsigned watches = 0;

	if (type != SW_GROUP_SELECT && type != SW_GROUP_FF)
		return 0;
	for (unsigned i = 0; i < g->n; i++) {
		if (g->bucket[i].watch_port != SW_OFPP_ANY)
			watches |= GROUP_WATCHES_PORTS;
		if (g->bucket[i].watch_group != SW_GROUP_ANY)
			watches |= GROUP_WATCHES_PORTS | GROUP_WATCHES_GROUPS;
	}
	return watches;
}

static void counts_create(struct sw_group *g)
{
	size_t size;

	g->stride = RTE_ALIGN(1 + g->n, RTE_CACHE_LINE_SIZE / sizeof(struct group_count));
	g->workers = sw_worker_count();
	size = (g->workers + 1ul) * g->stride * sizeof(*g->counts);
	if (posix_memalign((void **)&g->counts, RTE_CACHE_LINE_SIZE, size))
		abort(); /* as sw_xcalloc */
	memset(g->counts, 0, size);
	g->base = sw_xcalloc(1 + g->n, sizeof(*g->base));
	g->added = sw_xcalloc(1 + g->n, sizeof(*g->added));
}

struct sw_group *group_create(struct sw_group_conf *conf, struct sw_err *err)
{
	struct sw_group *g = sw_xcalloc(1, sizeof(*g) + conf->n_buckets * sizeof(g->bucket[0]));

	g->n = conf->n_buckets;
	for (unsigned i = 0; i < g->n; i++)
		if (bucket_init(&g->bucket[i], &conf->buckets[i], err))
			goto bad;
	for (unsigned i = 0; i < g->n; i++)
		g->walks |= needs_walk(g->bucket[i].code);
	for (unsigned i = 0; i < g->n && !g->walks; i++)
		bucket_make_plain(&g->bucket[i]);
	for (unsigned i = 0; i < g->n && conf->type == SW_GROUP_SELECT; i++)
		watch_own_port(&g->bucket[i]);
	counts_create(g);
	if (conf->type == SW_GROUP_SELECT)
		g->select = select_create(conf);
	g->id = conf->id;
	g->type = conf->type;
	g->watches = what_is_watched(g, conf->type);
	g->is_walked = g->walks;
	g->end = g->walked = GROUP_FOREVER;
	g->made_ms = sw_clock_ms();
	g->conf = *conf;
	memset(conf, 0, sizeof(*conf));
	return g;
bad:
	group_free(g);
	return NULL;
}

void group_free(struct sw_group *g)
{
	for (unsigned i = 0; i < g->n; i++) {
		free((void *)g->bucket[i].ops);
		code_destroy((struct code *)g->bucket[i].code);
	}
	free(g->counts);
	free(g->base);
	free(g->added);
	free(g->select);
	sw_group_fini(&g->conf);
	free(g);
}
