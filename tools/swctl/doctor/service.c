/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Check service: has systemd had to start swd again, or given up? A switch that dies at night is up again in
 * a second, and nobody knows: its own counters begin anew.
 */
#include "doctor.h"

#include <stdlib.h>
#include <string.h>

#include "../report/program.h"

#define UNIT	  "swd.service"
#define SYSTEMD_S 2 /* it answers in milliseconds, or not */

char *fact_service(const struct facts *f, char why[128])
{
	static const char *const argv[] = { "systemctl", "show", UNIT, "--no-pager", NULL };
	char *text;
	struct stat st;

	if (!fact_is_live(f)) {
		text = fact_read(f, "/service.txt");
		if (!text)
			snprintf(why, 128, "there is no /service.txt");
		return text;
	}
	if (!fact_stat(f, &st, "/run/systemd/system"))
		return program_run(argv, SYSTEMD_S, why);
	snprintf(why, 128, "systemd does not run here");
	return NULL;
}

/* The value behind NAME= in a text of such lines; "" without. */
static const char *find_property(const char *text, const char *name, char *buf, size_t size)
{
	size_t len = strlen(name);

	*buf = '\0';
	for (; *text; text += strcspn(text, "\n"), text += *text == '\n')
		if (!strncmp(text, name, len) && text[len] == '=') {
			text += len + 1;
			snprintf(buf, size, "%.*s", (int)strcspn(text, "\n"), text);
			break;
		}
	return buf;
}

#define LOG "journalctl -u swd -n 100 (what ended it)"

static void check_unit(struct exam *e, const char *text)
{
	char state[32], sub[32], result[32], restarts[24], pid[16];
	unsigned long long n;

	find_property(text, "ActiveState", state, sizeof(state));
	find_property(text, "SubState", sub, sizeof(sub));
	find_property(text, "Result", result, sizeof(result));
	n = strtoull(find_property(text, "NRestarts", restarts, sizeof(restarts)), NULL, 10);
	find_property(text, "MainPID", pid, sizeof(pid));
	if (!strcmp(state, "failed")) {
		check_fail(e, UNIT " has failed (%s), and systemd has given up after %llu restarts",
			result, n);
		check_fix(e, LOG ", then: systemctl reset-failed swd; systemctl start swd");
	} else if (!strcmp(sub, "auto-restart")) {
		check_fail(e, UNIT " ends again and again (%s): %llu restarts", result, n);
		check_fix(e, LOG);
	} else if (n) {
		check_warn(e,
			"systemd had to start swd again %llu times since it was started by hand",
			n);
		check_fix(e, LOG "; systemctl reset-failed swd (count anew)");
	} else if (strcmp(state, "active")) {
		check_skip(e, UNIT " is %s", *state ? state : "not known to systemd");
	} else if (e->state == DAEMON_UP && atoi(pid) != e->pid) {
		check_skip(e, "process %d is not that of " UNIT " (%s)", e->pid, pid);
	} else {
		check_pass(e, UNIT " runs and was not started again");
	}
}

static void check_service(struct exam *e)
{
	char why[128], load[32], *text = fact_service(&e->facts, why);

	if (!text)
		check_skip(e, "%s", why);
	else if (!strcmp(find_property(text, "LoadState", load, sizeof(load)), "not-found"))
		check_skip(e, "there is no " UNIT ": swd is started by hand");
	else
		check_unit(e, text);
	free(text);
}

SW_REGISTER(check, service) = {
	.name = "service",
	.help = "systemd did not have to start swd again, nor has it given up",
	.group = CHECK_DAEMON,
	.run = check_service,
};
