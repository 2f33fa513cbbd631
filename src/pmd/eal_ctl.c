/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Starting DPDK's EAL with arguments that nobody has to know.
 *
 *   - One lcore, the control thread's, on the control cores; EAL's own threads follow it there. Workers
 *     are ours (worker_ctl.c). EAL takes "the cores that are left" for its threads from the affinity mask,
 *     so the mask is narrowed first.
 *   - Huge pages: in memory (no file in a hugetlbfs, so instances never meet) and one file a segment
 *     list, which virtio-user and memif peers need to map it. Without: --no-huge, which 22.11 refuses
 *     together with --in-memory, and no shared files either.
 *   - No device until a port names it: the PCI and auxiliary buses are in allow-list mode with an
 *     address that no machine has. --no-pci would also stop the scan of a later rte_dev_probe().
 *   - No telemetry socket; DPDK's log becomes ours, under the name dpdk.
 *   - EAL makes its folder under RUNTIME_DIRECTORY, so that is our run folder, and an ordinary user
 *     needs nothing under /var.
 *
 * Control thread.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_log.h>

#include <sw/boot.h>
#include <sw/err.h>
#include <sw/log.h>
#include <sw/mem.h>
#include <sw/module.h>
#include <sw/text.h>

SW_LOG(dpdk, "DPDK's own messages");

#define ARGS_MAX   64
#define NOBODY_PCI "pci:ffff:ff:1f.7"
#define NOBODY_AUX "auxiliary:"

struct args {
	unsigned n;
	char *v[ARGS_MAX + 1]; /* owned: EAL keeps pointers into them */
};

static struct args args;
static FILE *log_stream;
static char *runtime_dir; /* what EAL made: run_dir/dpdk */

/* DPDK's levels to ours; its INFO is what a developer wants to see. */
static enum sw_log_level level_of(int dpdk_level)
{
	if (dpdk_level <= (int)RTE_LOG_ERR)
		return SW_LOG_ERR;
	if (dpdk_level == (int)RTE_LOG_WARNING)
		return SW_LOG_WARN;
	return dpdk_level == (int)RTE_LOG_NOTICE ? SW_LOG_INFO : SW_LOG_DBG;
}

/* Write whole lines; stdio holds the stream's lock, so the rest of a line can wait here. */
static ssize_t log_bytes(void *cookie, const char *bytes, size_t size)
{
	static char line[512];
	static size_t len;

	for (size_t i = 0; i < size; i++) {
		if (bytes[i] != '\n' && len < sizeof(line) - 1) {
			line[len++] = bytes[i];
			continue;
		}
		line[len] = '\0';
		if (len)
			sw_log_at(level_of(rte_log_cur_msg_loglevel()), "%s", line);
		len = 0;
		if (bytes[i] != '\n')
			line[len++] = bytes[i];
	}
	return size;
}

static int log_route(struct sw_err *err)
{
	cookie_io_functions_t io = { .write = log_bytes };

	log_stream = fopencookie(NULL, "w", io);
	if (!log_stream || rte_openlog_stream(log_stream))
		return sw_err_set(err, SW_CODE_INTERNAL, "DPDK's log cannot be taken over");
	return 0;
}

static int arg_add(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static int arg_add(const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	if (args.n == ARGS_MAX)
		return -E2BIG;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	args.v[args.n++] = sw_xstrdup(text);
	return 0;
}

/* The words of eal-args, separated by blanks. */
static int args_extra(const char *words, struct sw_err *err)
{
	char *copy = sw_xstrdup(words), *rest = copy, *word;
	int rc = 0;

	while (!rc && (word = strsep(&rest, " \t"))) {
		if (*word)
			rc = arg_add("%s", word);
	}
	free(copy);
	if (!rc)
		return 0;
	sw_err_set(err, SW_CODE_INVALID, "eal-args has too many words");
	sw_err_allowed(err, "at most %d arguments in all", ARGS_MAX);
	return sw_err_errno(SW_CODE_INVALID);
}

static int args_build(const struct sw_boot *boot, struct sw_err *err)
{
	char cpus[512];

	sw_format_ranges(cpus, sizeof(cpus), boot->control_cpus, SW_CORE_MAX);
	arg_add("swd");
	arg_add("--lcores=0@(%s)", cpus);
	arg_add("--file-prefix=swd-%d", (int)getpid());
	arg_add("--no-telemetry");
	arg_add("--log-level=*:info");
	arg_add("-m");
	arg_add("%u", boot->memory_mb);
	if (boot->laptop) {
		arg_add("--no-huge");
		arg_add("--no-shconf");
	} else {
		arg_add("--in-memory");
		arg_add("--single-file-segments");
	}
	arg_add("-a");
	arg_add(NOBODY_PCI);
	arg_add("-a");
	arg_add(NOBODY_AUX);
	return boot->eal_args ? args_extra(boot->eal_args, err) : 0;
}

static void args_free(void)
{
	for (unsigned i = 0; i < args.n; i++)
		free(args.v[i]);
	memset(&args, 0, sizeof(args));
}

static int narrow_affinity(const struct sw_boot *boot, struct sw_err *err)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	for (unsigned i = 0; i < SW_CORE_MAX; i++) {
		if (boot->control_cpus[i / 8] & 1 << i % 8)
			CPU_SET(i, &set);
	}
	if (!sched_setaffinity(0, sizeof(set), &set))
		return 0;
	return sw_err_set(err, SW_CODE_INTERNAL, "the control thread cannot move to its cores: %s",
		strerror(errno));
}

/* EAL made a folder of its own and, in either way of memory, puts nothing into it: gone at once, so that
 * even kill -9 leaves none. With files that eal-args asked for it stays until the end. */
static void runtime_dir_drop(void)
{
	char *prefix = sw_xasprintf("%s/swd-%d", runtime_dir, (int)getpid());

	rmdir(prefix);
	rmdir(runtime_dir);
	free(prefix);
}

static void eal_release(void)
{
	runtime_dir_drop();
	free(runtime_dir);
	runtime_dir = NULL;
	rte_openlog_stream(NULL);
	if (log_stream)
		fclose(log_stream);
	log_stream = NULL;
}

static int eal_start(struct sw_err *err)
{
	char *argv[ARGS_MAX + 1];

	memcpy(argv, args.v, sizeof(argv)); /* EAL moves words about */
	if (rte_eal_init(args.n, argv) >= 0)
		return 0;
	sw_err_set(err, SW_CODE_INTERNAL, "DPDK did not start: %s", rte_strerror(rte_errno));
	sw_err_hint(err, "the lines of log dpdk above say why; eal-args in section [dpdk] and "
			 "size-mb and hugepages in [memory] decide what it is given");
	return sw_err_errno(SW_CODE_INTERNAL);
}

static int eal_init(const struct sw_boot *boot, struct sw_err *err)
{
	int rc;

	runtime_dir = sw_xasprintf("%s/dpdk", boot->run_dir);
	setenv("RUNTIME_DIRECTORY", boot->run_dir, 1);
	rc = log_route(err);
	if (!rc)
		rc = args_build(boot, err);
	if (!rc)
		rc = narrow_affinity(boot, err);
	if (!rc)
		rc = eal_start(err);
	if (rc) {
		eal_release();
		args_free();
		return rc;
	}
	runtime_dir_drop();
	return 0;
}

static void eal_fini(void)
{
	rte_eal_cleanup();
	eal_release();
	args_free();
}

SW_REGISTER(module, eal) = {
	.name = "eal",
	.help = "DPDK: memory, its threads, its log",
	.init = eal_init,
	.fini = eal_fini,
};
