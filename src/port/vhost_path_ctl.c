/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where a vhost-user socket may be: judged when a port is opened, so that a mistyped path is an error at
 * once and not a port that waits for ever.
 *
 * Job thread. Client: the folder must exist, the socket need not. Server: we make the socket; one that is
 * left over from a process that died (nobody listens on it) is removed, any other thing in its place is
 * left alone and an error.
 */
#include "vhost.h"

#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <sw/err.h>
#include <sw/mem.h>

_Static_assert(VHOST_PATH_SIZE == sizeof(((struct sockaddr_un *)0)->sun_path), "path of a socket");

static int too_long(const char *path, struct sw_err *err)
{
	int rc = sw_err_set(err, SW_CODE_INVALID,
		"socket path %.60s%s is %zu bytes long; a Unix socket's path has at most %d", path,
		strlen(path) > 60 ? "..." : "", strlen(path), VHOST_PATH_SIZE - 1);

	sw_err_given(err, "%s", path);
	sw_err_allowed(err, "at most %d bytes", VHOST_PATH_SIZE - 1);
	sw_err_hint(err, "put the socket into a folder with a shorter name");
	return rc;
}

static int no_folder(const char *path, const char *dir, struct sw_err *err)
{
	int rc = sw_err_set(
		err, SW_CODE_DEVICE, "socket %s: folder %s: %s", path, dir, strerror(errno));

	sw_err_given(err, "%s", path);
	sw_err_hint(err, "make the folder %s, or correct the path", dir);
	return rc;
}

/* Fill path and where; the folder must exist. */
static int take(struct vhost *v, const char *path, struct sw_err *err)
{
	char dir[VHOST_PATH_SIZE], base[VHOST_PATH_SIZE], *folder, *real;
	struct stat st;
	int rc;

	if (strlen(path) >= VHOST_PATH_SIZE)
		return too_long(path, err);
	strcpy(dir, path);
	strcpy(base, path);
	folder = dirname(dir);
	real = realpath(folder, NULL);
	if (!real)
		return no_folder(path, folder, err);
	if (stat(real, &st) || !S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		rc = no_folder(path, folder, err);
		free(real);
		return rc;
	}
	strcpy(v->path, path);
	v->where = sw_xasprintf("%s/%s", real, basename(base));
	free(real);
	return 0;
}

/* Something is at the path that is not a socket. */
static int not_socket(const struct vhost *v, struct sw_err *err)
{
	int rc = sw_err_set(err, SW_CODE_DEVICE, "%s exists and is not a socket", v->path);

	sw_err_given(err, "%s", v->path);
	sw_err_hint(err, "remove it or choose another path");
	return rc;
}

int vhost_path_client(struct vhost *v, const char *path, struct sw_err *err)
{
	struct stat st;
	int rc;

	if (path[0] != '/' || path[strlen(path) - 1] == '/') {
		rc = sw_err_set(err, SW_CODE_INVALID,
			"options:vhost-server-path \"%s\" is not the absolute path of a socket",
			path);
		sw_err_path(err, "options:vhost-server-path");
		sw_err_given(err, "%s", path);
		sw_err_allowed(err, "a path that begins with / and names a socket, not a folder");
		return rc;
	}
	rc = take(v, path, err);
	if (!rc && !stat(path, &st) && !S_ISSOCK(st.st_mode)) {
		rc = not_socket(v, err);
		free(v->where);
		v->where = NULL;
	}
	if (rc)
		sw_err_path(err, "options:vhost-server-path");
	return rc;
}

/* Does anybody listen on the socket? */
static bool is_served(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	bool served;

	if (fd < 0)
		return true;
	strcpy(addr.sun_path, path);
	served = !connect(fd, (struct sockaddr *)&addr, sizeof(addr)) || errno != ECONNREFUSED;
	close(fd);
	return served;
}

static int make_room(const struct vhost *v, struct sw_err *err)
{
	struct stat st;
	int rc;

	if (lstat(v->path, &st))
		return 0;
	if (!S_ISSOCK(st.st_mode))
		return not_socket(v, err);
	if (is_served(v->path)) {
		rc = sw_err_set(err, SW_CODE_CONFLICT,
			"socket %s is in use: another program listens on it", v->path);
		sw_err_given(err, "%s", v->path);
		sw_err_hint(
			err, "stop that program (ss -xlp shows it), or name the port otherwise");
		return rc;
	}
	if (unlink(v->path))
		return sw_err_set(err, SW_CODE_DEVICE, "left-over socket %s cannot be removed: %s",
			v->path, strerror(errno));
	return 0;
}

int vhost_path_server(struct vhost *v, const char *dir, struct sw_err *err)
{
	char *path;
	int rc;

	if (!dir)
		return sw_err_set(err, SW_CODE_INTERNAL, "no folder for vhost-user sockets is set");
	path = sw_xasprintf("%s/%s", dir, v->port.name);
	rc = take(v, path, err);
	free(path);
	if (!rc && (rc = make_room(v, err))) {
		free(v->where);
		v->where = NULL;
	}
	return rc;
}
