/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two answers of the switch, half a second apart: what is going on now, beside what was since its start. All
 * other checks run in between.
 */
#include "doctor.h"

#include <time.h>

#include "../monitor/rates.h"

#define SAMPLE_US 500000 /* 5 packets of 10 a second; the doctor is done within a second */

static int64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000ll + ts.tv_nsec / 1000;
}

static json_t *ask(struct exam *e)
{
	json_t *result =
		exam_call(e, "transact", json_pack("{s:o}", "commands", rates_commands(1)));
	json_t *results = json_incref(json_object_get(result, "results"));

	json_decref(result);
	return results;
}

void sample_begin(struct exam *e)
{
	e->sample.before = ask(e);
	e->sample.began_us = now_us();
}

bool sample_end(struct exam *e)
{
	struct sample *s = &e->sample;
	int64_t left = s->began_us + SAMPLE_US - now_us();

	if (!s->before || s->now)
		return s->before && s->now;
	if (left > 0)
		nanosleep(&(struct timespec){ .tv_nsec = left * 1000 }, NULL);
	s->now = ask(e);
	s->seconds = (now_us() - s->began_us) / 1e6;
	return s->now != NULL;
}

void sample_fini(struct exam *e)
{
	json_decref(e->sample.before);
	json_decref(e->sample.now);
}
