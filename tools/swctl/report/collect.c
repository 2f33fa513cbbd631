/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a bug report is made of. What the switch tells is asked by its own list of commands: every one that
 * only looks and needs no argument, and every table, so that a feature of later is in it without a word
 * here. Each question has its time-out; after one that was missed the rest is noted as missing at once.
 */
#include "report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sw/mem.h>
#include <sw/text.h>

#include "../doctor/doctor.h"
#include "program.h"

#define PROGRAM_S     5
#define JOURNAL_LINES 200
#define LINE_MAX_SIZE (256 * 1024)

static const struct {
	const char *name;
	const char *argv[12];
} programs[] = {
	{ "host/uname.txt", { "uname", "-a" } },
	{ "host/cores.txt", { "lscpu", "-e" } },
	{ "host/processors.txt", { "lscpu" } },
	{ "host/threads.txt",
		{ "ps", "-eLo", "psr,pid,tid,rtprio,pcpu,stat,wchan:20,comm", "--sort=psr" } },
	{ "host/interfaces.txt", { "ip", "-d", "-s", "link" } },
	{ "host/pci.txt", { "lspci", "-Dnnk" } },
	{ "host/service.txt", { "systemctl", "show", "swd.service", "--no-pager" } },
	{ "host/service-log.txt", { "journalctl", "-u", "swd", "-n", "2000", "--no-pager" } },
	{ "host/sockets.txt", { "ss", "-xlp" } },
};

static const char *const host_files[] = { "/etc/os-release", "/proc/version", "/proc/cmdline",
	"/proc/meminfo", "/proc/interrupts", "/proc/softirqs", "/proc/loadavg", NULL };

/* Of a process that does not answer: where each thread waits. */
static const char *const thread_files[] = { "comm", "status", "wchan", "stack", "schedstat", NULL };

static void add_programs(struct report *r)
{
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		char why[128], *text = program_run(programs[i].argv, PROGRAM_S, why);

		if (text)
			report_text(r, programs[i].name, text);
		else
			report_missing(r, programs[i].name, why);
		free(text);
	}
}

/* Is it /proc/PID/NAME of any process? */
static bool is_of_process(const char *path, const char *name)
{
	size_t digits = strspn(path + strlen("/proc/"), "0123456789");

	return !strncmp(path, "/proc/", 6) && digits &&
	       !strcmp(path + strlen("/proc/") + digits, name);
}

/* Names and words of processes that are neither switch nor guest say nothing, and are others' business. */
void report_seen(void *report, const char *path, const char *text)
{
	bool ours =
		strstr(text, "swd") || strstr(text, "ovs-vswitchd") || strstr(text, "vhost-user");
	char *name = sw_xasprintf("host%s", path);

	if ((ours || (!is_of_process(path, "/comm") && !is_of_process(path, "/cmdline"))) &&
		!report_has(report, name))
		report_text(report, name, text);
	free(name);
}

static void add_doctor(struct report *r)
{
	struct exam *e = report_exam(r);
	json_t *results = exam_run(e, NULL), *report = exam_report(results);

	report_json(r, "doctor.json", report);
	json_decref(report);
	json_decref(results);
	for (const char *const *path = host_files; *path; path++)
		free(fact_read(&e->facts, "%s", *path));
}

static void add_threads(struct report *r)
{
	struct exam *e = report_exam(r);
	json_t *tasks, *tid;
	size_t i;

	if (!e->pid)
		return;
	tasks = fact_list(&e->facts, "/proc/%d/task", e->pid);
	json_array_foreach (tasks, i, tid)
		for (const char *const *name = thread_files; *name; name++)
			free(fact_read(&e->facts, "/proc/%d/task/%s/%s", e->pid,
				json_string_value(tid), *name));
	json_decref(tasks);
	free(fact_read(&e->facts, "/proc/%d/limits", e->pid));
	free(fact_read(&e->facts, "/proc/%d/cmdline", e->pid));
}

/* "port drops" -> "switch/port-drops.json" */
static void add_command(struct report *r, const char *command)
{
	struct exam *e = report_exam(r);
	char *name = sw_xasprintf("switch/%s.json", command);
	const json_t *value;

	for (char *p = name; *p; p++)
		if (*p == ' ')
			*p = '-';
	value = exam_ask(e, command);
	if (value)
		report_json(r, name, value);
	else
		report_missing(r, name, *e->why ? e->why : "the switch refused to tell");
	free(name);
}

