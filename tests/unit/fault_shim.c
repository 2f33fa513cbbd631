/* SPDX-License-Identifier: BSD-3-Clause */
/* See fault_shim.h. The real calls are made by number, so that the shim never meets itself. */
#include "fault_shim.h"

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

#include <sw/mem.h>

#define NAMES 256

const char *const fault_names[FAULT_COUNT] = { "none", "EIO", "ENOSPC", "EINTR", "short",
	"short and full", "dead disk", "full disk", "kill" };

struct shim shim;

/* Bytes of a file: safe, and as they were when its last name went. */
struct inode {
	uint64_t number;
	char *safe, *last;
	size_t safe_len, last_len;
};

struct name {
	char text[40];
	uint64_t inode; /* 0: it is gone */
};

static struct inode inodes[NAMES];
static unsigned n_inodes;
static struct name safe_names[NAMES];
static unsigned n_safe;
/* Changes of names since: after each, what the name stands for. A rename is two at once. */
static struct {
	struct name set, gone;
} later[NAMES];
static unsigned n_later;
static int model_dir;

static struct inode *inode_of(uint64_t number)
{
	for (unsigned i = 0; i < n_inodes; i++)
		if (inodes[i].number == number)
			return &inodes[i];
	if (n_inodes == NAMES)
		abort();
	memset(&inodes[n_inodes], 0, sizeof(inodes[0]));
	inodes[n_inodes].number = number;
	return &inodes[n_inodes++];
}

static size_t read_fd(int fd, char **bytes)
{
	struct stat st;
	size_t n = 0;
	long got = 1;

	if (syscall(SYS_fstat, fd, &st))
		abort();
	*bytes = sw_xcalloc(st.st_size + 1, 1);
	while (n < (size_t)st.st_size && got > 0) {
		got = syscall(SYS_pread64, fd, *bytes + n, st.st_size - n, n);
		n += got > 0 ? got : 0;
	}
	return n;
}

static uint64_t number_of(int fd)
{
	struct stat st;

	return syscall(SYS_fstat, fd, &st) ? 0 : st.st_ino;
}

/* The file that a name stands for now, open to read; -1: none. */
static int open_name(const char *name)
{
	return syscall(SYS_openat, model_dir, name, O_RDONLY | O_CLOEXEC);
}

static uint64_t number_at(const char *name)
{
	int fd = open_name(name);
	uint64_t number = fd < 0 ? 0 : number_of(fd);

	if (fd >= 0)
		syscall(SYS_close, fd);
	return number;
}

/* A name is about to go: its file may have been the last to hold these bytes. */
static void keep_last(const char *name)
{
	int fd = open_name(name);
	struct inode *inode;

	if (fd < 0)
		return;
	inode = inode_of(number_of(fd));
	free(inode->last);
	inode->last_len = read_fd(fd, &inode->last);
	syscall(SYS_close, fd);
}

static void set_name(struct name *list, unsigned *n, const struct name *name)
{
	unsigned i = 0;

	if (!name->text[0])
		return;
	while (i < *n && strcmp(list[i].text, name->text))
		i++;
	if (i == NAMES)
		abort();
	list[i] = *name;
	*n += i == *n;
}

static void note(const char *set, uint64_t inode, const char *gone)
{
	if (n_later == NAMES)
		abort();
	memset(&later[n_later], 0, sizeof(later[0]));
	snprintf(later[n_later].set.text, sizeof(later[0].set.text), "%s", set);
	later[n_later].set.inode = inode;
	snprintf(later[n_later].gone.text, sizeof(later[0].gone.text), "%s", gone ? gone : "");
	n_later++;
}

static void apply_names(struct name *list, unsigned *n, unsigned upto)
{
	for (unsigned i = 0; i < upto; i++) {
		set_name(list, n, &later[i].set);
		set_name(list, n, &later[i].gone);
	}
}

static void forget_model(void)
{
	for (unsigned i = 0; i < n_inodes; i++) {
		free(inodes[i].safe);
		free(inodes[i].last);
	}
	n_inodes = n_safe = n_later = 0;
}

