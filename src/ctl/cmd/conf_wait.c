/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * wait-until, as ovs-vsctl(8) has it; how the waiting is done is in ../txn_wait.c. It stands before the
 * commands that change: nothing of a transaction is there before all of it is, so one behind them would
 * wait for what it keeps from happening.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include <sw/mem.h>

#include "conf.h"
#include "conf_match.h"

static int wait_until(struct sw_call *call, struct sw_err *err)
{
	const struct table *table = schema_table(call->args[0], err);
	unsigned n = call->n_args - 2;
	struct conf_match *tests;
	const struct row *row;
	bool good;
	int rc = 0;

	if (!table)
		return -ENOENT;
	row = conf_record(call->draft, table, call->args[1], NULL);
	good = row != NULL;
	tests = sw_xcalloc(n, sizeof(*tests));
	for (unsigned i = 0; i < n && !rc; i++) {
		rc = conf_match_read(call->draft, &tests[i], table, call->args[2 + i], err);
		good = !rc && good && conf_match_row(&tests[i], call->draft, row);
	}
	for (unsigned i = 0; i < n; i++)
		conf_match_fini(&tests[i]);
	free(tests);
	return rc || good ? rc : SW_CMD_WAIT;
}

SW_REGISTER(cmd, wait_until) = {
	.name = "wait-until",
	.help = "go on when the record is there and fulfils all conditions; stands before commands that "
		"change, and -t SECONDS says how long",
	.usage = "TABLE RECORD [COLUMN[:KEY]=VALUE]...",
	.kind = SW_CMD_CONFIG,
	.role = SW_ROLE_READ,
	.output = SW_OUT_NONE,
	.waits = true,
	.min_args = 2,
	.max_args = UINT_MAX,
	.run = wait_until,
};
