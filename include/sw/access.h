/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who may do what on the control socket: roles, and the lists of the boot file that give them. Root and
 * the user the daemon runs as are always admin. Of all others the lists alone decide; where no list is
 * given, members of socket-group are admin, since that key was set to let them in. Who has no role is
 * turned away.
 *
 * room: base. Thread: filled by main before anything runs, read-only afterwards.
 */
#ifndef SW_ACCESS_H
#define SW_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

struct sw_err;

/* Each may do all that the one before it may. */
enum sw_role {
	SW_ROLE_NONE = -1,
	SW_ROLE_READ,	 /* look at everything, try changes in a dry run */
	SW_ROLE_OPERATE, /* act on what runs: clear counters and stations, log levels */
	SW_ROLE_ADMIN,	 /* change the configuration */
};

#define SW_ACCESS_MAX 64

struct sw_access {
	bool has_owner, has_group; /* of the socket; else as the kernel makes it */
	uint32_t owner, group;
	unsigned mode; /* 0: SW_ACCESS_MODE */
	unsigned n;
	struct sw_access_entry {
		enum { SW_WHO_USER, SW_WHO_GROUP, SW_WHO_ALL } who;
		uint32_t id;
		enum sw_role role;
	} entry[SW_ACCESS_MAX];
};
#define SW_ACCESS_MODE 0660

/* "read", "operate", "admin" or "none". */
const char *sw_role_name(enum sw_role role);

/* A user or group by name or number. The name service may be asked: not after start-up. */
int sw_access_user(const char *text, uint32_t *uid, struct sw_err *err);
int sw_access_group(const char *text, uint32_t *gid, struct sw_err *err);

/* Mode of the socket in octal; its owner can always read and write. */
int sw_access_mode(const char *text, unsigned *mode, struct sw_err *err);

/* Give a role to a list "alice,@netops,1001,@27,*": users, groups, everybody. */
int sw_access_add(
	struct sw_access *access, enum sw_role role, const char *list, struct sw_err *err);

/* The highest role a user with these groups has. */
enum sw_role sw_access_role(
	const struct sw_access *access, uint32_t uid, const uint32_t *groups, unsigned n);

#endif
