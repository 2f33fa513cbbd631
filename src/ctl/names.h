/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A list of names that is filled in any order, with repetitions, and then made a sorted one in which each
 * stands once. All zero is an empty list. Thread: any, one at a time.
 */
#ifndef CTL_NAMES_H
#define CTL_NAMES_H

struct names {
	unsigned n, size;
	char **list; /* ours */
};

/* Add a copy. One that repeats the last is left out at once. */
void names_add(struct names *names, const char *name);
void names_sort(struct names *names);
void names_fini(struct names *names); /* empty again */

#endif
