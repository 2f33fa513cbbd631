/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * May a user do that to a file? By its owner, group and mode, and by its ACL where it has one.
 */
#ifndef DOCTOR_ACL_H
#define DOCTOR_ACL_H

#include "facts.h"

#define USER_GROUPS_MAX 64

struct user {
	const char *name;
	unsigned uid;
	gid_t groups[USER_GROUPS_MAX];
	int n;
};

enum access {
	ACCESS_YES,
	ACCESS_NO_FILE, /* it cannot be looked at */
	ACCESS_NO,
	ACCESS_MASKED, /* its ACL would let him, but for the mask */
};

/* Has the user these of rwx (as 4, 2, 1)? */
enum access user_access(
	const struct facts *f, const struct user *user, const char *path, unsigned rwx);

#endif
