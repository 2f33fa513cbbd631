/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Queues that move by load: the keys of Open_vSwitch.other_config, with OVS's names, units and initial
 * values (ovs-vswitchd.conf.db(5)), and the second's tick that workers are sampled by. The settings are read
 * at each tick, from the configuration in force, so that start and change are one.
 *
 * Control thread.
 */
#include <event2/event.h>

#include <stdlib.h>
#include <string.h>

#include <sw/boot.h>
#include <sw/err.h>
#include <sw/module.h>
#include <sw/pmd.h>

#include "../columns.h"
#include "../db.h"
#include "../loop.h"
#include "../store.h"
#include "open_balance.h"

static struct event *second;

static unsigned number(const struct value *map, const char *key, unsigned otherwise)
{
	const char *text = value_get_key(map, key);

	return text ? strtoul(text, NULL, 10) : otherwise;
}

void balance_tick(void)
{
	const struct db *db = store_db();
	struct sw_pmd_balance balance = { 0 };
	const struct row *root;
	const struct value *other;
	const char *on;
	unsigned at = 0, minutes;

	root = db ? rows_next(db->tables[TABLE(open_vswitch)->id], &at) : NULL;
	if (!root)
		return;
	other = ROW(root, open_other_config);
	on = value_get_key(other, "pmd-auto-lb");
	minutes = number(other, "pmd-auto-lb-rebal-interval", 1);
	balance.on = on && !strcmp(on, "true");
	balance.interval_s = 60 * (minutes ? minutes : 1);
	balance.threshold = number(other, "pmd-auto-lb-load-threshold", 95);
	balance.improvement = number(other, "pmd-auto-lb-improvement-threshold", 25);
	sw_pmd_balance_set(&balance);
	sw_pmd_second();
}

static void on_second(evutil_socket_t fd, short what, void *arg)
{
	LOOP_STEP("worker load");

	balance_tick();
}

static int start(const struct sw_boot *boot, struct sw_err *err)
{
	static const struct timeval tv = { 1, 0 };

	second = event_new(sw_loop_base(), -1, EV_PERSIST, on_second, NULL);
	if (second && !event_add(second, &tv))
		return 0;
	return sw_err_set(err, SW_CODE_INTERNAL, "no timer for the load of workers");
}

static void stop(void)
{
	event_free(second);
}

static const char *const after[] = { "store", NULL };

SW_REGISTER(module, balance) = {
	.name = "balance",
	.help = "samples the load of workers, and moves queues where the configuration says so",
	.after = after,
	.init = start,
	.fini = stop,
};

SW_REGISTER(key, open_auto_lb) = {
	.name = "Open_vSwitch.other_config:pmd-auto-lb",
	.help = "move receive queues from busy workers to idle ones by load",
	.type = SW_ATOM_BOOLEAN,
	.initial = "false",
};
SW_REGISTER(key, open_auto_lb_interval) = {
	.name = "Open_vSwitch.other_config:pmd-auto-lb-rebal-interval",
	.help = "minutes between two times that queues are moved, at least; 0 is 1",
	.type = SW_ATOM_INTEGER,
	.min = 0,
	.max = 20000,
	.initial = "1",
};
SW_REGISTER(key, open_auto_lb_load) = {
	.name = "Open_vSwitch.other_config:pmd-auto-lb-load-threshold",
	.help = "percent of a worker's time that must have gone into packets over the last minute before "
		"queues are moved",
	.type = SW_ATOM_INTEGER,
	.min = 0,
	.max = 100,
	.initial = "95",
};
SW_REGISTER(key, open_auto_lb_improvement) = {
	.name = "Open_vSwitch.other_config:pmd-auto-lb-improvement-threshold",
	.help = "percent by which the variance of the workers' loads must fall for queues to be moved",
	.type = SW_ATOM_INTEGER,
	.min = 0,
	.max = 100,
	.initial = "25",
};
