/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Checks of devices: IOMMU and VFIO, who drives a NIC, where it is, who else has an interface.
 */
#include "doctor.h"

#include <stdlib.h>
#include <string.h>

#include <sw/text.h>

#define PCI "/sys/bus/pci/devices"

static const char *const dpdk_drivers[] = { "vfio-pci", "uio_pci_generic", "igb_uio", NULL };
/* These are driven by the kernel and by DPDK at once. */
static const char *const shared_drivers[] = { "mlx4_core", "mlx5_core", "mana", NULL };

static bool is_one_of(const char *const *words, const char *word)
{
	while (*words && strcmp(*words, word))
		words++;
	return *words != NULL;
}

/* PCI address of a dpdk port, with its domain; false for what is no PCI device. */
static bool pci_address(const json_t *iface, char buf[32])
{
	const char *args = exam_text(json_object_get(iface, "options"), "dpdk-devargs");
	unsigned domain, bus, slot, function;

	if (strcmp(exam_text(iface, "type"), "dpdk"))
		return false;
	if (sscanf(args, "%x:%x:%x.%x", &domain, &bus, &slot, &function) != 4) {
		domain = 0;
		if (sscanf(args, "%x:%x.%x", &bus, &slot, &function) != 3)
			return false;
	}
	snprintf(buf, 32, "%04x:%02x:%02x.%x", domain & 0xffff, bus & 0xff, slot & 0xff,
		function & 0xf);
	return true;
}

static void check_nic(struct exam *e, const json_t *iface, const char *pci)
{
	const char *port = exam_text(iface, "name");
	char path[128], driver[64];
	struct stat st;

	snprintf(path, sizeof(path), PCI "/%s", pci);
	if (fact_stat(&e->facts, &st, path)) {
		check_fail(e, "port %s: there is no PCI device %s", port, pci);
		check_fix(e,
			"lspci -D -d ::0200 (what there is), then: swctl set interface %s "
			"options:dpdk-devargs=ADDRESS",
			port);
	} else if (!fact_link(&e->facts, driver, sizeof(driver), "%s/driver", path)) {
		check_fail(e, "port %s: no driver is bound to %s", port, pci);
		check_fix(e, "dpdk-devbind.py --bind=vfio-pci %s", pci);
	} else if (!is_one_of(dpdk_drivers, driver) && !is_one_of(shared_drivers, driver)) {
		check_fail(e, "port %s: %s is driven by the kernel (%s), so DPDK cannot have it",
			port, pci, driver);
		check_fix(e, "dpdk-devbind.py --bind=vfio-pci %s (takes it from the kernel)", pci);
	}
}

static void check_drivers(struct exam *e)
{
	json_t *iface;
	char pci[32];
	unsigned n = 0;
	size_t i;

	json_array_foreach (exam_ask(e, "list interface"), i, iface) {
		if (!pci_address(iface, pci))
			continue;
		n++;
		check_nic(e, iface, pci);
	}
	if (!n)
		check_skip(e, "no port is a PCI device");
	else if (!check_found(e))
		check_pass(e, "%u PCI devices are bound to a driver for DPDK", n);
}

SW_REGISTER(check, nic_driver) = {
	.name = "nic-driver",
	.help = "the PCI device of a port exists, bound to vfio-pci or alike",
	.group = CHECK_DEVICES,
	.asks = true,
	.run = check_drivers,
};

/* PCI devices bound to vfio-pci. */
static unsigned count_vfio(const struct exam *e)
{
	json_t *bound = fact_list(&e->facts, "/sys/bus/pci/drivers/vfio-pci"), *name;
	unsigned n = 0;
	size_t i;

	json_array_foreach (bound, i, name)
		n += strchr(json_string_value(name), ':') != NULL;
	json_decref(bound);
	return n;
}

static void check_iommu(struct exam *e)
{
	json_t *groups = fact_list(&e->facts, "/sys/kernel/iommu_groups");
	unsigned n = json_array_size(groups), bound = count_vfio(e);
	char *unsafe =
		fact_read(&e->facts, "/sys/module/vfio/parameters/enable_unsafe_noiommu_mode");

	json_decref(groups);
	if (n) {
		check_pass(e, "%u groups", n);
	} else if (unsafe && *unsafe == 'Y') {
		check_warn(e, "VFIO runs without an IOMMU: a device may write to all of memory");
		check_fix(e,
			"intel_iommu=on (or amd_iommu=on) iommu=pt on the kernel's command line");
	} else if (bound) {
		check_fail(e, "%u devices are bound to vfio-pci, but there is no IOMMU", bound);
		check_fix(e,
			"intel_iommu=on (or amd_iommu=on) iommu=pt on the kernel's command line, "
			"and VT-d or AMD-Vi in the firmware");
	} else {
		check_skip(e, "no IOMMU, and no device bound to vfio-pci");
	}
	free(unsafe);
}

SW_REGISTER(check, iommu) = {
	.name = "iommu",
	.help = "devices behind VFIO have an IOMMU",
	.group = CHECK_DEVICES,
	.run = check_iommu,
};

/* Is the node of a device one that has a worker? */
static bool has_worker(const struct exam *e, int node)
{
	uint8_t cores[SW_CORE_MAX / 8], both[SW_CORE_MAX / 8];

	return fact_cores(&e->facts, cores, "/sys/devices/system/node/node%d/cpulist", node) &&
	       core_both(both, cores, e->workers);
}

