/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * swctl: the command line of swd. Sends the commands as one transaction over the control socket and shows
 * what comes back. Words go to the switch as they were typed, but for the few commands that run here (local.h).
 */
#include "local.h"
#include "swctl.h"

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sw/err.h>
#include <sw/reg.h>

/* A closed pipe is the reader's choice; any other failure to write is ours to tell. */
static int finish_output(int status)
{
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	if (errno == EPIPE)
		return status;
	return fault_show(status ? status : EXIT_REFUSED, "the command itself was carried out",
		"the output cannot be written: %s", strerror(errno));
}

static int run(const struct args *args)
{
	struct session session = { 0 };
	int status;

	if (args->file)
		return script_run(args);
	if (args->action == ARGS_RUN && !json_array_size(args->commands)) {
		if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
			return shell_run(args);
		help_short(stderr);
		return EXIT_USAGE;
	}
	if (args->watch_ms && args->action == ARGS_RUN)
		return watch_run(args);
	status = session_run(&session, args, stdout);
	session_close(&session);
	return status;
}

int main(int argc, char **argv)
{
	struct source source;
	struct sw_err err;
	struct args args;
	int status;

	signal(SIGPIPE, SIG_IGN);
	/* Whatever the user's language: names are UTF-8, and their width on a terminal must be known. */
	setlocale(LC_CTYPE, "C.UTF-8");
	if (sw_reg_seal(&err))
		return fault_show(EXIT_REFUSED, NULL, "%s", err.text);
	/* Its words are half-typed: not to be read as ours. */
	if (argc > 1 && !strcmp(argv[1], "complete"))
		return finish_output(complete_main(argc - 2, argv + 2));
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], "--json"))
			fault_as_json(true);
	source_from_words(&source, argc > 1 ? argc - 1 : 0, argv + 1);
	status = args_parse(&source, NULL, &args);
	if (!status)
		status = run(&args);
	args_fini(&args);
	source_fini(&source);
	return finish_output(status);
}
