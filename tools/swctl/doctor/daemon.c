/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Checks of the process: does it answer, as what does it run, what does it complain of.
 */
#include "doctor.h"

#include <stdlib.h>
#include <string.h>

#include <linux/capability.h>

static void check_daemon(struct exam *e)
{
	switch (e->state) {
	case DAEMON_UP:
		check_pass(e, "swd %s answers at %s (process %d)", e->version, e->boot.socket_path,
			e->pid);
		return;
	case DAEMON_SILENT:
		check_fail(
			e, "%s; process %d has the socket and is stopped or stuck", e->why, e->pid);
		check_fix(e,
			"ps -o stat,wchan:20,cmd %d (T: kill -CONT %d); where it stands: gdb -p %d "
			"-batch -ex 'thread apply all bt'",
			e->pid, e->pid, e->pid);
		return;
	case DAEMON_FORBIDDEN:
		check_fail(e, "%s", e->why);
		check_fix(e, "sudo swctl doctor, or join the group of %s", e->boot.socket_path);
		return;
	case DAEMON_DOWN:
		check_fail(e, "%s", e->why);
		check_fix(e,
			"systemctl start swd (by hand: swd%s%s); another socket: --socket PATH",
			e->boot.config_path ? " --config " : "",
			e->boot.config_path ? e->boot.config_path : "");
		return;
	}
}

SW_REGISTER(check, daemon) = {
	.name = "daemon",
	.help = "swd runs and answers",
	.group = CHECK_DAEMON,
	.run = check_daemon,
};

static void check_version(struct exam *e)
{
	if (!strcmp(e->version, SW_VERSION)) {
		check_pass(e, "swd and swctl are " SW_VERSION);
		return;
	}
	check_warn(e, "swd is %s, swctl is " SW_VERSION, *e->version ? e->version : "older");
	check_fix(e, "start swd again after the update: systemctl restart swd");
}

SW_REGISTER(check, version) = {
	.name = "version",
	.help = "swd and swctl are of one version",
	.group = CHECK_DAEMON,
	.asks = true,
	.run = check_version,
};

/* What a missing capability takes away. A switch of guests and dummies needs none. */
static void check_capabilities(struct exam *e)
{
	static const struct {
		unsigned number;
		const char *name, *lost;
	} wanted[] = {
		{ CAP_NET_ADMIN, "CAP_NET_ADMIN",
			"taps, local ports of bridges, kernel interfaces" },
		{ CAP_NET_RAW, "CAP_NET_RAW", "ports of type system" },
	};
	const json_t *types = exam_fact(exam_ask(e, "daemon show"), "port_types");
	char proc[16];

	if (!strcmp(exam_proc(e, proc), "self")) {
		check_skip(e, "no process of swd to look at");
		return;
	}
	if (json_is_string(types)) {
		check_pass(e, "those that port-types=%s needs", json_string_value(types));
		return;
	}
	for (unsigned i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		if (exam_capable(e, wanted[i].number))
			continue;
		check_warn(
			e, "swd has no %s, so it cannot have: %s", wanted[i].name, wanted[i].lost);
		check_fix(e,
			"start it by the unit (systemctl start swd), or: setcap "
			"cap_net_admin,cap_net_raw+ep /proc/%d/exe",
			e->pid);
	}
	if (!check_found(e))
		check_pass(e, "CAP_NET_ADMIN and CAP_NET_RAW");
}

SW_REGISTER(check, capabilities) = {
	.name = "capabilities",
	.help = "swd has the rights that its kinds of ports need",
	.group = CHECK_DAEMON,
	.run = check_capabilities,
};

static void check_log(struct exam *e)
{
	const json_t *table = exam_ask(e, "log show --level=err"),
		     *rows = json_object_get(table, "rows");
	size_t n = json_array_size(rows);
	const json_t *last = json_array_get(rows, n - 1);

	if (!table) {
		check_skip(e, "this swd keeps no log in memory");
	} else if (n) {
		check_warn(e, "%zu errors were logged, the last at %s: %s", n,
			exam_cell_text(table, last, "Time"), exam_cell_text(table, last, "Text"));
		check_fix(e, "swctl log show --level=warn");
	} else {
		check_pass(e, "no error was logged");
	}
}

SW_REGISTER(check, log) = {
	.name = "log",
	.help = "no error is in the newest lines of the log",
	.group = CHECK_DAEMON,
	.asks = true,
	.run = check_log,
};

/* 10 ms is the promise; LACP with short time-outs and BFD fail from 900 ms on. */
static void check_loop(struct exam *e)
{
	const json_t *table = exam_ask(e, "control show");
	json_int_t slow = json_integer_value(exam_fact(table, "steps_over_10ms"));
	json_int_t worst = json_integer_value(exam_fact(table, "worst_step_us"));
	const char *name = json_string_value(exam_fact(table, "worst_step"));

	if (worst >= 900000) {
		check_fail(e, "the step \"%s\" held the control loop for %lld ms",
			name ? name : "?", (long long)worst / 1000);
		check_fix(e, "swctl control steps (what it was), swctl log show");
	} else if (slow) {
		check_warn(e,
			"%lld steps held the control loop for more than 10 ms, the longest "
			"(\"%s\") for %lld ms",
			(long long)slow, name ? name : "?", (long long)worst / 1000);
		check_fix(e,
			"swctl control steps (what it was), swctl control stats-clear (count anew)");
	} else {
		check_pass(e, "no step took more than 10 ms");
	}
}

SW_REGISTER(check, control_loop) = {
	.name = "control-loop",
	.help = "nothing holds the control thread for more than 10 ms",
	.group = CHECK_DAEMON,
	.asks = true,
	.run = check_loop,
};

static void check_clients(struct exam *e)
{
	const json_t *table = exam_ask(e, "control show");
	json_int_t refused = json_integer_value(exam_fact(table, "clients_refused"));
	json_int_t dropped = json_integer_value(exam_fact(table, "clients_dropped"));

	if (refused || dropped) {
		check_warn(e,
			"%lld clients were refused, as too many were there, and %lld dropped, as "
			"they stalled",
			(long long)refused, (long long)dropped);
		check_fix(e, "ss -xp | grep %s (who they are)", e->boot.socket_path);
	} else {
		check_pass(e, "none was refused or dropped");
	}
}

SW_REGISTER(check, clients) = {
	.name = "clients",
	.help = "no client of the control socket was turned away",
	.group = CHECK_DAEMON,
	.asks = true,
	.run = check_clients,
};
