/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Command doctor: run the checks, show what they found. Exit status 0 when nothing failed (warnings are
 * no failure), 1 when something did; so it can stand before `systemctl start` or in a monitor.
 */
#include "doctor.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sw/err.h>

enum { OPT_LIST, OPT_CONFIG, OPT_QEMU_USER, OPT_ROOT, OPT_QUICK };

static bool is_wanted(const struct local_call *call, const struct sw_check *check)
{
	for (unsigned i = 0; call && i < call->n_args; i++)
		if (!strcmp(call->args[i], check->name))
			return true;
	return !call || !call->n_args;
}

/* Refuse a name that no check has. */
static int check_names(const struct local_call *call)
{
	for (unsigned i = 0; i < call->n_args; i++) {
		struct sw_err err;

		if (sw_reg_find(&sw_reg_kind_check, call->args[i]))
			continue;
		sw_err_set(&err, SW_CODE_NOT_FOUND, "there is no check \"%s\"", call->args[i]);
		sw_err_given(&err, "%s", call->args[i]);
		sw_err_nearest(&err, sw_reg_nearest(&sw_reg_kind_check, call->args[i]));
		sw_err_hint(&err, "\"swctl doctor --list\" names them");
		return fault_show_err(&err, call->global->commands, 0);
	}
	return 0;
}

static int list_checks(const struct local_call *call)
{
	const struct render r = render_for(call->global, call->out);
	json_t *table = json_pack("{s:[s,s,s], s:[]}", "columns", "Check", "Group", "Help", "rows");
	const struct sw_check *check;
	struct table widths = { 0 };

	for (int group = 0; group < CHECK_GROUPS; group++)
		SW_REG_FOREACH (check, const struct sw_check *, check)
			if ((int)check->group == group)
				json_array_append_new(json_object_get(table, "rows"),
					json_pack("[s,s,s]", check->name, group_names[group],
						check->help));
	if (r.json) {
		json_dumpf(table, call->out, JSON_COMPACT);
		fputc('\n', call->out);
	} else {
		table_page(&r, table, &widths);
		table_fini(&widths);
	}
	json_decref(table);
	return EXIT_DONE;
}

/* The checks of one group, by their names. */
static void run_group(
	struct exam *e, const struct local_call *call, enum check_group group, json_t *results)
{
	const struct sw_check *check;

	SW_REG_FOREACH (check, const struct sw_check *, check) {
		json_t *findings;

		if (check->group != group || !is_wanted(call, check))
			continue;
		findings = exam_check(e, check);
		json_array_append_new(results,
			json_pack("{s:s, s:s, s:s, s:o}", "check", check->name, "group",
				group_names[group], "verdict", verdict_names[check_worst(findings)],
				"findings", findings));
	}
}

json_t *exam_run(struct exam *e, const struct local_call *call)
{
	json_t *results = json_array();
	const struct sw_check *check;
	bool samples = false;

	SW_REG_FOREACH (check, const struct sw_check *, check)
		samples |= check->samples && is_wanted(call, check);
	if (samples && !e->quick)
		sample_begin(e);
	for (int group = 0; group < CHECK_GROUPS; group++)
		run_group(e, call, group, results);
	return results;
}

static unsigned count_verdict(const json_t *results, enum verdict verdict)
{
	unsigned n = 0;
	json_t *result;
	size_t i;

	json_array_foreach (results, i, result)
		n += !strcmp(exam_text(result, "verdict"), verdict_names[verdict]);
	return n;
}

json_t *exam_report(json_t *results)
{
	return json_pack("{s:O, s:{s:i, s:i, s:i, s:i}}", "checks", results, "summary", "pass",
		count_verdict(results, CHECK_PASS), "skip", count_verdict(results, CHECK_SKIP),
		"warn", count_verdict(results, CHECK_WARN), "fail",
		count_verdict(results, CHECK_FAIL));
}

/* Checks that ask a switch that does not answer all say the same, which "daemon" says. */
static bool goes_without_saying(const struct exam *e, const char *check)
{
	const struct sw_check *c = sw_reg_find(&sw_reg_kind_check, check);

	return c->asks && e->state != DAEMON_UP;
}

