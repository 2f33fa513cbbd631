/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Table features as a controller wants them (1.3.5, 7.3.5.5; 1.4.1, 7.3.5.5; 1.5.1, 7.3.5.18): all tables in one request of as many
 * messages as it takes, each with each of its properties once. Every table can do all that is registered, so what may be asked for is what it can
 * do, or less: then the tables are as they were, which is more than asked for, and may be. What is kept are names. Tables cannot
 * be taken out of the pipeline: a request that leaves some out is refused.
 *
 * From 1.5 on that is the command REPLACE; MODIFY asks for some tables, ENABLE for tables to be in the pipeline, which all are, and
 * DISABLE for none, which is refused. All tables of a request have the same command.
 *
 * Nothing of a request is done before its last message has been read and found right; one that is wrong is told so once.
 *
 * Thread: control.
 */
#include "table_features.h"

#include <stdlib.h>

#include <sw/mem.h>
#include <sw/rule.h>

#include "../action/action.h"
#include "../bridge.h"
#include "../codec/property.h"

#define DEPRECATED 3  /* bits of config, of 1.1 and 1.2 */
#define HEAD	   64 /* of struct ofp_table_features */
#define ID_SIZE	   4
#define NEEDED	   0x5555 /* bits of the types without _MISS */

enum { OFPTFC_REPLACE, OFPTFC_MODIFY, OFPTFC_ENABLE, OFPTFC_DISABLE, COMMANDS };

struct of_features_draft {
	uint32_t xid;
	bool refused; /* and told so */
	bool begun;   /* with the command of its first table */
	uint8_t command;
	uint8_t seen[SW_TABLES];
	struct of_table_name names[SW_TABLES];
};

/* What a table can be asked for, gathered once a request. */
struct able {
	uint8_t version;
	uint8_t command;
	unsigned table;
	uint64_t apply, write; /* actions by number */
};

static void add_bit(void *arg, uint16_t number)
{
	uint64_t *bits = arg;

	if (number < 64)
		*bits |= 1ull << number;
}

static enum of_error check_ids(struct of_cursor c, uint64_t allowed)
{
	while (of_left(&c)) {
		uint16_t type = of_u16(&c), len = of_u16(&c);

		if (c.over || len < ID_SIZE)
			return OFPBPC_BAD_LEN;
		of_skip(&c, len - ID_SIZE);
		if (c.over)
			return OFPBPC_BAD_LEN;
		if (type >= 64 || !(allowed >> type & 1) || len != ID_SIZE)
			return OFPBPC_BAD_VALUE;
	}
	return OF_FINE;
}

static enum of_error check_next(struct of_cursor c, unsigned table)
{
	while (of_left(&c)) {
		uint8_t next = of_u8(&c);

		if (next <= table || next >= SW_TABLES)
			return OFPBPC_BAD_VALUE;
	}
	return OF_FINE;
}

static enum of_error check_fields(struct of_cursor c, bool written)
{
	while (of_left(&c)) {
		struct of_oxm oxm;
		enum of_error error = of_get_oxm_header(&c, &oxm);

		if (error == OFPBMC_BAD_FIELD)
			return OFPBPC_BAD_VALUE;
		if (error)
			return OFPBPC_BAD_LEN;
		if (written ? !oxm.field->writable : oxm.has_mask && !oxm.field->maskable)
			return OFPBPC_BAD_VALUE;
	}
	return OF_FINE;
}

static enum of_error check_property(const struct of_property *p, const struct able *able)
{
	uint64_t instructions = OF_INSTRUCTIONS(able->version, able->table);

	switch (p->type & ~1u) { /* with _MISS the same */
	case OFPTFPT_INSTRUCTIONS:
		return check_ids(p->body, instructions);
	case OFPTFPT_NEXT_TABLES:
		return check_next(p->body, able->table);
	case OFPTFPT_WRITE_ACTIONS:
		return check_ids(p->body, able->write);
	case OFPTFPT_APPLY_ACTIONS:
		return check_ids(p->body, able->apply);
	case OFPTFPT_MATCH:
	case OFPTFPT_WILDCARDS:
		return p->type & 1 ? OFPBPC_BAD_TYPE : check_fields(p->body, false);
	case OFPTFPT_WRITE_SETFIELD:
	case OFPTFPT_APPLY_SETFIELD:
		return check_fields(p->body, true);
	case OFPTFPT_WRITE_COPYFIELD:
	case OFPTFPT_APPLY_COPYFIELD:
		return able->version < OF15 ? OFPBPC_BAD_TYPE : check_fields(p->body, true);
	default:
		return OFPBPC_BAD_TYPE;
	}
}

static enum of_error check_properties(struct of_cursor c, const struct able *able)
{
	uint32_t seen = 0;

