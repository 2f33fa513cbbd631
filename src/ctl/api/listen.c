/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The control socket comes to be: a stale one goes, the new one has owner and mode before anybody can
 * connect. Control thread.
 */
#include "listen.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <errno.h>
#include <string.h>

#include <sw/access.h>
#include <sw/err.h>

/* 0 when path is free now: nothing there, or a socket nobody listens on, which is removed. */
static int clear_path(const struct sockaddr_un *addr, struct sw_err *err)
{
	struct stat st;
	int fd, rc;

	if (lstat(addr->sun_path, &st))
		return errno == ENOENT ? 0
				       : sw_err_set(err, SW_CODE_DEVICE, "%s: %s", addr->sun_path,
						 strerror(errno));
	if (!S_ISSOCK(st.st_mode)) {
		rc = sw_err_set(
			err, SW_CODE_EXISTS, "%s exists and is not a socket", addr->sun_path);
		sw_err_hint(err, "remove it, or choose another path with --socket");
		return rc;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return sw_err_set(err, SW_CODE_INTERNAL, "no socket: %s", strerror(errno));
	rc = connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) ? errno : 0;
	close(fd);
	if (rc != ECONNREFUSED && rc != ENOENT) {
		rc = sw_err_set(
			err, SW_CODE_CONFLICT, "another switch answers on %s", addr->sun_path);
		sw_err_hint(err, "stop it, or start this one with another --socket and --state");
		return rc;
	}
	if (unlink(addr->sun_path) && errno != ENOENT)
		return sw_err_set(err, SW_CODE_DEVICE, "the stale socket %s cannot be removed: %s",
			addr->sun_path, strerror(errno));
	return 0;
}

static int give_to(const char *path, const struct sw_access *access, struct sw_err *err)
{
	uid_t owner = access->has_owner ? access->owner : (uid_t)-1;
	gid_t group = access->has_group ? access->group : (gid_t)-1;
	int rc;

	if ((!access->has_owner && !access->has_group) || !chown(path, owner, group))
		return 0;
	rc = sw_err_set(err, SW_CODE_PERMISSION, "the socket %s cannot be given to %s: %s", path,
		access->has_owner ? "its socket-owner" : "its socket-group", strerror(errno));
	sw_err_hint(err, "only root gives files to another user, and others only to groups they "
			 "are in: a service gets one more by SupplementaryGroups=GROUP in its unit "
			 "(systemctl edit swd)");
	return rc;
}

/* Nobody can connect between bind and listen, so owner and mode hold before the first client. */
static int bind_path(int fd, const struct sockaddr_un *addr, const struct sw_access *access,
	struct stat *made, struct sw_err *err)
{
	unsigned mode = access->mode ? access->mode : SW_ACCESS_MODE;
	const char *path = addr->sun_path;
	int rc;

	if (fd >= 0 && !bind(fd, (const struct sockaddr *)addr, sizeof(*addr))) {
		rc = give_to(path, access, err);
		if (rc) {
			unlink(path);
			return rc;
		}
		if (!chmod(path, mode) && !stat(path, made) && !listen(fd, 128))
			return 0;
	}
	rc = sw_err_set(err, SW_CODE_DEVICE, "cannot listen on %s: %s", path, strerror(errno));
	sw_err_hint(err, "its folder must exist and be writable; --socket names another path");
	return rc;
}

int api_listen(
	const char *path, const struct sw_access *access, struct stat *made, struct sw_err *err)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd, rc;

	if (!path[0] || strlen(path) >= sizeof(addr.sun_path)) {
		rc = sw_err_set(
			err, SW_CODE_INVALID, "the socket's path is %zu bytes long", strlen(path));
		sw_err_given(err, "%s", path);
		sw_err_allowed(err, "1 to %zu bytes", sizeof(addr.sun_path) - 1);
		return rc;
	}
	strcpy(addr.sun_path, path);
	rc = clear_path(&addr, err);
	if (rc)
		return rc;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	rc = bind_path(fd, &addr, access, made, err);
	if (rc && fd >= 0)
		close(fd);
	return rc ? rc : fd;
}
