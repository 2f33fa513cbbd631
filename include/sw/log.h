/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One log with levels by name. A file that logs says once, after its includes,
 *
 *	SW_LOG(vhost, "vhost-user ports: sockets, guests, queues");
 *
 * and then sw_warn("%s: ...", port->name). Two files never register the same name; a room that wants to
 * share one says SW_LOG_USE(vhost) in its other files.
 * Lines go to standard error as `2026-01-31T12:00:00.123 WARN vhost: text`; under systemd (JOURNAL_STREAM
 * set) without the time and with the <N> priority prefix. DPDK's own log is routed here as name "dpdk".
 *
 * room: base. Thread: any but workers (a worker posts an event instead). A line is at most 1 KiB and is
 * written with one write(2).
 */
#ifndef SW_LOG_H
#define SW_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include <sw/reg.h>

#define SW_LOG_LINE 1024 /* bytes of a line, all told */

enum sw_log_level { SW_LOG_OFF, SW_LOG_ERR, SW_LOG_WARN, SW_LOG_INFO, SW_LOG_DBG };

struct sw_log {
	const char *name;
	const char *help;
	int *level; /* enum sw_log_level; read relaxed, written by sw_log_set */
};
SW_REG_KIND_DECLARE(log);

#define SW_LOG(ident, text)                                                                     \
	int sw_log_level_##ident = SW_LOG_INFO;                                                 \
	SW_REGISTER(                                                                            \
		log, ident) = { .name = #ident, .help = text, .level = &sw_log_level_##ident }; \
	static const struct sw_log *const sw_log_here = &sw_log_##ident
#define SW_LOG_USE(ident)   \
	SW_USE(log, ident); \
	static const struct sw_log *const sw_log_here = &sw_log_##ident

#define sw_log_at(lvl, ...)                                                         \
	do {                                                                        \
		if (__atomic_load_n(sw_log_here->level, __ATOMIC_RELAXED) >= (lvl)) \
			sw_log_write(sw_log_here, (lvl), __VA_ARGS__);              \
	} while (0)
#define sw_error(...) sw_log_at(SW_LOG_ERR, __VA_ARGS__)
#define sw_warn(...)  sw_log_at(SW_LOG_WARN, __VA_ARGS__)
#define sw_info(...)  sw_log_at(SW_LOG_INFO, __VA_ARGS__)
#define sw_debug(...) sw_log_at(SW_LOG_DBG, __VA_ARGS__)

/* Write one line; newlines and other control characters in the text become '?'. */
void sw_log_write(const struct sw_log *log, enum sw_log_level level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Set the level of one name, or of all when name is NULL or "all". -ENOENT for an unknown name. */
int sw_log_set(const char *name, enum sw_log_level level);

/* "off" "err" "warn" "info" "dbg" and back; sw_log_level_parse returns -EINVAL for another word. */
const char *sw_log_level_name(enum sw_log_level level);
int sw_log_level_parse(const char *word);

/* The newest lines are kept in memory, whatever is done with standard error: SW_LOG_KEPT of them. */
#define SW_LOG_KEPT 1024
struct sw_log_record {
	uint64_t time_ns; /* CLOCK_REALTIME */
	const char *name; /* of the log */
	enum sw_log_level level;
	char text[SW_LOG_LINE];
};

/* Copy the oldest kept line that is not older than *cursor, and move the cursor behind it; a walk begins
 * with 0. False when there is none. */
bool sw_log_next(uint64_t *cursor, struct sw_log_record *record);
/* Have fn called, besides, with the text of every line that is written, on the thread that writes it; fn must
 * not log. NULL ends it. One at a time. */
void sw_log_listen(void (*fn)(const struct sw_log *log, enum sw_log_level level, const char *text));

/* Take lines away from standard error (tests): fn gets the finished line. NULL restores. */
void sw_log_sink(void (*fn)(void *arg, const char *line), void *arg);

#endif
