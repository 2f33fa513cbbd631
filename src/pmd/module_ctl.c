/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The modules of workers: RCU, which must outlive them and whose frees need DPDK's heap, and the workers
 * themselves. Control thread.
 */
#include <stddef.h>

#include <sw/boot.h>
#include <sw/module.h>
#include <sw/pmd.h>

static int rcu_init(const struct sw_boot *boot, struct sw_err *err)
{
	return sw_rcu_init(err);
}

static int pmd_init(const struct sw_boot *boot, struct sw_err *err)
{
	return sw_pmd_start(boot->n_cores, boot->cores, boot->idle_sleep_us, err);
}

SW_REGISTER(module, rcu) = {
	.name = "rcu",
	.help = "grace periods",
	.after = (const char *const[]){ "eal", NULL },
	.init = rcu_init,
	.fini = sw_rcu_fini,
};

SW_REGISTER(module, pmd) = {
	.name = "pmd",
	.help = "workers",
	.after = (const char *const[]){ "drop", "eal", "pool", "rcu", NULL },
	.init = pmd_init,
	.fini = sw_pmd_stop,
};
