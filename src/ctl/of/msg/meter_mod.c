/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Meter-mods (1.3.5, 6.8, 7.3.4.4). Rules that use a meter that is deleted go with it.
 *
 * Thread: control.
 */
#include <stdlib.h>

#include <sw/mem.h>

#include "../../staged.h"
#include "../bridge.h"
#include "../conn/reply.h"
#include "../large.h"
#include "../meter/meter.h"
#include "../monitors.h"
#include "requestforward.h"

/* Rules that go with it first, in pieces. */
static enum of_error stage_piece(struct of_bridge *of, void *arg)
{
	const struct of_meter_mod *mod = arg;

	if (staged_meter_takes(of->bridge, mod->verb, mod->conf.id))
		return OF_MORE;
	return of_change_meter(of->meters, mod, true);
}

static void large_free(void *arg)
{
	struct of_meter_mod *mod = arg;

	sw_meter_fini(&mod->conf);
	free(mod);
}

static const struct of_large_kind large = { stage_piece, large_free };

static enum of_error begin_large(
	struct of_conn *c, const struct of_msg *msg, const struct of_meter_mod *mod)
{
	struct of_meter_mod *copy = sw_xcalloc(1, sizeof(*copy));

	*copy = *mod;
	of_large_begin(c, msg, &large, copy);
	return OF_FINE;
}

static enum of_error meter_mod(struct of_conn *c, const struct of_msg *msg)
{
	struct of_bridge *of = c->bridge;
	struct of_meter_mod mod;
	enum of_error error = of_get_meter_mod(msg->body, &mod);

	if (!error && staged_meter_takes_many(of->bridge, mod.verb, mod.conf.id))
		return begin_large(c, msg, &mod);
	if (!error)
		error = of_change_meter(of->meters, &mod, false);
	if (!error)
		of_forward_request(c, msg, OFPRFR_METER_MOD);
	sw_meter_fini(&mod.conf);
	return error;
}

static enum of_error stage(struct of_conn *c, const struct of_msg *msg, bool now)
{
	struct of_meter_mod mod;
	enum of_error error = of_get_meter_mod(msg->body, &mod);

	if (!error && now)
		error = stage_piece(c->bridge, &mod);
	if (!error && now)
		of_monitors_mark(c->bridge, c, msg->xid);
	sw_meter_fini(&mod.conf);
	return error;
}

static bool after(struct of_conn *c, const struct of_msg *msg)
{
	of_forward_request(c, msg, OFPRFR_METER_MOD);
	return true;
}

SW_REGISTER(of_message, meter_mod) = {
	.name = "meter_mod",
	.help = "add, modify or delete meters",
	.ids = { { OF_V13_UP, OF_PLAIN, 0, 29, 8, 8 } },
	.changes = true,
	.handle = meter_mod,
	.stage = stage,
	.after = after,
};
