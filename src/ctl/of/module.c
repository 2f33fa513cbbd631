/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * OpenFlow as a module: up when there is a configuration whose bridges it serves, down before them. Control thread.
 */
#include <sw/boot.h>
#include <sw/loop.h>
#include <sw/module.h>

#include "conn/server.h"

static int init(const struct sw_boot *boot, struct sw_err *err)
{
	return of_start(sw_loop_base(), boot->run_dir, &boot->access, err);
}

static const char *const after[] = { "store", NULL };

SW_REGISTER(module, openflow) = {
	.name = "openflow",
	.help = "OpenFlow connections",
	.after = after,
	.init = init,
	.fini = of_stop,
};
