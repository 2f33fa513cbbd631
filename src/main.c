/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * swd: options and boot file, then the modules in their order, the control loop, and all of it back.
 * What any part of the switch does is in its room; here is only the order.
 *
 * Options and exit statuses are in base/boot_options.c.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sw/boot.h>
#include <sw/dir.h>
#include <sw/err.h>
#include <sw/exit.h>
#include <sw/log.h>
#include <sw/loop.h>
#include <sw/mem.h>
#include <sw/module.h>
#include <sw/schema.h>
#include <sw/text.h>
#include <sw/words.h>

#include "confine.h"

SW_LOG(main, "start and stop of the daemon");

enum { EXIT_START = 1, EXIT_RUNNING = 3, OPTIONS_MAX = 16 };

static void print_help(void)
{
	puts("Usage: swd [OPTION]...\n"
	     "The virtual switch daemon. It runs in the foreground and logs to standard error.\n");
	for (const struct sw_cmd_option *o = sw_boot_options; o->name; o++) {
		int n = printf("  --%s %s", o->name, o->value ? o->value : "");

		printf("%*s%s\n", n < 18 ? 18 - n : 1, "", o->help);
	}
	puts("\nExit status:");
	for (const struct sw_exit *e = sw_boot_exits; e->help; e++)
		printf("  %d  %s\n", e->status, e->help);
}

static void show_error(const struct sw_err *err)
{
	fprintf(stderr, "swd: %s%s%s\n", err->path, *err->path ? ": " : "", err->text);
	if (*err->allowed)
		fprintf(stderr, "swd: allowed: %s\n", err->allowed);
	if (*err->nearest)
		fprintf(stderr, "swd: did you mean \"%s\"?\n", err->nearest);
	if (*err->hint)
		fprintf(stderr, "swd: %s\n", err->hint);
}

/* Where an option's text goes; the file is read before, so these win. */
struct texts {
	const char *config, *state, *run_dir, *socket, *log;
};

