/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See rates.h. Columns are found by their headings, rows by name; a counter that went back (the port was made
 * anew) counts from nothing.
 */
#include "rates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sw/mem.h>

static const char *const port_columns[RATES] = { "rx_packets", "rx_bytes", "tx_packets",
	"tx_bytes" };

json_t *rates_commands(unsigned seconds)
{
	char secs[24];

	snprintf(secs, sizeof(secs), "--secs=%u", seconds < 1 ? 1 : seconds > 60 ? 60 : seconds);
	return json_pack("[[s,s],[s,s],[s,s,s],[s,s],[s,s,s]]", "port", "stats", "port", "drops",
		"worker", "show", "--totals", "control", "show", "worker", "queues", secs);
}

static const json_t *rows_of(const json_t *results, unsigned command)
{
	const json_t *value = json_object_get(json_array_get(results, command), "value");

	return json_object_get(value, "rows");
}

static int column_of(const json_t *results, unsigned command, const char *name)
{
	const json_t *value = json_object_get(json_array_get(results, command), "value");
	json_t *column;
	size_t i;

	json_array_foreach (json_object_get(value, "columns"), i, column)
		if (!strcmp(json_string_value(column), name))
			return i;
	return -1;
}

static json_int_t cell(const json_t *row, int column)
{
	return column < 0 ? 0 : json_integer_value(json_array_get(row, column));
}

/* Rows of a table by the text of their first cells, joined. */
static json_t *index_rows(const json_t *rows, unsigned cells)
{
	json_t *index = json_object(), *row;
	size_t i;

	json_array_foreach ((json_t *)rows, i, row) {
		const char *a = json_string_value(json_array_get(row, 0));
		const char *b = cells > 1 ? json_string_value(json_array_get(row, 1)) : "";
		char *key = sw_xasprintf("%s %s", a ? a : "", b ? b : "");

		json_object_set(index, key, row);
		free(key);
	}
	return index;
}

static double grown(json_int_t was, json_int_t is)
{
	return is >= was ? is - was : is;
}

static int find_port(const void *key, const void *member)
{
	return strcmp(key, ((const struct port_rate *)member)->name);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct port_rate *)a)->name, ((const struct port_rate *)b)->name);
}

static void make_ports(struct rates *r, const json_t *before, const json_t *now, double seconds)
{
	const json_t *rows = rows_of(now, ANSWER_STATS);
	json_t *index = index_rows(rows_of(before, ANSWER_STATS), 1), *row;
	size_t i;

	r->ports = sw_xcalloc(json_array_size(rows) + 1, sizeof(*r->ports));
	json_array_foreach ((json_t *)rows, i, row) {
		struct port_rate *p = &r->ports[r->n_ports++];
		char *key;
		const json_t *was;

		p->name = json_string_value(json_array_get(row, 0));
		key = sw_xasprintf("%s ", p->name);
		was = json_object_get(index, key);
		free(key);
		for (unsigned k = 0; was && k < RATE_DROPS; k++) {
			int column = column_of(now, ANSWER_STATS, port_columns[k]);
			double bits = k == RATE_RX_BPS || k == RATE_TX_BPS ? 8 : 1;

			p->rate[k] = bits * grown(cell(was, column), cell(row, column)) / seconds;
		}
	}
	json_decref(index);
	qsort(r->ports, r->n_ports, sizeof(*r->ports), by_name);
}

