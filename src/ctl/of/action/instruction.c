/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See instruction.h. A meter is an instruction up to 1.4 and an action of the apply list in 1.5: at the front of that it is
 * the same thing, and kept as the instruction. Control thread.
 */
#include "instruction.h"

#include <string.h>

#include <rte_byteorder.h>

#include <sw/action_text.h>
#include <sw/err.h>
#include <sw/rule.h>

SW_USE(action_type, meter);
SW_USE(action_type, output);

enum {
	OFPIT_GOTO_TABLE = 1,
	OFPIT_WRITE_METADATA = 2,
	OFPIT_WRITE_ACTIONS = 3,
	OFPIT_APPLY_ACTIONS = 4,
	OFPIT_CLEAR_ACTIONS = 5,
	OFPIT_METER = 6, /* up to 1.4 */
	OFPIT_EXPERIMENTER = 0xffff,
};
#define INSTRUCTION_HEAD 4
#define INSTRUCTION_MIN	 8
#define OFPM_MAX	 0xffff0000u

/* --- reading --------------------------------------------------------------------------------------------------------- */

static enum of_error get_goto(struct of_cursor *c, struct sw_instructions *does)
{
	uint8_t table = of_u8(c);

	of_skip(c, 3);
	does->goto_table = table;
	return table < SW_TABLES ? OF_FINE : OFPBIC_BAD_TABLE_ID;
}

static enum of_error get_metadata(struct of_cursor *c, struct sw_instructions *does)
{
	uint64_t value;

	of_skip(c, 4);
	value = of_u64(c);
	does->metadata_mask = rte_cpu_to_be_64(of_u64(c));
	does->metadata = rte_cpu_to_be_64(value) & does->metadata_mask;
	return OF_FINE;
}

static enum of_error get_list(struct of_cursor *c, uint8_t version, struct sw_actions **list)
{
	struct of_cursor actions;

	of_skip(c, 4);
	actions = of_sub(c, of_left(c));
	return of_get_actions(actions, version, list);
}

static enum of_error get_meter(struct of_cursor *c, struct sw_instructions *does)
{
	does->meter = of_u32(c);
	return does->meter && does->meter <= OFPM_MAX ? OF_FINE : OFPMMFC_INVALID_METER;
}

static enum of_error get_body(
	struct of_cursor *c, uint16_t type, uint8_t version, struct sw_instructions *does)
{
	switch (type) {
	case OFPIT_GOTO_TABLE:
		return get_goto(c, does);
	case OFPIT_WRITE_METADATA:
		return get_metadata(c, does);
	case OFPIT_WRITE_ACTIONS:
		return get_list(c, version, &does->write);
	case OFPIT_APPLY_ACTIONS:
		return get_list(c, version, &does->apply);
	case OFPIT_CLEAR_ACTIONS:
		does->clear = true;
		of_skip(c, 4);
		return OF_FINE;
	case OFPIT_METER:
		return version < OF15 ? get_meter(c, does) : OFPBIC_UNKNOWN_INST;
	case OFPIT_EXPERIMENTER:
		return OFPBIC_BAD_EXPERIMENTER;
	default:
		return OFPBIC_UNKNOWN_INST;
	}
}

static enum of_error get_instruction(
	struct of_cursor *c, uint8_t version, uint32_t *seen, struct sw_instructions *does)
{
	uint16_t type = of_u16(c), len = of_u16(c);
	struct of_cursor body;
	enum of_error error;

	if (c->over || len < INSTRUCTION_MIN || len % 8)
		return OFPBIC_BAD_LEN;
	body = of_sub(c, len - INSTRUCTION_HEAD);
	if (c->over)
		return OFPBIC_BAD_LEN;
	if (type <= OFPIT_METER && *seen & 1u << type)
		return OFPBIC_DUP_INST;
	error = get_body(&body, type, version, does);
	if (!error && (body.over || of_left(&body)))
		error = OFPBIC_BAD_LEN;
	if (type <= OFPIT_METER)
		*seen |= 1u << type;
	return error;
}

/* A meter action at the front of the list that runs at once is the instruction. */
static void take_meter(struct sw_instructions *does)
{
	struct sw_actions *list = does->apply;

	if (does->meter || !list || list->a[0].type != &sw_action_type_meter)
		return;
	does->meter = list->a[0].id;
	list->n--;
	memmove(&list->a[0], &list->a[1], list->n * sizeof(list->a[0]));
	if (list->n)
		return;
	sw_actions_free(list);
	does->apply = NULL;
}

