/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Meter-mods (1.3.5, 6.8, 7.3.4.4). Rules that use a meter that is deleted go with it.
 *
 * Thread: control.
 */
#include <stdlib.h>

#include <sw/mem.h>
#include <sw/rule_slices.h>

#include "../../staged.h"
#include "../bridge.h"
#include "../conn/reply.h"
#include "../large.h"
#include "../meter/meter.h"
#include "requestforward.h"

static void large_begin(struct of_bridge *of)
{
	sw_rules_begin(of->rules);
}

static enum of_error large_piece(struct of_bridge *of, void *arg)
{
	const struct of_meter_mod *mod = arg;

	return sw_rules_stage_gone(of->rules, SW_RULE_METER_GONE, mod->conf.id, STAGED_LOOKS)
		       ? OF_MORE
		       : OF_FINE;
}

static void large_commit(struct of_bridge *of, void *arg)
{
	staged_commit(of->bridge);
	of_change_meter(of->meters, arg); /* which no rule uses now */
}

static void large_discard(struct of_bridge *of)
{
	staged_abort(of->bridge);
}

static void large_free(void *arg)
{
	struct of_meter_mod *mod = arg;

	sw_meter_fini(&mod->conf);
	free(mod);
}

static const struct of_large_kind large = { large_begin, large_piece, large_commit, large_discard,
	large_free };

static enum of_error begin_large(
	struct of_conn *c, const struct of_msg *msg, const struct of_meter_mod *mod)
{
	struct of_meter_mod *copy = sw_xcalloc(1, sizeof(*copy));

	*copy = *mod;
	of_large_begin(c, msg, &large, copy);
	return OF_FINE;
}

/* Rules that go with it, as far as there is a meter to go. */
static bool takes_many(const struct of_bridge *of, const struct of_meter_mod *mod)
{
	uint32_t id = mod->conf.id;

	return mod->verb == SW_METER_DELETE &&
	       (id == SW_METER_ALL ? sw_meters_count(of->meters) > 0
				   : sw_meters_find(of->meters, id) != NULL) &&
	       sw_rules_gone_are_many(of->rules, SW_RULE_METER_GONE, id, STAGED_LOOKS);
}

static enum of_error meter_mod(struct of_conn *c, const struct of_msg *msg)
{
	struct of_meter_mod mod;
	enum of_error error = of_get_meter_mod(msg->body, &mod);

	if (!error && takes_many(c->bridge, &mod))
		return begin_large(c, msg, &mod);
	if (!error)
		error = of_change_meter(c->bridge->meters, &mod);
	if (!error)
		of_forward_request(c, msg, OFPRFR_METER_MOD);
	sw_meter_fini(&mod.conf);
	return error;
}

SW_REGISTER(of_message, meter_mod) = {
	.name = "meter_mod",
	.help = "add, modify or delete meters",
	.ids = { { OF_V13_UP, OF_PLAIN, 0, 29, 8, 8 } },
	.changes = true,
	.handle = meter_mod,
};