/* Each reason of each port; the one that grew most is the port's. */
static void add_drops(struct rates *r, const json_t *before, const json_t *now, double seconds)
{
	json_t *index = index_rows(rows_of(before, ANSWER_DROPS), 2), *row;
	double *most = sw_xcalloc(r->n_ports + 1, sizeof(*most));
	size_t i;

	json_array_foreach ((json_t *)rows_of(now, ANSWER_DROPS), i, row) {
		const char *port = json_string_value(json_array_get(row, 0));
		const char *reason = json_string_value(json_array_get(row, 1));
		struct port_rate *p =
			bsearch(port, r->ports, r->n_ports, sizeof(*r->ports), find_port);
		char *key = sw_xasprintf("%s %s", port, reason);
		double n = grown(cell(json_object_get(index, key), 2), cell(row, 2)) / seconds;

		free(key);
		if (!p || n <= 0)
			continue;
		p->rate[RATE_DROPS] += n;
		if (n <= most[p - r->ports])
			continue;
		most[p - r->ports] = n;
		p->reason = reason;
	}
	free(most);
	json_decref(index);
}

/* What the queues of each port take of their workers' time. */
static void add_loads(struct rates *r, const json_t *now)
{
	int load = column_of(now, ANSWER_QUEUES, "Load %");
	json_t *row;
	size_t i;

	json_array_foreach ((json_t *)rows_of(now, ANSWER_QUEUES), i, row) {
		const char *port = json_string_value(json_array_get(row, 0));
		struct port_rate *p =
			bsearch(port, r->ports, r->n_ports, sizeof(*r->ports), find_port);

		if (p && load >= 0)
			p->rate[RATE_LOAD] += json_number_value(json_array_get(row, load));
	}
}

static void make_workers(struct rates *r, const json_t *before, const json_t *now, double seconds)
{
	const json_t *rows = rows_of(now, ANSWER_WORKERS), *old = rows_of(before, ANSWER_WORKERS);
	int packets = column_of(now, ANSWER_WORKERS, "Packets");
	int busy = column_of(now, ANSWER_WORKERS, "Busy cycles"),
	    idle = column_of(now, ANSWER_WORKERS, "Idle cycles");

	r->workers = sw_xcalloc(json_array_size(rows) + 1, sizeof(*r->workers));
	for (size_t i = 0; i < json_array_size(rows) && i < json_array_size(old); i++) {
		const json_t *is = json_array_get(rows, i), *was = json_array_get(old, i);
		struct worker_rate *w = &r->workers[r->n_workers++];
		double n = grown(cell(was, packets), cell(is, packets));
		double b = grown(cell(was, busy), cell(is, busy));
		double all = b + grown(cell(was, idle), cell(is, idle));

		w->id = cell(is, 0);
		w->busy = all > 0 ? 100 * b / all : 0;
		w->cycles = n > 0 ? b / n : 0;
		w->pps = n / seconds;
	}
}

static json_int_t worst_step(const json_t *now)
{
	json_t *row;
	size_t i;

	json_array_foreach ((json_t *)rows_of(now, ANSWER_CONTROL), i, row)
		if (!strcmp(json_string_value(json_array_get(row, 0)), "worst_step_us"))
			return cell(row, 1);
	return 0;
}

void rates_make(struct rates *r, const json_t *before, const json_t *now, double seconds)
{
	memset(r, 0, sizeof(*r));
	make_ports(r, before, now, seconds);
	add_drops(r, before, now, seconds);
	add_loads(r, now);
	make_workers(r, before, now, seconds);
	r->worst_us = worst_step(now);
	r->total.name = "all";
	for (unsigned i = 0; i < r->n_ports; i++)
		for (unsigned k = 0; k < RATES; k++)
			r->total.rate[k] += r->ports[i].rate[k];
}

static int by_rate(const void *a, const void *b, void *arg)
{
	enum rate by = *(enum rate *)arg;
	double x = ((const struct port_rate *)a)->rate[by],
	       y = ((const struct port_rate *)b)->rate[by];

	return x != y ? (x < y) - (x > y) : by_name(a, b);
}

void rates_sort(struct rates *r, enum rate by)
{
	qsort_r(r->ports, r->n_ports, sizeof(*r->ports), by_rate, &by);
}

void rates_fini(struct rates *r)
{
	free(r->ports);
	free(r->workers);
	memset(r, 0, sizeof(*r));
}
