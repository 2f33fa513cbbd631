/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Checks of the kernel's settings: clock, options that interrupt pollers.
 */
#include "doctor.h"

#include <stdlib.h>
#include <string.h>

/* The worker's accounts are in cycles of the TSC; other clocks are read by a slow device. */
static void check_clock(struct exam *e)
{
	char *now = fact_read(
		&e->facts, "/sys/devices/system/clocksource/clocksource0/current_clocksource");

	if (!now) {
		check_skip(e, "/sys does not tell");
	} else if (!strcmp(now, "tsc") || !strcmp(now, "kvm-clock") ||
		   !strcmp(now, "arch_sys_counter") ||
		   !strcmp(now, "hyperv_clocksource_tsc_page")) {
		check_pass(e, "%s", now);
	} else {
		check_warn(e, "the clock source is %s: reading the time takes a microsecond", now);
		check_fix(e,
			"clocksource=tsc tsc=reliable on the kernel's command line; dmesg says "
			"why it was left");
	}
	free(now);
}

SW_REGISTER(check, clock) = {
	.name = "clock-source",
	.help = "the kernel's clock is read without a device",
	.group = CHECK_CPU,
	.run = check_clock,
};

static void check_tsc(struct exam *e)
{
	char *text = fact_read(&e->facts, "/proc/cpuinfo");
	const char *flags = text ? strstr(text, "flags") : NULL;

	if (!flags) {
		check_skip(e, "/proc/cpuinfo names no flags");
	} else if (!strstr(flags, "constant_tsc")) {
		check_warn(e,
			"the time-stamp counter changes its rate: worker show is not to be trusted");
		check_fix(
			e, "cpupower frequency-set -g performance (of a guest: -cpu host,+invtsc)");
	} else {
		check_pass(
			e, "constant%s", strstr(flags, "nonstop_tsc") ? ", and never stops" : "");
	}
	free(text);
}

SW_REGISTER(check, tsc) = {
	.name = "tsc",
	.help = "the time-stamp counter has a constant rate",
	.group = CHECK_CPU,
	.run = check_tsc,
};

/* Settings that interrupt every core now and then; the value from which on, or up to which, they do. */
static const struct option {
	const char *path, *what, *fix;
	uint64_t min, max; /* good values */
} kernel_options[] = {
	{ "/proc/sys/vm/stat_interval", "statistics of memory are folded each second",
		"sysctl -w vm.stat_interval=120", 10, UINT64_MAX },
	{ "/proc/sys/kernel/nmi_watchdog",
		"the watchdog interrupts each core by a performance counter",
		"sysctl -w kernel.nmi_watchdog=0", 0, 0 },
	{ "/proc/sys/kernel/numa_balancing", "pages are unmapped to see who uses them",
		"sysctl -w kernel.numa_balancing=0", 0, 0 },
};

static void check_options(struct exam *e)
{
	unsigned n = 0;

	if (exam_is_laptop(e)) {
		check_skip(e, "laptop mode: workers sleep and share");
		return;
	}
	for (unsigned i = 0; i < sizeof(kernel_options) / sizeof(kernel_options[0]); i++) {
		const struct option *o = &kernel_options[i];
		uint64_t value;

		if (!fact_number(&e->facts, &value, "%s", o->path))
			continue;
		n++;
		if (value >= o->min && value <= o->max)
			continue;
		check_warn(e, "%s is %llu: %s", o->path + strlen("/proc/sys/"),
			(unsigned long long)value, o->what);
		check_fix(e, "%s", o->fix);
	}
	if (!check_found(e))
		check_pass(e, "%u settings are as pollers like them", n);
}

SW_REGISTER(check, kernel_options) = {
	.name = "kernel-options",
	.help = "kernel settings that interrupt pollers are off",
	.group = CHECK_CPU,
	.run = check_options,
};
