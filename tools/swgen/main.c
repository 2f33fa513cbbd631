/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * swgen: a traffic generator on DPDK. Options, DPDK and ports, stations learned, warm-up, the run or the search,
 * the report.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_eal.h>

#include <sw/err.h>
#include <sw/exit.h>
#include <sw/mem.h>

#include "bench.h"
#include "clerk.h"
#include "options.h"
#include "report.h"
#include "rfc2544.h"

static int status_of(const struct sw_err *err)
{
	return err->code == SW_CODE_USAGE || err->code == SW_CODE_INVALID ? EXIT_USAGE
									  : EXIT_DEVICE;
}

/* The first ends what is going on, a run with its report; the second the program: a driver may never come back. */
static void on_signal(int number)
{
	if (bench_stop)
		_exit(128 + number);
	bench_stop = true;
}

static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static void warm_up(struct bench *b, double pps, struct result *r)
{
	struct plan plan = {
		.pps = pps, .seconds = b->o->warmup_s, .window = b->o->window, .both = b->o->both
	};

	if (b->o->warmup_s > 0 && !bench_stop)
		bench_run(b, &plan, r);
}

static void run(struct bench *b, double pps, struct result *r, struct search *search)
{
	struct plan plan = { .pps = pps,
		.packets = b->o->packets,
		.seconds = b->o->time_s,
		.window = b->o->window,
		.both = b->o->both };

	memset(r, 0, sizeof(*r));
	if (b->o->rfc2544)
		rfc2544_run(b, pps, search, r);
	else
		bench_run(b, &plan, r);
}

static int verdict(const struct bench *b, const struct result *r, const struct search *search)
{
	if (b->o->rfc2544)
		return search->found ? EXIT_DONE : EXIT_REFUSED;
	return result_loss(r) > b->o->loss ? EXIT_REFUSED : EXIT_DONE;
}

/* A run of which nothing can be said. */
static int nothing_sent(const struct bench *b, struct sw_err *err)
{
	int rc = sw_err_set(
		err, SW_CODE_DEVICE, "port %s took no packet at all", b->ports[0].device);

	sw_err_hint(err,
		"does the other side take packets from it? --verbose shows what its driver says");
	return rc;
}

static int work(struct bench *b, struct sw_err *err)
{
	struct search *search = sw_xcalloc(1, sizeof(*search));
	struct result *r = sw_xcalloc(1, sizeof(*r));
	int status = EXIT_DONE;
	double pps;
	int rc;

	rc = bench_rate(b, &pps, err);
	if (!rc && b->o->learn)
		rc = bench_learn(b, r, err);
	if (!rc) {
		if (b->o->interval_s && !b->o->rfc2544)
			clerk_watch(b, b->o->interval_s);
		warm_up(b, pps, r);
		run(b, pps, r, search);
		(b->o->json ? report_json : report_text)(b, r, b->o->rfc2544 ? search : NULL);
		status = verdict(b, r, search);
		if (!result_sent(r) && !bench_stop)
			rc = nothing_sent(b, err);
	}
	free(search);
	free(r);
	return rc ? status_of(err) : status;
}

static int generate(const struct options *o, struct sw_err *err)
{
	struct bench bench = { 0 };
	int rc = clerk_start(err), status = EXIT_DEVICE;

	if (rc)
		return status;
	catch_signals();
	rc = port_start_dpdk(o, err);
	if (!rc)
		rc = bench_init(&bench, o, err);
	if (!rc)
		rc = bench_open(&bench, err);
	if (rc && bench_stop) {
		err->code = SW_CODE_OK; /* that it came to nothing was asked for */
		status = 128 + SIGINT;
	} else {
		status = rc ? status_of(err) : work(&bench, err);
	}
	clerk_stop();
	bench_fini(&bench);
	port_end_dpdk();
	return status;
}

int main(int argc, char **argv)
{
	enum cli_action action;
	struct sw_err err = { 0 };
	struct options o;
	int status;

	if (options_parse(argc, argv, &o, &action, &err) ||
		(action == CLI_RUN && options_check(&o, &err))) {
		cli_show_error(&options_cli, &err);
		return EXIT_USAGE;
	}
	if (action == CLI_RUN) {
		status = generate(&o, &err);
		if (err.code)
			cli_show_error(&options_cli, &err);
		return status;
	}
	if (action == CLI_HELP)
		(o.json ? cli_json : cli_help)(&options_cli);
	else
		puts("swgen " SW_VERSION);
	return EXIT_DONE;
}