/* Does it only look, and at everything when it is told nothing? */
static bool is_survey(const json_t *command)
{
	return !strcmp(exam_text(command, "kind"), "read") &&
	       !json_integer_value(json_object_get(command, "min_args"));
}

static void add_switch(struct report *r)
{
	static const char *const fixed[] = { "version", "show", "config export", "config log",
		NULL };
	struct exam *e = report_exam(r);
	json_t *schema = exam_call(e, "schema", json_object()), *item;
	size_t i;

	for (const char *const *command = fixed; *command; command++)
		add_command(r, *command);
	json_array_foreach (json_object_get(schema, "tables"), i, item) {
		char *command = sw_xasprintf("list %s", exam_text(item, "name"));

		add_command(r, command);
		free(command);
	}
	json_array_foreach (json_object_get(schema, "commands"), i, item)
		if (is_survey(item) && strcmp(exam_text(item, "name"), "version"))
			add_command(r, exam_text(item, "name"));
	if (!schema)
		report_missing(r, "switch/", *e->why ? e->why : "the switch has no schema");
	json_decref(schema);
}

/* The JSON of a journal's line "LENGTH CRC JSON", one line without secrets. */
static void add_record(struct report *r, struct sw_str *out, const char *line)
{
	const char *json = strchr(line, '{');
	json_t *record = json ? json_loads(json, 0, NULL) : NULL;
	char *text;

	if (!record) {
		sw_str_add(out, "(not a record)\n");
		return;
	}
	text = report_clean(r, record, JSON_COMPACT);
	sw_str_add(out, "%s\n", text);
	free(text);
	json_decref(record);
}

/* The newest records: who changed what. */
static void add_journal(struct report *r)
{
	struct exam *e = report_exam(r);
	char *path = sw_xasprintf("%s/journal", e->boot.state_dir), *line = NULL;
	FILE *file = fopen(path, "re");
	struct sw_str out = { 0 };
	unsigned n = 0, at = 0;
	size_t size = 0;
	ssize_t len;

	if (!file) {
		report_missing(r, "state/journal.jsonl", strerror(errno));
		free(path);
		return;
	}
	while (getline(&line, &size, file) > 0)
		n++;
	rewind(file);
	while ((len = getline(&line, &size, file)) > 0) {
		if (at++ + JOURNAL_LINES < n)
			continue;
		if (len > LINE_MAX_SIZE)
			sw_str_add(&out, "(a record of %zd bytes is left out)\n", len);
		else
			add_record(r, &out, line);
	}
	report_text(r, "state/journal.jsonl", out.s ? out.s : "");
	free(out.s);
	free(line);
	fclose(file);
	free(path);
}

static void add_folders(struct report *r)
{
	const struct sw_boot *boot = &report_exam(r)->boot;
	const char *const argv[] = { "ls", "-lan", boot->state_dir, boot->run_dir, boot->vhost_dir,
		NULL };
	char why[128], *text = program_run(argv, PROGRAM_S, why);

	if (text)
		report_text(r, "state/folders.txt", text);
	else
		report_missing(r, "state/folders.txt", why);
	free(text);
}

/* The daemon's word for it may be relative to the folder it was started in. */
static char *read_boot_file(const struct exam *e, const json_t *told)
{
	struct facts here = { .root = "" };
	const char *path = json_string_value(told);

	if (!path)
		return e->boot.config_path ? fact_read(&here, "%s", e->boot.config_path) : NULL;
	return *path == '/' ? fact_read(&here, "%s", path)
			    : fact_read(&here, "/proc/%d/cwd/%s", e->pid, path);
}

static void add_boot_file(struct report *r)
{
	struct exam *e = report_exam(r);
	const json_t *told = exam_fact(exam_ask(e, "daemon show"), "config");
	char *text = read_boot_file(e, told);

	if (text)
		report_text(r, "boot-file.conf", text);
	else
		report_missing(r, "boot-file.conf",
			json_is_string(told) || e->boot.config_path
				? strerror(errno)
				: "none is known (--config FILE)");
	free(text);
}

void report_collect(struct report *r)
{
	add_switch(r);
	add_boot_file(r);
	add_doctor(r);
	add_threads(r);
	add_journal(r);
	add_folders(r);
	add_programs(r);
}
