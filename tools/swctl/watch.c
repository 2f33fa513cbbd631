/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * --watch: show again and again until Ctrl-C. On a terminal each picture takes the place of the one before,
 * on a screen of its own, lines that changed in reverse; elsewhere pictures follow each other. A switch
 * that goes away is waited for, and faults are part of the picture.
 */
#include "local.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static const char screen_on[] = "\033[?1049h\033[?25l";
static const char screen_off[] = "\033[?25h\033[?1049l";

struct watch {
	struct session session;
	struct args args; /* as given, without --watch */
	unsigned every_ms;
	bool terminal;
	char *before; /* the picture on the screen */
	unsigned n;   /* pictures so far */
};

static void on_end(int number)
{
	(void)!write(STDOUT_FILENO, screen_off, sizeof(screen_off) - 1);
	signal(number, SIG_DFL);
	raise(number);
}

/* The same for a command that runs here; in a chain with others it is refused as without --watch. */
static int check_local(const struct sw_local *local)
{
	switch (local->watch) {
	case LOCAL_REPEATS:
		return 0;
	case LOCAL_GOES_ON:
		return fault_show(EXIT_USAGE, "leave --watch out",
			"%s shows by itself what changes, so --watch has nothing to repeat",
			local->name);
	case LOCAL_ONCE:
		break;
	}
	return fault_show(EXIT_USAGE, "leave --watch out",
		"%s does more than show, so it cannot be repeated by --watch", local->name);
}

/* 0, or an exit status with the fault shown: commands that change something are run once. */
static int check_looks(struct watch *w)
{
	const struct sw_local *local;
	json_t *known, *words;
	int status = 0;
	size_t i;

	json_array_foreach (w->args.commands, i, words) {
		local = local_find(words);
		if (local)
			return check_local(local);
	}
	known = help_ask_commands(&w->args, &status);
	if (!known)
		return status;
	json_array_foreach (w->args.commands, i, words) {
		const json_t *cmd = help_find(known, words);
		const char *kind = json_string_value(json_object_get(cmd, "kind"));
		const char *role = json_string_value(json_object_get(cmd, "role"));
		const char *name = json_string_value(json_object_get(cmd, "name"));

		/* One that is not there is the switch's to tell. */
		if (!cmd || !kind || !strcmp(kind, "read") ||
			(!strcmp(kind, "config") && role && !strcmp(role, "read")))
			continue;
		status =
			fault_show(EXIT_USAGE, "leave --watch out, and watch what shows the change",
				"%s changes something, so it cannot be repeated by --watch", name);
		break;
	}
	json_decref(known);
	return status;
}

/* One picture as text; faults are in it, but of the first one where they go as ever: *empty is whether it
 * shows nothing else. */
static char *take_picture(struct watch *w, bool *empty, int *status)
{
	char *text = NULL, *faults = NULL;
	size_t size = 0, faults_size = 0;
	FILE *out = open_memstream(&text, &size);
	FILE *first = w->n ? NULL : open_memstream(&faults, &faults_size);

	fault_to(first ? first : out);
	*status = session_run(&w->session, &w->args, out);
	fault_to(NULL);
	*empty = !ftell(out);
	fclose(out);
	if (first) {
		fclose(first);
		fputs(faults, stderr);
		free(faults);
	}
	return text;
}

static void now_text(char *buf, size_t size)
{
	time_t now = time(NULL);
	struct tm tm;

	strftime(buf, size, "%H:%M:%S", localtime_r(&now, &tm));
}

/* Bytes of a line that fit into so many columns. */
static size_t fitting(const char *line, size_t len, unsigned columns)
{
	while (len && render_width(line, len) > columns)
		do
			len--;
		while (len && (line[len] & 0xc0) == 0x80);
	return len;
}

static void draw_line(
	struct watch *w, const char *line, size_t len, const char *before, unsigned columns)
{
	size_t n = before ? strcspn(before, "\n") : 0;
	bool changed = w->before && (!before || n != len || memcmp(before, line, len));

	len = fitting(line, len, columns);
	printf("%s%.*s%s\033[K\r\n", changed ? "\033[7m" : "", (int)len, line,
		changed ? "\033[27m" : "");
}

static const char *next_line(const char *text)
{
	const char *end = text ? strchr(text, '\n') : NULL;

	return end && end[1] ? end + 1 : NULL;
}

static void draw(struct watch *w, const char *text)
{
	struct winsize size;
	const char *line = *text ? text : NULL, *before = w->before;
	unsigned row = 2, hidden = 0;
	char now[16];

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_row || !size.ws_col)
		size = (struct winsize){ .ws_row = 24, .ws_col = 80 };
	now_text(now, sizeof(now));
	printf("\033[HEvery %g s, %s; Ctrl-C ends\033[K\r\n\033[K\r\n", w->every_ms / 1000.0, now);
	for (; line; line = next_line(line)) {
		if (row + 2 > size.ws_row) {
			hidden++;
			continue;
		}
		draw_line(w, line, strcspn(line, "\n"), before && *before ? before : NULL,
			size.ws_col);
		before = next_line(before);
		row++;
	}
	if (hidden)
		printf("... %u lines more\033[K", hidden);
	fputs("\033[J", stdout);
}

static void show(struct watch *w, const char *text)
{
	char now[16];

	if (w->terminal) {
		draw(w, text);
	} else {
		now_text(now, sizeof(now));
		if (!w->args.json)
			printf("--- %s\n", now);
		fputs(text, stdout);
	}
	fflush(stdout);
}

/* The first picture decides whether there is anything to watch. What is shown with a status of its own, as
 * doctor does where a check fails, is. */
static int look(struct watch *w)
{
	int status = 0;
	bool empty;

	while (!link_was_interrupted() && !ferror(stdout)) {
		char *text = take_picture(w, &empty, &status);

		if (!w->n && status && empty) {
			free(text);
			return status;
		}
		if (link_was_interrupted()) {
			free(text);
			break;
		}
		if (!w->n++ && w->terminal)
			fputs(screen_on, stdout);
		show(w, text);
		free(w->before);
		w->before = text;
		link_sleep(w->every_ms);
	}
	return EXIT_DONE;
}

int watch_run(const struct args *args)
{
	struct watch w = { .args = *args,
		.every_ms = args->watch_ms,
		.terminal = isatty(STDOUT_FILENO) && !args->json };
	int status;

	w.args.watch_ms = 0;
	status = check_looks(&w);
	if (!status) {
		bool was = link_catch_interrupt(true);

		if (w.terminal) {
			signal(SIGTERM, on_end);
			signal(SIGHUP, on_end);
		}
		status = look(&w);
		if (w.terminal && w.n)
			fputs(screen_off, stdout);
		fflush(stdout);
		signal(SIGTERM, SIG_DFL);
		signal(SIGHUP, SIG_DFL);
		link_catch_interrupt(was);
	}
	free(w.before);
	session_close(&w.session);
	return status;
}
