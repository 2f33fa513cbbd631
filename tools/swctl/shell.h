/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The interactive shell: its state, shared with its completion.
 */
#ifndef SWCTL_SHELL_H
#define SWCTL_SHELL_H

#include <histedit.h>

#include "swctl.h"

struct shell {
	const struct args *global;
	struct session session;
	EditLine *el;
	History *history;
	char *history_path;	 /* NULL: it is not kept */
	struct sw_bytes partial; /* lines that go on, with their newlines */
};

/* Bound to the Tab key: put in what is certain, list what is not. */
unsigned char shell_complete(EditLine *el, int key);

#endif
