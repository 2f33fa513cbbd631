/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ethernet devices of DPDK, found and attached by the words of options:dpdk-devargs, and let go of.
 *
 *	0000:03:00.0[,key=value...]	   a PCI device
 *	class=eth,mac=aa:bb:cc:dd:ee:ff	   the device with that address
 *	net_pcap0,rx_pcap=FILE...	   any virtual device
 *
 * Job threads, one at a time behind a lock (EAL's own hotplug is serial anyway). A device has one port
 * at most. What EAL had probed at start (eal_args) is taken over and left behind stopped; what was
 * attached here is detached when no port uses any Ethernet device of it any more.
 */
#include "dpdk.h"

#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_bus.h>
#include <rte_dev.h>
#include <rte_devargs.h>
#include <rte_errno.h>

#include <sw/err.h>
#include <sw/log.h>
#include <sw/mem.h>
#include <sw/sandbox.h>

SW_LOG_USE(dpdk_port);

#define CLASS_MAC "class=eth,mac="
#define SYS_NET	  "/sys/class/net"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct dpdk *owners[RTE_MAX_ETHPORTS];
static bool attached[RTE_MAX_ETHPORTS]; /* by us, not by EAL at start */

static struct rte_device *device_of(uint16_t id)
{
	struct rte_eth_dev_info info = { 0 };

	return rte_eth_dev_info_get(id, &info) ? NULL : info.device;
}

const char *dpdk_reason(int rc)
{
	return rc == -1 ? "its driver refuses it" : rte_strerror(-rc);
}

static int bad_devargs(const char *devargs, struct sw_err *err, const char *why)
{
	int rc = sw_err_set(err, SW_CODE_INVALID, "options:dpdk-devargs \"%s\" %s", devargs, why);

	sw_err_path(err, "options:dpdk-devargs");
	sw_err_given(err, "%s", devargs);
	sw_err_allowed(err,
		"a PCI address (0000:03:00.0), class=eth,mac=MAC, or a virtual device with its arguments "
		"(net_pcap0,rx_pcap=FILE; net_memif0; net_af_xdp0,iface=eth0)");
	return rc;
}

static bool find_by_mac(const struct rte_ether_addr *mac, uint16_t *out)
{
	struct rte_ether_addr have;
	uint16_t id;

	RTE_ETH_FOREACH_DEV (id) {
		if (!rte_eth_macaddr_get(id, &have) && rte_is_same_ether_addr(&have, mac)) {
			*out = id;
			return true;
		}
	}
	return false;
}

/* Is it the kernel interface with that address? Then the PCI address behind it, as the last part of
 * the link `device`. */
static bool kernel_pci(const char *ifname, const struct rte_ether_addr *mac, char *pci, size_t size)
{
	char path[320], text[256] = "";
	struct rte_ether_addr have;
	ssize_t len;
	FILE *f;

	snprintf(path, sizeof(path), SYS_NET "/%.255s/address", ifname);
	f = fopen(path, "re");
	if (!f)
		return false;
	if (!fgets(text, sizeof(text), f))
		text[0] = '\0';
	fclose(f);
	text[strcspn(text, "\n")] = '\0';
	if (sw_parse_mac(text, &have) || !rte_is_same_ether_addr(&have, mac))
		return false;
	snprintf(path, sizeof(path), SYS_NET "/%.255s/device", ifname);
	len = readlink(path, text, sizeof(text) - 1);
	if (len <= 0)
		return false;
	text[len] = '\0';
	snprintf(pci, size, "%s", strrchr(text, '/') ? strrchr(text, '/') + 1 : text);
	return true;
}

/* A NIC whose driver leaves it to the kernel as well (mlx5) can be named by the address the kernel
 * knows, before DPDK has seen the device. */
static bool probe_by_mac(const struct rte_ether_addr *mac)
{
	struct dirent *e;
	DIR *dir = opendir(SYS_NET);
	char pci[64] = "";

	while (dir && !*pci && (e = readdir(dir)))
		kernel_pci(e->d_name, mac, pci, sizeof(pci));
	if (dir)
		closedir(dir);
	return *pci && !rte_dev_probe(pci);
}

/* The first Ethernet device that matches, whoever has it. */
static bool find_by_args(const char *devargs, uint16_t *out)
{
	struct rte_dev_iterator it;
	uint16_t id;

	RTE_ETH_FOREACH_MATCHING_DEV(id, devargs, &it)
	{
		rte_eth_iterator_cleanup(&it);
		*out = id;
		return true;
	}
	return false;
}

static void mark_attached(uint16_t id, bool is)
{
	struct rte_device *dev = device_of(id);
	uint16_t other;

	attached[id] = is;
	RTE_ETH_FOREACH_DEV (other) {
		if (dev && device_of(other) == dev)
			attached[other] = is;
	}
}

static int take_mac(const char *devargs, uint16_t *id, struct sw_err *err)
{
	struct rte_ether_addr mac;
	int rc;

	if (sw_parse_mac(devargs + strlen(CLASS_MAC), &mac))
		return bad_devargs(devargs, err, "has no MAC address after mac=");
	if (find_by_mac(&mac, id))
		return 0;
	if (probe_by_mac(&mac) && find_by_mac(&mac, id)) {
		mark_attached(*id, true);
		return 0;
	}
	rc = sw_err_set(err, SW_CODE_DEVICE, "no device has the address of \"%s\"", devargs);
	sw_err_given(err, "%s", devargs);
	sw_err_hint(err, "name the device by its PCI address: dpdk-devbind.py --status lists them");
	return rc;
}

/* Does an argument name a file that the sandbox keeps from us? */
static bool shut_out(const char *devargs)
{
	char path[256];

	for (const char *at = devargs; (at = strstr(at, "=/")); at++) {
		snprintf(path, sizeof(path), "%.*s", (int)strcspn(at + 1, ","), at + 1);
		if (sw_sandbox_shuts_out(path))
			return true;
	}
	return false;
}

/* `device` is the name of a PCI device, or NULL. */
static int probe_failed(const char *devargs, int rc, const char *device, struct sw_err *err)
{
	const char *why = dpdk_reason(rc);

	if (rte_eth_dev_count_avail() >= RTE_MAX_ETHPORTS)
		return sw_err_set(err, SW_CODE_LIMIT,
			"\"%s\" cannot be attached: there are %d Ethernet devices already, the most this "
			"build of DPDK has room for",
			devargs, RTE_MAX_ETHPORTS);
	rc = sw_err_set(err, SW_CODE_DEVICE, "\"%s\" cannot be attached: %s", devargs, why);
	sw_err_path(err, "options:dpdk-devargs");
	sw_err_given(err, "%s", devargs);
	if (device)
		dpdk_vfio_hint(device, err);
	else if (shut_out(devargs))
		sw_err_hint(err,
			"it names a file out of the switch's reach: extra-dirs= in section "
			"[security] of the boot file adds folders");
	else
		sw_err_hint(err, "check its arguments; the driver's own words are in the log (name "
				 "dpdk)");
	return rc;
}

/* Would taking over an already probed device ignore some of what is asked? */
static bool same_args(uint16_t id, const struct rte_devargs *asked)
{
	struct rte_device *dev = device_of(id);
	const struct rte_devargs *have = dev ? rte_dev_devargs(dev) : NULL;

	return !asked->args || !*asked->args ||
	       (have && have->args && !strcmp(have->args, asked->args));
}

static int check_af_xdp(const char *devargs, const char *name, struct sw_err *err)
{
	if (strncmp(name, "net_af_xdp", 10) || sw_sandbox_af_xdp())
		return 0;
	sw_err_set(err, SW_CODE_PERMISSION,
		"\"%s\" needs bpf(2), which this switch keeps from itself", devargs);
	sw_err_path(err, "options:dpdk-devargs");
	sw_err_given(err, "%s", devargs);
	sw_err_hint(err, "af-xdp=yes in section [security] of the boot file allows it; or use the "
			 "interface with type=system");
	return sw_err_errno(SW_CODE_PERMISSION);
}

static int take_named(const char *devargs, uint16_t *id, struct sw_err *err)
{
	struct rte_devargs da = { 0 };
	int rc = 0;

	if (rte_devargs_parse(&da, devargs))
		return bad_devargs(devargs, err, "names no device that DPDK knows");
	if (find_by_args(devargs, id)) {
		if (!owners[*id] && !same_args(*id, &da))
			rc = sw_err_set(err, SW_CODE_CONFLICT,
				"%s is attached already, with other arguments than \"%s\"", da.name,
				devargs);
		goto out;
	}
	rc = check_af_xdp(devargs, da.name, err);
	if (!rc)
		rc = dpdk_xsk_check_args(devargs, err);
	if (rc)
		goto out;
	rc = rte_dev_probe(devargs);
	if (rc) {
		bool pci = !strcmp(rte_bus_name(da.bus), "pci");

		rc = probe_failed(devargs, rc, pci ? da.name : NULL, err);
	} else if (find_by_args(devargs, id)) {
		mark_attached(*id, true);
	} else {
		rc = sw_err_set(err, SW_CODE_DEVICE, "%s is not an Ethernet device", da.name);
	}
out:
	free(da.data); /* what rte_devargs_reset does, which is not stable API yet */
	return rc;
}

int dpdk_dev_take(struct dpdk *d, const char *devargs, struct sw_err *err)
{
	bool by_mac = !strncmp(devargs, CLASS_MAC, strlen(CLASS_MAC));
	uint16_t id = 0;
	int rc;

	pthread_mutex_lock(&lock);
	rc = by_mac ? take_mac(devargs, &id, err) : take_named(devargs, &id, err);
	if (!rc && owners[id]) {
		rc = sw_err_set(err, SW_CODE_CONFLICT, "device \"%s\" is used by port %s already",
			devargs, owners[id]->port.name);
		sw_err_given(err, "%s", devargs);
		sw_err_hint(
			err, "remove that port first (swctl del-port %s)", owners[id]->port.name);
	}
	if (!rc) {
		owners[id] = d;
		d->id = id;
	}
	pthread_mutex_unlock(&lock);
	return rc;
}

static bool sibling_in_use(const struct rte_device *dev)
{
	uint16_t id;

	RTE_ETH_FOREACH_DEV (id) {
		if (owners[id] && device_of(id) == dev)
			return true;
	}
	return false;
}

void dpdk_dev_give(struct dpdk *d)
{
	struct rte_device *dev;
	int rc;

	pthread_mutex_lock(&lock);
	owners[d->id] = NULL;
	dev = device_of(d->id);
	if (!dev)
		attached[d->id] = false; /* unplugged meanwhile */
	if (!attached[d->id] || sibling_in_use(dev))
		goto out;
	mark_attached(d->id, false);
	dpdk_memif_silence(d->id);
	dpdk_xsk_hold(d->id);
	rc = rte_eth_dev_close(d->id);
	if (rc)
		sw_warn("%s: closing its device failed: %s", d->port.name, dpdk_reason(rc));
	rc = rte_dev_remove(dev);
	if (rc) {
		sw_warn("%s: its device stays attached, detaching failed: %s", d->port.name,
			dpdk_reason(rc));
		attached[d->id] = rte_eth_dev_is_valid_port(d->id);
	}
	dpdk_xsk_release(d->id);
out:
	pthread_mutex_unlock(&lock);
}