enum of_error of_get_instructions(struct of_cursor c, uint8_t version, struct sw_instructions *does)
{
	enum of_error error = OF_FINE;
	uint32_t seen = 0;

	memset(does, 0, sizeof(*does));
	does->goto_table = -1;
	if (version == OF10)
		error = of_get_actions(c, version, &does->apply);
	while (version != OF10 && of_left(&c) && !error)
		error = get_instruction(&c, version, &seen, does);
	if (!error && version >= OF15)
		take_meter(does);
	if (error) {
		sw_instructions_fini(does);
		memset(does, 0, sizeof(*does));
		does->goto_table = -1;
	}
	return error;
}

/* --- writing --------------------------------------------------------------------------------------------------------- */

static size_t begin(struct of_buf *out, uint16_t type)
{
	of_put_u16(out, type);
	of_put_u16(out, 0);
	return out->len - INSTRUCTION_HEAD;
}

static void end(struct of_buf *out, size_t at)
{
	of_patch_u16(out, at + 2, out->len - at);
}

static void put_apply(struct of_buf *out, const struct sw_instructions *does, uint8_t version)
{
	struct sw_action meter = { .type = &sw_action_type_meter, .id = does->meter };
	bool metered = version >= OF15 && does->meter;
	size_t at;

	if (!does->apply && !metered)
		return;
	at = begin(out, OFPIT_APPLY_ACTIONS);
	of_put_u32(out, 0);
	if (metered)
		of_put_action(out, &meter, version);
	of_put_actions(out, does->apply, version);
	end(out, at);
}

void of_put_instructions(struct of_buf *out, const struct sw_instructions *does, uint8_t version)
{
	size_t at;

	if (version == OF10) {
		of_put_actions(out, does->apply, version);
		return;
	}
	if (does->meter && version < OF15) {
		at = begin(out, OFPIT_METER);
		of_put_u32(out, does->meter);
		end(out, at);
	}
	put_apply(out, does, version);
	if (does->clear) {
		at = begin(out, OFPIT_CLEAR_ACTIONS);
		of_put_u32(out, 0);
		end(out, at);
	}
	if (does->write) {
		at = begin(out, OFPIT_WRITE_ACTIONS);
		of_put_u32(out, 0);
		of_put_actions(out, does->write, version);
		end(out, at);
	}
	if (does->metadata_mask) {
		at = begin(out, OFPIT_WRITE_METADATA);
		of_put_u32(out, 0);
		of_put_u64(out, rte_be_to_cpu_64(does->metadata));
		of_put_u64(out, rte_be_to_cpu_64(does->metadata_mask));
		end(out, at);
	}
	if (does->goto_table >= 0) {
		at = begin(out, OFPIT_GOTO_TABLE);
		of_put_u8(out, does->goto_table);
		of_room(out, 3);
		end(out, at);
	}
}

/* --- checks ----------------------------------------------------------------------------------------------------------- */

static bool outputs_to_table(const struct sw_actions *list)
{
	for (unsigned i = 0; list && i < list->n; i++)
		if (list->a[i].type == &sw_action_type_output &&
			list->a[i].output.port == SW_OFPP_TABLE)
			return true;
	return false;
}

enum of_error of_check_actions(
	const struct sw_actions *list, const struct sw_match *match, uint8_t version, bool table)
{
	struct sw_match after = *match;
	struct sw_err err;

	if (!table && outputs_to_table(list))
		return OFPBAC_BAD_OUT_PORT;
	if (version == OF10 || !list)
		return OF_FINE;
	return sw_actions_check(list, &after, &err) ? OFPBAC_MATCH_INCONSISTENT : OF_FINE;
}

enum of_error of_check_set(const struct sw_actions *list)
{
	struct sw_err err;

	if (outputs_to_table(list))
		return OFPBAC_BAD_OUT_PORT;
	return list && sw_actions_check_set(list, &err) ? OFPBAC_BAD_TYPE : OF_FINE;
}

enum of_error of_check_instructions(
	const struct sw_instructions *does, const struct sw_match *match, uint8_t version)
{
	enum of_error error;

	if (sw_conjunctions_check(does, NULL))
		return NXBAC_BAD_CONJUNCTION;
	error = of_check_actions(does->apply, match, version, false);
	return error ? error : of_check_set(does->write);
}
