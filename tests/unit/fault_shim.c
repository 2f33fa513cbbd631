/* SPDX-License-Identifier: BSD-3-Clause */
/* See fault_shim.h. The real calls are made by number, so that the shim never meets itself. */
#include "fault_shim.h"

#include "fault_model.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FDS 64 /* a test has fewer */

const char *const fault_names[FAULT_COUNT] = { "none", "EIO", "ENOSPC", "EINTR", "short",
	"short and full", "dead disk", "full disk", "kill" };

struct shim shim;

void shim_arm(const char *dir, bool crash)
{
	model_begin(dir);
	shim.crash = crash;
	shim.calls = 0;
	shim.struck = false;
	shim.armed = true;
}

void shim_disarm(void)
{
	if (shim.armed)
		model_end();
	shim.armed = false;
	shim.crash = false;
}

void shim_restart(const char *dir)
{
	for (int fd = 3; fd < FDS; fd++)
		syscall(SYS_close, fd);
	model_folder(dir);
}

void shim_clear(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d && (e = readdir(d)))
		syscall(SYS_unlinkat, dirfd(d), e->d_name, 0);
	if (d)
		closedir(d);
}

/* What a call is, for the faults that do not concern all. */
enum { MAY_WAIT = 1, WRITES = 2 };

/* The errno with which this call must fail, or 0. */
static int verdict(unsigned kind)
{
	if (shim.calls == shim.eio_at)
		return EIO;
	if (shim.calls < shim.at)
		return 0;
	shim.struck = true;
	switch (shim.fault) {
	case FAULT_EIO:
		return shim.calls == shim.at ? EIO : 0;
	case FAULT_ENOSPC:
		return shim.calls == shim.at ? ENOSPC : 0;
	case FAULT_EINTR:
		return shim.calls == shim.at && kind & MAY_WAIT ? EINTR : 0;
	case FAULT_SHORT_FULL:
		return shim.calls == shim.at + 1 ? ENOSPC : 0;
	case FAULT_DEAD:
		return EIO;
	case FAULT_FULL:
		return kind & WRITES ? ENOSPC : 0;
	default:
		return 0;
	}
}

static bool fails(unsigned kind)
{
	int error;

	if (!shim.armed)
		return false;
	shim.calls++;
	if (shim.fault == FAULT_KILL && shim.calls == shim.at)
		shim.on_kill();
	error = verdict(kind);
	if (error)
		errno = error;
	return error != 0;
}

static size_t shorter(size_t n)
{
	bool cut = shim.armed && shim.calls + 1 == shim.at &&
		   (shim.fault == FAULT_SHORT || shim.fault == FAULT_SHORT_FULL);

	return cut && n > 1 ? n / 2 : n;
}

/* Bytes of a file are other ones, or gone. */
static void written(int fd, size_t at, size_t len)
{
	if (shim.armed && shim.crash)
		model_written(fd, at, len);
}

ssize_t pwrite(int fd, const void *buf, size_t n, off_t at)
{
	n = shorter(n);
	if (shim.armed && shim.fault == FAULT_KILL && shim.calls + 1 == shim.at) {
		written(fd, at, n / 2);
		syscall(SYS_pwrite64, fd, buf, n / 2, at); /* killed in the middle of it */
	}
	if (fails(MAY_WAIT | WRITES))
		return -1;
	written(fd, at, n);
	return syscall(SYS_pwrite64, fd, buf, n, at);
}

ssize_t pread(int fd, void *buf, size_t n, off_t at)
{
	n = shorter(n);
	return fails(MAY_WAIT) ? -1 : syscall(SYS_pread64, fd, buf, n, at);
}

int fdatasync(int fd)
{
	int rc;

	if (shim.armed && shim.fault == FAULT_NONE && shim.calls + 1 < SHIM_CALLS)
		shim.syncs[shim.calls + 1] = true;
	if (fails(MAY_WAIT)) {
		if (shim.crash && errno != EINTR)
			model_sync_failed(fd);
		return -1;
	}
	rc = syscall(SYS_fdatasync, fd);
	if (!rc && shim.armed && shim.crash)
		model_synced(fd);
	return rc;
}

int fsync(int fd)
{
	if (fails(MAY_WAIT))
		return -1;
	if (shim.armed && shim.crash) {
		model_names_synced();
	}
	return syscall(SYS_fsync, fd);
}

int ftruncate(int fd, off_t size)
{
	if (fails(MAY_WAIT))
		return -1;
	written(fd, size, SIZE_MAX);
	return syscall(SYS_ftruncate, fd, size);
}

int renameat(int from, const char *old, int to, const char *name)
{
	if (fails(0))
		return -1;
	if (shim.armed && shim.crash) {
		model_keep_last(name);
		model_name(name, model_inode_at(old), old);
	}
	return syscall(SYS_renameat, from, old, to, name);
}

int linkat(int from, const char *old, int to, const char *name, int flags)
{
	int rc;

	if (shim.no_links) {
		errno = EPERM;
		return -1;
	}
	rc = fails(WRITES) ? -1 : syscall(SYS_linkat, from, old, to, name, flags);
	if (!rc && shim.armed && shim.crash)
		model_name(name, model_inode_at(old), NULL);
	return rc;
}

int unlinkat(int dir, const char *name, int flags)
{
	if (fails(0))
		return -1;
	if (shim.armed && shim.crash && model_inode_at(name)) {
		model_keep_last(name);
		model_name(name, 0, NULL);
	}
	return syscall(SYS_unlinkat, dir, name, flags);
}

int openat(int dir, const char *name, int flags, ...)
{
	bool is_new;
	va_list ap;
	mode_t mode;
	int fd;

	va_start(ap, flags);
	mode = flags & O_CREAT ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	if (fails(MAY_WAIT | (flags & O_CREAT ? WRITES : 0)))
		return -1;
	is_new = shim.armed && shim.crash && flags & O_CREAT && !model_inode_at(name);
	fd = syscall(SYS_openat, dir, name, flags, mode);
	if (is_new && fd >= 0)
		model_name(name, model_inode_of(fd), NULL);
	if (flags & O_TRUNC && fd >= 0)
		written(fd, 0, SIZE_MAX);
	return fd;
}

int open(const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = flags & O_CREAT ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	return fails(MAY_WAIT) ? -1 : syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int close(int fd)
{
	bool failed = fails(0);
	int rc = syscall(SYS_close, fd); /* closed in any case, as in Linux */

	if (failed)
		errno = EIO;
	return failed ? -1 : rc;
}

int fstat(int fd, struct stat *st)
{
	return fails(0) ? -1 : syscall(SYS_fstat, fd, st);
}

int fstatat(int dir, const char *name, struct stat *st, int flags)
{
	return fails(0) ? -1 : syscall(SYS_newfstatat, dir, name, st, flags);
}

struct dirent *readdir(DIR *dir)
{
	static struct dirent *(*real)(DIR *);

	if (!real)
		real = (struct dirent * (*)(DIR *)) dlsym(RTLD_NEXT, "readdir64");
	return fails(0) ? NULL : real(dir);
}

int flock(int fd, int op)
{
	return fails(MAY_WAIT) ? -1 : syscall(SYS_flock, fd, op);
}

int mkdir(const char *path, mode_t mode)
{
	return fails(0) ? -1 : syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}
