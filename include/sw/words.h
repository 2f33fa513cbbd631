/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The words of a command taken apart, once for the daemon's commands and for those that run in swctl: the
 * longest registered name that fits, options by exact name, the number of arguments. Errors name the
 * word, what is allowed and the nearest.
 *
 * room: base. Thread: any but workers. The strings stay the caller's; a struct points at them.
 */
#ifndef SW_WORDS_H
#define SW_WORDS_H

#include <sw/access.h>
#include <sw/reg.h>

struct sw_err;

struct sw_cmd_option {
	const char *name;  /* without "--" */
	const char *value; /* NULL: a flag; else the name of its value, "--id=@NAME" */
	const char *help;
	enum sw_role role; /* who may give it, beyond who may give the command */
};

/* What a command takes; a part of its descriptor. */
struct sw_syntax {
	const char *name;		     /* words separated by one space */
	const char *usage;		     /* arguments as in "BRIDGE PORT [COLUMN=VALUE]..." */
	const struct sw_cmd_option *options; /* ended by name NULL; NULL for none */
	unsigned min_args, max_args;	     /* UINT_MAX: any number */
};

/* Words that are no options, and the options ("--name", "--name=value") apart from them. */
struct sw_words {
	unsigned n_plain, n_options;
	const char **plain, **options;
};

/* Options stand anywhere before a lone "--"; a word that starts with one '-' is plain. */
void sw_words_init(struct sw_words *w, const char *const *words, unsigned n);
void sw_words_fini(struct sw_words *w);

/* The descriptor of `kind` with the longest name at the start of the plain words, or NULL; *used is how
 * many words its name has. Names have at most three words. */
const void *sw_words_find(const struct sw_words *w, const struct sw_reg_kind *kind, unsigned *used);

/* Say that the kind has no command of that name: what it has below the first word, and the nearest. */
int sw_words_unknown(const struct sw_words *w, const struct sw_reg_kind *kind, struct sw_err *err);

/* How many options there are, and the place each goes to in an array by index of `options`. */
unsigned sw_syntax_options(const struct sw_syntax *s);

/* Check options and number of arguments; `used` words are the name. option[i] becomes NULL (absent), ""
 * (flag) or the value. 0, or SW_CODE_USAGE with the word in err->given. */
int sw_words_take(const struct sw_words *w, unsigned used, const struct sw_syntax *s,
	const char **option, struct sw_err *err);

#endif
