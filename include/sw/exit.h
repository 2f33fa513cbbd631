/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Exit statuses, once for the programs and for what tells people about them. Scripts rely on them: never
 * change one, only add.
 *
 * room: base. Thread: any; constant.
 */
#ifndef SW_EXIT_H
#define SW_EXIT_H

/* Of swctl. */
enum {
	EXIT_DONE = 0,
	EXIT_REFUSED = 1,
	EXIT_USAGE = 2, /* and br-exists: there is none */
	EXIT_NOT_FOUND = 3,
	EXIT_CONFLICT = 4,
	EXIT_NO_DAEMON = 5,
	EXIT_NOT_PERMITTED = 6,
	EXIT_TIMED_OUT = 7,
	EXIT_DEVICE = 8,
	EXIT_CHANGES = 10,
};

struct sw_exit {
	int status;
	const char *help; /* NULL ends a list */
};
extern const struct sw_exit sw_exits[];

/* The status of swctl for an error's code string ("not-found"); EXIT_REFUSED for an unknown one. */
int sw_exit_of(const char *code);

#endif
