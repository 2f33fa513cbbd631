/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Module "events": link changes are heard, and lines of the log at warning or above become the event "log",
 * whichever thread wrote them: a few wait in a fixed place for the control thread, what does not fit is
 * counted. Once a second the events that went over their rate are told as a number.
 */
#include <event2/event.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <sw/err.h>
#include <sw/event.h>
#include <sw/log.h>
#include <sw/loop.h>
#include <sw/module.h>
#include <sw/post.h>

#include "../loop.h"
#include "port.h"

#define LINES	  64
#define LINE_SIZE 512

SW_USE(event, log);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct line {
	const struct sw_log *log;
	enum sw_log_level level;
	char text[LINE_SIZE];
} waiting[LINES];
static unsigned n_waiting, n_lost;
static struct event *second;

static void tell_line(const struct line *line)
{
	const char *level = line->level == SW_LOG_ERR ? "err" : "warn";

	sw_event_tell(&sw_event_log,
		(struct sw_event_field[]){
			{ "log", line->log->name, 0 }, { "level", level, 0 }, { 0 } },
		"%s %s: %s", level, line->log->name, line->text);
}

static void tell_lines(void *arg)
{
	static struct line taken[LINES];
	unsigned n, lost;

	pthread_mutex_lock(&lock);
	n = n_waiting;
	lost = n_lost;
	memcpy(taken, waiting, n * sizeof(taken[0]));
	n_waiting = n_lost = 0;
	pthread_mutex_unlock(&lock);
	for (unsigned i = 0; i < n; i++)
		tell_line(&taken[i]);
	if (lost)
		sw_event_tell(&sw_event_log,
			(struct sw_event_field[]){ { "left_out", NULL, lost }, { 0 } },
			"%u more lines are in the log", lost);
}

static void on_line(const struct sw_log *log, enum sw_log_level level, const char *text)
{
	bool first = false;

	if (level > SW_LOG_WARN)
		return;
	pthread_mutex_lock(&lock);
	if (n_waiting < LINES) {
		first = !n_waiting;
		waiting[n_waiting].log = log;
		waiting[n_waiting].level = level;
		snprintf(waiting[n_waiting++].text, LINE_SIZE, "%s", text);
	} else {
		n_lost++;
	}
	pthread_mutex_unlock(&lock);
	if (first)
		sw_post(tell_lines, waiting);
}

static void on_second(evutil_socket_t fd, short what, void *arg)
{
	LOOP_STEP("events");

	sw_event_settle();
}

static int start(const struct sw_boot *boot, struct sw_err *err)
{
	static const struct timeval tv = { 1, 0 };

	event_port_start();
	sw_log_listen(on_line);
	second = event_new(sw_loop_base(), -1, EV_PERSIST, on_second, NULL);
	if (second && !event_add(second, &tv))
		return 0;
	sw_log_listen(NULL);
	return sw_err_set(err, SW_CODE_INTERNAL, "no timer for events");
}

static void stop(void)
{
	sw_log_listen(NULL);
	event_free(second);
	sw_post_cancel(waiting);
	n_waiting = n_lost = 0;
}

static const char *const after[] = { "pmd", NULL }, *const before[] = { "store", NULL };

SW_REGISTER(module, events) = {
	.name = "events",
	.help = "what happened, in words, for those who look later and those who listen",
	.after = after,
	.before = before,
	.init = start,
	.fini = stop,
};
SW_REGISTER(event, log) = {
	.name = "log",
	.help = "a warning or an error was logged",
};
