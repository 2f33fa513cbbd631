/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What became of each flow, once a run is over.
 */
#include "bench.h"

#include <string.h>

/* Keep the flows that lost most, most first. */
static void note_worst(struct result_way *w, uint32_t flow, uint32_t sent, uint32_t lost)
{
	unsigned at = w->n_worst;

	while (at && w->worst[at - 1].lost < lost)
		at--;
	if (at == WORST_FLOWS)
		return;
	if (w->n_worst < WORST_FLOWS)
		w->n_worst++;
	memmove(&w->worst[at + 1], &w->worst[at], (w->n_worst - at - 1) * sizeof(w->worst[0]));
	w->worst[at] = (struct worst_flow){ flow, sent, lost };
}

static void read_flow(struct result_way *w, uint32_t flow, uint32_t sent, const struct track *t)
{
	uint32_t lost = sent > t->received ? sent - t->received : 0;

	w->flows_used += sent > 0;
	w->flows_reordered += t->reordered > 0;
	w->flows_duplicated += t->duplicates > 0;
	w->lost += lost;
	if (!lost)
		return;
	w->flows_lost++;
	note_worst(w, flow, sent, lost);
}

void result_read(struct result_way *w, const struct sender *s, const struct receiver *r)
{
	memset(w, 0, sizeof(*w));
	w->tx = s->n;
	w->rx = r->n;
	w->latency = r->latency;
	w->steady = r->steady;
	w->missed = s->pace.missed;
	if (s->replay) {
		w->lost = s->n.sent > r->n.received ? s->n.sent - r->n.received : 0;
		return;
	}
	for (uint32_t i = 0; i < s->build.flows; i++)
		read_flow(w, i, s->seq[i], &r->tracks[i]);
}

uint64_t result_sent(const struct result *r)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < r->n_ways; i++)
		sum += r->way[i].tx.sent;
	return sum;
}

uint64_t result_received(const struct result *r)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < r->n_ways; i++)
		sum += r->way[i].rx.received;
	return sum;
}

uint64_t result_lost(const struct result *r)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < r->n_ways; i++)
		sum += r->way[i].lost;
	return sum;
}

double result_loss(const struct result *r)
{
	uint64_t sent = result_sent(r);

	return sent ? 100.0 * result_lost(r) / sent : 0;
}
