/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Buckets on the wire; see group.h. Before 1.5 they have no ids: they are numbered as they come. Control thread.
 */
#include <string.h>

#include <sw/mem.h>

#include "../action/action.h"
#include "../action/instruction.h"
#include "../codec/property.h"
#include "../codec/version.h"
#include "group.h"

#define BUCKET_HEAD	 16 /* of 1.3 */
#define BUCKET_HEAD_WIDE 8
#define NUMBER_SIZE	 4 /* of a property */

enum { OFPGBPT_WEIGHT = 0, OFPGBPT_WATCH_PORT = 1, OFPGBPT_WATCH_GROUP = 2 };

static bool is_watch_port(uint32_t port)
{
	return (port && port < SW_OFPP_MAX) || port == SW_OFPP_LOCAL || port == SW_OFPP_ANY;
}

static enum of_error take_property(const struct of_property *p, struct sw_bucket_conf *b)
{
	struct of_cursor body = p->body;

	if (p->type > OFPGBPT_WATCH_GROUP)
		return OFPBPC_BAD_TYPE;
	if (of_left(&body) != NUMBER_SIZE)
		return OFPBPC_BAD_LEN;
	if (p->type == OFPGBPT_WEIGHT)
		b->weight = of_u16(&body);
	else if (p->type == OFPGBPT_WATCH_PORT)
		b->watch_port = of_u32(&body);
	else
		b->watch_group = of_u32(&body);
	return OF_FINE;
}

static enum of_error get_properties(struct of_cursor c, struct sw_bucket_conf *b)
{
	enum of_error error = OF_FINE;
	unsigned seen = 0;

	while (of_left(&c) && !error) {
		struct of_property p;

		error = of_get_property(&c, &p);
		if (!error)
			error = take_property(&p, b);
		if (!error && seen & 1u << p.type)
			error = OFPBPC_DUP_TYPE;
		seen |= error ? 0 : 1u << p.type;
	}
	return error;
}

/* One whose weight is not said has 1 where weights are; the store knows where when it is put into a group. */
static uint16_t usual_weight(const struct sw_group_change *change)
{
	return change->conf.type == SW_GROUP_SELECT || change->verb == SW_GROUP_INSERT_BUCKETS;
}

static enum of_error get_wide(struct of_cursor *c, uint8_t version,
	const struct sw_group_change *change, struct sw_bucket_conf *b)
{
	uint16_t len = of_u16(c), actions_len = of_u16(c);
	struct of_cursor body, actions;
	enum of_error error;

	b->id = of_u32(c);
	b->weight = usual_weight(change);
	if (c->over || len < BUCKET_HEAD_WIDE || len % 8)
		return OFPGMFC_BAD_BUCKET;
	body = of_sub(c, len - BUCKET_HEAD_WIDE);
	actions = of_sub(&body, actions_len);
	if (c->over || actions.over || b->id > SW_GROUP_MAX)
		return OFPGMFC_BAD_BUCKET;
	error = of_get_actions(actions, version, &b->actions);
	return error ? error : get_properties(body, b);
}

/* 0 for both is how some controllers say nothing where nothing is watched: there is no port 0, and only fast failover needs them
 * (1.3.5, 7.3.4.2). */
static void take_zeros(const struct sw_group_change *change, struct sw_bucket_conf *b)
{
	b->zeros = !b->watch_port && !b->watch_group && change->conf.type != SW_GROUP_FF;
	if (!b->zeros)
		return;
	b->watch_port = SW_OFPP_ANY;
	b->watch_group = SW_GROUP_ANY;
}

