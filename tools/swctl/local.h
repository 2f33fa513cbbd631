/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Commands that run in swctl itself (help, shell, monitor ...), registered as the daemon's are:
 *
 *	SW_REGISTER(local, doctor) = { .name = "doctor", .help = "...", .usage = "[BRIDGE]",
 *		.max_args = 1, .run = run_doctor };
 *
 * They are found by name before the switch is asked, listed by `swctl help` with the others, and stand
 * alone: no transaction can hold them.
 */
#ifndef SWCTL_LOCAL_H
#define SWCTL_LOCAL_H

#include <sw/reg.h>
#include <sw/words.h>

#include "swctl.h"

struct local_call {
	const struct args *global; /* global options: socket, time-out, json, plain ... */
	unsigned n_args;
	const char *const *args;
	const char *const *option; /* by index of options: NULL absent, "" flag, else the value */
	const json_t *words;	   /* all of them as typed */
	FILE *out;		   /* where results go; stdout unless it is repeated */
};

/* What --watch makes of a command. */
enum local_watch {
	LOCAL_ONCE,    /* it does more than show, or asks: refused */
	LOCAL_GOES_ON, /* it shows what changes by itself: refused */
	LOCAL_REPEATS, /* it shows what is, to call->out, and ends */
};

struct sw_local {
	const char *name; /* words separated by one space */
	const char *help; /* one line */
	const char *usage;
	const struct sw_cmd_option *options; /* ended by name NULL; NULL for none */
	unsigned min_args, max_args;	     /* UINT_MAX: any number */
	enum local_watch watch;

	/* Returns the exit status, with the fault shown. Results go to call->out; link_open(&link,
	 * call->global, false) reaches the switch. */
	int (*run)(const struct local_call *call);
};
SW_REG_KIND_DECLARE(local);

/* The command that these words name, or NULL; *used is how many words its name has. */
const struct sw_local *local_find(const json_t *words);

/* Is one of global->commands ours? Then run it, or say why not: *status is the exit status. */
bool local_run(const struct args *global, FILE *out, int *status);

/* complete.c: `swctl complete`, with the words behind it. Returns the exit status. */
int complete_main(unsigned n, char **words);

#endif
