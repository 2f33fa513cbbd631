/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From what started us to what we run as: folders are made while there is the right to, then the user
 * changes and what is not needed goes. Which capabilities are needed, the allowed port types say.
 *
 * Control thread, alone: capabilities belong to threads, and all others come from this one.
 */
#include "confine.h"

#include <sys/resource.h>
#include <unistd.h>

#include <sw/boot.h>
#include <sw/dir.h>
#include <sw/port_types.h>
#include <sw/privilege.h>
#include <sw/sandbox.h>

static int make_dirs(const struct sw_boot *boot, struct sw_err *err)
{
	const struct {
		const char *path;
		unsigned mode;
	} dirs[] = { { boot->run_dir, 0755 }, { boot->vhost_dir, 0755 },
		{ boot->state_dir, 0750 } };
	int rc = 0;

	for (unsigned i = 0; i < sizeof(dirs) / sizeof(dirs[0]) && !rc; i++) {
		rc = sw_dir_make(dirs[i].path, dirs[i].mode, err);
		if (!rc && boot->has_user)
			rc = sw_dir_give(dirs[i].path, boot->user, err);
	}
	return rc ? rc : sw_dir_make_for(boot->socket_path, 0755, err);
}

/* As much as we may have of descriptors (a port takes several, a guest's memory too) and of locked memory
 * (devices by VFIO; root lifts that limit for the user it becomes). */
static void raise_limits(void)
{
	static const int what[] = { RLIMIT_NOFILE, RLIMIT_MEMLOCK };
	struct rlimit limit;

	for (unsigned i = 0; i < 2; i++) {
		if (getrlimit(what[i], &limit))
			continue;
		if (what[i] == RLIMIT_MEMLOCK && !geteuid())
			limit.rlim_max = RLIM_INFINITY;
		limit.rlim_cur = limit.rlim_max;
		setrlimit(what[i], &limit);
	}
}

static uint64_t wanted_caps(const struct sw_boot *boot)
{
	bool af_xdp = boot->af_xdp && sw_port_type_allowed("dpdk");

	return sw_port_types_caps() | (af_xdp ? SW_CAP(BPF) : 0);
}

int confine_start(const struct sw_boot *boot, struct sw_err *err)
{
	int rc = sw_port_types_allow(boot->port_types, err);

	raise_limits();
	if (!rc)
		rc = sw_privilege_check(boot, err);
	if (!rc)
		rc = make_dirs(boot, err);
	if (!rc)
		rc = sw_privilege_drop(boot, wanted_caps(boot), err);
	return rc ? rc : sw_sandbox_files(boot, err);
}

int confine_run(const struct sw_boot *boot, struct sw_err *err)
{
	return sw_sandbox_calls(boot, err);
}
