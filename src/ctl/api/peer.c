/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who is at the other end of the control socket. The name is looked up in /etc/passwd only: asking the
 * name service could wait for a directory server, and the control loop waits for nobody.
 */
#include "server.h"

#include <sys/socket.h>

#include <errno.h>
#include <pwd.h>
#include <stdio.h>

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

enum sw_role api_peer_role(const struct api_peer *peer)
{
	return SW_ROLE_ADMIN;
}

int api_peer_of(int fd, struct api_peer *peer)
{
	struct ucred cred;
	socklen_t size = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size))
		return -errno;
	peer->uid = cred.uid;
	peer->gid = cred.gid;
	peer->pid = cred.pid;
	name_user(peer);
	peer->role = api_peer_role(peer);
	return 0;
}