static const char **field_of(struct texts *texts, const char *option)
{
	const struct {
		const char *name, **field;
	} fields[] = { { "config", &texts->config }, { "state", &texts->state },
		{ "run-dir", &texts->run_dir }, { "socket", &texts->socket },
		{ "log", &texts->log } };

	for (unsigned i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (!strcmp(fields[i].name, option))
			return fields[i].field;
	return NULL;
}

static int wrong_option(void)
{
	fputs("swd: --help lists the options\n", stderr);
	return EXIT_USAGE;
}

/* An option that prints something and ends the program; `words` follow it. */
static int print_what(const char *option, char **words)
{
	struct sw_err err = { 0 };

	if (!strcmp(option, "version"))
		puts("swd " SW_VERSION);
	else if (!strcmp(option, "help"))
		print_help();
	else if (!strcmp(option, "complete") ? sw_complete_print(stdout, words, &err)
					     : sw_schema_print(stdout, &err)) {
		show_error(&err);
		return EXIT_START;
	}
	return EXIT_SUCCESS;
}

/* -1: go on; else the exit status. */
static int read_options(int argc, char **argv, struct texts *texts)
{
	struct option options[OPTIONS_MAX + 1] = { { NULL } };
	int c, index = 0;

	for (unsigned i = 0; sw_boot_options[i].name && i < OPTIONS_MAX; i++)
		options[i] = (struct option){ sw_boot_options[i].name,
			sw_boot_options[i].value ? required_argument : no_argument, NULL, 'o' };
	for (int at; at = optind, (c = getopt_long(argc, argv, "+", options, &index)) != -1;) {
		/* getopt takes what begins only one name today, and may begin two tomorrow */
		if (c != '?' && strcspn(argv[at] + 2, "=") != strlen(options[index].name)) {
			fprintf(stderr, "swd: there is no option %s; did you mean --%s?\n",
				argv[at], options[index].name);
			return wrong_option();
		}
		if (c == '?')
			return wrong_option();
		if (!options[index].has_arg)
			return print_what(options[index].name, argv + optind);
		if (!*optarg) {
			fprintf(stderr, "swd: an option has an empty value\n");
			return wrong_option();
		}
		*field_of(texts, options[index].name) = optarg;
	}
	if (optind == argc)
		return -1;
	fprintf(stderr, "swd: \"%s\" is not an option\n", argv[optind]);
	return wrong_option();
}

static void override(const char **field, const char *value)
{
	if (value)
		sw_boot_text(field, value);
}

static int read_boot(struct sw_boot *boot, const struct texts *texts, struct sw_err *err)
{
	int rc = texts->config ? sw_boot_read(boot, texts->config, err) : 0;

	if (rc)
		return rc;
	override(&boot->state_dir, texts->state);
	override(&boot->run_dir, texts->run_dir);
	override(&boot->socket_path, texts->socket);
	override(&boot->log_levels, texts->log);
	sw_boot_finish(boot);
	return boot->log_levels ? sw_boot_log(boot->log_levels, true, err) : 0;
}

/* Say in one line each what the machine made of us. */
static void tell_plan(const struct sw_boot *boot)
{
	char cpus[128];

	if (boot->laptop && boot->hugepages != SW_HUGE_NO)
		sw_info("laptop mode: %llu of %llu MiB of huge pages are free, so buffers are in "
			"ordinary memory and idle workers sleep; for full speed: sysctl "
			"vm.nr_hugepages=%llu",
			(unsigned long long)boot->huge_free_mb,
			(unsigned long long)boot->huge_want_mb,
			(unsigned long long)(boot->huge_want_mb + 1) / 2);
	else if (boot->laptop)
		sw_info("laptop mode, as hugepages=no asks: buffers are in ordinary memory");
	if (boot->shared)
		sw_warn("the control thread shares a core with a worker: none is left for it alone");
	sw_info("swd " SW_VERSION
		": %u MiB, %u workers, control on cores %s, idle sleep up to %d us",
		boot->memory_mb, boot->n_cores,
		sw_format_ranges(cpus, sizeof(cpus), boot->control_cpus, SW_CORE_MAX),
		boot->idle_sleep_us);
}

static int run(const struct sw_boot *boot, struct sw_err *err)
{
	int rc = sw_loop_init(err);

	if (rc)
		return rc;
	rc = sw_modules_init(boot, err);
	if (!rc && (rc = confine_run(boot, err)))
		sw_modules_fini();
	if (!rc) {
		sw_info("ready, control socket %s", boot->socket_path);
		sw_loop_run();
		sw_modules_fini();
		sw_info("stopped");
	}
	sw_loop_fini();
	return rc;
}

/* Folders, our user, the lock on the socket's name, then run. Returns the exit status. */
static int run_alone(const struct sw_boot *boot, struct sw_err *err)
{
	char *lock_path = sw_xasprintf("%s.lock", boot->socket_path);
	int lock = -1, rc, status = EXIT_SUCCESS;

	rc = confine_start(boot, err);
	if (!rc)
		rc = lock = sw_lock_take(lock_path, boot->socket_path, err);
	if (rc >= 0)
		rc = run(boot, err);
	if (rc < 0) {
		show_error(err);
		status = lock < 0 && err->code == SW_CODE_CONFLICT ? EXIT_RUNNING : EXIT_START;
	}
	sw_lock_drop(lock_path, lock);
	free(lock_path);
	return status;
}

int main(int argc, char **argv)
{
	struct texts texts = { NULL };
	struct sw_machine machine;
	struct sw_err err = { 0 };
	struct sw_boot boot;
	int status = read_options(argc, argv, &texts);

	if (status >= 0)
		return status;
	sw_boot_defaults(&boot);
	sw_machine_read(&machine);
	if (sw_reg_seal(&err) || read_boot(&boot, &texts, &err) ||
		sw_boot_plan(&boot, &machine, &err)) {
		show_error(&err);
		status = EXIT_USAGE;
	} else {
		tell_plan(&boot);
		status = run_alone(&boot, &err);
	}
	sw_boot_fini(&boot);
	return status;
}
