/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From root to an ordinary user with few capabilities (capabilities(7)): the bounding set first, while
 * there is the right to shrink it, then groups and user with the permitted set kept, then permitted and
 * effective set to what is wanted. Inheritable and ambient sets are emptied and no_new_privs is set: we
 * execute nothing.
 *
 * Control thread, alone.
 */
#include <sw/privilege.h>

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <sw/boot.h>
#include <sw/err.h>
#include <sw/log.h>

SW_LOG(privilege, "user and capabilities of the daemon");

#define GROUPS_MAX 256

/* What has a name here is what a port class may ask for. */
static const struct {
	uint64_t bit;
	const char *name;
} cap_names[] = {
	{ SW_CAP(NET_ADMIN), "NET_ADMIN" },
	{ SW_CAP(NET_RAW), "NET_RAW" },
	{ SW_CAP(IPC_LOCK), "IPC_LOCK" },
	{ SW_CAP(BPF), "BPF" },
};

static int failed(struct sw_err *err, const char *what)
{
	sw_err_set(err, SW_CODE_PERMISSION, "%s: %s", what, strerror(errno));
	sw_err_hint(err, "start swd as root, or leave user= out of section [security]");
	return sw_err_errno(SW_CODE_PERMISSION);
}

static int get_caps(struct __user_cap_data_struct data[2])
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };

	return syscall(SYS_capget, &head, data);
}

static int keep_caps(uint64_t caps, struct sw_err *err)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	if (get_caps(data))
		return failed(err, "the capabilities cannot be read");
	for (unsigned i = 0; i < 2; i++) {
		data[i].permitted &= (uint32_t)(caps >> 32 * i);
		data[i].effective = data[i].permitted;
		data[i].inheritable = 0;
	}
	if (syscall(SYS_capset, &head, data))
		return failed(err, "the capabilities cannot be given up");
	/* Before Linux 4.3 there is no ambient set to empty. */
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return failed(err, "no_new_privs cannot be set");
	return 0;
}

static int shrink_bounds(uint64_t caps, struct sw_err *err)
{
	for (int cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++) {
		if (caps & 1ull << cap || !prctl(PR_CAPBSET_READ, cap, 0, 0, 0))
			continue;
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0))
			return failed(err, "the bounding set of capabilities cannot be shrunk");
	}
	return 0;
}

/* The user's groups, and the socket's, so that it can be given to that one. */
static int take_groups(const struct sw_boot *boot, gid_t *gid)
{
	const struct passwd *entry = getpwuid(boot->user);
	gid_t groups[GROUPS_MAX];
	int n = GROUPS_MAX - 1;

	*gid = boot->has_group ? boot->group : entry ? entry->pw_gid : boot->user;
	if (!entry || getgrouplist(entry->pw_name, *gid, groups, &n) < 0) {
		groups[0] = *gid;
		n = 1;
	}
	if (boot->access.has_group)
		groups[n++] = boot->access.group;
	return setgroups(n, groups);
}

static int become(const struct sw_boot *boot, struct sw_err *err)
{
	gid_t gid;

	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) || take_groups(boot, &gid) ||
		setresgid(gid, gid, gid) || setresuid(boot->user, boot->user, boot->user)) {
		failed(err, "the user of section [security] cannot be taken");
		sw_err_given(err, "%u", boot->user);
		return sw_err_errno(SW_CODE_PERMISSION);
	}
	/* As if we had been started as that user: DPDK and we look into our own /proc/self. */
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	return 0;
}

int sw_privilege_check(const struct sw_boot *boot, struct sw_err *err)
{
	uid_t me = geteuid();

	if (!boot->has_user || me == boot->user)
		return 0;
	if (me) {
		sw_err_set(err, SW_CODE_PERMISSION,
			"user= of section [security] is %u, but swd was started by %u, which is not "
			"root",
			boot->user, (unsigned)me);
		sw_err_hint(err, "start it as root or as that user, or leave user= out");
		return sw_err_errno(SW_CODE_PERMISSION);
	}
	if (!boot->access.has_owner || boot->access.owner == boot->user)
		return 0;
	sw_err_set(err, SW_CODE_INVALID,
		"user %u cannot give the control socket to another, as socket-owner asks",
		boot->user);
	sw_err_hint(err, "leave socket-owner out and name people in admin=, operate=, read=");
	return sw_err_errno(SW_CODE_INVALID);
}

int sw_privilege_drop(const struct sw_boot *boot, uint64_t caps, struct sw_err *err)
{
	char text[64];
	int rc = 0;

	if (boot->has_user && boot->user != geteuid()) {
		rc = shrink_bounds(caps, err);
		if (!rc)
			rc = become(boot, err);
	}
	if (!rc && geteuid())
		rc = keep_caps(caps, err);
	if (!rc)
		sw_info("runs as user %u with capabilities: %s", (unsigned)geteuid(),
			sw_privilege_text(text, sizeof(text)));
	return rc;
}

char *sw_privilege_text(char *buf, size_t size)
{
	struct __user_cap_data_struct data[2] = { 0 };
	uint64_t caps;
	size_t len = 0;

	get_caps(data);
	caps = data[0].effective | (uint64_t)data[1].effective << 32;
	snprintf(buf, size, "%s", caps ? "" : "none");
	if (!geteuid() && caps)
		snprintf(buf, size, "those of root");
	for (unsigned i = 0; geteuid() && i < sizeof(cap_names) / sizeof(cap_names[0]); i++) {
		if (caps & cap_names[i].bit && len < size)
			len += snprintf(
				buf + len, size - len, "%s%s", len ? " " : "", cap_names[i].name);
	}
	return buf;
}
