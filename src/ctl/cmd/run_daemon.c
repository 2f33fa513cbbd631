/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Command daemon show: what process runs, as whom, with which files, cores and memory: the boot facts as
 * the file, the command line and the machine made them. Control thread.
 */
#include <sw/boot.h>
#include <sw/clock.h>
#include <sw/cmd.h>
#include <sw/module.h>
#include <sw/pmd.h>
#include <sw/privilege.h>
#include <sw/sandbox.h>
#include <sw/simd.h>
#include <sw/text.h>

#include <unistd.h>

#include <rte_version.h>

#include "../table_out.h"

static const struct sw_boot *boot; /* main's; NULL where there was no boot (tests) */
static uint64_t started_ns;

static void add(json_t *table, const char *name, json_t *value)
{
	json_t *row = table_row(table);

	json_array_append_new(row, json_string(name));
	json_array_append_new(row, value);
}

static void add_text(json_t *table, const char *name, const char *text)
{
	json_t *value = text ? json_string(text) : json_null();

	add(table, name, value ? value : json_string("(not UTF-8)"));
}

static void add_cores(json_t *table)
{
	uint8_t workers[SW_CORE_MAX / 8] = { 0 };
	char text[256];

	for (unsigned i = 0; i < boot->n_cores; i++)
		workers[boot->cores[i] / 8] |= 1 << boot->cores[i] % 8;
	add_text(table, "worker_cores", sw_format_ranges(text, sizeof(text), workers, SW_CORE_MAX));
	add_text(table, "control_cores",
		sw_format_ranges(text, sizeof(text), boot->control_cpus, SW_CORE_MAX));
}

static void add_boot(json_t *table)
{
	add_text(table, "config", boot->config_path);
	add_text(table, "state_dir", boot->state_dir);
	add_text(table, "run_dir", boot->run_dir);
	add_text(table, "socket", boot->socket_path);
	add_text(table, "vhost_dir", boot->vhost_dir);
	add_cores(table);
	add(table, "idle_sleep_us", json_integer(boot->idle_sleep_us));
	add(table, "laptop_mode", json_boolean(boot->laptop));
	add(table, "memory_mb", json_integer(boot->memory_mb));
	add_text(table, "port_types", boot->port_types);
	add_text(table, "eal_args", boot->eal_args);
}

static int run(struct sw_call *call, struct sw_err *err)
{
	static const char *const columns[] = { "Fact", "Value", NULL };
	char text[96];

	call->result = table_new(columns);
	add_text(call->result, "version", SW_VERSION);
	add_text(call->result, "dpdk", rte_version());
	add(call->result, "pid", json_integer(getpid()));
	add(call->result, "uid", json_integer(geteuid()));
	add_text(call->result, "capabilities", sw_privilege_text(text, sizeof(text)));
	add_text(call->result, "sandbox", sw_sandbox_text(text, sizeof(text)));
	add(call->result, "uptime_s", json_integer((sw_clock_ns() - started_ns) / 1000000000));
	add(call->result, "workers", json_integer(sw_pmd_workers()));
	add_text(call->result, "simd", sw_simd_text());
	if (boot)
		add_boot(call->result);
	return 0;
}

static int remember(const struct sw_boot *facts, struct sw_err *err)
{
	boot = facts;
	started_ns = sw_clock_ns();
	return 0;
}

SW_REGISTER(module, daemon) = {
	.name = "daemon",
	.help = "the boot facts, for those who ask",
	.init = remember,
};

SW_REGISTER(cmd, daemon_show) = {
	.name = "daemon show",
	.help = "the process that runs: user, files, cores, memory, time since its start",
	.usage = "",
	.kind = SW_CMD_READ,
	.role = SW_ROLE_READ,
	.output = SW_OUT_TABLE,
	.run = run,
};
