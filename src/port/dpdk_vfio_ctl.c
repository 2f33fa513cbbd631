/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Why a PCI device cannot be had: what stands between an ordinary user and a NIC is looked up in the order
 * in which it has to be done. It is there, it is bound to vfio-pci, its group's device is ours
 * (/dev/vfio/GROUP, by a udev rule), the service may use it (DeviceAllow=; the kernel says EPERM then, not
 * EACCES), and VFIO was there when DPDK started.
 *
 * Job thread.
 */
#include "dpdk.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <rte_vfio.h>

#include <sw/err.h>

#define DEVICES	  "/sys/bus/pci/devices"
#define LINK_SIZE 256

/* The last part of where a link of a device leads; empty when there is none. */
static void read_link(const char *device, const char *name, char buf[LINK_SIZE])
{
	char path[256], to[LINK_SIZE];
	ssize_t len;
	char *slash;

	snprintf(path, sizeof(path), DEVICES "/%.100s/%s", device, name);
	len = readlink(path, to, sizeof(to) - 1);
	to[len > 0 ? len : 0] = '\0';
	slash = strrchr(to, '/');
	snprintf(buf, LINK_SIZE, "%s", slash ? slash + 1 : to);
}

static void hint_group(const char *group, struct sw_err *err)
{
	char path[64];

	snprintf(path, sizeof(path), "/dev/vfio/%.32s", group);
	if (access(path, R_OK | W_OK) && errno == EPERM)
		sw_err_hint(err,
			"the service may not use %s: put swd.service.d/vfio.conf of the documentation "
			"into /etc/systemd/system/swd.service.d, systemctl daemon-reload, and restart swd",
			path);
	else if (access(path, R_OK | W_OK))
		sw_err_hint(err,
			"user %u may not use %s: chown it, for good by a udev rule: "
			"SUBSYSTEM==\"vfio\", OWNER=\"swd\"",
			(unsigned)geteuid(), path);
	else if (!rte_vfio_is_enabled("vfio"))
		sw_err_hint(err, "VFIO was not there when swd started: restart it");
	else
		sw_err_hint(err, "the driver's own words are in the log (name dpdk)");
}

void dpdk_vfio_hint(const char *device, struct sw_err *err)
{
	char path[128], driver[LINK_SIZE], group[LINK_SIZE];

	snprintf(path, sizeof(path), DEVICES "/%.100s", device);
	read_link(device, "driver", driver);
	read_link(device, "iommu_group", group);
	if (access(path, F_OK))
		sw_err_hint(
			err, "no PCI device has this address: dpdk-devbind.py --status lists them");
	else if (strcmp(driver, "vfio-pci"))
		sw_err_hint(err,
			"it is bound to %s: dpdk-devbind.py -b vfio-pci %s, with the IOMMU on",
			*driver ? driver : "no driver", device);
	else
		hint_group(group, err);
}
