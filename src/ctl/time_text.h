/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A moment as text, in UTC to the millisecond: "2026-01-31T12:00:00.123Z" (RFC 3339).
 *
 * room: ctl. Thread: any but workers.
 */
#ifndef CTL_TIME_TEXT_H
#define CTL_TIME_TEXT_H

#include <stdio.h>
#include <time.h>

#define TIME_TEXT_SIZE 40

static inline char *time_text(char text[TIME_TEXT_SIZE], const struct timespec *ts)
{
	struct tm tm;
	size_t len;

	gmtime_r(&ts->tv_sec, &tm);
	len = strftime(text, TIME_TEXT_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + len, TIME_TEXT_SIZE - len, ".%03ldZ", ts->tv_nsec / 1000000);
	return text;
}

#endif
