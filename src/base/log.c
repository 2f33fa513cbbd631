/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The log: one line, one write(2), so that lines of several threads and processes never mix. Under
 * systemd the journal adds the time, and `<N>` tells it the priority (sd-daemon(3)).
 *
 * Any thread but workers. Levels are single words, read relaxed: a change shows within a line or two.
 */
#include <sw/log.h>

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "log_recent.h"

SW_REG_KIND_DEFINE(log);

static const char *const level_words[] = { "off", "err", "warn", "info", "dbg" };
static const int syslog_priority[] = { 0, 3, 4, 6, 7 };

static pthread_mutex_t sink_lock = PTHREAD_MUTEX_INITIALIZER;
static void (*sink)(void *arg, const char *line);
static void *sink_arg;
static void (*tap)(
	const struct sw_log *log, enum sw_log_level level, const char *text); /* atomic */

const char *sw_log_level_name(enum sw_log_level level)
{
	return level <= SW_LOG_DBG ? level_words[level] : "?";
}

int sw_log_level_parse(const char *word)
{
	for (unsigned i = 0; i <= SW_LOG_DBG; i++) {
		if (!strcmp(word, level_words[i]))
			return i;
	}
	return -EINVAL;
}

int sw_log_set(const char *name, enum sw_log_level level)
{
	bool all = !name || !strcmp(name, "all");
	int rc = all ? 0 : -ENOENT;

	/* The list as linked: levels of the command line are set before sealing. */
	for (struct sw_reg_node *node = sw_reg_kind_log.first; node; node = node->next) {
		const struct sw_log *log = node->desc;

		if (!all && strcmp(log->name, name))
			continue;
		__atomic_store_n(log->level, level, __ATOMIC_RELAXED);
		rc = 0;
	}
	return rc;
}

/* Time as 2026-01-31T12:00:00.123 into buf; returns its length. */
static int put_time(char *buf, size_t size)
{
	struct timespec ts;
	struct tm tm;
	size_t len;

	clock_gettime(CLOCK_REALTIME, &ts);
	localtime_r(&ts.tv_sec, &tm);
	len = strftime(buf, size, "%Y-%m-%dT%H:%M:%S", &tm);
	return len + snprintf(buf + len, size - len, ".%03ld ", ts.tv_nsec / 1000000);
}

static bool under_systemd(void)
{
	static int known = -1;

	if (known < 0)
		known = getenv("JOURNAL_STREAM") != NULL;
	return known;
}

static void emit(const char *line, size_t len)
{
	void (*fn)(void *, const char *);
	void *arg;

	pthread_mutex_lock(&sink_lock);
	fn = sink;
	arg = sink_arg;
	pthread_mutex_unlock(&sink_lock);
	if (fn) {
		fn(arg, line);
		return;
	}
	if (write(STDERR_FILENO, line, len) < 0)
		return; /* nobody left to tell */
}

void sw_log_write(const struct sw_log *log, enum sw_log_level level, const char *fmt, ...)
{
	static const char *const marks[] = { "OFF ", "ERR ", "WARN", "INFO", "DBG " };
	char line[SW_LOG_LINE];
	void (*also)(const struct sw_log *, enum sw_log_level, const char *);
	va_list ap;
	int len, text;

	if (under_systemd())
		len = snprintf(line, sizeof(line), "<%d>", syslog_priority[level]);
	else
		len = put_time(line, sizeof(line));
	len += snprintf(line + len, sizeof(line) - len, "%s %s: ", marks[level], log->name);
	text = len;
	va_start(ap, fmt);
	len += vsnprintf(line + len, sizeof(line) - len - 1, fmt, ap);
	va_end(ap);
	if (len > SW_LOG_LINE - 2)
		len = SW_LOG_LINE - 2;
	for (char *p = line + text; p < line + len; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
	}
	line[len] = '\0';
	log_recent_add(log->name, level, line + text);
	also = __atomic_load_n(&tap, __ATOMIC_ACQUIRE);
	if (also)
		also(log, level, line + text);
	line[len++] = '\n';
	line[len] = '\0';
	emit(line, len);
}

void sw_log_listen(void (*fn)(const struct sw_log *log, enum sw_log_level level, const char *text))
{
	__atomic_store_n(&tap, fn, __ATOMIC_RELEASE);
}

void sw_log_sink(void (*fn)(void *arg, const char *line), void *arg)
{
	pthread_mutex_lock(&sink_lock);
	sink = fn;
	sink_arg = arg;
	pthread_mutex_unlock(&sink_lock);
}
