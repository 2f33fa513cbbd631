/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Group-mods as they come, and what is answered where they cannot be done; see group.h. Control thread.
 */
#include <string.h>

#include <sw/err.h>
#include <sw/log.h>

#include "../action/action.h"
#include "group.h"
#include "method.h"

SW_LOG_USE(openflow);

enum {
	OFPGC_ADD = 0,
	OFPGC_MODIFY = 1,
	OFPGC_DELETE = 2,
	OFPGC_INSERT_BUCKET = 3,
	OFPGC_REMOVE_BUCKET = 5,
	OFPGC_ADD_OR_MOD = 0x8000, /* Open vSwitch's */
};

static enum of_error take_command(uint16_t command, uint8_t version, struct of_group_mod *out)
{
	enum sw_group_verb *verb = &out->change.verb;

	switch (command) {
	case OFPGC_ADD:
		*verb = SW_GROUP_ADD;
		break;
	case OFPGC_ADD_OR_MOD:
		out->may_add = true;
		*verb = SW_GROUP_MODIFY;
		break;
	case OFPGC_MODIFY:
		*verb = SW_GROUP_MODIFY;
		break;
	case OFPGC_DELETE:
		*verb = SW_GROUP_DELETE;
		break;
	case OFPGC_INSERT_BUCKET:
		*verb = SW_GROUP_INSERT_BUCKETS;
		return of_group_is_wide(version) ? OF_FINE : OFPGMFC_BAD_COMMAND;
	case OFPGC_REMOVE_BUCKET:
		*verb = SW_GROUP_REMOVE_BUCKETS;
		return of_group_is_wide(version) ? OF_FINE : OFPGMFC_BAD_COMMAND;
	default:
		return OFPGMFC_BAD_COMMAND;
	}
	return OF_FINE;
}

/* Other commands have nothing to do with one. */
static bool is_bucket(const struct sw_group_change *change)
{
	if (change->verb == SW_GROUP_REMOVE_BUCKETS && change->bucket == SW_BUCKET_ALL)
		return true;
	if (change->verb != SW_GROUP_REMOVE_BUCKETS && change->verb != SW_GROUP_INSERT_BUCKETS)
		return true;
	return change->bucket <= SW_GROUP_MAX || change->bucket == SW_BUCKET_FIRST ||
	       change->bucket == SW_BUCKET_LAST;
}

static enum of_error get_body(struct of_cursor *c, uint8_t version, struct sw_group_change *change)
{
	uint16_t len;
	struct of_cursor buckets;
	enum of_error error;

	if (!of_group_is_wide(version))
		return of_get_buckets(*c, version, change);
	len = of_u16(c);
	of_skip(c, 2);
	change->bucket = of_u32(c);
	buckets = of_sub(c, len);
	if (c->over)
		return OFPBRC_BAD_LEN;
	if (!is_bucket(change))
		return OFPGMFC_BAD_BUCKET;
	error = of_get_buckets(buckets, version, change);
	return error ? error : of_get_group_properties(*c, change);
}

/* What id, type and buckets of a whole group may not be. */
static enum of_error check_group(const struct sw_group_conf *conf)
{
	unsigned weights = 0;

	if (conf->id > SW_GROUP_MAX)
		return OFPGMFC_INVALID_GROUP;
	if (conf->type == SW_GROUP_INDIRECT && conf->n_buckets != 1)
		return OFPGMFC_INVALID_GROUP;
	for (unsigned i = 0; i < conf->n_buckets; i++) {
		const struct sw_bucket_conf *b = &conf->buckets[i];
		bool watches = b->watch_port != SW_OFPP_ANY || b->watch_group != SW_GROUP_ANY;

		if (b->weight && conf->type != SW_GROUP_SELECT)
			return OFPGMFC_INVALID_GROUP;
		if (!watches && conf->type == SW_GROUP_FF)
			return OFPGMFC_INVALID_GROUP;
		if (watches && conf->type != SW_GROUP_FF && conf->type != SW_GROUP_SELECT)
			return OFPGMFC_WATCH_UNSUPPORTED;
		weights += b->weight;
	}
	/* One bucket may have no share, all may not. */
	if (conf->type == SW_GROUP_SELECT && conf->n_buckets && !weights)
		return OFPGMFC_INVALID_GROUP;
	return OF_FINE;
}

static enum of_error check(const struct sw_group_change *change)
{
	switch (change->verb) {
	case SW_GROUP_DELETE:
		return change->conf.n_buckets ? OFPGMFC_INVALID_GROUP : OF_FINE;
	case SW_GROUP_REMOVE_BUCKETS:
		return change->conf.n_buckets ? OFPGMFC_BAD_BUCKET : OF_FINE;
	case SW_GROUP_INSERT_BUCKETS:
		return OF_FINE;
	default:
		return check_group(&change->conf);
	}
}

enum of_error of_get_group_mod(struct of_cursor c, uint8_t version, struct of_group_mod *out)
{
	uint16_t command = of_u16(&c);
	uint8_t type = of_u8(&c);
	enum of_error error;

	memset(out, 0, sizeof(*out));
	of_skip(&c, 1);
	out->change.conf.id = of_u32(&c);
	out->change.bucket = SW_BUCKET_ALL;
	if (type > SW_GROUP_FF)
		return OFPGMFC_BAD_TYPE;
	out->change.conf.type = type;
	error = take_command(command, version, out);
	if (!error)
		error = get_body(&c, version, &out->change);
	return error ? error : check(&out->change);
}

static enum of_error error_of(enum sw_group_fault fault)
{
	switch (fault) {
	case SW_GROUP_FINE:
		return OF_FINE;
	case SW_GROUP_EXISTS:
		return OFPGMFC_GROUP_EXISTS;
	case SW_GROUP_UNKNOWN:
		return OFPGMFC_UNKNOWN_GROUP;
	case SW_GROUP_INVALID:
		return OFPGMFC_INVALID_GROUP;
	case SW_GROUP_OUT_OF_GROUPS:
		return OFPGMFC_OUT_OF_GROUPS;
	case SW_GROUP_OUT_OF_BUCKETS:
		return OFPGMFC_OUT_OF_BUCKETS;
	case SW_GROUP_LOOP:
		return OFPGMFC_LOOP;
	case SW_GROUP_NO_GROUP:
		return OFPBAC_BAD_OUT_GROUP;
	case SW_GROUP_CHAINED:
		return OFPGMFC_CHAINED_GROUP;
	case SW_GROUP_BUCKET_EXISTS:
		return OFPGMFC_BUCKET_EXISTS;
	case SW_GROUP_BUCKET_UNKNOWN:
		return OFPGMFC_UNKNOWN_BUCKET;
	case SW_GROUP_BAD_ACTION:
		return OFPBAC_BAD_TYPE;
	}
	return OFPGMFC_INVALID_GROUP;
}

enum of_error of_change_group(struct sw_groups *groups, struct of_group_mod *mod, bool staged)
{
	enum sw_group_fault fault;
	struct sw_err err = { 0 };

	if (mod->may_add && !sw_groups_has(groups, mod->change.conf.id))
		mod->change.verb = SW_GROUP_ADD;
	fault = staged ? sw_groups_stage(groups, &mod->change, &err)
		       : sw_groups_change(groups, &mod->change, &err);
	if (fault)
		sw_debug("group %u: %s", mod->change.conf.id, err.text);
	return error_of(fault);
}
