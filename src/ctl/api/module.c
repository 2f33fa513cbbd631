/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The control socket as a module: up when there is a configuration to talk about, down first.
 */
#include "server.h"

#include <sw/boot.h>
#include <sw/loop.h>
#include <sw/module.h>

static int init(const struct sw_boot *boot, struct sw_err *err)
{
	return api_start(sw_loop_base(), boot->socket_path, &boot->access, err);
}

static const char *const after[] = { "store", NULL };

SW_REGISTER(module, api) = {
	.name = "api",
	.help = "the control socket",
	.after = after,
	.init = init,
	.fini = api_stop,
};
