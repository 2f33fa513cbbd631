/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What net_memif forgets: with the last server of a socket it frees what it listens with, but neither
 * closes the listening socket nor takes it from EAL's interrupt thread (22.11, and newer). The name stays
 * taken, and a peer that connects makes that thread run on freed memory.
 *
 * So the listener is found by its name, which only one socket can have, and an event that never comes is
 * put in its place, before the driver forgets it. Its number is not closed: EAL still watches it, and ends
 * the process when it cannot. A number and what EAL keeps for it are lost each time; the callback that
 * would unregister it is known to the driver alone.
 *
 * Job threads, under the lock of dpdk_dev_ctl.c.
 */

#include "dpdk.h"

#include "fd_ctl.h"

#include <fcntl.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <rte_dev.h>
#include <rte_devargs.h>
#include <rte_kvargs.h>

#include <sw/log.h>

SW_LOG_USE(dpdk_port);

#define PRESET "/run/memif.sock" /* of the driver */

struct listener {
	char name[sizeof(((struct sockaddr_un *)0)->sun_path)];
	int instead;
};

static int copy_name(const char *key, const char *value, void *name)
{
	(void)key;
	strncpy(name, value, sizeof(((struct listener *)0)->name) - 1);
	return 0;
}

bool dpdk_is_memif(const struct rte_eth_dev_info *info)
{
	return !strcmp(info->driver_name, "net_memif");
}

/* The socket that this device was told to use, if it is of net_memif. */
static bool name_of(uint16_t id, struct listener *out)
{
	struct rte_eth_dev_info info = { 0 };
	const struct rte_devargs *da;
	struct rte_kvargs *args;

	if (rte_eth_dev_info_get(id, &info) || !dpdk_is_memif(&info))
		return false;
	memset(out->name, 0, sizeof(out->name));
	strcpy(out->name, PRESET);
	da = rte_dev_devargs(info.device);
	args = da && da->args ? rte_kvargs_parse(da->args, NULL) : NULL;
	if (args && rte_kvargs_count(args, "socket")) {
		memset(out->name, 0, sizeof(out->name));
		rte_kvargs_process(args, "socket", copy_name, out->name);
	}
	rte_kvargs_free(args);
	return true;
}

static bool shared(uint16_t id, const struct listener *l)
{
	struct listener theirs;
	uint16_t other;

	RTE_ETH_FOREACH_DEV (other) {
		if (other != id && name_of(other, &theirs) && !strcmp(theirs.name, l->name))
			return true;
	}
	return false;
}

static bool listens_at(int fd, const char *name)
{
	struct sockaddr_un addr = { 0 };
	socklen_t len = sizeof(addr), size = sizeof(int);
	int listens = 0;

	return !getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) && listens &&
	       !getsockname(fd, (struct sockaddr *)&addr, &len) && addr.sun_family == AF_UNIX &&
	       !strncmp(addr.sun_path + !addr.sun_path[0], name,
		       sizeof(addr.sun_path) - !addr.sun_path[0]);
}

static void silence(int fd, void *arg)
{
	const struct listener *l = arg;

	if (listens_at(fd, l->name) && dup3(l->instead, fd, O_CLOEXEC) < 0)
		sw_warn("memif socket %s stays taken until a restart: %m", l->name);
}

void dpdk_memif_silence(uint16_t id)
{
	struct listener l;

	if (!name_of(id, &l) || shared(id, &l))
		return;
	l.instead = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (l.instead < 0) {
		sw_warn("memif socket %s stays taken until a restart: %m", l.name);
		return;
	}
	fd_each(silence, &l);
	close(l.instead);
}
