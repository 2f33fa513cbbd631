/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The result for people.
 */
#include "report.h"

#include <stdio.h>

#include "bench.h"
#include "rfc2544.h"

#define OFTEN 0.001 /* a share of turns or packets that says something */

typedef unsigned long long ull;

/* The rate was kept when next to nothing was missed. Above it the device is to blame when it refused packets, or
 * all buffers were in it. */
const char *report_limit(const struct bench *b, const struct result *r)
{
	uint64_t turns = 0, full = 0, sent = result_sent(r);
	double missed = 0;

	for (unsigned i = 0; i < r->n_ways; i++) {
		turns += r->way[i].tx.turns + r->way[i].tx.no_buffer;
		full += r->way[i].tx.full + r->way[i].tx.no_buffer;
		missed += r->way[i].missed;
	}
	if (r->pps && missed <= OFTEN * (sent + missed))
		return "rate";
	if (b->o->pcap && b->o->speed)
		return "capture";
	if (b->o->window)
		return "window";
	return full > OFTEN * turns ? "device" : "generator";
}

static double ns_of(const struct bench *b, uint32_t stamps)
{
	return (double)stamps * (1 << STAMP_SHIFT) * 1e9 / b->hz;
}

static void print_latency(const struct bench *b, const struct latency *l, const char *what)
{
	static const double percents[] = { 50, 90, 99, 99.9, 99.99 };

	if (!l->n)
		return;
	printf("  %-12s min %.2f us", what, ns_of(b, l->min) / 1000);
	for (unsigned i = 0; i < 5; i++)
		printf("  p%g %.2f", percents[i],
			ns_of(b, latency_percentile(l, percents[i])) / 1000);
	printf("  max %.2f\n", ns_of(b, l->max) / 1000);
}

static void print_worst(const struct result_way *w)
{
	for (unsigned i = 0; i < w->n_worst; i++)
		printf("%s flow %u lost %u of %u", i ? "," : "  most lost   ", w->worst[i].flow,
			w->worst[i].lost, w->worst[i].sent);
	if (w->n_worst)
		putchar('\n');
}

static void print_astray(const struct rx_counters *rx)
{
	const struct {
		const char *what;
		uint64_t n;
	} items[] = { { "out of the port they went in by", rx->wrong_way },
		{ "of another run", rx->stale }, { "not ours", rx->foreign } };

	for (unsigned i = 0; i < 3; i++)
		if (items[i].n)
			printf("  unexpected   %llu packets %s\n", (ull)items[i].n, items[i].what);
}

static void print_way(const struct bench *b, const struct result *r, unsigned i)
{
	const struct result_way *w = &r->way[i];

	printf("%s -> %s\n", b->ports[i].device, b->ports[b->n_ports - 1 - i].device);
	printf("  sent         %llu packets in %.3f s, %.4f Mpps\n", (ull)w->tx.sent, r->seconds,
		w->tx.sent / r->seconds / 1e6);
	printf("  received     %llu\n", (ull)w->rx.received);
	printf("  lost         %llu (%.4f %%)", (ull)w->lost,
		w->tx.sent ? 100.0 * w->lost / w->tx.sent : 0);
	if (b->o->pcap)
		putchar('\n');
	else
		printf(" in %u of %u flows\n", w->flows_lost, w->flows_used);
	print_worst(w);
	if (w->rx.reordered)
		printf("  reordered    %llu in %u flows, %llu of them by more than %d\n",
			(ull)w->rx.reordered, w->flows_reordered, (ull)w->rx.late, TRACK_WINDOW);
	if (w->rx.duplicates)
		printf("  duplicates   %llu in %u flows\n", (ull)w->rx.duplicates,
			w->flows_duplicated);
	print_astray(&w->rx);
	print_latency(b, &w->latency, "latency");
	if (w->rx.pauses) {
		print_latency(b, &w->steady, "while steady");
		printf("  pauses       %llu of swgen itself, %.6f s of them: its core had other work\n",
			(ull)w->rx.pauses, (double)w->rx.paused / b->hz);
	}
	printf("  generator    %.1f cycles to send a packet, %.1f to receive one\n",
		w->tx.sent ? (double)w->tx.cycles / w->tx.sent : 0,
		w->rx.frames ? (double)w->rx.cycles / w->rx.frames : 0);
}

static void print_limit(const struct bench *b, const struct result *r)
{
	const char *limit = report_limit(b, r);

	switch (limit[0]) {
	case 'r':
		puts("sent as asked");
		break;
	case 'w':
		puts("sent as the window allowed");
		break;
	case 'c':
		puts("sent at the capture's pace");
		break;
	case 'd':
		puts("could not send faster: the device took no more");
		break;
	default:
		puts("could not send faster: the generator is at its own limit");
	}
}

static void print_search(const struct search *s)
{
	for (unsigned i = 0; i < s->n; i++) {
		const struct trial *t = &s->trials[i];

		printf("trial %2u  asked %.0f pps, sent %.0f, lost %.4f %%: %s%s\n", i + 1,
			t->asked, t->offered, t->loss, t->good ? "good" : "bad",
			t->confirms ? " (confirms)" : "");
	}
	if (s->found)
		printf("throughput %.0f packets a second in each direction (RFC 2544, 26.1)%s\n",
			s->pps,
			search_at_limit(s) ? "; it may be more: nothing higher was tried" : "");
	else
		puts("throughput not found: packets were lost at every rate tried, or the search was stopped");
}

void report_text(const struct bench *b, const struct result *r, const struct search *search)
{
	for (unsigned i = 0; i < r->n_ways; i++)
		print_way(b, r, i);
	if (search)
		print_search(search);
	else
		print_limit(b, r);
}