	while (of_left(&c)) {
		struct of_property p;
		enum of_error error = of_get_property(&c, &p);

		if (error == OFPBPC_BAD_EXPERIMENTER)
			error = OFPBPC_BAD_TYPE;
		if (!error)
			error = check_property(&p, able);
		if (!error && seen >> p.type & 1)
			error = OFPBPC_BAD_VALUE;
		if (error)
			return error;
		seen |= 1u << p.type;
	}
	return (seen & NEEDED) == NEEDED ? OF_FINE : OFPBPC_BAD_VALUE;
}

/* The first of a request says what all of it asks for. Before 1.5 there is one thing. */
static enum of_error take_command(
	struct of_cursor *one, struct able *able, struct of_features_draft *draft)
{
	uint8_t command = of_u8(one);

	able->command = able->version < OF15 ? OFPTFC_REPLACE : command;
	if (able->command >= COMMANDS || (draft->begun && draft->command != able->command))
		return OFPTFFC_BAD_COMMAND;
	draft->begun = true;
	draft->command = able->command;
	return able->command == OFPTFC_DISABLE ? OFPTFFC_EPERM : OF_FINE;
}

/* Numbers in the head of a table. Before 1.5 they have no errors of their own, and features are padding. */
static enum of_error check_head(const struct of_conn *c, struct of_cursor *one,
	const struct able *able, struct of_table_name *name)
{
	uint32_t features = of_u32(one), config, most;
	bool new = able->version >= OF15;
	struct sw_rule_table_stats stats;

	of_copy(one, name->text, sizeof(name->text));
	of_skip(one, 16); /* metadata that is matched and written: any */
	config = of_u32(one);
	most = of_u32(one);
	sw_rules_table_stats(c->bridge->rules, able->table, &stats);
	if (new &&features & ~OFPTFF_INGRESS)
		return OFPTFFC_BAD_FEATURES;
	if (config & ~DEPRECATED)
		return new ? OFPTFFC_BAD_CAPA : OFPBPC_BAD_VALUE;
	if (most > stats.limit)
		return new ? OFPTFFC_BAD_MAX_ENT : OFPBPC_BAD_VALUE;
	return OF_FINE;
}

/* One table: its head, then its properties to the end of its length. */
static enum of_error take_table(const struct of_conn *c, struct of_cursor *body, struct able *able,
	struct of_features_draft *draft)
{
	uint16_t len = of_u16(body);
	struct of_cursor one = of_sub(body, len < HEAD ? SIZE_MAX : len - 2u);
	struct of_table_name name;
	enum of_error error;

	if (one.over)
		return OFPBPC_BAD_LEN;
	able->table = of_u8(&one);
	if (able->table >= SW_TABLES)
		return OFPTFFC_BAD_TABLE;
	error = take_command(&one, able, draft);
	if (error || able->command == OFPTFC_ENABLE)
		return error;
	error = check_head(c, &one, able, &name);
	if (error)
		return error;
	if (name.text[sizeof(name.text) - 1] || draft->seen[able->table])
		return OFPBPC_BAD_VALUE;
	draft->seen[able->table] = true;
	draft->names[able->table] = name;
	return check_properties(one, able);
}

static enum of_error take_part(
	const struct of_conn *c, const struct of_msg *msg, struct of_features_draft *draft)
{
	struct able able = { .version = msg->version };
	struct of_cursor body = msg->body;
	enum of_error error = OF_FINE;

	of_actions_each(msg->version, false, add_bit, &able.apply);
	of_actions_each(msg->version, true, add_bit, &able.write);
	while (of_left(&body) && !error)
		error = take_table(c, &body, &able, draft);
	for (unsigned i = 0; i < SW_TABLES && !error && !(msg->flags & OFPMPF_MORE) &&
			     draft->command == OFPTFC_REPLACE;
		i++)
		if (!draft->seen[i])
			error = OFPTFFC_EPERM;
	return error;
}

/* Those that were not asked for keep theirs. */
static void name_tables(struct of_conn *c, struct of_features_draft *draft)
{
	for (unsigned i = 0; i < SW_TABLES; i++)
		if (!draft->seen[i])
			of_bridge_said_name(c->bridge, i, &draft->names[i]);
	of_bridge_name_tables(c->bridge, draft->names);
}

bool of_features_begun(const struct of_conn *c, const struct of_msg *msg)
{
	return c->features && c->features->xid == msg->xid;
}

enum of_error of_features_take(struct of_conn *c, const struct of_msg *msg, bool *done)
{
	struct of_features_draft *draft;
	enum of_error error;

	*done = false;
	if (!of_features_begun(c, msg)) { /* another, before the end of the one before */
		of_features_forget(c);
		c->features = sw_xcalloc(1, sizeof(*draft));
		c->features->xid = msg->xid;
	}
	draft = c->features;
	error = draft->refused ? OF_FINE : take_part(c, msg, draft);
	draft->refused |= error != OF_FINE;
	if (msg->flags & OFPMPF_MORE)
		return error;
	if (!draft->refused) {
		name_tables(c, draft);
		*done = true;
	}
	of_features_forget(c);
	return error;
}

void of_features_forget(struct of_conn *c)
{
	free(c->features);
	c->features = NULL;
}
