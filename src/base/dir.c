/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Folders and lock files. The lock is flock(2): the kernel lets it go however the process ends, so a file
 * left behind by kill -9 is no obstacle. The process id in it is for people only.
 *
 * A file that was removed while we waited to open and lock it protects nothing, so after locking we
 * look whether the path still is the file we hold, and start again when it is not.
 */
#include <sw/dir.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sw/err.h>
#include <sw/mem.h>

static int failed(const char *what, const char *path, struct sw_err *err)
{
	enum sw_code code = errno == EACCES || errno == EPERM || errno == EROFS ? SW_CODE_PERMISSION
										: SW_CODE_DEVICE;

	sw_err_set(err, code, "%s %s cannot be made: %s", what, path, strerror(errno));
	sw_err_given(err, "%s", path);
	sw_err_hint(err, "name another place with --run-dir, --state or --socket");
	return sw_err_errno(code);
}

/* A folder that an ordinary user finds must be its own or root's: below /tmp anybody could have made one
 * of the name we use, and would then own our sockets and our configuration. */
static int check_owner(const char *path, struct sw_err *err)
{
	struct stat st;

	if (!geteuid() || stat(path, &st) || st.st_uid == geteuid() || !st.st_uid)
		return 0;
	sw_err_set(err, SW_CODE_PERMISSION, "the folder %s belongs to another user (%u)", path,
		(unsigned)st.st_uid);
	sw_err_given(err, "%s", path);
	sw_err_hint(err, "name another place with --run-dir, --state or --socket");
	return sw_err_errno(SW_CODE_PERMISSION);
}

static bool is_dir(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

int sw_dir_make(const char *path, unsigned mode, struct sw_err *err)
{
	char *copy = sw_xstrdup(path), *slash = copy;
	int rc = 0;

	while (!rc && (slash = strchr(slash + 1, '/'))) {
		*slash = '\0';
		if (!is_dir(copy) && mkdir(copy, 0755) && errno != EEXIST)
			rc = failed("the folder", copy, err);
		*slash = '/';
	}
	if (!rc && !is_dir(path) && mkdir(path, mode))
		rc = failed("the folder", path, err);
	free(copy);
	return rc ? rc : check_owner(path, err);
}

/* Nothing in it but "." and ".."? */
static bool is_empty(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	unsigned n = 0;

	while (dir && (entry = readdir(dir)))
		n += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
	if (dir)
		closedir(dir);
	return dir && !n;
}

int sw_dir_give(const char *path, unsigned uid, struct sw_err *err)
{
	struct stat st;

	if (!stat(path, &st) && st.st_uid == uid)
		return 0;
	/* One with something in it may be anybody's: /tmp, or a state that root wrote before. */
	if (is_empty(path) && !chown(path, uid, -1))
		return 0;
	sw_err_set(err, SW_CODE_PERMISSION,
		"the folder %s belongs to user %u, not to %u, and is not empty", path,
		(unsigned)st.st_uid, uid);
	sw_err_given(err, "%s", path);
	sw_err_hint(
		err, "chown -R %u %s, or name another place with --run-dir or --state", uid, path);
	return sw_err_errno(SW_CODE_PERMISSION);
}

int sw_dir_make_for(const char *path, unsigned mode, struct sw_err *err)
{
	char *copy = sw_xstrdup(path), *slash = strrchr(copy, '/');
	int rc = 0;

	if (slash && slash != copy) {
		*slash = '\0';
		rc = sw_dir_make(copy, mode, err);
	}
	free(copy);
	return rc;
}

static int held(int fd, const char *path, const char *what, struct sw_err *err)
{
	char pid[16] = "";
	ssize_t len = pread(fd, pid, sizeof(pid) - 1, 0);

	pid[len > 0 ? strcspn(pid, "\n") : 0] = '\0';
	sw_err_set(err, SW_CODE_CONFLICT, "%s is in use by another process%s%s", what,
		*pid ? ", " : "", pid);
	sw_err_given(err, "%s", path);
	sw_err_hint(
		err, "stop that one, or give this one places of its own: --run-dir and --state");
	return sw_err_errno(SW_CODE_CONFLICT);
}

/* Does the path still lead to the file we hold? */
static bool still_there(int fd, const char *path)
{
	struct stat held_st, path_st;

	return !fstat(fd, &held_st) && !stat(path, &path_st) && held_st.st_ino == path_st.st_ino &&
	       held_st.st_dev == path_st.st_dev;
}

int sw_lock_take(const char *path, const char *what, struct sw_err *err)
{
	for (;;) {
		int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644), rc;

		if (fd < 0)
			return failed("the file", path, err);
		if (flock(fd, LOCK_EX | LOCK_NB)) {
			rc = held(fd, path, what, err);
			close(fd);
			return rc;
		}
		if (still_there(fd, path)) {
			if (ftruncate(fd, 0) || dprintf(fd, "%d\n", (int)getpid()) < 0)
				errno = 0; /* the number is for people only */
			return fd;
		}
		close(fd);
	}
}

void sw_lock_drop(const char *path, int fd)
{
	if (fd < 0)
		return;
	unlink(path);
	close(fd);
}
