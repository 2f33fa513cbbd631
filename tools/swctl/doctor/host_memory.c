/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Checks of the host's memory: huge pages and where they are, limits of the process, swap.
 */
#include "doctor.h"

#include <stdlib.h>
#include <string.h>

#include <linux/capability.h>

#define HUGE_DIR "/sys/kernel/mm/hugepages"

/* MiB in huge pages of all sizes: those there are, and those that are free. */
static void count_huge(const struct exam *e, const char *dir, uint64_t *total, uint64_t *free_mb)
{
	json_t *sizes = fact_list(&e->facts, "%s", dir), *name;
	size_t i;

	*total = *free_mb = 0;
	json_array_foreach (sizes, i, name) {
		uint64_t pages = 0, free_pages = 0;
		const char *size = json_string_value(name);
		unsigned long kb;

		if (sscanf(size, "hugepages-%lukB", &kb) != 1)
			continue;
		fact_number(&e->facts, &pages, "%s/%s/nr_hugepages", dir, size);
		fact_number(&e->facts, &free_pages, "%s/%s/free_hugepages", dir, size);
		*total += pages * kb / 1024;
		*free_mb += free_pages * kb / 1024;
	}
	json_decref(sizes);
}

static void fix_huge(struct exam *e, uint64_t need)
{
	check_fix(e,
		"sysctl -w vm.nr_hugepages=%llu (to keep: in /etc/sysctl.d), then start swd again",
		(unsigned long long)(need + 1) / 2);
}

/* swd starts without huge pages too, in laptop mode, which costs TLB misses and is meant for trials. */
static void check_hugepages(struct exam *e)
{
	uint64_t total, free_mb, need = e->boot.memory_mb ? e->boot.memory_mb : 512;

	count_huge(e, HUGE_DIR, &total, &free_mb);
	if (e->state == DAEMON_UP && !e->boot.laptop) {
		check_pass(e, "swd has its %u MiB in huge pages", e->boot.memory_mb);
		return;
	}
	if (e->boot.hugepages == SW_HUGE_NO) {
		check_skip(e, "the boot file says hugepages=no");
		return;
	}
	if (e->boot.laptop && e->boot.hugepages == SW_HUGE_AUTO)
		need = e->boot.huge_want_mb ? e->boot.huge_want_mb : 512;
	if (e->state == DAEMON_UP) {
		check_warn(e, "swd runs in laptop mode, without huge pages: packets cost more and "
			      "workers sleep");
		fix_huge(e, need);
	} else if (free_mb >= need) {
		check_pass(e, "%llu MiB are free, %llu are needed", (unsigned long long)free_mb,
			(unsigned long long)need);
	} else if (e->boot.hugepages == SW_HUGE_YES) {
		check_fail(e, "%llu of %llu MiB are free and %llu are needed: swd will not start",
			(unsigned long long)free_mb, (unsigned long long)total,
			(unsigned long long)need);
		fix_huge(e, need);
	} else {
		check_warn(e,
			"%llu of %llu MiB are free and %llu are needed: swd will start in "
			"laptop mode",
			(unsigned long long)free_mb, (unsigned long long)total,
			(unsigned long long)need);
		fix_huge(e, need);
	}
}

SW_REGISTER(check, hugepages) = {
	.name = "hugepages",
	.help = "enough huge pages are free, or in use by swd",
	.group = CHECK_MEMORY,
	.run = check_hugepages,
};

/* Does a worker run on this node? */
static bool has_worker(const struct exam *e, const char *node)
{
	uint8_t cores[SW_CORE_MAX / 8], both[SW_CORE_MAX / 8];

	return fact_cores(&e->facts, cores, "/sys/devices/system/node/%s/cpulist", node) &&
	       core_both(both, cores, e->workers);
}

