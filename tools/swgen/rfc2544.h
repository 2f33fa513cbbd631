/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Throughput as RFC 2544, section 26.1, has it: the highest rate at which nothing (or no more than was allowed)
 * is lost. The first trial is at the rate asked for, or as fast as can be; then the interval between the best
 * good and the worst bad rate is halved until it is as narrow as asked for. The result is confirmed by a second
 * trial at once; one that fails makes the rate a bad one and the search goes on. What counts in the end is what
 * the confirming trial really sent, which is less than was asked for where the generator was held up.
 */
#ifndef SWGEN_RFC2544_H
#define SWGEN_RFC2544_H

#include <stdbool.h>
#include <stdint.h>

#define SEARCH_TRIALS 64

struct trial {
	double asked,
		offered; /* packets a second and direction: asked for (0: all that goes), and sent */
	double loss;	 /* percent */
	bool good, confirms;
};

struct search {
	double least, most; /* good up to here; bad from here on */
	double step;	    /* narrow enough */
	double pps;	    /* as sent by the last good trial: the result when found */
	bool found;	    /* `least` is confirmed */
	bool unconfirmed;
	unsigned n; /* trials */
	struct trial trials[SEARCH_TRIALS];
};

/* Nothing was lost even at the highest rate there was to try: the switch may do better. */
bool search_at_limit(const struct search *s);

/* Search below `most`, until the interval is `precision` percent of it. */
void search_init(struct search *s, double most, double precision);

/* The rate of the next trial, or 0: it is over. */
double search_next(const struct search *s);

/* What the trial at the rate of search_next gave. */
void search_tell(struct search *s, const struct trial *t);

struct bench;
struct result;

/* All of it. `r` is what the last good trial gave. */
void rfc2544_run(struct bench *b, double pps, struct search *s, struct result *r);

#endif
