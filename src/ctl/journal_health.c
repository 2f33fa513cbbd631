/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How the journal stands, for people and programs: noted on the job thread as it works, shown to any
 * thread from a copy, so that nobody who asks waits for a disk.
 */
#include "journal_file.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "journal_io.h"

static uint64_t microseconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000ull + t.tv_nsec / 1000;
}

int journal_sync(struct journal *j, int fd)
{
	struct journal_health *h = &j->health;
	uint64_t start = microseconds();
	int rc = jio_sync(fd);

	h->sync_us = microseconds() - start;
	if (h->sync_us > h->worst_sync_us)
		h->worst_sync_us = h->sync_us;
	if (!rc)
		h->synced_at = time(NULL);
	return rc;
}

void journal_publish(struct journal *j)
{
	struct journal_health *h = &j->health;

	h->path = j->path;
	h->bytes = j->size;
	h->records = j->records;
	h->snapshot_bytes = j->snapshot;
	h->generation = j->first + j->records;
	h->history_files = j->history.files;
	h->history_bytes = j->history.bytes;
	h->oldest = j->history.oldest < j->first ? j->history.oldest : j->first;
	h->writable = !j->read_only;
	snprintf(h->fault, sizeof(h->fault), "%s",
		j->fault[0]    ? j->fault
		: j->read_only ? strerror(j->read_only)
			       : "");
	pthread_mutex_lock(&j->lock);
	j->shown = *h;
	pthread_mutex_unlock(&j->lock);
}

void journal_health(struct journal *j, struct journal_health *health)
{
	pthread_mutex_lock(&j->lock);
	*health = j->shown;
	pthread_mutex_unlock(&j->lock);
}
