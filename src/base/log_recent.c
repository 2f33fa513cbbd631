/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The newest lines of the log, in a ring: where standard error goes is the business of whoever started the
 * switch, and a person who asks what just happened may not be able to read that. A line costs its own
 * length; the ring is at most 1 MiB.
 *
 * Any thread but workers; one lock, held for a copy of one line.
 */
#include "log_recent.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <sw/mem.h>

struct kept {
	uint64_t time_ns;
	const char *name;
	enum sw_log_level level;
	char *text;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct kept ring[SW_LOG_KEPT];
static uint64_t n_lines; /* since start; the next one goes to n_lines % SW_LOG_KEPT */

void log_recent_add(const char *name, enum sw_log_level level, const char *text)
{
	char *copy = sw_xstrdup(text), *old;
	struct timespec now;
	struct kept *k;

	clock_gettime(CLOCK_REALTIME, &now);
	pthread_mutex_lock(&lock);
	k = &ring[n_lines++ % SW_LOG_KEPT];
	old = k->text;
	k->time_ns = now.tv_sec * 1000000000ull + now.tv_nsec;
	k->name = name;
	k->level = level;
	k->text = copy;
	pthread_mutex_unlock(&lock);
	free(old);
}

bool sw_log_next(uint64_t *cursor, struct sw_log_record *record)
{
	bool found;

	pthread_mutex_lock(&lock);
	if (*cursor + SW_LOG_KEPT < n_lines)
		*cursor = n_lines - SW_LOG_KEPT;
	found = *cursor < n_lines;
	if (found) {
		const struct kept *k = &ring[(*cursor)++ % SW_LOG_KEPT];

		record->time_ns = k->time_ns;
		record->name = k->name;
		record->level = k->level;
		snprintf(record->text, sizeof(record->text), "%s", k->text);
	}
	pthread_mutex_unlock(&lock);
	return found;
}
