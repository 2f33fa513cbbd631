/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The kind of drop reasons. They are registered where packets are dropped; start-up refuses more than a
 * lane has counters for.
 */
#include <sw/drop.h>

#include <sw/err.h>
#include <sw/module.h>

SW_REG_KIND_DEFINE(drop);

static int drop_init(const struct sw_boot *boot, struct sw_err *err)
{
	if (sw_reg_kind_drop.count <= SW_DROP_MAX)
		return 0;
	return sw_err_set(err, SW_CODE_INTERNAL,
		"%u drop reasons are registered, a lane counts %u: raise SW_DROP_MAX",
		sw_reg_kind_drop.count, SW_DROP_MAX);
}

SW_REGISTER(module, drop) = {
	.name = "drop",
	.help = "drop reasons fit the counters",
	.init = drop_init,
};
