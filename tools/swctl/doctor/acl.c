/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Access to a file, as the kernel decides it: acl(5), "access check algorithm". The ACL is the attribute
 * system.posix_acl_access: a version (2), then entries of tag, rights and id, all little-endian
 * (linux/posix_acl_xattr.h). What is no such thing is looked over: the kernel would have refused it.
 */
#include "acl.h"

#include <endian.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <linux/limits.h>

#include <sw/mem.h>

/* What the entries say of one user. */
struct rights {
	bool has_mask, by_user, by_group; /* by_group: some group of his is named */
	unsigned mask, user, group;	  /* group: of an entry that has all, or of the last */
};

static bool is_in(const struct user *user, unsigned gid)
{
	for (int i = 0; i < user->n; i++)
		if (user->groups[i] == gid)
			return true;
	return false;
}

static void note_group(struct rights *r, unsigned perm, unsigned rwx)
{
	if (!r->by_group || (r->group & rwx) != rwx)
		r->group = perm;
	r->by_group = true;
}

static void read_entry(struct rights *r, const struct posix_acl_xattr_entry *entry,
	const struct user *user, const struct stat *st, unsigned rwx)
{
	unsigned perm = le16toh(entry->e_perm), id = le32toh(entry->e_id);

	switch (le16toh(entry->e_tag)) {
	case ACL_USER:
		if (id == user->uid) {
			r->by_user = true;
			r->user = perm;
		}
		break;
	case ACL_GROUP_OBJ:
		if (is_in(user, st->st_gid))
			note_group(r, perm, rwx);
		break;
	case ACL_GROUP:
		if (is_in(user, id))
			note_group(r, perm, rwx);
		break;
	case ACL_MASK:
		r->has_mask = true;
		r->mask = perm;
		break;
	}
}

/* Without an ACL the group's rights stand in the mode, and no mask. */
static void read_rights(struct rights *r, const struct facts *f, const struct user *user,
	const char *path, const struct stat *st, unsigned rwx)
{
	char *acl = sw_xcalloc(1, XATTR_SIZE_MAX);
	ssize_t n = fact_attribute(f, path, "system.posix_acl_access", acl, XATTR_SIZE_MAX);
	struct posix_acl_xattr_header head;
	struct posix_acl_xattr_entry entry;
	size_t at = sizeof(head);

	if (n >= (ssize_t)sizeof(head))
		memcpy(&head, acl, sizeof(head));
	if (n >= (ssize_t)sizeof(head) && le32toh(head.a_version) == POSIX_ACL_XATTR_VERSION) {
		for (; at + sizeof(entry) <= (size_t)n; at += sizeof(entry)) {
			memcpy(&entry, acl + at, sizeof(entry));
			read_entry(r, &entry, user, st, rwx);
		}
	} else if (is_in(user, st->st_gid)) {
		note_group(r, st->st_mode >> 3 & 7, rwx);
	}
	free(acl);
}

enum access user_access(
	const struct facts *f, const struct user *user, const char *path, unsigned rwx)
{
	struct rights r = { 0 };
	unsigned granted;
	struct stat st;

	if (fact_stat(f, &st, path))
		return ACCESS_NO_FILE;
	if (!user->uid)
		return ACCESS_YES;
	if (st.st_uid == user->uid)
		return (st.st_mode >> 6 & rwx) == rwx ? ACCESS_YES : ACCESS_NO;
	read_rights(&r, f, user, path, &st, rwx);
	if (!r.by_user && !r.by_group)
		return (st.st_mode & rwx) == rwx ? ACCESS_YES : ACCESS_NO;
	granted = r.by_user ? r.user : r.group;
	if ((granted & rwx) != rwx)
		return ACCESS_NO;
	return r.has_mask && (r.mask & rwx) != rwx ? ACCESS_MASKED : ACCESS_YES;
}
