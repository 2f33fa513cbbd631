/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Conjunctions have no op: a rule with them is never what a lookup finds (rule/conj.c).
 *
 * Control thread only.
 */
#include <sw/err.h>

#include "code.h"

static int compile(struct code_draft *draft, const struct sw_action *a, struct sw_err *err)
{
	if (draft->packet_out)
		return sw_err_set(err, SW_CODE_INVALID,
			"a conjunction is of a rule: a packet that is sent does nothing by it");
	/* No op tells such lists apart. */
	code_points(draft,
		(uint64_t)a->conjunction.id << 16 | a->conjunction.k << 8 | a->conjunction.n);
	return 0;
}

SW_REGISTER(action_code, conjunction) = {
	.name = "conjunction",
	.help = "nothing itself: lookups gather what dimensions a packet meets",
	.compile = compile,
};
