/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Meter-mods (1.3.5, 6.8, 7.3.4.4). Rules that use a meter that is deleted go with it.
 *
 * Thread: control.
 */
#include "../bridge.h"
#include "../conn/reply.h"
#include "../meter/meter.h"

static enum of_error meter_mod(struct of_conn *c, const struct of_msg *msg)
{
	struct of_meter_mod mod;
	enum of_error error = of_get_meter_mod(msg->body, &mod);

	if (!error)
		error = of_change_meter(c->bridge->meters, &mod);
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
