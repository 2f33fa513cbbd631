/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Command bugreport: one archive with what those who look for a fault ask for first. Every part is taken
 * as far as it can be had: the switch may be down or stuck, a program missing, a file not ours to read;
 * the manifest says what is not there and why. All of it is made in memory first and cleaned of secrets
 * (redact.h), then written to a file that only its owner may read.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <sw/mem.h>
#include <sw/text.h>

#include "../doctor/doctor.h"
#include "pack.h"
#include "program.h"
#include "redact.h"
#include "report.h"

enum { OPT_OUTPUT, OPT_CONFIG };

struct file {
	char *name, *text; /* text NULL: missing */
	char why[256];
};

struct report {
	struct exam exam;
	struct redact redact;
	struct file *files;
	size_t n;
};

static struct file *add_file(struct report *r, const char *name)
{
	struct file *file;

	r->files = sw_xrealloc(r->files, r->n + 1, sizeof(*r->files));
	file = &r->files[r->n++];
	memset(file, 0, sizeof(*file));
	file->name = sw_xstrdup(name);
	return file;
}

struct exam *report_exam(struct report *r)
{
	return &r->exam;
}

void report_missing(struct report *r, const char *name, const char *why)
{
	snprintf(add_file(r, name)->why, sizeof(r->files->why), "%s", why);
}

void report_text(struct report *r, const char *name, const char *text)
{
	add_file(r, name)->text = redact_text(&r->redact, text);
}

char *report_clean(struct report *r, const json_t *value, size_t flags)
{
	json_t *outer = json_pack("[o]", json_deep_copy(value));
	char *text;

	redact_json(&r->redact, outer);
	text = json_dumps(json_array_get(outer, 0), flags | JSON_ENCODE_ANY);
	json_decref(outer);
	return text ? text : sw_xstrdup("");
}

void report_json(struct report *r, const char *name, const json_t *value)
{
	struct file *file = add_file(r, name);

	file->text = report_clean(r, value, JSON_INDENT(1));
}

bool report_has(const struct report *r, const char *name)
{
	for (size_t i = 0; i < r->n; i++)
		if (!strcmp(r->files[i].name, name))
			return true;
	return false;
}

/* The list of files, the last to be made: it says of all others whether they are there. */
static void add_manifest(struct report *r, const char *folder)
{
	struct sw_str text = { 0 };

	sw_str_add(&text,
		"%s\nswctl " SW_VERSION "\n"
		"Values that look like secrets were replaced by " REDACTED ": %zu different ones.\n"
		"host/ holds what swctl doctor read: swctl doctor --root=host looks at it again.\n\n",
		folder, r->redact.n);
	for (size_t i = 0; i < r->n; i++) {
		if (r->files[i].text)
			sw_str_add(&text, "%9zu  %s\n", strlen(r->files[i].text), r->files[i].name);
		else
			sw_str_add(&text, "  missing  %s: %s\n", r->files[i].name, r->files[i].why);
	}
	add_file(r, "MANIFEST")->text = text.s;
}

static int write_files(struct report *r, const char *path, const char *folder)
{
	struct pack pack;
	int rc = pack_open(&pack, path, folder), closed;

	for (size_t i = 0; i < r->n && !rc; i++)
		if (r->files[i].text)
			rc = pack_add(&pack, r->files[i].name, r->files[i].text,
				strlen(r->files[i].text));
	closed = pack_close(&pack);
	if (!rc && !closed)
		return EXIT_DONE;
	return fault_show(rc == -EEXIST ? EXIT_CONFLICT : EXIT_DEVICE,
		"--output=FILE names another place", "the report %s cannot be written: %s", path,
		pack.error);
}

static void tell(const struct report *r, const struct local_call *call, const char *path)
{
	json_t *parts = json_array(), *whole;
	size_t there = 0;

	for (size_t i = 0; i < r->n; i++) {
		const struct file *file = &r->files[i];

		there += file->text != NULL;
		json_array_append_new(
			parts, json_pack("{s:s, s:b, s:s*}", "name", file->name, "there",
				       file->text != NULL, "why", file->text ? NULL : file->why));
	}
	if (call->global->json) {
		whole = json_pack("{s:s, s:O, s:i}", "file", path, "parts", parts, "removed",
			(int)r->redact.n);
		json_dumpf(whole, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(whole);
	} else {
		printf("%s: %zu files; %zu values that look like secrets were removed\n", path,
			there, r->redact.n);
		for (size_t i = 0; i < r->n; i++)
			if (!r->files[i].text)
				printf("  missing: %s: %s\n", r->files[i].name, r->files[i].why);
		printf("Look through it before you send it.\n");
	}
	json_decref(parts);
}

static void free_report(struct report *r)
{
	for (size_t i = 0; i < r->n; i++) {
		free(r->files[i].name);
		free(r->files[i].text);
	}
	free(r->files);
	redact_fini(&r->redact);
	exam_fini(&r->exam);
}

/* "swd-bugreport-HOST-20260131T120000" */
static char *folder_name(void)
{
	struct utsname host;
	time_t now = time(NULL);
	char text[32];
	struct tm tm;

	uname(&host);
	localtime_r(&now, &tm);
	strftime(text, sizeof(text), "%Y%m%dT%H%M%S", &tm);
	for (char *p = host.nodename; *p; p++)
		if (*p == '/')
			*p = '_';
	return sw_xasprintf("swd-bugreport-%s-%s", host.nodename, text);
}

/* -o FILE, as people type it, or --output=FILE; NULL: the name of the folder. 0 or an exit status. */
static int read_output(const struct local_call *call, const char **output)
{
	*output = call->option[OPT_OUTPUT];
	if (!call->n_args)
		return 0;
	if (call->n_args == 2 && !strcmp(call->args[0], "-o") && !*output) {
		*output = call->args[1];
		return 0;
	}
	return fault_show(
		EXIT_USAGE, "swctl bugreport [-o FILE]", "\"%s\" is not an option", call->args[0]);
}

static int run(const struct local_call *call)
{
	struct report r = { 0 };
	const struct facts facts = { .root = "", .seen = report_seen, .arg = &r };
	const char *output;
	char *folder, *path;
	int status = read_output(call, &output);

	if (status)
		return status;
	folder = folder_name();
	path = output ? sw_xstrdup(output) : sw_xasprintf("%s.tar.gz", folder);
	exam_init(&r.exam, call->global, &facts, call->option[OPT_CONFIG]);
	report_collect(&r);
	add_manifest(&r, folder);
	for (size_t i = 0; i < r.n; i++)
		if (r.files[i].text)
			r.files[i].text = redact_known(&r.redact, r.files[i].text);
	status = write_files(&r, path, folder);
	if (!status)
		tell(&r, call, path);
	free_report(&r);
	free(path);
	free(folder);
	return status;
}

static const struct sw_cmd_option options[] = {
	[OPT_OUTPUT] = { "output", "FILE",
		"the archive to write; default swd-bugreport-HOST-TIME.tar.gz" },
	[OPT_CONFIG] = { "config", "FILE", "the boot file that swd is started with" },
	{ 0 },
};

SW_REGISTER(local, bugreport) = {
	.name = "bugreport",
	.help = "collect versions, configuration, counters, logs and host facts in one archive",
	.usage = "[-o FILE]",
	.options = options,
	.max_args = 2,
	.run = run,
};
