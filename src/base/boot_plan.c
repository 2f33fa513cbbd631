/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The plan: which cores poll, where the control thread runs, how much memory of which kind, and whether
 * idle workers sleep. Pure but for the reading of the machine, so that a test can plan for any machine.
 *
 * Laptop mode (no huge pages) is for trying the switch on a machine that does other things too: few
 * workers, and they sleep when idle. With huge pages somebody has set the machine up for polling: all of
 * the mask is used and nobody sleeps.
 *
 * Control thread, before there is any other.
 */
#include <sw/boot.h>

#include <dirent.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/text.h>

#define HUGE_MB		  512 /* memory by default, with huge pages */
#define LAPTOP_MB	  256 /* and without */
#define LAPTOP_WORKERS	  2
#define LAPTOP_IDLE_SLEEP 500 /* us */
#define HUGE_DIR	  "/sys/kernel/mm/hugepages"

static bool bit(const uint8_t *bits, unsigned i)
{
	return bits[i / 8] & 1 << i % 8;
}

static void bit_set(uint8_t *bits, unsigned i, bool on)
{
	if (on)
		bits[i / 8] |= 1 << i % 8;
	else
		bits[i / 8] &= ~(1 << i % 8);
}

static unsigned count(const uint8_t *bits)
{
	unsigned n = 0;

	for (unsigned i = 0; i < SW_CORE_MAX; i++)
		n += bit(bits, i);
	return n;
}

static unsigned first(const uint8_t *bits)
{
	unsigned i = 0;

	while (i < SW_CORE_MAX - 1 && !bit(bits, i))
		i++;
	return i;
}

/* A number in a file of a huge page size; 0 when it is not there. */
static uint64_t read_number(const char *dir, const char *name)
{
	char path[300], text[32] = "";
	uint64_t value = 0;
	FILE *file;

	snprintf(path, sizeof(path), HUGE_DIR "/%.200s/%s", dir, name);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (fgets(text, sizeof(text), file))
		value = strtoull(text, NULL, 10);
	fclose(file);
	return value;
}

/* Pages that are free and not promised to another process, of every size. */
static uint64_t huge_free_mb(void)
{
	DIR *dir = opendir(HUGE_DIR);
	struct dirent *entry;
	uint64_t kb = 0;

	while (dir && (entry = readdir(dir))) {
		unsigned long size_kb;
		uint64_t free_pages, reserved;

		if (sscanf(entry->d_name, "hugepages-%lukB", &size_kb) != 1)
			continue;
		free_pages = read_number(entry->d_name, "free_hugepages");
		reserved = read_number(entry->d_name, "resv_hugepages");
		if (free_pages > reserved)
			kb += (free_pages - reserved) * size_kb;
	}
	if (dir)
		closedir(dir);
	return kb / 1024;
}

/* The kernel's list of cores it schedules nothing on by itself; empty on most machines. */
static void read_isolated(uint8_t *bits)
{
	char text[1024] = "";
	FILE *file = fopen("/sys/devices/system/cpu/isolated", "re");

	if (!file)
		return;
	if (fgets(text, sizeof(text), file)) {
		text[strcspn(text, "\n")] = '\0';
		sw_parse_ranges(text, bits, SW_CORE_MAX);
	}
	fclose(file);
}

void sw_machine_read(struct sw_machine *machine)
{
	cpu_set_t set;

	memset(machine, 0, sizeof(*machine));
	CPU_ZERO(&set);
	sched_getaffinity(0, sizeof(set), &set);
	for (unsigned i = 0; i < SW_CORE_MAX; i++)
		bit_set(machine->cpus, i, CPU_ISSET(i, &set));
	read_isolated(machine->isolated);
	machine->huge_free_mb = huge_free_mb();
}

