/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The journal's system calls. An interrupted call is made again; a short write goes on where it stopped.
 */
#include "journal_io.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sw/mem.h>

#define RETRY(expr)                                \
	({                                         \
		long rc_;                          \
		do                                 \
			rc_ = (expr);              \
		while (rc_ < 0 && errno == EINTR); \
		rc_ < 0 ? -errno : rc_;            \
	})

static int make_dirs(const char *path)
{
	char *copy = sw_xstrdup(path);
	int rc = 0;

	for (char *p = copy + 1; !rc && *copy; p++) {
		char c = *p;

		if (c && c != '/')
			continue;
		*p = '\0';
		rc = mkdir(copy, 0750) ? -errno : 0;
		if (rc == -EEXIST || rc == -EROFS || rc == -EACCES)
			rc = 0; /* opening it tells */
		*p = c;
		if (!c)
			break;
	}
	free(copy);
	return rc;
}

int jio_open_dir(const char *path)
{
	int rc = make_dirs(path);

	if (rc)
		return rc;
	return RETRY(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

int jio_lock(int dir)
{
	return RETRY(flock(dir, LOCK_EX | LOCK_NB));
}

int jio_open(int dir, const char *name, bool make)
{
	int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | (make ? O_CREAT | O_TRUNC : 0);

	return RETRY(openat(dir, name, flags, 0640));
}

int jio_open_to_read(int dir, const char *name)
{
	return RETRY(openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
}

int jio_list(int dir, const char *prefix, void (*fn)(void *arg, const char *name, uint64_t bytes),
	void *arg)
{
	int fd = RETRY(openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	struct dirent *entry;
	struct stat st;
	DIR *list;
	int rc;

	if (fd < 0)
		return fd;
	list = fdopendir(fd);
	if (!list) {
		rc = -errno;
		close(fd);
		return rc;
	}
	while ((errno = 0, entry = readdir(list)))
		if (!strncmp(entry->d_name, prefix, strlen(prefix)) &&
			!fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW))
			fn(arg, entry->d_name, st.st_size);
	rc = -errno;
	closedir(list);
	return rc;
}

int jio_size(int fd, uint64_t *size)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	*size = st.st_size;
	return S_ISREG(st.st_mode) ? 0 : -EINVAL;
}

int jio_read_at(int fd, void *bytes, size_t len, uint64_t at, size_t *got)
{
	for (*got = 0; *got < len;) {
		long n = RETRY(pread(fd, (char *)bytes + *got, len - *got, at + *got));

		if (n < 0)
			return n;
		if (!n)
			break;
		*got += n;
	}
	return 0;
}

int jio_read(int fd, size_t max, char **bytes, size_t *len)
{
	uint64_t size;
	int rc = jio_size(fd, &size);

	if (rc)
		return rc;
	if (size > max)
		return -EFBIG;
	*bytes = sw_xcalloc(size + 1, 1);
	rc = jio_read_at(fd, *bytes, size, 0, len);
	if (rc)
		free(*bytes);
	return rc;
}

int jio_write(int fd, const void *bytes, size_t len, uint64_t at)
{
	const char *p = bytes;

	while (len) {
		long n = RETRY(pwrite(fd, p, len, at));

		if (n < 0)
			return n;
		if (!n)
			return -EIO;
		p += n;
		at += n;
		len -= n;
	}
	return 0;
}

int jio_sync(int fd)
{
	return RETRY(fdatasync(fd));
}

int jio_truncate(int fd, uint64_t size)
{
	return RETRY(ftruncate(fd, size));
}

int jio_close(int fd)
{
	return fd >= 0 && close(fd) ? -errno : 0;
}

int jio_link(int dir, const char *name, const char *second)
{
	return RETRY(linkat(dir, name, dir, second, 0));
}

int jio_rename(int dir, const char *from, const char *to)
{
	return RETRY(renameat(dir, from, dir, to));
}

int jio_unlink(int dir, const char *name)
{
	int rc = RETRY(unlinkat(dir, name, 0));

	return rc == -ENOENT ? 0 : rc;
}

int jio_sync_dir(int dir)
{
	return RETRY(fsync(dir));
}
