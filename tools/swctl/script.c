/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Commands from a file: each line is one transaction, or with --atomic all of them together. One
 * connection for all, one line at a time, so that a line that fails stops before the next is sent.
 */
#include "swctl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sw/mem.h>

struct script {
	const struct args *args;
	const char *name; /* of the file, as errors have it */
	FILE *in;
	unsigned line; /* read so far */
	struct session session;

	int status; /* of the first line that failed */
	unsigned n_run, n_failed;

	/* --atomic: all commands, and where each was typed */
	struct args all;
	struct place *places;
	struct source **sources;
	size_t n_places, n_sources;
};

static int open_file(struct script *s)
{
	static const char *const formats[] = { "table", "list", "csv", "json", "html" };
	const char *file = s->args->file, *hint = NULL;
	char text[64];
	int status;

	s->name = !strcmp(file, "-") ? "standard input" : file;
	s->in = strcmp(file, "-") ? fopen(file, "re") : stdin;
	if (s->in)
		return 0;
	status = errno == ENOENT   ? EXIT_NOT_FOUND
		 : errno == EACCES ? EXIT_NOT_PERMITTED
				   : EXIT_DEVICE;
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (!strcmp(formats[i], file)) {
			snprintf(text, sizeof(text),
				"-f is a file with commands; for the format: --format=%s", file);
			hint = text;
		}
	return fault_show(status,
		hint ? hint : "name a file with commands, or - for standard input",
		"the file \"%s\" cannot be read: %s", file, strerror(errno));
}

/* Read a line and those it goes on in, without the last newline. false at the end or on a fault. */
static bool read_line(struct script *s, struct sw_bytes *b, unsigned *first)
{
	char *part = NULL;
	size_t room = 0;
	ssize_t n;

	sw_bytes_take(b, b->len);
	*first = s->line + 1;
	while ((n = getline(&part, &room, s->in)) >= 0) {
		s->line++;
		sw_bytes_add(b, part, n);
		if (n && part[n - 1] == '\n')
			b->len--;
		if (!source_continues(b->buf + b->start, b->len))
			break;
		sw_bytes_add(b, "\n", 1);
	}
	free(part);
	sw_bytes_add(b, "", 1);
	return s->line >= *first;
}

static void note(struct script *s, int status, unsigned line)
{
	if (!status || s->status == status || (s->status && status == EXIT_CHANGES))
		return;
	if (!s->status || s->status == EXIT_CHANGES)
		s->status = status;
	if (!s->args->json && !s->args->keep_going && status != EXIT_CHANGES)
		fprintf(stderr, "  stopped at %s:%u%s\n", s->name, line,
			s->args->atomic ? "; nothing was applied"
			: s->n_run	? "; the lines before it were carried out"
					: "");
}

/* Put the commands of a line to the others. */
static int gather(struct script *s, struct source *source, const struct args *args)
{
	struct source *kept;
	size_t n = json_array_size(args->commands);

	if (args->own_options)
		return fault_show_word(source, 0, NULL, "give it to swctl when it starts",
			"with --atomic no line can have global options of its own");
	kept = sw_xcalloc(1, sizeof(*kept));
	*kept = *source;
	memset(source, 0, sizeof(*source));
	s->sources = sw_xrealloc(s->sources, s->n_sources + 1, sizeof(*s->sources));
	s->sources[s->n_sources++] = kept;
	s->places = sw_xrealloc(s->places, s->n_places + n, sizeof(*s->places));
	for (size_t i = 0; i < n; i++)
		s->places[s->n_places++] =
			(struct place){ kept, json_incref(json_array_get(args->at, i)) };
	json_array_extend(s->all.commands, args->commands);
	return 0;
}

/* One line. Returns its status. */
static int run_line(struct script *s, const char *text, unsigned line)
{
	struct source source;
	struct args args = { 0 };
	int status = source_from_line(&source, text, s->name, line);

	if (!status)
		status = args_parse(&source, s->args, &args);
	if (!status && args.watch_ms)
		status = fault_show_word(&source, 0, NULL,
			"use it on the command line or in the shell",
			"--watch has no end, so it cannot be in a file");
	if (!status && s->args->atomic)
		status = gather(s, &source, &args);
	else if (!status && (json_array_size(args.commands) || args.action != ARGS_RUN))
		status = session_run(&s->session, &args, stdout);
	fflush(stdout);
	args_fini(&args);
	source_fini(&source);
	return status;
}

static void run_lines(struct script *s)
{
	struct sw_bytes b = { 0 };
	unsigned first;

	while (read_line(s, &b, &first)) {
		int status = strlen(b.buf + b.start) + 1 == b.len
				     ? run_line(s, b.buf + b.start, first)
				     : fault_show(EXIT_USAGE, "is it a text file?",
					       "%s:%u: the line has a NUL in it", s->name, first);

		note(s, status, first);
		s->n_run++;
		s->n_failed += status && status != EXIT_CHANGES;
		if (s->n_failed && (!s->args->keep_going || status == EXIT_NO_DAEMON))
			break;
	}
	sw_bytes_fini(&b);
	if (ferror(s->in) && !s->status)
		s->status = fault_show(EXIT_DEVICE, NULL, "the file \"%s\" cannot be read: %s",
			s->name, strerror(errno));
}

static void fini(struct script *s)
{
	for (size_t i = 0; i < s->n_places; i++)
		json_decref((json_t *)s->places[i].at);
	for (size_t i = 0; i < s->n_sources; i++) {
		source_fini(s->sources[i]);
		free(s->sources[i]);
	}
	free(s->places);
	free(s->sources);
	args_fini(&s->all);
	session_close(&s->session);
	if (s->in && s->in != stdin)
		fclose(s->in);
}

int script_run(const struct args *args)
{
	struct script s = { .args = args, .all = *args };
	int status = open_file(&s);

	s.all.commands = json_array();
	s.all.at = NULL;
	if (!status) {
		run_lines(&s);
		status = s.status;
		if (!status && json_array_size(s.all.commands))
			status = session_transact(&s.session, &s.all, s.places, stdout);
		if (args->keep_going && s.n_failed)
			fprintf(stderr, "swctl: %u of %u lines failed\n", s.n_failed, s.n_run);
	}
	fini(&s);
	return status;
}
