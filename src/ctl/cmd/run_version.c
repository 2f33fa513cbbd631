/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Command version: what runs. Control thread.
 */
#include <sw/cmd.h>

#include <rte_version.h>

static int run(struct sw_call *call, struct sw_err *err)
{
	call->result = json_sprintf("swd %s, %s", SW_VERSION, rte_version());
	return 0;
}

SW_REGISTER(cmd, version) = {
	.name = "version",
	.help = "version of the running switch and of DPDK in it",
	.usage = "",
	.kind = SW_CMD_READ,
	.role = SW_ROLE_READ,
	.output = SW_OUT_VALUE,
	.run = run,
};
