/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * swctl shell: lines from a terminal, over one connection, with history and completion (libedit). A fault
 * ends its line and nothing more; a switch that was restarted is reached again; Ctrl-C ends the line that
 * is typed or the wait for an answer; Ctrl-D or exit the shell.
 */
#include "shell.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sw/mem.h>

#include "local.h"

#define HISTORY_LINES 1000

static char *prompt(EditLine *el)
{
	struct shell *s;

	el_get(el, EL_CLIENTDATA, &s);
	return s->partial.len ? "...> " : "swd> ";
}

/* Make all folders of a path. */
static void make_folders(const char *path)
{
	char *copy = sw_xstrdup(path);

	for (char *p = strchr(copy + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		mkdir(copy, 0700);
		*p = '/';
	}
	free(copy);
}

/* Where history is kept, or NULL: nobody's home. */
static char *history_path(void)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (state && *state == '/')
		return sw_xasprintf("%s/swctl/history", state);
	return home && *home == '/' ? sw_xasprintf("%s/.local/state/swctl/history", home) : NULL;
}

static void load_history(struct shell *s)
{
	HistEvent event;

	s->history = history_init();
	history(s->history, &event, H_SETSIZE, HISTORY_LINES);
	history(s->history, &event, H_SETUNIQUE, 1);
	s->history_path = history_path();
	if (!s->history_path)
		return;
	make_folders(s->history_path);
	history(s->history, &event, H_LOAD, s->history_path);
}

/* libedit writes it for the owner alone (0600). */
static void remember(struct shell *s, const char *line)
{
	HistEvent event;
	mode_t mask;

	if (!line[strspn(line, " \t\n")])
		return;
	history(s->history, &event, H_ENTER, line);
	if (!s->history_path)
		return;
	mask = umask(0077);
	history(s->history, &event, H_SAVE, s->history_path);
	umask(mask);
}

static bool is_exit(const struct args *args)
{
	const json_t *words = json_array_get(args->commands, 0);
	const char *first = json_string_value(json_array_get(words, 0));

	return json_array_size(args->commands) == 1 && json_array_size(words) == 1 &&
	       (!strcmp(first, "exit") || !strcmp(first, "quit"));
}

/* Run a whole line. Returns whether the shell goes on. */
static bool run_line(struct shell *s, const char *line)
{
	struct args args = { 0 };
	struct source source;
	bool more = true;
	int status = source_from_line(&source, line, NULL, 1);

	if (!status)
		status = args_parse(&source, s->global, &args);
	if (!status && is_exit(&args)) {
		more = false;
	} else if (!status && (json_array_size(args.commands) || args.action != ARGS_RUN)) {
		if (args.watch_ms && args.action == ARGS_RUN)
			watch_run(&args);
		else
			session_run(&s->session, &args, stdout);
	}
	fflush(stdout);
	args_fini(&args);
	source_fini(&source);
	return more;
}

/* What was typed up to the end of the line; returns whether the shell goes on. */
static bool take(struct shell *s, const char *typed)
{
	size_t len = strcspn(typed, "\n");
	bool more = true;

	sw_bytes_add(&s->partial, typed, len);
	if (source_continues(s->partial.buf + s->partial.start, s->partial.len)) {
		sw_bytes_add(&s->partial, "\n", 1);
		return true;
	}
	sw_bytes_add(&s->partial, "", 1);
	remember(s, s->partial.buf + s->partial.start);
	more = run_line(s, s->partial.buf + s->partial.start);
	sw_bytes_take(&s->partial, s->partial.len);
	return more;
}

static void read_lines(struct shell *s)
{
	bool more = true;

	while (more) {
		const char *typed;
		int n;

		el_resize(s->el);
		link_catch_interrupt(true);
		shell_catch_signals(true);
		/* el_gets does so itself, but behind the prompt: a Ctrl-D typed between the two would be lost. */
		el_set(s->el, EL_PREP_TERM, 1);
		typed = el_gets(s->el, &n);
		shell_catch_signals(false);
		if (typed) {
			more = take(s, typed);
		} else {
			/* Ctrl-C: the line is forgotten. Anything else is the end. */
			fputs("\n", stdout);
			more = link_was_interrupted();
			sw_bytes_take(&s->partial, s->partial.len);
		}
	}
}

static int start_editor(struct shell *s)
{
	s->el = el_init("swctl", stdin, stdout, stderr);
	if (!s->el)
		return fault_show(EXIT_REFUSED, "swctl -f - reads commands without a terminal",
			"the terminal cannot be set up: %s", strerror(errno));
	el_set(s->el, EL_CLIENTDATA, s);
	el_set(s->el, EL_EDITOR, "emacs");
	el_set(s->el, EL_GETCFN, shell_key);
	el_set(s->el, EL_PROMPT, prompt);
	load_history(s);
	el_set(s->el, EL_HIST, history, s->history);
	el_set(s->el, EL_ADDFN, "swctl-complete", "complete a word", shell_complete);
	el_set(s->el, EL_BIND, "^I", "swctl-complete", NULL);
	el_source(s->el, NULL); /* the user's .editrc */
	return 0;
}

int shell_run(const struct args *global)
{
	static bool running;
	struct shell s = { .global = global };
	int status;

	if (running)
		return fault_show(EXIT_USAGE, "Ctrl-D or exit ends this one", "this is the shell");
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return fault_show(EXIT_USAGE, "swctl -f - reads commands without a terminal",
			"the shell needs a terminal");
	status = start_editor(&s);
	if (!status) {
		running = true;
		puts("swctl " SW_VERSION
		     "; \"help\" lists the commands, Tab completes, Ctrl-D ends");
		read_lines(&s);
		link_catch_interrupt(false);
		running = false;
		history_end(s.history);
		el_end(s.el);
	}
	free(s.history_path);
	sw_bytes_fini(&s.partial);
	session_close(&s.session);
	return status;
}

static int run_shell(const struct local_call *call)
{
	return shell_run(call->global);
}

SW_REGISTER(local, shell) = {
	.name = "shell",
	.help = "commands from the terminal, with history and completion; swctl alone does so too",
	.usage = "",
	.run = run_shell,
};
