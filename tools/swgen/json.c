/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The result for programs: one JSON object. Times in nanoseconds, rates in packets a second; names are part
 * of the interface: never change one, only add.
 */
#include <jansson.h>

#include "bench.h"
#include "report.h"
#include "rfc2544.h"

static double ns_of(const struct bench *b, double stamps)
{
	return stamps * (1 << STAMP_SHIFT) * 1e9 / b->hz;
}

static void set(json_t *o, const char *name, uint64_t n)
{
	json_object_set_new(o, name, json_integer(n));
}

static void set_real(json_t *o, const char *name, double x)
{
	json_object_set_new(o, name, json_real(x));
}

static json_t *latency_json(const struct bench *b, const struct latency *l)
{
	static const struct {
		const char *name;
		double percent;
	} of[] = { { "p50", 50 }, { "p90", 90 }, { "p99", 99 }, { "p99_9", 99.9 },
		{ "p99_99", 99.99 } };
	json_t *o;

	if (!l->n)
		return json_null();
	o = json_object();
	set(o, "n", l->n);
	set_real(o, "min", ns_of(b, l->min));
	set_real(o, "mean", ns_of(b, (double)l->sum / l->n));
	for (unsigned i = 0; i < 5; i++)
		set_real(o, of[i].name, ns_of(b, latency_percentile(l, of[i].percent)));
	set_real(o, "max", ns_of(b, l->max));
	return o;
}

static json_t *worst_json(const struct result_way *w)
{
	json_t *all = json_array();

	for (unsigned i = 0; i < w->n_worst; i++) {
		json_t *o = json_object();

		set(o, "flow", w->worst[i].flow);
		set(o, "sent", w->worst[i].sent);
		set(o, "lost", w->worst[i].lost);
		json_array_append_new(all, o);
	}
	return all;
}

static json_t *flows_json(const struct result_way *w)
{
	json_t *o = json_object();

	set(o, "used", w->flows_used);
	set(o, "with_loss", w->flows_lost);
	set(o, "reordered", w->flows_reordered);
	set(o, "duplicated", w->flows_duplicated);
	json_object_set_new(o, "worst", worst_json(w));
	return o;
}

static void set_received(json_t *o, const struct rx_counters *rx)
{
	set(o, "received", rx->received);
	set(o, "frames", rx->frames);
	set(o, "bytes_received", rx->bytes);
	set(o, "reordered", rx->reordered);
	set(o, "late", rx->late);
	set(o, "duplicates", rx->duplicates);
	set(o, "wrong_way", rx->wrong_way);
	set(o, "other_run", rx->stale);
	set(o, "foreign", rx->foreign);
	set(o, "untagged", rx->tags[0]);
	set(o, "tagged", rx->tags[1]);
	set(o, "tagged_twice", rx->tags[2]);
}

static json_t *way_json(const struct bench *b, const struct result *r, unsigned i)
{
	const struct result_way *w = &r->way[i];
	json_t *o = json_object();

	json_object_set_new(o, "from", json_string(b->ports[i].device));
	json_object_set_new(o, "to", json_string(b->ports[b->n_ports - 1 - i].device));
	set(o, "sent", w->tx.sent);
	set(o, "bytes_sent", w->tx.bytes);
	set_real(o, "pps", r->seconds > 0 ? w->tx.sent / r->seconds : 0);
	set_real(o, "pps_received", r->seconds > 0 ? w->rx.received / r->seconds : 0);
	set_received(o, &w->rx);
	set(o, "lost", w->lost);
	json_object_set_new(o, "flows", flows_json(w));
	json_object_set_new(o, "latency_ns", latency_json(b, &w->latency));
	json_object_set_new(o, "latency_steady_ns", latency_json(b, &w->steady));
	set(o, "pauses", w->rx.pauses);
	set_real(o, "paused_seconds", (double)w->rx.paused / b->hz);
	set_real(o, "missed", w->missed);
	set(o, "device_full", w->tx.full);
	set(o, "no_buffer", w->tx.no_buffer);
	set(o, "cycles_sending", w->tx.cycles);
	set(o, "cycles_receiving", w->rx.cycles);
	return o;
}

static json_t *search_json(const struct search *s)
{
	json_t *o = json_object(), *all = json_array();

	for (unsigned i = 0; i < s->n; i++) {
		const struct trial *t = &s->trials[i];
		json_t *one = json_object();

		set_real(one, "asked", t->asked);
		set_real(one, "pps", t->offered);
		set_real(one, "loss", t->loss);
		json_object_set_new(one, "good", json_boolean(t->good));
		json_object_set_new(one, "confirms", json_boolean(t->confirms));
		json_array_append_new(all, one);
	}
	json_object_set_new(o, "found", json_boolean(s->found));
	set_real(o, "pps", s->found ? s->pps : 0);
	json_object_set_new(o, "at_limit", json_boolean(search_at_limit(s)));
	json_object_set_new(o, "trials", all);
	return o;
}

void report_json(const struct bench *b, const struct result *r, const struct search *search)
{
	json_t *o = json_object(), *ways = json_array();

	set_real(o, "seconds", r->seconds);
	set_real(o, "rate_asked", r->pps);
	set(o, "tsc_hz", b->hz);
	set(o, "sent", result_sent(r));
	set(o, "received", result_received(r));
	set(o, "lost", result_lost(r));
	set_real(o, "loss", result_loss(r));
	json_object_set_new(o, "limited_by", json_string(report_limit(b, r)));
	for (unsigned i = 0; i < r->n_ways; i++)
		json_array_append_new(ways, way_json(b, r, i));
	json_object_set_new(o, "directions", ways);
	if (search)
		json_object_set_new(o, "rfc2544", search_json(search));
	json_dumpf(o, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(15));
	putchar('\n');
	json_decref(o);
}