static void check_hugepages_numa(struct exam *e)
{
	json_t *nodes = fact_list(&e->facts, "/sys/devices/system/node"), *name;
	unsigned n = 0, checked = 0;
	size_t i;

	json_array_foreach (nodes, i, name) {
		const char *node = json_string_value(name);
		uint64_t total, free_mb;
		char dir[128];

		if (strncmp(node, "node", 4) || node[4] < '0' || node[4] > '9')
			continue;
		n++;
		if (!has_worker(e, node))
			continue;
		checked++;
		snprintf(dir, sizeof(dir), "/sys/devices/system/node/%.20s/hugepages", node);
		count_huge(e, dir, &total, &free_mb);
		if (total)
			continue;
		check_warn(e,
			"%s has workers but no huge pages: their packets are in another node's "
			"memory",
			node);
		check_fix(e, "echo 512 > %s/hugepages-2048kB/nr_hugepages, then start swd again",
			dir);
	}
	json_decref(nodes);
	if (exam_is_laptop(e)) {
		json_array_clear(e->findings);
		check_skip(e, "laptop mode: no huge pages");
	} else if (n < 2) {
		check_skip(e, "one NUMA node");
	} else if (!check_found(e)) {
		check_pass(e, "%u of %u nodes have workers, and huge pages", checked, n);
	}
}

SW_REGISTER(check, hugepages_numa) = {
	.name = "hugepages-numa",
	.help = "each NUMA node with workers has huge pages",
	.group = CHECK_MEMORY,
	.run = check_hugepages_numa,
};

/* "none /dev/hugepages hugetlbfs rw,..." */
static bool find_hugetlbfs(const struct exam *e, char *dir, size_t size, bool *writable)
{
	char *mounts = fact_read(&e->facts, "/proc/mounts"), *save = NULL;
	bool found = false;

	for (char *line = mounts ? strtok_r(mounts, "\n", &save) : NULL; line && !found;
		line = strtok_r(NULL, "\n", &save)) {
		char where[256], type[32], flags[256];

		if (sscanf(line, "%*s %255s %31s %255s", where, type, flags) != 3 ||
			strcmp(type, "hugetlbfs"))
			continue;
		found = true;
		*writable = !strncmp(flags, "rw", 2);
		snprintf(dir, size, "%s", where);
	}
	free(mounts);
	return found;
}

static void check_hugetlbfs(struct exam *e)
{
	bool writable = false;
	char dir[256];

	if (exam_is_laptop(e)) {
		check_skip(e, "laptop mode: no huge pages");
	} else if (!find_hugetlbfs(e, dir, sizeof(dir), &writable)) {
		check_fail(e, "no hugetlbfs is mounted: DPDK cannot use the huge pages");
		check_fix(e, "mount -t hugetlbfs none /dev/hugepages");
	} else if (!writable) {
		check_fail(e, "%s is mounted read-only", dir);
		check_fix(e, "mount -o remount,rw %s", dir);
	} else {
		check_pass(e, "mounted at %s", dir);
	}
}

SW_REGISTER(check, hugetlbfs) = {
	.name = "hugetlbfs",
	.help = "a file system of huge pages is mounted for writing",
	.group = CHECK_MEMORY,
	.run = check_hugetlbfs,
};

/* "always" has the kernel compact memory under a running guest or switch: stalls of milliseconds. */
static void check_thp(struct exam *e)
{
	char *text = fact_read(&e->facts, "/sys/kernel/mm/transparent_hugepage/enabled");

	if (!text) {
		check_skip(e, "the kernel has no transparent huge pages");
	} else if (strstr(text, "[always]")) {
		check_warn(e, "always: the kernel may stop a thread for milliseconds to make one");
		check_fix(e, "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled");
	} else {
		check_pass(e, "%s", text);
	}
	free(text);
}

SW_REGISTER(check, thp) = {
	.name = "transparent-hugepages",
	.help = "the kernel makes huge pages only where it is asked to",
	.group = CHECK_MEMORY,
	.run = check_thp,
};

/* Soft limit of a line "Max locked memory   8388608   8388608   bytes"; UINT64_MAX: unlimited. */
static bool read_limit(const struct exam *e, const char *name, uint64_t *value)
{
	char proc[16], *text, *line;
	bool found;

	text = fact_read(&e->facts, "/proc/%s/limits", exam_proc(e, proc));
	line = text ? strstr(text, name) : NULL;
	found = line != NULL;
	if (found) {
		line += strlen(name);
		line += strspn(line, " ");
		*value = *line == 'u' ? UINT64_MAX : strtoull(line, NULL, 10);
	}
	free(text);
	return found;
}