/* Returns how many went without saying. */
static unsigned show_results(const struct exam *e, const struct local_call *call, json_t *results)
{
	bool colour = !call->global->plain && render_wants_colour(call->out);
	const char *group = "";
	json_t *result, *finding;
	unsigned silent = 0;
	size_t i, j;

	json_array_foreach (results, i, result) {
		const char *name = exam_text(result, "check");

		if (json_array_size(results) > 1 && goes_without_saying(e, name)) {
			silent++;
			continue;
		}
		if (strcmp(group, exam_text(result, "group")))
			show_group(call->out, exam_text(result, "group"), colour);
		group = exam_text(result, "group");
		json_array_foreach (json_object_get(result, "findings"), j, finding)
			show_finding(call->out, name, finding, colour);
	}
	return silent;
}

/* The last line is what stays on the screen: counts, and what failed. */
static void show_summary(FILE *out, const json_t *results, unsigned silent)
{
	const char *comma = ": ";
	json_t *result;
	size_t i;

	fprintf(out, "\n%u passed, %u skipped", count_verdict(results, CHECK_PASS),
		count_verdict(results, CHECK_SKIP));
	if (silent)
		fprintf(out, " (%u of them ask the switch)", silent);
	fprintf(out, ", %u warned, %u failed", count_verdict(results, CHECK_WARN),
		count_verdict(results, CHECK_FAIL));
	json_array_foreach (results, i, result) {
		if (strcmp(exam_text(result, "verdict"), "FAIL"))
			continue;
		fprintf(out, "%s%s", comma, exam_text(result, "check"));
		comma = ", ";
	}
	fputc('\n', out);
}

static void show(const struct exam *e, const struct local_call *call, json_t *results)
{
	bool person = isatty(fileno(call->out));
	json_t *report;

	if (!call->global->json) {
		show_summary(call->out, results, show_results(e, call, results));
		return;
	}
	report = exam_report(results);
	json_dumpf(report, call->out, person ? JSON_INDENT(2) : JSON_COMPACT);
	fputc('\n', call->out);
	json_decref(report);
}

static int run(const struct local_call *call)
{
	const char *root = call->option[OPT_ROOT];
	struct facts facts = { 0 };
	json_t *results;
	struct exam e;
	int status = check_names(call);

	if (status)
		return status;
	if (call->option[OPT_LIST])
		return list_checks(call);
	if (root && access(root, R_OK | X_OK))
		return fault_show(EXIT_NOT_FOUND, "it holds copies of /proc, /sys and /etc",
			"the folder \"%s\" of --root cannot be read", root);
	facts.root = root && strcmp(root, "/") ? root : "";
	exam_init(&e, call->global, &facts, call->option[OPT_CONFIG]);
	e.qemu_user_given = call->option[OPT_QEMU_USER] != NULL;
	e.quick = call->option[OPT_QUICK] != NULL;
	if (e.qemu_user_given)
		e.qemu_user = call->option[OPT_QEMU_USER];
	results = exam_run(&e, call);
	show(&e, call, results);
	status = count_verdict(results, CHECK_FAIL) ? EXIT_REFUSED : EXIT_DONE;
	json_decref(results);
	exam_fini(&e);
	return status;
}

static const struct sw_cmd_option options[] = {
	[OPT_LIST] = { "list", NULL, "name the checks, run none" },
	[OPT_CONFIG] = { "config", "FILE", "the boot file that swd is started with" },
	[OPT_QEMU_USER] = { "qemu-user", "USER",
		"who must reach the guests' sockets; default libvirt-qemu, where it exists" },
	[OPT_ROOT] = { "root", "DIR", "look at copies of /proc, /sys and /etc below DIR" },
	[OPT_QUICK] = { "quick", NULL, "take no sample of the switch, which lasts half a second" },
	{ 0 },
};

SW_REGISTER(local, doctor) = {
	.name = "doctor",
	.help = "check the host and the switch; each finding with the command that mends it",
	.usage = "[CHECK]...",
	.options = options,
	.max_args = 64,
	.watch = LOCAL_REPEATS,
	.run = run,
};
