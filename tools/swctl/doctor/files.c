/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Checks of folders and sockets: whether swd may write where it must, who else may, and what was left
 * behind.
 */
#include "doctor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <unistd.h>

#include <sw/mem.h>

#define MIB (1024 * 1024)

static void check_config(struct exam *e)
{
	if (*e->config_fault) {
		check_fail(e, "%s", e->config_fault);
		check_fix(e, "correct the boot file; its keys are in configs/quickstart.conf");
	} else if (e->boot.config_path) {
		check_pass(e, "%s can be used on this machine", e->boot.config_path);
	} else {
		check_skip(e, "no boot file was named (--config FILE)");
	}
}

SW_REGISTER(check, config) = {
	.name = "boot-file",
	.help = "swd can start with the boot file on this machine",
	.group = CHECK_FILES,
	.run = check_config,
};

/* A folder of swd: there, its own, and nobody else may put things there. 0 when more can be asked. */
static int check_folder(struct exam *e, const char *what, const char *path)
{
	struct stat st;
	int number = fact_stat(&e->facts, &st, path);

	if (number == ENOENT && e->state != DAEMON_UP) {
		check_skip(e, "%s is not there yet; swd makes it", path);
	} else if (number) {
		check_fail(e, "the %s folder %s cannot be looked at: %s", what, path,
			strerror(number));
		check_fix(e, "mkdir -p %s && chown %u %s", path, e->uid, path);
	} else if (!S_ISDIR(st.st_mode)) {
		check_fail(e, "%s is no folder", path);
		check_fix(e, "mv %s %s.old", path, path);
	} else if (st.st_mode & S_IWOTH && !(st.st_mode & S_ISVTX)) {
		check_fail(e, "anybody may write to the %s folder %s (mode %04o)", what, path,
			st.st_mode & 07777);
		check_fix(e, "chmod o-w %s", path);
	} else if (st.st_uid != e->uid && e->uid) {
		check_fail(e, "the %s folder %s belongs to user %u, but swd runs as %u", what, path,
			st.st_uid, e->uid);
		check_fix(e, "chown %u %s", e->uid, path);
	} else if (!(st.st_mode & S_IWUSR) && e->uid) {
		check_fail(e, "swd may not write to the %s folder %s (mode %04o)", what, path,
			st.st_mode & 07777);
		check_fix(e, "chmod u+w %s", path);
	} else {
		return 0;
	}
	return -1;
}

static void check_run_folder(struct exam *e)
{
	if (!check_folder(e, "run", e->boot.run_dir))
		check_pass(e, "%s", e->boot.run_dir);
}

SW_REGISTER(check, run_folder) = {
	.name = "run-folder",
	.help = "the folder of sockets is swd's own",
	.group = CHECK_FILES,
	.run = check_run_folder,
};

static void check_state_folder(struct exam *e)
{
	const char *path = e->boot.state_dir;
	struct statvfs fs;
	char *whole;
	int rc;

	if (check_folder(e, "state", path))
		return;
	whole = fact_path(&e->facts, path);
	rc = statvfs(whole, &fs);
	free(whole);
	if (!rc && fs.f_flag & ST_RDONLY && fact_is_live(&e->facts)) {
		check_fail(e,
			"%s is on a read-only file system: no change of the configuration is "
			"accepted",
			path);
		check_fix(e, "mount -o remount,rw $(findmnt -nT %s -o TARGET)", path);
	} else {
		check_pass(e, "%s", path);
	}
}

SW_REGISTER(check, state_folder) = {
	.name = "state-folder",
	.help = "the folder of the configuration is swd's own, and can be written",
	.group = CHECK_FILES,
	.run = check_state_folder,
};

