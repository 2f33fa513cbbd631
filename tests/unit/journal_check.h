/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What must be true of a journal's folder after a fault in the middle of a script. A check that fails ends
 * the process with the call that was at fault.
 */
#ifndef JOURNAL_CHECK_H
#define JOURNAL_CHECK_H

#include "journal_script.h"

void complain(const char *what, const char *detail) __attribute__((noreturn));

/* Open a folder as the next start of the switch does: it holds what was acknowledged, or that and what was
 * being written, and knows the ids of that; each generation that is kept has its record. */
void check_folder(const struct script *s, const char *path);

/* The same, and ask again there for what got no answer: it is there once then, also after one more start. How
 * often it was applied now: 0, 1. */
unsigned check_again(const struct script *s, const char *path);

#endif
