/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * swctl doctor: checks of the host and of the switch, each a registered descriptor in the file of its topic.
 *
 *	SW_REGISTER(check, hugepages) = { .name = "hugepages", .help = "...", .group = CHECK_MEMORY,
 *		.run = check_hugepages };
 *
 * A check looks at facts (files below a root that can be moved; what the switch says) and gives one or
 * more verdicts. WARN and FAIL say what was found, and by check_fix() the command that mends it.
 */
#ifndef DOCTOR_H
#define DOCTOR_H

#include <stdbool.h>

#include <sw/boot.h>
#include <sw/reg.h>

#include "../local.h"
#include "facts.h"

enum check_group {
	CHECK_DAEMON,
	CHECK_FILES,
	CHECK_MEMORY,
	CHECK_CPU,
	CHECK_DEVICES,
	CHECK_SWITCH,
	CHECK_GROUPS
};
enum verdict { CHECK_PASS, CHECK_SKIP, CHECK_WARN, CHECK_FAIL, CHECK_VERDICTS };

struct exam;

struct sw_check {
	const char *name;
	const char *help; /* what is looked at, one line */
	enum check_group group;
	bool asks; /* looks at what the switch says; skipped when it says nothing */
	bool samples; /* compares two answers of the switch, half a second apart; --quick leaves it out */
	void (*run)(struct exam *e);
};
SW_REG_KIND_DECLARE(check);

enum daemon_state { DAEMON_UP, DAEMON_DOWN, DAEMON_SILENT, DAEMON_FORBIDDEN };

/* What is known of the switch, from itself, or from the boot file and the defaults when it is silent. */
struct exam {
	const struct args *global;
	struct facts facts;
	const char *qemu_user;
	bool qemu_user_given;

	enum daemon_state state;
	char why[1024]; /* it does not answer */
	struct link link;
	json_t *answers; /* by command; null when there was none */

	struct sw_boot boot;
	char config_fault[1024]; /* the boot file cannot be used */
	char version[64];
	int pid; /* of the daemon; 0: none is known */
	unsigned uid;
	uint64_t uptime_s;
	uint8_t workers[SW_CORE_MAX / 8], control[SW_CORE_MAX / 8], isolated[SW_CORE_MAX / 8];

	bool quick;
	struct sample {
		json_t *before, *now; /* results of rates_commands() */
		int64_t began_us;
		double seconds; /* between them */
	} sample;

	json_t *findings; /* of the check in hand */
};

/* verdict.c */
void check_pass(struct exam *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void check_skip(struct exam *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void check_warn(struct exam *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void check_fail(struct exam *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void check_fix(struct exam *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool check_found(const struct exam *e); /* has this check said anything yet? */
enum verdict check_worst(const json_t *findings);
extern const char *const verdict_names[CHECK_VERDICTS], *const group_names[CHECK_GROUPS];

/* Findings of one check: [{"verdict", "text", "fix"?}]. */
json_t *exam_check(struct exam *e, const struct sw_check *check);

/* doctor.c: results of the checks that a call names, or of all (NULL): [{"check", "group", "verdict",
 * "findings"}]; and with a count of verdicts, as --json shows them. */
json_t *exam_run(struct exam *e, const struct local_call *call);
json_t *exam_report(json_t *results);

/* exam.c: begin and end; what the switch says. */
void exam_init(
	struct exam *e, const struct args *global, const struct facts *facts, const char *config);
void exam_fini(struct exam *e);

/* Result of a method; NULL when there is none. Consumes params. */
json_t *exam_call(struct exam *e, const char *method, json_t *params);

/* The value of a read command ("worker show"); NULL when there is none. Borrowed. */
const json_t *exam_ask(struct exam *e, const char *command);

/* Without huge pages, workers that sleep: on a machine that does other things too. */
bool exam_is_laptop(const struct exam *e);

/* "PID" of the daemon, or "self" where its folder in /proc is not to be had: whoever starts it next is
 * likely to have our limits. */
const char *exam_proc(const struct exam *e, char buf[16]);
/* Does that process have a capability (number as in linux/capability.h)? */
bool exam_capable(const struct exam *e, unsigned capability);

/* A cell of a table's row by the name of its column; NULL. */
const json_t *exam_cell(const json_t *table, const json_t *row, const char *column);
json_int_t exam_cell_int(const json_t *table, const json_t *row, const char *column);
const char *exam_cell_text(const json_t *table, const json_t *row, const char *column);
/* The value of a two-column table beside that name; NULL. */
const json_t *exam_fact(const json_t *table, const char *name);
/* A text member of a record, or "". */
const char *exam_text(const json_t *record, const char *name);
/* The record of "list TABLE" with that _uuid; NULL. */
const json_t *exam_record(const json_t *records, const char *uuid);

/* sample.c: the first answer of two, before the other checks are run; the second, when it is time. False
 * when the switch does not give both. */
void sample_begin(struct exam *e);
bool sample_end(struct exam *e);
void sample_fini(struct exam *e);

/* show.c */
void show_group(FILE *out, const char *name, bool colour);
void show_finding(FILE *out, const char *check, const json_t *finding, bool colour);

#endif