static enum of_error get_narrow(struct of_cursor *c, uint8_t version,
	const struct sw_group_change *change, struct sw_bucket_conf *b)
{
	uint16_t len = of_u16(c);
	struct of_cursor actions;

	b->weight = of_u16(c);
	b->watch_port = of_u32(c);
	b->watch_group = of_u32(c);
	take_zeros(change, b);
	of_skip(c, 4);
	if (c->over || len < BUCKET_HEAD || len % 8)
		return OFPGMFC_BAD_BUCKET;
	actions = of_sub(c, len - BUCKET_HEAD);
	return c->over ? OFPGMFC_BAD_BUCKET : of_get_actions(actions, version, &b->actions);
}

static enum of_error check(const struct sw_group_conf *conf, const struct sw_bucket_conf *b)
{
	for (unsigned i = 0; &conf->buckets[i] < b; i++)
		if (conf->buckets[i].id == b->id)
			return OFPGMFC_BAD_BUCKET;
	if (!is_watch_port(b->watch_port))
		return OFPGMFC_BAD_WATCH;
	if (b->watch_group > SW_GROUP_MAX && b->watch_group != SW_GROUP_ANY)
		return OFPGMFC_BAD_WATCH;
	return of_check_set(b->actions);
}

enum of_error of_get_buckets(struct of_cursor c, uint8_t version, struct sw_group_change *change)
{
	struct sw_group_conf *conf = &change->conf;
	enum of_error error = OF_FINE;

	while (of_left(&c) && !error) {
		struct sw_bucket_conf *b;

		if (conf->n_buckets == SW_BUCKETS_MAX)
			return OFPGMFC_OUT_OF_BUCKETS;
		conf->buckets = sw_xrealloc(conf->buckets, conf->n_buckets + 1, sizeof(*b));
		b = &conf->buckets[conf->n_buckets];
		memset(b, 0, sizeof(*b));
		b->id = conf->n_buckets++;
		b->watch_port = SW_OFPP_ANY;
		b->watch_group = SW_GROUP_ANY;
		error = of_group_is_wide(version) ? get_wide(&c, version, change, b)
						  : get_narrow(&c, version, change, b);
		if (!error)
			error = check(conf, b);
	}
	return error;
}

/* --- writing ---------------------------------------------------------------------------------------------------------- */

static void put_number(struct of_buf *out, uint16_t type, uint32_t number)
{
	size_t at = of_property_begin(out, type);

	of_put_u32(out, number);
	of_property_end(out, at);
}

static void put_wide(struct of_buf *out, const struct sw_group_conf *conf,
	const struct sw_bucket_conf *b, uint8_t version)
{
	size_t at = out->len;

	of_put_u16(out, 0);
	of_put_u16(out, 0);
	of_put_u32(out, b->id);
	of_put_actions(out, b->actions, version);
	of_patch_u16(out, at + 2, out->len - at - BUCKET_HEAD_WIDE);
	if (conf->type == SW_GROUP_SELECT)
		put_number(out, OFPGBPT_WEIGHT, (uint32_t)b->weight << 16); /* padded */
	if (b->watch_port != SW_OFPP_ANY)
		put_number(out, OFPGBPT_WATCH_PORT, b->watch_port);
	if (b->watch_group != SW_GROUP_ANY)
		put_number(out, OFPGBPT_WATCH_GROUP, b->watch_group);
	of_patch_u16(out, at, out->len - at);
}

static void put_narrow(struct of_buf *out, const struct sw_bucket_conf *b, uint8_t version)
{
	size_t at = out->len;

	of_put_u16(out, 0);
	of_put_u16(out, b->weight);
	of_put_u32(out, b->zeros ? 0 : b->watch_port);
	of_put_u32(out, b->zeros ? 0 : b->watch_group);
	of_put_u32(out, 0);
	of_put_actions(out, b->actions, version);
	of_patch_u16(out, at, out->len - at);
}

void of_put_buckets(struct of_buf *out, const struct sw_group_conf *conf, uint8_t version)
{
	for (unsigned i = 0; i < conf->n_buckets; i++)
		if (of_group_is_wide(version))
			put_wide(out, conf, &conf->buckets[i], version);
		else
			put_narrow(out, &conf->buckets[i], version);
}
