/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Files the daemon can reach, by Landlock (landlock(7)): rules of folders, in force for this thread and
 * all it makes. Raw system calls, since the C library has none. What is not handled by any rule stays as
 * it was: connecting to a socket, stat(2), descriptors that are open or come by a socket.
 *
 * Control thread, alone.
 */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/landlock.h>

#include <sw/boot.h>
#include <sw/err.h>
#include <sw/mem.h>

#define ACCESS_READ	(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define ACCESS_TRUNCATE (1ull << 14) /* from version 3 on; this linux/landlock.h may not have it */
#define ACCESS_VERSION1 ((1ull << 13) - 1)
#define ACCESS_FILE	(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | ACCESS_TRUNCATE)

/* For the C library, DPDK's look around, and plug-ins. */
static const char *const read_paths[] = { "/usr", "/lib", "/lib64", "/etc", "/proc", "/sys", "/dev",
	NULL };

/* Devices, ours in /proc (names of threads), and what drivers of NICs set in /sys. */
static const char *const write_paths[] = { "/proc/self", "/dev/null", "/dev/net/tun", "/dev/vfio",
	"/dev/hugepages", "/dev/vhost-net", "/sys/bus/pci", "/sys/devices", "/sys/fs/bpf", NULL };

struct rules {
	int fd;
	uint64_t handled;
	struct sw_err *err;
};

static int add(struct rules *r, const char *path, uint64_t access, bool must)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = access & r->handled };
	struct stat st;
	int rc = 0;

	/* Never closed: a folder of /proc is another one for the kernel once nobody holds it. */
	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0 || fstat(rule.parent_fd, &st))
		rc = -errno;
	else if (!S_ISDIR(st.st_mode))
		rule.allowed_access &= ACCESS_FILE;
	if (!rc && syscall(SYS_landlock_add_rule, r->fd, LANDLOCK_RULE_PATH_BENEATH, &rule, 0))
		rc = -errno;
	if (!rc || !must)
		return 0;
	sw_err_set(r->err, SW_CODE_DEVICE, "the folder %s cannot be kept in reach: %s", path,
		strerror(-rc));
	sw_err_given(r->err, "%s", path);
	sw_err_hint(
		r->err, "make it, or correct extra-dirs= in section [security] of the boot file");
	return sw_err_errno(SW_CODE_DEVICE);
}

static int add_extra(struct rules *r, const char *list)
{
	char *copy = list ? sw_xstrdup(list) : NULL, *rest = copy, *dir;
	int rc = 0;

	while (!rc && (dir = strsep(&rest, ":"))) {
		if (*dir)
			rc = add(r, dir, r->handled, true);
	}
	free(copy);
	return rc;
}

static int add_socket_dir(struct rules *r, const char *path)
{
	char *dir = sw_xstrdup(path), *slash = strrchr(dir, '/');
	int rc = 0;

	if (slash && slash != dir) {
		*slash = '\0';
		rc = add(r, dir, r->handled, true);
	}
	free(dir);
	return rc;
}

static int add_all(struct rules *r, const struct sw_boot *boot)
{
	const char *own[] = { boot->state_dir, boot->run_dir, boot->vhost_dir };
	int rc = 0;

	for (unsigned i = 0; read_paths[i]; i++)
		add(r, read_paths[i], ACCESS_READ, false);
	for (unsigned i = 0; write_paths[i]; i++)
		add(r, write_paths[i], ACCESS_READ | ACCESS_FILE, false);
	for (unsigned i = 0; i < 3 && !rc; i++)
		rc = add(r, own[i], r->handled, true);
	if (!rc)
		rc = add_socket_dir(r, boot->socket_path);
	return rc ? rc : add_extra(r, boot->extra_dirs);
}

int landlock_apply(const struct sw_boot *boot, struct sw_err *err)
{
	int version =
		syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	struct landlock_ruleset_attr attr = { .handled_access_fs = ACCESS_VERSION1 };
	struct rules r = { .err = err };
	int rc;

	if (version < 1)
		return -ENOSYS;
	if (version >= 2)
		attr.handled_access_fs |= LANDLOCK_ACCESS_FS_REFER;
	if (version >= 3)
		attr.handled_access_fs |= ACCESS_TRUNCATE;
	r.handled = attr.handled_access_fs & ~LANDLOCK_ACCESS_FS_EXECUTE;
	r.fd = syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (r.fd < 0)
		return -ENOSYS;
	rc = add_all(&r, boot);
	if (!rc && (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
			   syscall(SYS_landlock_restrict_self, r.fd, 0)))
		rc = sw_err_set(err, SW_CODE_INTERNAL, "Landlock cannot be put in force: %s",
			strerror(errno));
	close(r.fd);
	return rc;
}

bool landlock_refuses(const char *dir)
{
	int fd;

	if (access(dir, R_OK))
		return false;
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		close(fd);
	return fd < 0 && errno == EACCES;
}
