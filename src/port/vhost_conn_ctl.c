/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The descriptor of a vhost-user connection, which the library keeps to itself but the kernel knows: the
 * connected socket that leads to our path (client) or from it (server). Two things must be done to it.
 *
 * Made non-blocking when it is new: one thread of the library reads and answers for all ports, some of it
 * with rings locked, and a front end that sends half a message or reads no replies would stop them all.
 * (And closed on exec: a child would keep a dead switch's guests waiting.)
 *
 * Shut down before it is unregistered: the library closes it while its thread sleeps in poll() with it,
 * and the kernel then keeps the connection open until poll ends, up to 1 s later.
 *
 * Link thread, job threads, library's thread. Only when a connection comes or goes.
 */
#include "vhost_dev.h"

#include "fd_ctl.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

static bool is_ours(const struct vhost *v, int fd)
{
	struct sockaddr_un addr[2] = { 0 };
	socklen_t len[2] = { sizeof(addr[0]), sizeof(addr[1]) };
	const struct sockaddr_un *named = &addr[v->server ? 0 : 1];

	return !getsockname(fd, (struct sockaddr *)&addr[0], &len[0]) &&
	       !getpeername(fd, (struct sockaddr *)&addr[1], &len[1]) &&
	       named->sun_family == AF_UNIX &&
	       !strncmp(named->sun_path, v->path, sizeof(named->sun_path));
}

static void prepare(int fd, void *arg)
{
	int flags = is_ours(arg, fd) ? fcntl(fd, F_GETFL) : -1;

	if (flags < 0)
		return;
	fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static void shut(int fd, void *arg)
{
	if (is_ours(arg, fd))
		shutdown(fd, SHUT_RDWR);
}

void vhost_conn_prepare(struct vhost *v)
{
	fd_each(prepare, v);
}

void vhost_conn_shut(struct vhost *v)
{
	fd_each(shut, v);
}