static int plan_memory(struct sw_boot *boot, const struct sw_machine *machine, struct sw_err *err)
{
	uint64_t want = boot->memory_mb ? boot->memory_mb : HUGE_MB;

	boot->huge_free_mb = machine->huge_free_mb;
	boot->huge_want_mb = want;
	boot->laptop = boot->hugepages == SW_HUGE_NO ||
		       (boot->hugepages == SW_HUGE_AUTO && machine->huge_free_mb < want);
	if (!boot->laptop && machine->huge_free_mb < want) {
		sw_err_set(err, SW_CODE_LIMIT,
			"hugepages=yes, but %llu MiB of huge pages are free and %llu are needed",
			(unsigned long long)machine->huge_free_mb, (unsigned long long)want);
		sw_err_given(err, "yes");
		sw_err_hint(err,
			"sysctl vm.nr_hugepages=%llu, or hugepages=auto in section [memory]",
			(unsigned long long)(want + 1) / 2);
		return sw_err_errno(SW_CODE_LIMIT);
	}
	if (!boot->memory_mb)
		boot->memory_mb = boot->laptop ? LAPTOP_MB : HUGE_MB;
	return 0;
}

static int outside(const char *key, unsigned core, const uint8_t *usable, struct sw_err *err)
{
	char ranges[128];

	sw_err_set(err, SW_CODE_INVALID, "core %u of %s is not one this process may run on", core,
		key);
	sw_err_given(err, "%u", core);
	sw_err_allowed(err, "%s", sw_format_ranges(ranges, sizeof(ranges), usable, SW_CORE_MAX));
	sw_err_hint(err, "see the affinity mask (taskset -p) and the cpuset of the service");
	return sw_err_errno(SW_CODE_INVALID);
}

static int check_cores(
	const struct sw_boot *boot, const struct sw_machine *machine, struct sw_err *err)
{
	uint8_t usable[sizeof(machine->cpus)];

	for (unsigned i = 0; i < sizeof(usable); i++)
		usable[i] = machine->cpus[i] | machine->isolated[i];
	for (unsigned i = 0; i < boot->n_cores; i++) {
		if (!bit(usable, boot->cores[i]))
			return outside("cores", boot->cores[i], usable, err);
	}
	if (boot->control_core >= 0 && !bit(usable, boot->control_core))
		return outside("control-core", boot->control_core, usable, err);
	return 0;
}

/* Every core of the mask but the one for control. */
static void choose_workers(struct sw_boot *boot, const struct sw_machine *machine)
{
	unsigned control =
		boot->control_core >= 0 ? (unsigned)boot->control_core : first(machine->cpus);
	unsigned max = boot->laptop ? LAPTOP_WORKERS : SW_WORKER_MAX;

	for (unsigned i = 0; i < SW_CORE_MAX && boot->n_cores < max; i++) {
		if (bit(machine->cpus, i) && i != control)
			boot->cores[boot->n_cores++] = i;
	}
	if (!boot->n_cores) /* the mask is one core: share it */
		boot->cores[boot->n_cores++] = control;
}

/* Control runs on the core given, or on all that no worker has, or with the first worker. */
static void place_control(struct sw_boot *boot, const struct sw_machine *machine)
{
	memset(boot->control_cpus, 0, sizeof(boot->control_cpus));
	if (boot->control_core >= 0) {
		bit_set(boot->control_cpus, boot->control_core, true);
	} else {
		memcpy(boot->control_cpus, machine->cpus, sizeof(boot->control_cpus));
		for (unsigned i = 0; i < boot->n_cores; i++)
			bit_set(boot->control_cpus, boot->cores[i], false);
		if (!count(boot->control_cpus))
			bit_set(boot->control_cpus, boot->cores[0], true);
	}
	boot->shared = false;
	for (unsigned i = 0; i < boot->n_cores; i++)
		boot->shared |= bit(boot->control_cpus, boot->cores[i]);
}

int sw_boot_plan(struct sw_boot *boot, const struct sw_machine *machine, struct sw_err *err)
{
	int rc = plan_memory(boot, machine, err);

	if (!rc)
		rc = check_cores(boot, machine, err);
	if (rc)
		return rc;
	if (!boot->n_cores)
		choose_workers(boot, machine);
	place_control(boot, machine);
	if (boot->idle_sleep_us < 0)
		boot->idle_sleep_us = boot->laptop || boot->shared ? LAPTOP_IDLE_SLEEP : 0;
	return 0;
}
