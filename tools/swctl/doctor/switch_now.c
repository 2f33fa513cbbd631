/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Checks of the moment: packets lost and workers busy while the doctor looks, which counters since the start
 * of the switch hide.
 */
#include "doctor.h"

#include <string.h>

#include "../monitor/rates.h"

#define DROPS_PPS   10	 /* fewer are lost in every network ... */
#define DROPS_SHARE 1000 /* ... as is one of so many */
#define BUSY_NOW    95	 /* percent; the next burst is late */

static const json_t *table_of(const json_t *results, unsigned command)
{
	return json_object_get(json_array_get(results, command), "value");
}

/* Packets in the row of a port and reason; 0: there is none. */
static json_int_t count_lost(const json_t *table, const char *port, const char *reason)
{
	json_t *row;
	size_t i;

	json_array_foreach (json_object_get(table, "rows"), i, row)
		if (!strcmp(exam_cell_text(table, row, "Port"), port) &&
			!strcmp(exam_cell_text(table, row, "Reason"), reason))
			return exam_cell_int(table, row, "Packets");
	return 0;
}

/* Each reason by which a port loses more than a few. */
static void tell_reasons(struct exam *e, const char *port)
{
	const json_t *was = table_of(e->sample.before, ANSWER_DROPS);
	const json_t *is = table_of(e->sample.now, ANSWER_DROPS);
	json_t *row;
	size_t i;

	json_array_foreach (json_object_get(is, "rows"), i, row) {
		const char *reason = exam_cell_text(is, row, "Reason");
		double lost;

		if (strcmp(exam_cell_text(is, row, "Port"), port))
			continue;
		lost = (exam_cell_int(is, row, "Packets") - count_lost(was, port, reason)) /
		       e->sample.seconds;
		if (lost < DROPS_PPS)
			continue;
		check_warn(e, "%s loses %.0f packets a second as %s: %s", port, lost, reason,
			exam_cell_text(is, row, "Help"));
		check_fix(e, "swctl top (what passes there); swctl port drops %s", port);
	}
}

static void check_drops(struct exam *e)
{
	struct rates r;

	if (!sample_end(e)) {
		check_skip(e, "the switch did not answer twice");
		return;
	}
	rates_make(&r, e->sample.before, e->sample.now, e->sample.seconds);
	for (unsigned i = 0; i < r.n_ports; i++) {
		const struct port_rate *p = &r.ports[i];
		double passed = p->rate[RATE_RX_PPS] + p->rate[RATE_TX_PPS];

		if (p->rate[RATE_DROPS] >= DROPS_PPS && p->rate[RATE_DROPS] * DROPS_SHARE >= passed)
			tell_reasons(e, p->name);
	}
	if (!check_found(e))
		check_pass(e, "%.0f packets a second are lost beside %.0f that pass",
			r.total.rate[RATE_DROPS], r.total.rate[RATE_RX_PPS]);
	rates_fini(&r);
}

SW_REGISTER(check, drops_now) = {
	.name = "drops-now",
	.help = "no port loses packets at this moment, by a sample of half a second",
	.group = CHECK_SWITCH,
	.asks = true,
	.samples = true,
	.run = check_drops,
};

static double busy_since_start(struct exam *e, json_int_t worker)
{
	const json_t *table = exam_ask(e, "worker show");
	json_t *row;
	size_t i;

	json_array_foreach (json_object_get(table, "rows"), i, row)
		if (exam_cell_int(table, row, "Worker") == worker)
			return json_number_value(exam_cell(table, row, "Busy %"));
	return 0;
}

static void check_workers(struct exam *e)
{
	double most = 0;
	struct rates r;

	if (!sample_end(e)) {
		check_skip(e, "the switch did not answer twice");
		return;
	}
	rates_make(&r, e->sample.before, e->sample.now, e->sample.seconds);
	for (unsigned i = 0; i < r.n_workers; i++) {
		const struct worker_rate *w = &r.workers[i];

		most = w->busy > most ? w->busy : most;
		if (w->busy < BUSY_NOW)
			continue;
		check_warn(e,
			"worker %lld is busy for %.1f %% of the time now (since its start: %.1f %%), "
			"with %.0f packets a second",
			(long long)w->id, w->busy, busy_since_start(e, w->id), w->pps);
		check_fix(e,
			"swctl top (which port sends so much: a loop? more than one core can?); "
			"then one core more in [worker] cores=");
	}
	if (!check_found(e))
		check_pass(e, "the busiest of %u is busy for %.1f %% of the time now", r.n_workers,
			most);
	rates_fini(&r);
}

SW_REGISTER(check, workers_now) = {
	.name = "worker-load-now",
	.help = "no worker is at its limit at this moment, by the same sample",
	.group = CHECK_SWITCH,
	.asks = true,
	.samples = true,
	.run = check_workers,
};
