/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sd_notify by hand: a datagram to the socket named by NOTIFY_SOCKET; a leading '@' means the abstract
 * namespace (systemd's sd_notify(3), "Notes"). A failure is not ours to act on: the service manager
 * times out by itself and says so.
 *
 * Control thread; never blocks.
 */
#include "notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <sw/text.h>

void notify_send(const char *state)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	const char *path = getenv("NOTIFY_SOCKET");
	size_t len = path ? strlen(path) : 0;
	int fd;

	if (len < 2 || len >= sizeof(addr.sun_path) || (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(addr.sun_path, path, len);
	if (path[0] == '@')
		addr.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	(void)sendto(fd, state, strlen(state), MSG_DONTWAIT | MSG_NOSIGNAL,
		(struct sockaddr *)&addr, offsetof(struct sockaddr_un, sun_path) + len);
	close(fd);
}

uint64_t notify_watchdog_us(void)
{
	const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	uint64_t value = 0, who = getpid();

	if (!getenv("NOTIFY_SOCKET") || !usec || sw_parse_u64(usec, 1, UINT64_MAX, &value))
		return 0;
	if (pid && sw_parse_u64(pid, 1, UINT32_MAX, &who))
		return 0;
	return who == (uint64_t)getpid() ? value / 2 : 0;
}