static void check_nodes(struct exam *e)
{
	json_t *iface;
	unsigned n = 0;
	size_t i;

	json_array_foreach (exam_ask(e, "list interface"), i, iface) {
		char pci[32], *text;
		int node;

		if (!pci_address(iface, pci))
			continue;
		text = fact_read(&e->facts, PCI "/%s/numa_node", pci);
		node = text ? atoi(text) : -1;
		free(text);
		if (node < 0)
			continue;
		n++;
		if (has_worker(e, node))
			continue;
		check_warn(e,
			"port %s is on NUMA node %d, where no worker is: each packet crosses "
			"between processors",
			exam_text(iface, "name"), node);
		check_fix(e, "a core of /sys/devices/system/node/node%d/cpulist in [worker] cores=",
			node);
	}
	if (!n)
		check_skip(e, "no port tells its NUMA node");
	else if (!check_found(e))
		check_pass(e, "%u devices have a worker on their node", n);
}

SW_REGISTER(check, nic_numa) = {
	.name = "nic-numa",
	.help = "a worker runs on the NUMA node of each NIC",
	.group = CHECK_DEVICES,
	.asks = true,
	.run = check_nodes,
};

/* A kernel interface given to the switch must belong to nobody else, or its frames go two ways. */
static void check_taken(struct exam *e)
{
	json_t *iface;
	unsigned n = 0;
	size_t i;

	json_array_foreach (exam_ask(e, "list interface"), i, iface) {
		const char *name = exam_text(iface, "name"), *type = exam_text(iface, "type");
		char master[64];

		if (*type && strcmp(type, "system"))
			continue;
		n++;
		if (!fact_link(&e->facts, master, sizeof(master), "/sys/class/net/%s/master", name))
			continue;
		check_fail(e, "%s is also a member of %s: each of its frames is switched twice",
			name, master);
		check_fix(e, "ip link set %s nomaster", name);
	}
	if (!n)
		check_skip(e, "no port is a kernel interface");
	else if (!check_found(e))
		check_pass(e, "%u kernel interfaces belong to the switch alone", n);
}

SW_REGISTER(check, iface_taken) = {
	.name = "interface-shared",
	.help = "no bridge, bond or other switch of the kernel has a port's interface",
	.group = CHECK_DEVICES,
	.asks = true,
	.run = check_taken,
};

/* The bridge's own port is a tap. */
static void check_tun(struct exam *e)
{
	struct stat st;

	if (fact_stat(&e->facts, &st, "/dev/net/tun")) {
		check_warn(e, "there is no /dev/net/tun: no tap, and no local port of a bridge");
		check_fix(e, "modprobe tun");
	} else {
		check_pass(e, "/dev/net/tun is there");
	}
}

SW_REGISTER(check, tun) = {
	.name = "tun",
	.help = "the kernel has taps, for local ports of bridges",
	.group = CHECK_DEVICES,
	.run = check_tun,
};

/* Threads of another swd that poll a core of ours; the thread's mask is one core. */
static void check_other(struct exam *e, const char *pid)
{
	json_t *tasks = fact_list(&e->facts, "/proc/%s/task", pid), *tid;
	uint8_t cores[SW_CORE_MAX / 8], both[SW_CORE_MAX / 8];
	size_t i;

	json_array_foreach (tasks, i, tid) {
		const char *id = json_string_value(tid);
		char *comm = fact_read(&e->facts, "/proc/%s/task/%s/comm", pid, id);
		char *status = NULL, list[128], text[CORE_TEXT];

		memset(cores, 0, sizeof(cores));
		if (comm && (!strncmp(comm, "swd-w", 5) || !strncmp(comm, "pmd-c", 5)))
			status = fact_read(&e->facts, "/proc/%s/task/%s/status", pid, id);
		if (fact_line(status, "Cpus_allowed_list", list, sizeof(list)) &&
			!sw_parse_ranges(list, cores, SW_CORE_MAX) &&
			core_both(both, cores, e->workers)) {
			check_warn(e, "process %s polls core %s too (thread %s)", pid,
				core_text(text, both), comm);
			check_fix(e, "other cores in [worker] cores= of one of the two");
		}
		free(comm);
		free(status);
	}
	json_decref(tasks);
}

static void check_others(struct exam *e)
{
	json_t *processes = fact_list(&e->facts, "/proc"), *name;
	unsigned n = 0;
	size_t i;

	json_array_foreach (processes, i, name) {
		const char *pid = json_string_value(name);
		char *comm;

		if (strspn(pid, "0123456789") != strlen(pid) || atoi(pid) == e->pid)
			continue;
		comm = fact_read(&e->facts, "/proc/%s/comm", pid);
		if (comm && (!strcmp(comm, "swd") || !strcmp(comm, "ovs-vswitchd"))) {
			n++;
			check_other(e, pid);
		}
		free(comm);
	}
	json_decref(processes);
	if (!check_found(e))
		check_pass(e,
			n ? "%u other switches run, on cores of their own" : "no other switch runs",
			n);
}

SW_REGISTER(check, other_switch) = {
	.name = "other-switch",
	.help = "no other swd or ovs-vswitchd polls a worker's core",
	.group = CHECK_CPU,
	.run = check_others,
};
