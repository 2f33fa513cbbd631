/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The interactive shell: its state, shared with its completion.
 */
#ifndef SWCTL_SHELL_H
#define SWCTL_SHELL_H

#include <histedit.h>
#include <stdbool.h>
#include <wchar.h>

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

/* shell_key.c: libedit's reader of characters. Ctrl-C, where it is caught, ends the line that is read. */
int shell_key(EditLine *el, wchar_t *key);
/* While a line is read: who ends or stops the shell finds the terminal as it was. */
void shell_catch_signals(bool on);

#endif