/* What is locked: memory that devices write to, and guests' memory mapped for them. */
static void check_memlock(struct exam *e)
{
	uint64_t limit, need = (uint64_t)e->boot.memory_mb << 20;

	if (!read_limit(e, "Max locked memory", &limit)) {
		check_skip(e, "/proc does not tell");
	} else if (limit == UINT64_MAX) {
		check_pass(e, "unlimited");
	} else if (exam_capable(e, CAP_IPC_LOCK)) {
		check_pass(e, "%llu KiB, and CAP_IPC_LOCK to go beyond",
			(unsigned long long)limit / 1024);
	} else if (limit < need) {
		check_warn(e,
			"%llu KiB may be locked, the switch has %u MiB: devices behind VFIO "
			"cannot be opened",
			(unsigned long long)limit / 1024, e->boot.memory_mb);
		check_fix(e, "LimitMEMLOCK=infinity in the unit, or: ulimit -l unlimited");
	} else {
		check_pass(e, "%llu MiB", (unsigned long long)limit >> 20);
	}
}

SW_REGISTER(check, memlock) = {
	.name = "memory-lock",
	.help = "as much memory may be locked as the switch has",
	.group = CHECK_MEMORY,
	.run = check_memlock,
};

/* A vhost-user port takes up to 8 regions of memory, 2 descriptors a queue and 3 more; a kernel interface
 * 1 to 17. 4096 are enough for a hundred of the large ones. */
static void check_files_limit(struct exam *e)
{
	uint64_t limit;

	if (!read_limit(e, "Max open files", &limit)) {
		check_skip(e, "/proc does not tell");
	} else if (limit < 1024) {
		check_fail(e, "%llu files may be open at once: a few guests take them all",
			(unsigned long long)limit);
		check_fix(e, "LimitNOFILE=65536 in the unit, or: ulimit -n 65536");
	} else if (limit < 4096) {
		check_warn(e, "%llu files may be open at once: about 40 for a guest of 16 queues",
			(unsigned long long)limit);
		check_fix(e, "LimitNOFILE=65536 in the unit, or: ulimit -n 65536");
	} else {
		check_pass(e, "%llu", (unsigned long long)limit);
	}
}

SW_REGISTER(check, open_files) = {
	.name = "open-files",
	.help = "as many files may be open as ports and guests take",
	.group = CHECK_MEMORY,
	.run = check_files_limit,
};

static uint64_t kib_line(const char *text, const char *name)
{
	char value[32] = "0";

	fact_line(text, name, value, sizeof(value));
	return strtoull(value, NULL, 10);
}

/* A twentieth left, or 128 MiB: near there the kernel frees by force, and ends whom it likes. */
static void check_available(struct exam *e)
{
	char *text = fact_read(&e->facts, "/proc/meminfo");
	uint64_t total = kib_line(text, "MemTotal"), left = kib_line(text, "MemAvailable");

	free(text);
	if (!total) {
		check_skip(e, "/proc/meminfo does not tell");
	} else if (left < total / 20 || left < 128 * 1024) {
		check_warn(e, "%llu of %llu MiB are available", (unsigned long long)left / 1024,
			(unsigned long long)total / 1024);
		check_fix(e, "ps aux --sort=-rss | head (who has it); lower size-mb in [memory]");
	} else {
		check_pass(e, "%llu of %llu MiB are available", (unsigned long long)left / 1024,
			(unsigned long long)total / 1024);
	}
}

SW_REGISTER(check, memory_available) = {
	.name = "memory-available",
	.help = "the machine is not short of memory",
	.group = CHECK_MEMORY,
	.run = check_available,
};

static void check_swap(struct exam *e)
{
	char proc[16], *text;
	uint64_t kib;

	if (!e->pid || !strcmp(exam_proc(e, proc), "self")) {
		check_skip(e, "no process of swd to look at");
		return;
	}
	text = fact_read(&e->facts, "/proc/%d/status", e->pid);
	kib = kib_line(text, "VmSwap");
	free(text);
	if (!kib) {
		check_pass(e, "nothing of swd is swapped out");
		return;
	}
	check_warn(e, "%llu KiB of swd are swapped out: packets wait for the disk",
		(unsigned long long)kib);
	check_fix(e, "swapoff -a && swapon -a, and MemorySwapMax=0 in the unit");
}

SW_REGISTER(check, swap) = {
	.name = "swap",
	.help = "no memory of swd is swapped out",
	.group = CHECK_MEMORY,
	.run = check_swap,
};
