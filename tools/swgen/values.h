/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Values of options from their text. Each takes the whole text or refuses it: 0 or a negative errno, with the
 * option's name, the value and what is allowed in err.
 */
#ifndef SWGEN_VALUES_H
#define SWGEN_VALUES_H

#include "options.h"

int value_number(const char *option, const char *text, double min, double max, double *out,
	struct sw_err *err);
/* Also with k, M or G behind it. */
int value_integer(const char *option, const char *text, double min, double max, uint64_t *out,
	struct sw_err *err);
/* Index into words (NULL at the end), or negative errno. */
int value_word(const char *option, const char *text, const char *const *words, struct sw_err *err);
int value_vids(const char *option, const char *text, struct vids *out, struct sw_err *err);
int value_mutate(const char *text, unsigned *out, struct sw_err *err); /* adds to out */
int value_rate(const char *text, struct rate *out, struct sw_err *err);
int value_dist(struct options *o, const char *text, struct sw_err *err);

#endif
