/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Checks of what the daemon could do to the machine if a guest took it over: is it held, and is it root? What
 * it says of itself is compared with what the kernel says of its process.
 */
#include "doctor.h"

#include <stdlib.h>
#include <string.h>

#define FIX "sandbox=auto in [security] of the boot file, then start swd again"

/* What the boot file asks for, when nobody runs to be asked. */
static void check_plan(struct exam *e)
{
	if (!e->boot.config_path) {
		check_skip(e, "no swd runs, and no boot file was named (--config FILE)");
	} else if (e->boot.sandbox == SW_SANDBOX_OFF || e->boot.sandbox == SW_SANDBOX_LOG) {
		check_warn(e, "%s has sandbox=%s: swd may do all that its user may",
			e->boot.config_path, e->boot.sandbox == SW_SANDBOX_OFF ? "off" : "log");
		check_fix(e, FIX);
	} else {
		check_pass(e, "%s leaves it on", e->boot.config_path);
	}
}

/* The kernel's word for it: no_new_privs and a filter (2) for the first thread. */
static void check_process(struct exam *e, const char *said)
{
	char proc[16], seccomp[16], privileges[16], *status;

	if (!strcmp(exam_proc(e, proc), "self"))
		return;
	status = fact_read(&e->facts, "/proc/%s/status", proc);
	if (strstr(said, "seccomp") && fact_line(status, "Seccomp", seccomp, sizeof(seccomp)) &&
		strcmp(seccomp, "2")) {
		check_fail(e,
			"swd says \"%s\", but process %s has no filter of system calls "
			"(Seccomp: %s)",
			said, proc, seccomp);
		check_fix(e, "systemctl restart swd; swctl log show --level=warn");
	}
	if (fact_line(status, "NoNewPrivs", privileges, sizeof(privileges)) &&
		strcmp(privileges, "1")) {
		check_warn(e,
			"process %s may get rights by programs that it starts "
			"(NoNewPrivs: %s)",
			proc, privileges);
		check_fix(e, FIX);
	}
	free(status);
}

static void check_sandbox(struct exam *e)
{
	const char *said = json_string_value(exam_fact(exam_ask(e, "daemon show"), "sandbox"));

	if (e->state != DAEMON_UP) {
		check_plan(e);
		return;
	}
	if (!said) {
		check_skip(e, "this swd does not tell");
		return;
	}
	if (!strncmp(said, "off", 3) || !strncmp(said, "log", 3)) {
		check_warn(e, "sandbox=%.3s: swd may do all that its user may", said);
		check_fix(e, FIX);
		return;
	}
	if (strstr(said, "not held")) {
		check_warn(e, "swd is held in part: %s", said);
		check_fix(e,
			"a kernel with CONFIG_SECCOMP_FILTER and Landlock (lsm=landlock,... on "
			"its command line); swctl log show (why)");
	}
	check_process(e, said);
	if (!check_found(e))
		check_pass(e, "%s", said);
}

SW_REGISTER(check, sandbox) = {
	.name = "sandbox",
	.help = "swd is held to the files and system calls that it needs",
	.group = CHECK_DAEMON,
	.run = check_sandbox,
};

/* A NIC behind igb_uio or uio_pci_generic is reached by physical addresses, which only root may know. The
 * driver of any such device; false when there is none. */
static bool needs_root(const struct exam *e, char *driver, size_t size)
{
	static const char *const drivers[] = { "igb_uio", "uio_pci_generic" };

	for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++) {
		json_t *bound = fact_list(&e->facts, "/sys/bus/pci/drivers/%s", drivers[i]), *name;
		bool found = false;
		size_t k;

		json_array_foreach (bound, k, name)
			found |= strchr(json_string_value(name), ':') != NULL;
		json_decref(bound);
		if (found) {
			snprintf(driver, size, "%s", drivers[i]);
			return true;
		}
	}
	return false;
}

static void check_user(struct exam *e)
{
	char driver[32];

	if (e->uid) {
		check_pass(e, "user %u", e->uid);
	} else if (needs_root(e, driver, sizeof(driver))) {
		check_skip(e, "swd runs as root, which devices behind %s need", driver);
	} else {
		check_warn(e, "swd runs as root, and needs to be it only while it starts");
		check_fix(e, "user=swd in [security] of the boot file, or by the unit (systemctl "
			     "start swd); what it keeps: swctl daemon show");
	}
}

SW_REGISTER(check, user) = {
	.name = "user",
	.help = "swd runs as a user of its own",
	.group = CHECK_DAEMON,
	.asks = true,
	.run = check_user,
};
