/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who is at the other end of the control socket. The name is looked up in /etc/passwd only: asking the
 * name service could wait for a directory server, and the control loop waits for nobody.
 */
#include "server.h"

#include <poll.h>
#include <sys/socket.h>

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>

#include <sw/mem.h>

static void name_user(struct api_peer *peer)
{
	FILE *file = fopen("/etc/passwd", "re");
	struct passwd entry, *found = NULL;
	char buf[1024];

	snprintf(peer->user, sizeof(peer->user), "uid %u", (unsigned)peer->uid);
	if (!file)
		return;
	while (!fgetpwent_r(file, &entry, buf, sizeof(buf), &found)) {
		if (found->pw_uid != peer->uid)
			continue;
		snprintf(peer->user, sizeof(peer->user), "%s", found->pw_name);
		break;
	}
	fclose(file);
}

/* Its groups at the time it connected, its first one included; *n of them. */
static uint32_t *groups_of(int fd, gid_t first, unsigned *n)
{
	socklen_t size = 64 * sizeof(gid_t);
	gid_t *groups = sw_xcalloc(1, size + sizeof(gid_t));

	/* The kernel says how many there are when they do not fit, up to 65536. */
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size) && errno == ERANGE) {
		free(groups);
		groups = sw_xcalloc(1, size + sizeof(gid_t));
		if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size))
			size = 0;
	}
	*n = size / sizeof(gid_t) + 1;
	groups[*n - 1] = first;
	return groups;
}

int api_peer_of(int fd, const struct sw_access *access, struct api_peer *peer)
{
	struct ucred cred;
	socklen_t size = sizeof(cred);
	uint32_t *groups;
	unsigned n;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size))
		return -errno;
	peer->uid = cred.uid;
	peer->gid = cred.gid;
	peer->pid = cred.pid;
	name_user(peer);
	groups = groups_of(fd, cred.gid, &n);
	peer->role = sw_access_role(access, cred.uid, groups, n);
	free(groups);
	return 0;
}

bool api_peer_gone(int fd)
{
	struct pollfd p = { .fd = fd };

	return poll(&p, 1, 0) > 0 && p.revents & POLLHUP;
}