/* A compaction writes the journal anew beside the old one: 1 MiB and what the configuration takes. */
static void check_space(struct exam *e)
{
	struct statvfs fs;
	uint64_t left;

	if (!fact_is_live(&e->facts) || statvfs(e->boot.state_dir, &fs)) {
		check_skip(e, "the disk is not here to look at");
		return;
	}
	left = (uint64_t)fs.f_bavail * fs.f_frsize;
	if (left < 4 * MIB || (fs.f_files && fs.f_favail < 16)) {
		check_fail(e, "%llu KiB and %llu files are left for %s: changes will be refused",
			(unsigned long long)left / 1024, (unsigned long long)fs.f_favail,
			e->boot.state_dir);
		check_fix(e, "du -xsh $(findmnt -nT %s -o TARGET)/* (what takes it)",
			e->boot.state_dir);
	} else if (left < 64 * MIB) {
		check_warn(e, "%llu MiB are left for %s", (unsigned long long)left / MIB,
			e->boot.state_dir);
		check_fix(e, "du -xsh $(findmnt -nT %s -o TARGET)/* (what takes it)",
			e->boot.state_dir);
	} else {
		check_pass(e, "%llu MiB are left for %s", (unsigned long long)left / MIB,
			e->boot.state_dir);
	}
}

SW_REGISTER(check, state_space) = {
	.name = "state-space",
	.help = "the journal has room on its disk",
	.group = CHECK_FILES,
	.run = check_space,
};

static void check_socket(struct exam *e)
{
	const char *path = e->boot.socket_path;
	struct stat st;
	int number = fact_stat(&e->facts, &st, path);

	if (number == ENOENT && e->state == DAEMON_DOWN) {
		check_skip(e, "there is no %s", path);
	} else if (number) {
		check_fail(e, "%s cannot be looked at: %s", path, strerror(number));
		check_fix(e, "swctl doctor as root, or as a user that may enter its folder");
	} else if (st.st_mode & S_IWOTH) {
		check_fail(e, "anybody on this machine may change the switch by %s (mode %04o)",
			path, st.st_mode & 07777);
		check_fix(e, "chmod 0660 %s", path);
	} else {
		check_pass(e, "%s, mode %04o", path, st.st_mode & 07777);
	}
}

SW_REGISTER(check, control_socket) = {
	.name = "control-socket",
	.help = "only its user and group may use the control socket",
	.group = CHECK_FILES,
	.run = check_socket,
};

/* Does anybody listen at the path? The kernel's list first: a connection would disturb a guest's socket.
 * Listeners of other network namespaces are not in it, so then a connection is tried. */
static bool is_listened(const struct exam *e, const char *unix_list, const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	const char *at = unix_list;
	size_t len = strlen(path);
	int fd, rc;

	while (at && (at = strstr(at, path))) {
		if (at > unix_list && at[-1] == ' ' && (!at[len] || at[len] == '\n'))
			return true;
		at += len;
	}
	if (!fact_is_live(&e->facts) || len >= sizeof(addr.sun_path))
		return !unix_list;
	strcpy(addr.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	rc = fd < 0 ? 0 : connect(fd, (struct sockaddr *)&addr, sizeof(addr)) ? errno : 0;
	if (fd >= 0)
		close(fd);
	return rc != ECONNREFUSED;
}

static void check_stale_in(struct exam *e, const char *dir, unsigned *n)
{
	json_t *names = fact_list(&e->facts, "%s", dir), *name;
	char *list = fact_read(&e->facts, "/proc/net/unix");
	size_t i;

	json_array_foreach (names, i, name) {
		char *path = sw_xasprintf("%s/%s", dir, json_string_value(name));
		struct stat st;

		if (!fact_stat(&e->facts, &st, path) && S_ISSOCK(st.st_mode)) {
			++*n;
			if (!is_listened(e, list, path)) {
				check_warn(e, "nobody listens at %s: it was left behind", path);
				check_fix(e, "rm %s", path);
			}
		}
		free(path);
	}
	free(list);
	json_decref(names);
}

static void check_stale(struct exam *e)
{
	unsigned n = 0;

	check_stale_in(e, e->boot.run_dir, &n);
	if (strcmp(e->boot.run_dir, e->boot.vhost_dir))
		check_stale_in(e, e->boot.vhost_dir, &n);
	if (!check_found(e))
		check_pass(e, "somebody listens at each of %u sockets", n);
}

SW_REGISTER(check, stale_sockets) = {
	.name = "stale-sockets",
	.help = "no socket was left behind in the run folder",
	.group = CHECK_FILES,
	.run = check_stale,
};
