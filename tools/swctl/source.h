/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A line as typed and the words in it: from the program's arguments, from a file, from the prompt. Each
 * word knows its place in the text, so that a fault is marked where it was typed.
 */
#ifndef SWCTL_SOURCE_H
#define SWCTL_SOURCE_H

#include <stddef.h>

struct source_span {
	size_t start, end; /* in text */
};

struct source {
	const char *file; /* NULL: not from a file */
	unsigned line;	  /* of the file, from 1; of the first when it is continued */
	char *text;
	unsigned n;
	char **words;
	struct source_span *spans; /* of each word, with its quotes */
};

/* From words: the text is what could be typed for them. */
void source_from_words(struct source *s, unsigned n, char *const *words);

/* From a line as a shell reads it: blanks separate, '...' and "..." keep together, \ takes the next as it
 * is, # at the start of a word begins a comment. 0, or EXIT_USAGE with the fault shown. */
int source_from_line(struct source *s, const char *line, const char *file, unsigned number);

/* Does the line go on in the next one: does it end in a \ that counts? */
int source_continues(const char *line, size_t len);

void source_fini(struct source *s);

#endif
