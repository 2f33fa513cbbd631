/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Table features (1.3.5, 7.3.5.5; 1.5.1, 7.3.5.18): each table can do all that is registered: fields, actions, instructions; all but
 * going to a table that is not behind it. They may be asked to be less (table_features_set.c). The answer has a third
 * of a megabyte, in parts.
 *
 * Thread: control.
 */
#include <sw/rule.h>

#include "../action/action.h"
#include "../bridge.h"
#include "../codec/property.h"
#include "../conn/reply.h"
#include "table_features.h"
#include "tables.h"

#define ID_SIZE 4

static void put_id(void *arg, uint16_t number)
{
	of_put_u16(arg, number);
	of_put_u16(arg, ID_SIZE);
}

static void put_instructions(struct of_buf *out, unsigned table, uint8_t version)
{
	size_t at = of_property_begin(out, OFPTFPT_INSTRUCTIONS);

	for (unsigned type = 0; type < 64; type++)
		if (OF_INSTRUCTIONS(version, table) >> type & 1)
			put_id(out, type);
	of_property_end(out, at);
}

static void put_next_tables(struct of_buf *out, unsigned table)
{
	size_t at = of_property_begin(out, OFPTFPT_NEXT_TABLES);

	while (++table < SW_TABLES)
		of_put_u8(out, table);
	of_property_end(out, at);
}

static void put_actions(struct of_buf *out, uint16_t type, bool in_set, uint8_t version)
{
	size_t at = of_property_begin(out, type);

	of_actions_each(version, in_set, put_id, out);
	of_property_end(out, at);
}

/* Fields: all, or those that can be written; with their has-mask bit where they are matched. */
static void put_fields(struct of_buf *out, uint16_t type, bool written, bool masks, uint8_t version)
{
	size_t at = of_property_begin(out, type);
	const struct sw_field *f;

	SW_REG_FOREACH (field, const struct sw_field *, f)
		if (of_oxm_is_there(f) && (!written || f->writable))
			of_put_oxm_header(out, f, version, masks && f->maskable);
	of_property_end(out, at);
}

static void put_features(
	struct of_buf *out, const struct of_bridge *of, unsigned table, uint8_t version)
{
	struct sw_rule_table_stats stats;
	size_t at = out->len;
	struct of_table_name name;

	sw_rules_table_stats(of->rules, table, &stats);
	of_bridge_table_name(of, table, &name);
	of_put_u16(out, 0);
	of_put_u8(out, table);
	of_put_u8(out, 0);
	of_put_u32(out, version >= OF15 ? OFPTFF_INGRESS : 0);
	of_put(out, name.text, sizeof(name.text));
	of_put_u64(out, UINT64_MAX); /* metadata that is matched */
	of_put_u64(out, UINT64_MAX); /* and written */
	of_put_u32(out, 0);
	of_put_u32(out, stats.limit);
	put_instructions(out, table, version);
	put_next_tables(out, table);
	put_actions(out, OFPTFPT_WRITE_ACTIONS, true, version);
	put_actions(out, OFPTFPT_APPLY_ACTIONS, false, version);
	put_fields(out, OFPTFPT_MATCH, false, true, version);
	put_fields(out, OFPTFPT_WILDCARDS, false, false, version);
	put_fields(out, OFPTFPT_WRITE_SETFIELD, true, false, version);
	put_fields(out, OFPTFPT_APPLY_SETFIELD, true, false, version);
	if (version >= OF15) {
		put_fields(out, OFPTFPT_WRITE_COPYFIELD, true, false, version);
		put_fields(out, OFPTFPT_APPLY_COPYFIELD, true, false, version);
	}
	of_patch_u16(out, at, out->len - at);
}

static enum of_error table_features(struct of_conn *c, const struct of_msg *msg)
{
	bool asked = of_left(&msg->body) || msg->flags & OFPMPF_MORE || of_features_begun(c, msg);
	enum of_error error = OF_FINE;
	bool done = true;

	if (asked && c->reader)
		return OFPTFFC_EPERM;
	if (asked && c->role == OF_ROLE_SLAVE)
		return OFPBRC_IS_SLAVE;
	if (asked)
		error = of_features_take(c, msg, &done);
	if (!error && done)
		of_tables_walk(c, msg, put_features);
	return error;
}

SW_REGISTER(of_message, table_features) = {
	.name = "table_features",
	.help = "what tables can do",
	.ids = { { OF_V13_UP, OF_MULTIPART, 0, 12, 0, 8 } },
	.handle = table_features,
};
