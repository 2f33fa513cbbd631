/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * swcontroller: an OpenFlow controller for tests and demonstrations. Options, rules of files, certificates, then the loop
 * until SIGINT or SIGTERM, and what was counted.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <sw/err.h>
#include <sw/exit.h>

#include "controller.h"
#include "options.h"

static int status_of(const struct sw_err *err)
{
	return err->code == SW_CODE_DEVICE || err->code == SW_CODE_INTERNAL ? EXIT_DEVICE
									    : EXIT_USAGE;
}

static int run(const struct options *o)
{
	static struct controller c;
	struct sw_err err = { 0 };
	int status = EXIT_DONE;

	signal(SIGPIPE, SIG_IGN);
	if (controller_init(&c, o, &err)) {
		cli_show_error(&options_cli, &err);
		status = status_of(&err);
	} else {
		controller_run(&c);
		tally_print(&c.tally, o->json);
	}
	controller_fini(&c);
	return status;
}

int main(int argc, char **argv)
{
	static struct options o;
	enum cli_action action;
	struct sw_err err = { 0 };

	setvbuf(stderr, NULL, _IOLBF, 0);
	if (options_parse(argc, argv, &o, &action, &err)) {
		cli_show_error(&options_cli, &err);
		return status_of(&err);
	}
	if (action == CLI_HELP && o.json)
		cli_json(&options_cli);
	else if (action == CLI_HELP)
		cli_help(&options_cli);
	else if (action == CLI_VERSION)
		puts("swcontroller " SW_VERSION);
	else
		return run(&o);
	return EXIT_DONE;
}
