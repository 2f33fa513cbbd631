/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Check qemu-access: may QEMU's user reach the sockets of guests? Each folder on the way must let him
 * through, and the socket or its folder be writable: the usual reason for "Permission denied" when a
 * guest starts.
 */
#include "acl.h"
#include "doctor.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include <sw/mem.h>

/* A line of a passwd file, for a machine that is not this one. */
static bool find_in_file(const struct exam *e, struct user *user)
{
	char *text = fact_read(&e->facts, "/etc/passwd"), value[256];
	unsigned gid;
	bool found = fact_line(text, user->name, value, sizeof(value)) &&
		     sscanf(value, "%*[^:]:%u:%u", &user->uid, &gid) == 2;

	free(text);
	user->groups[0] = gid;
	user->n = 1;
	return found;
}

static bool find_user(const struct exam *e, struct user *user)
{
	struct passwd *pw;

	if (!fact_is_live(&e->facts))
		return find_in_file(e, user);
	pw = getpwnam(user->name);
	if (!pw)
		return false;
	user->uid = pw->pw_uid;
	user->n = USER_GROUPS_MAX;
	if (getgrouplist(user->name, pw->pw_gid, user->groups, &user->n) < 0)
		user->n = USER_GROUPS_MAX;
	return true;
}

/* The first folder on the way to a path that stops him; ACCESS_YES when none does. */
static enum access find_barrier(
	const struct exam *e, const struct user *user, const char *path, char **barrier)
{
	for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		enum access access;

		*barrier = sw_xasprintf("%.*s", (int)(slash - path), path);
		access = user_access(&e->facts, user, *barrier, 1);
		if (access != ACCESS_YES)
			return access;
		free(*barrier);
	}
	return ACCESS_YES;
}

static void check_path(struct exam *e, const struct user *user, const char *port, const char *path)
{
	enum access access;
	struct stat st;
	char *barrier;

	access = find_barrier(e, user, path, &barrier);
	if (access != ACCESS_YES) {
		check_fail(e, "%s: user %s may not pass %s on the way to %s%s", port, user->name,
			barrier, path,
			access == ACCESS_MASKED ? " (the mask of its ACL forbids it)" : "");
		if (access == ACCESS_MASKED)
			check_fix(e, "setfacl -m u:%s:x %s", user->name, barrier);
		else
			check_fix(e, "chmod o+x %s, or: setfacl -m u:%s:x %s", barrier, user->name,
				barrier);
		free(barrier);
		return;
	}
	if (fact_stat(&e->facts, &st, path) || !S_ISSOCK(st.st_mode))
		return;
	access = user_access(&e->facts, user, path, 6);
	if (access == ACCESS_YES)
		return;
	check_fail(e, "%s: user %s may not use %s (mode %04o, user %u, group %u%s)", port,
		user->name, path, st.st_mode & 07777, st.st_uid, st.st_gid,
		access == ACCESS_MASKED ? "; the mask of its ACL forbids it" : "");
	check_fix(e, "setfacl -m u:%s:rw %s (each start), or QEMU in group %u", user->name, path,
		st.st_gid);
}

/* The socket of a port, or NULL when it is no guest's. */
static char *socket_of(const struct exam *e, const json_t *iface)
{
	const char *type = exam_text(iface, "type");
	const json_t *options = json_object_get(iface, "options");

	if (!strcmp(type, "dpdkvhostuserclient") && *exam_text(options, "vhost-server-path"))
		return sw_xstrdup(exam_text(options, "vhost-server-path"));
	if (!strcmp(type, "dpdkvhostuser"))
		return sw_xasprintf("%s/%s", e->boot.vhost_dir, exam_text(iface, "name"));
	return NULL;
}

static void check_access(struct exam *e)
{
	struct user user = { .name = e->qemu_user };
	char *folder = sw_xasprintf("%s/", e->boot.vhost_dir);
	json_t *iface;
	struct stat st;
	unsigned n = 0;
	size_t i;

	if (!find_user(e, &user)) {
		if (e->qemu_user_given) {
			check_fail(e, "there is no user %s", user.name);
			check_fix(
				e, "swctl doctor --qemu-user=USER with the user that QEMU runs as");
		} else {
			check_skip(e, "there is no user %s (--qemu-user names another)", user.name);
		}
		free(folder);
		return;
	}
	json_array_foreach (exam_ask(e, "list interface"), i, iface) {
		char *path = socket_of(e, iface);

		n += path != NULL;
		if (path)
			check_path(e, &user, exam_text(iface, "name"), path);
		free(path);
	}
	if (!n && !fact_stat(&e->facts, &st, e->boot.vhost_dir))
		check_path(e, &user, "guests", folder);
	if (!check_found(e))
		check_pass(e, "user %s reaches %s", user.name, n ? "each guest's socket" : folder);
	free(folder);
}

SW_REGISTER(check, qemu_access) = {
	.name = "qemu-access",
	.help = "QEMU's user may pass to the guests' sockets, and use them",
	.group = CHECK_FILES,
	.run = check_access,
};
