/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Actions group and meter (OpenFlow 1.3.5, 5.6; 1.5.1, 5.7.3). Whether there is such a group or meter is known where
 * rules are installed.
 *
 * Control thread; no state.
 */
#include "action.h"

#include <sw/action_set.h>
#include <sw/err.h>
#include <sw/text.h>

#define GROUP_MAX 0xffffff00u /* OFPG_MAX */
#define METER_MAX 0xffff0000u /* OFPM_MAX */

static int group_parse(struct sw_action *a, const char *text, struct sw_err *err)
{
	uint64_t id = 0;
	int rc = arg_number("group", text, GROUP_MAX, &id, err);

	a->id = (uint32_t)id;
	return rc;
}

static void group_print(const struct sw_action *a, struct sw_str *out)
{
	sw_str_add(out, "group:%u", a->id);
}

int meter_fault(uint32_t meter, struct sw_err *err)
{
	int rc;

	if (meter && meter <= METER_MAX)
		return 0;
	rc = sw_err_set(err, SW_CODE_INVALID, "meter: %u is no meter's number", meter);
	sw_err_given(err, "%u", meter);
	sw_err_allowed(err, "1 to %u", METER_MAX);
	return rc;
}

static int meter_parse(struct sw_action *a, const char *text, struct sw_err *err)
{
	int rc = arg_u32("meter", text, &a->id, err);

	return rc ? rc : meter_fault(a->id, err);
}

static void meter_print(const struct sw_action *a, struct sw_str *out)
{
	sw_str_add(out, "meter:%u", a->id);
}

SW_REGISTER(action_type, group) = {
	.name = "group",
	.help = "gives the packet to a group",
	.usage = "GROUP",
	.set_place = SW_PLACE_GROUP,
	.parse = group_parse,
	.print = group_print,
};

SW_REGISTER(action_type, meter) = {
	.name = "meter",
	.help = "measures the packet by a meter, which may drop it; before other actions: the instruction",
	.usage = "METER",
	.set_place = SW_PLACE_METER,
	.parse = meter_parse,
	.print = meter_print,
};
