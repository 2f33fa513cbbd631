/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The search of RFC 2544. search_* know numbers only, so that a test can play the switch.
 */
#include "rfc2544.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sw/mem.h>

#include "bench.h"

void search_init(struct search *s, double most, double precision)
{
	memset(s, 0, sizeof(*s));
	s->most = most;
	s->step = most * precision / 100;
}

double search_next(const struct search *s)
{
	if (s->found || s->n == SEARCH_TRIALS)
		return 0;
	if (s->unconfirmed)
		return s->least;
	if (!s->n)
		return s->most;
	/* narrow with nothing to confirm: not even the lowest rate was good */
	return s->most - s->least > s->step ? (s->least + s->most) / 2 : 0;
}

/* The best rate that was good, below the worst. */
static double best_below(const struct search *s)
{
	double best = 0;

	for (unsigned i = 0; i < s->n; i++)
		if (s->trials[i].good && s->trials[i].asked < s->most && s->trials[i].asked > best)
			best = s->trials[i].asked;
	return best;
}

void search_tell(struct search *s, const struct trial *t)
{
	double rate = search_next(s);

	s->trials[s->n] = *t;
	s->trials[s->n].asked = rate;
	s->trials[s->n++].confirms = s->unconfirmed;
	if (t->good) {
		s->found = s->unconfirmed;
		s->pps = t->offered;
		s->least = rate;
	} else {
		s->most = rate;
		s->least = best_below(s);
	}
	s->unconfirmed = !s->found && s->least > 0 && s->most - s->least <= s->step;
}

bool search_at_limit(const struct search *s)
{
	return s->found && s->trials[0].good;
}

static struct trial try_rate(struct bench *b, double pps, struct result *r)
{
	struct plan plan = { .pps = pps,
		.packets = b->o->packets,
		.seconds = b->o->trial_s,
		.window = b->o->window,
		.both = b->o->both };
	struct trial t = { .asked = pps };

	bench_run(b, &plan, r);
	t.offered = r->seconds > 0 ? result_sent(r) / r->seconds / r->n_ways : 0;
	t.loss = result_loss(r);
	t.good = t.loss <= b->o->loss && result_sent(r);
	return t;
}

static void tell(const struct bench *b, const struct trial *t)
{
	if (b->o->interval_s)
		fprintf(stderr, "trial at %.0f pps: sent %.0f pps, lost %.4f %%: %s%s\n", t->asked,
			t->offered, t->loss, t->good ? "good" : "bad",
			t->confirms ? " (confirms)" : "");
}

void rfc2544_run(struct bench *b, double pps, struct search *s, struct result *r)
{
	struct result *last = sw_xcalloc(1, sizeof(*last));
	double rate;

	if (!pps) {
		/* what the generator and the device can do at all; nothing above it can be tried */
		struct trial t = try_rate(b, 0, last);

		tell(b, &t);
		*r = *last;
		pps = t.offered;
	}
	search_init(s, pps, b->o->precision);
	while (!bench_stop && (rate = search_next(s)) > 0) {
		struct trial t = try_rate(b, rate, last);

		if (bench_stop)
			break;
		search_tell(s, &t);
		tell(b, &s->trials[s->n - 1]);
		if (t.good || !r->n_ways)
			*r = *last;
	}
	free(last);
}