void shim_arm(const char *dir, bool crash)
{
	forget_model();
	model_dir = syscall(SYS_openat, AT_FDCWD, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	shim.crash = crash;
	shim.calls = 0;
	shim.struck = false;
	shim.armed = true;
}

void shim_disarm(void)
{
	if (shim.armed)
		syscall(SYS_close, model_dir);
	shim.armed = false;
	shim.crash = false;
}

unsigned shim_names(void)
{
	return n_later;
}

static void write_image(int dir, const struct name *name, enum tail tail)
{
	struct inode *inode = inode_of(name->inode);
	int fd = syscall(SYS_openat, dir, name->text, O_WRONLY | O_CREAT | O_TRUNC, 0640);
	char *bytes = NULL, *now = inode->last;
	size_t len = inode->last_len, safe = inode->safe_len;
	int from = -1;

	/* the bytes as the running system saw them: of whatever name the file has now */
	for (unsigned i = 0; i < n_safe + n_later && from < 0; i++) {
		const char *text = i < n_safe ? safe_names[i].text : later[i - n_safe].set.text;

		if (number_at(text) == name->inode)
			from = open_name(text);
	}
	if (from >= 0) {
		len = read_fd(from, &bytes);
		now = bytes;
		syscall(SYS_close, from);
	}
	if (tail == TAIL_HALF && len > safe)
		len = safe + (len - safe) / 2;
	if (tail == TAIL_ALL || (tail == TAIL_HALF && len > safe)) {
		syscall(SYS_pwrite64, fd, now, len, 0);
	} else {
		syscall(SYS_pwrite64, fd, inode->safe, safe, 0);
		if (tail == TAIL_ZERO && len > safe)
			syscall(SYS_ftruncate, fd, len);
	}
	syscall(SYS_close, fd);
	free(bytes);
}

void shim_image(const char *to, unsigned names, enum tail tail)
{
	int dir = syscall(SYS_openat, AT_FDCWD, to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct name list[NAMES];
	unsigned n = n_safe;

	memcpy(list, safe_names, sizeof(list));
	apply_names(list, &n, names);
	for (unsigned i = 0; i < n; i++)
		if (list[i].inode)
			write_image(dir, &list[i], tail);
	syscall(SYS_close, dir);
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

ssize_t pwrite(int fd, const void *buf, size_t n, off_t at)
{
	n = shorter(n);
	if (shim.armed && shim.fault == FAULT_KILL && shim.calls + 1 == shim.at)
		syscall(SYS_pwrite64, fd, buf, n / 2, at); /* killed in the middle of it */
	return fails(MAY_WAIT | WRITES) ? -1 : syscall(SYS_pwrite64, fd, buf, n, at);
}

ssize_t pread(int fd, void *buf, size_t n, off_t at)
{
	n = shorter(n);
	return fails(MAY_WAIT) ? -1 : syscall(SYS_pread64, fd, buf, n, at);
}

int fdatasync(int fd)
{
	struct inode *inode;
	int rc;

	if (fails(MAY_WAIT))
		return -1;
	rc = syscall(SYS_fdatasync, fd);
	if (rc || !shim.armed || !shim.crash)
		return rc;
	inode = inode_of(number_of(fd));
	free(inode->safe);
	inode->safe_len = read_fd(fd, &inode->safe);
	return 0;
}

int fsync(int fd)
{
	if (fails(MAY_WAIT))
		return -1;
	if (shim.armed && shim.crash) {
		apply_names(safe_names, &n_safe, n_later);
		n_later = 0;
	}
	return syscall(SYS_fsync, fd);
}

int ftruncate(int fd, off_t size)
{
	return fails(MAY_WAIT) ? -1 : syscall(SYS_ftruncate, fd, size);
}

int renameat(int from, const char *old, int to, const char *name)
{
	if (fails(0))
		return -1;
	if (shim.armed && shim.crash) {
		keep_last(name);
		note(name, number_at(old), old);
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
		note(name, number_at(old), NULL);
	return rc;
}

int unlinkat(int dir, const char *name, int flags)
{
	if (fails(0))
		return -1;
	if (shim.armed && shim.crash && number_at(name)) {
		keep_last(name);
		note(name, 0, NULL);
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
	is_new = shim.armed && shim.crash && flags & O_CREAT && !number_at(name);
	fd = syscall(SYS_openat, dir, name, flags, mode);
	if (is_new && fd >= 0)
		note(name, number_of(fd), NULL);
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
