/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Start of DPDK: its options, chosen so that nobody has to know them. Huge pages when enough are free, in
 * one file a size, since vhost-user can share eight regions only; else ordinary memory, which DPDK shares by a
 * memfd. No files are left in /run, no PCI device is looked at that was not named.
 */
#include "port.h"

#include <ctype.h>
#include <dirent.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_mbuf.h>

#include <sw/err.h>
#include <sw/mem.h>

#include "options.h"

#define EAL_ARGS   24
#define HUGE_DIR   "/sys/kernel/mm/hugepages"
#define SPARE_MB   24  /* rings, devices, DPDK's own */
#define MBUF_EXTRA 256 /* struct rte_mbuf, the pool's header, alignment */
#define MIB	   (1024.0 * 1024.0)

struct eal_args {
	char *arg[EAL_ARGS + 1];
	int n;
};

static void add(struct eal_args *args, char *arg)
{
	if (args->n < EAL_ARGS)
		args->arg[args->n++] = arg;
}

static unsigned long huge_number(const char *size, const char *name)
{
	char path[300];
	unsigned long value = 0;
	FILE *file;

	snprintf(path, sizeof(path), HUGE_DIR "/%.200s/%s", size, name);
	file = fopen(path, "re");
	if (file && fscanf(file, "%lu", &value) != 1)
		value = 0;
	if (file)
		fclose(file);
	return value;
}

static double huge_free_mb(void)
{
	DIR *dir = opendir(HUGE_DIR);
	struct dirent *entry;
	double kb = 0;

	while (dir && (entry = readdir(dir))) {
		unsigned long size_kb;
		long pages;

		if (sscanf(entry->d_name, "hugepages-%lukB", &size_kb) != 1)
			continue;
		/* those promised to other programs are counted as free, too */
		pages = huge_number(entry->d_name, "free_hugepages") -
			huge_number(entry->d_name, "resv_hugepages");
		if (pages > 0)
			kb += (double)size_kb * pages;
	}
	if (dir)
		closedir(dir);
	return kb / 1024;
}

static unsigned memory_need_mb(const struct options *o)
{
	double buffer = port_room(o) + RTE_PKTMBUF_HEADROOM + MBUF_EXTRA;

	/* as many to send as to receive; a tenth on top for what falls between pages */
	return 1.1 * buffer * port_buffers(o) * 2 * o->n_ports / MIB + SPARE_MB;
}

/* A core of this process: the one asked for, or the last free one. */
static int pick_core(int asked, int taken, const char *option, struct sw_err *err)
{
	cpu_set_t set;
	int last = -1, rc;

	CPU_ZERO(&set);
	sched_getaffinity(0, sizeof(set), &set);
	for (int i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, &set) && i != taken)
			last = i;
	if (asked < 0)
		return last;
	if (asked < CPU_SETSIZE && CPU_ISSET(asked, &set))
		return asked;
	rc = sw_err_set(
		err, SW_CODE_INVALID, "--%s: this process may not run on core %d", option, asked);
	sw_err_given(err, "%d", asked);
	sw_err_hint(err, "taskset -p %d tells the cores it may use", getpid());
	return rc;
}

static int add_cores(struct eal_args *args, const struct options *o, struct sw_err *err)
{
	int core = pick_core(o->core, o->core < 0 ? o->rx_core : -1, "core", err), rx;

	if (core < 0)
		return core;
	if (o->rx_core < 0) {
		add(args, sw_xasprintf("--lcores=0@%d", core));
		return 0;
	}
	rx = pick_core(o->rx_core, -1, "rx-core", err);
	if (rx < 0)
		return rx;
	add(args, sw_xasprintf("--lcores=0@%d,1@%d", core, rx));
	return 0;
}

static void add_memory(struct eal_args *args, const struct options *o)
{
	unsigned mb = o->memory_mb ? o->memory_mb : memory_need_mb(o);

	add(args, sw_xasprintf("-m%u", mb));
	if (o->no_huge || huge_free_mb() < mb) {
		add(args, sw_xstrdup("--no-huge"));
		return;
	}
	add(args, sw_xstrdup("--in-memory"));
	add(args, sw_xstrdup("--single-file-segments"));
}

/* PCI devices are those whose name is an address: 0000:03:00.0 or 03:00.0. */
static bool is_pci(const char *device)
{
	return isxdigit((unsigned char)device[0]) && device[strcspn(device, ":,")] == ':';
}

static void add_devices(struct eal_args *args, const struct options *o)
{
	bool pci = false;

	for (unsigned i = 0; i < o->n_ports; i++) {
		if (!is_pci(o->ports[i]))
			continue;
		add(args, sw_xasprintf("-a%s", o->ports[i]));
		pci = true;
	}
	if (!pci)
		add(args, sw_xstrdup("--no-pci"));
}

int port_start_dpdk(const struct options *o, struct sw_err *err)
{
	static struct eal_args args; /* for ever: DPDK may point into them */
	char *argv[EAL_ARGS + 1];    /* which DPDK rearranges */
	int rc;

	add(&args, sw_xstrdup("swgen"));
	rc = add_cores(&args, o, err);
	if (rc)
		return rc;
	add_memory(&args, o);
	add_devices(&args, o);
	add(&args, sw_xstrdup("--no-telemetry"));
	add(&args, sw_xasprintf("--file-prefix=swgen%d", getpid()));
	add(&args, sw_xstrdup("--no-shconf"));
	add(&args, sw_xstrdup(o->verbose ? "--log-level=*:info" : "--log-level=*:error"));
	memcpy(argv, args.arg, sizeof(argv));
	rc = rte_eal_init(args.n, argv);
	if (rc >= 0)
		return 0;
	rc = sw_err_set(err, SW_CODE_DEVICE, "DPDK does not start: %s", rte_strerror(rte_errno));
	sw_err_hint(err,
		"--verbose shows its own words; --no-huge does without huge pages; PCI devices need "
		"root and a driver such as vfio-pci (dpdk-devbind.py)");
	return rc;
}

/* DPDK leaves its folder. */
void port_remove_files(void)
{
	const char *path = rte_eal_get_runtime_dir();
	DIR *dir = strstr(path, "/swgen") ? opendir(path) : NULL;
	struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
	rmdir(path);
}

void port_end_dpdk(void)
{
	rte_eal_cleanup();
	port_remove_files();
}
