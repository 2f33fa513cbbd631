/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The control side in a test: a state folder of its own, transactions as command lines, and the control
 * loop's work done by hand until the answer is there. Use after ts_start(). Bridges get a local port of
 * type dummy, so that no kernel interface is ever made.
 *
 *	ct_start();
 *	ct_bridge("br0");
 *	ct_ok("add-port br0 p1 -- set interface p1 type=dummy");
 *	assert_string_equal(ct_text("list-ports br0"), "p1\n");
 *	ct_fails(SW_CODE_EXISTS, "add-port br0 p1");
 *	ct_restart();
 *	ct_stop();
 */
#ifndef CTLTEST_H
#define CTLTEST_H

#include "swtest.h"

#include <stdbool.h>

#include <jansson.h>

#include <sw/err.h>

struct sw_port;

/* The last answer. */
struct ct_answer {
	int rc, failed_at, exit_status;
	struct sw_err err;
	json_t *results, *plan;
	uint64_t generation;
};
extern struct ct_answer ct;

void ct_start(void);   /* with an empty folder */
void ct_stop(void);    /* and remove the folder */
void ct_restart(void); /* as after a crash: the store is closed and opened again */
const char *ct_dir(void);

/* Both ends of a test for cmocka: a switch with one stepped worker, and the control side. */
int ct_setup(void **state);
int ct_teardown(void **state);

/* Do the control loop's work until no transaction is under way. */
void ct_settle(void);

/* Words separated by blanks ('...' keeps blanks), commands by "--". */
int ct_run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int ct_dry_run(const char *line);
/* The text that goes along with the transactions from now on (apply's document); NULL: none. */
void ct_input(const char *text);
void ct_ok(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void ct_fails(enum sw_code code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* What a person would see of the last command of a line: lines, a value or a tree; else its JSON. Valid
 * until the next call. */
const char *ct_text(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* add-br with a local port of type dummy. */
void ct_bridge(const char *name);
/* Ports p1..pN of type dummy into it, numbered 1..N: port[1..n]; port[0] is its local one. */
void ct_ports(const char *bridge, struct sw_port **port, unsigned n);

#endif
