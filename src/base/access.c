/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lists of users and groups to roles. Names become numbers once, when the boot file is read: a name that
 * is not known is an error there, and nothing is looked up when a client connects.
 *
 * Control thread.
 */
#include <sw/access.h>

#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sw/err.h>
#include <sw/mem.h>
#include <sw/text.h>

const char *sw_role_name(enum sw_role role)
{
	static const char *const names[] = {
		[SW_ROLE_READ] = "read",
		[SW_ROLE_OPERATE] = "operate",
		[SW_ROLE_ADMIN] = "admin",
	};

	return role == SW_ROLE_NONE ? "none" : names[role];
}

static int unknown(const char *what, const char *text, const char *file, struct sw_err *err)
{
	sw_err_set(err, SW_CODE_INVALID, "there is no %s \"%s\" on this machine", what, text);
	sw_err_given(err, "%s", text);
	sw_err_allowed(err, "a %s's name (getent %s lists them) or number", what, file);
	return sw_err_errno(SW_CODE_INVALID);
}

static bool is_number(const char *text, uint32_t *id)
{
	uint64_t value;

	/* The largest number stands for "no change" in chown(2) and setuid(2). */
	if (sw_parse_u64(text, 0, UINT32_MAX - 1, &value))
		return false;
	*id = value;
	return true;
}

int sw_access_user(const char *text, uint32_t *uid, struct sw_err *err)
{
	const struct passwd *entry;

	if (is_number(text, uid))
		return 0;
	entry = getpwnam(text);
	if (!entry)
		return unknown("user", text, "passwd", err);
	*uid = entry->pw_uid;
	return 0;
}

int sw_access_group(const char *text, uint32_t *gid, struct sw_err *err)
{
	const struct group *entry;

	if (is_number(text, gid))
		return 0;
	entry = getgrnam(text);
	if (!entry)
		return unknown("group", text, "group", err);
	*gid = entry->gr_gid;
	return 0;
}

int sw_access_mode(const char *text, unsigned *mode, struct sw_err *err)
{
	char *end;
	unsigned long value = strtoul(text, &end, 8);

	if (*text >= '0' && *text <= '7' && !*end && value <= 0777 && (value & 0600) == 0600) {
		*mode = value;
		return 0;
	}
	sw_err_set(err, SW_CODE_INVALID, "\"%s\" is not a mode of the control socket", text);
	sw_err_given(err, "%s", text);
	sw_err_allowed(err, "an octal number from 0600 to 0777, such as 0660 or 0666");
	return sw_err_errno(SW_CODE_INVALID);
}

static int add_one(
	struct sw_access *access, enum sw_role role, const char *word, struct sw_err *err)
{
	struct sw_access_entry *e = &access->entry[access->n];
	int rc = 0;

	if (access->n == SW_ACCESS_MAX) {
		sw_err_set(err, SW_CODE_LIMIT, "the lists of who may do what have too many names");
		sw_err_allowed(err, "%d in all; a group counts as one", SW_ACCESS_MAX);
		return sw_err_errno(SW_CODE_LIMIT);
	}
	e->role = role;
	if (!strcmp(word, "*")) {
		e->who = SW_WHO_ALL;
	} else if (*word == '@') {
		e->who = SW_WHO_GROUP;
		rc = sw_access_group(word + 1, &e->id, err);
	} else {
		e->who = SW_WHO_USER;
		rc = sw_access_user(word, &e->id, err);
	}
	access->n += !rc;
	return rc;
}

int sw_access_add(struct sw_access *access, enum sw_role role, const char *list, struct sw_err *err)
{
	char *copy = sw_xstrdup(list), *rest = copy, *word;
	int rc = 0;

	while (!rc && (word = strsep(&rest, ","))) {
		word += strspn(word, " \t");
		word[strcspn(word, " \t")] = '\0';
		rc = add_one(access, role, word, err);
	}
	free(copy);
	return rc;
}

static bool has_group(const uint32_t *groups, unsigned n, uint32_t group)
{
	for (unsigned i = 0; i < n; i++) {
		if (groups[i] == group)
			return true;
	}
	return false;
}

static bool matches(
	const struct sw_access_entry *e, uint32_t uid, const uint32_t *groups, unsigned n)
{
	switch (e->who) {
	case SW_WHO_USER:
		return e->id == uid;
	case SW_WHO_GROUP:
		return has_group(groups, n, e->id);
	case SW_WHO_ALL:
		return true;
	}
	return false;
}

enum sw_role sw_access_role(
	const struct sw_access *access, uint32_t uid, const uint32_t *groups, unsigned n)
{
	enum sw_role role = SW_ROLE_NONE;

	if (!uid || uid == geteuid())
		return SW_ROLE_ADMIN;
	if (!access->n)
		return access->has_group && has_group(groups, n, access->group) ? SW_ROLE_ADMIN
										: SW_ROLE_NONE;
	for (unsigned i = 0; i < access->n; i++) {
		const struct sw_access_entry *e = &access->entry[i];

		if (e->role > role && matches(e, uid, groups, n))
			role = e->role;
	}
	return role;
}
