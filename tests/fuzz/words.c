/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fuzz target: the words of a command, a line each, to the parser of commands and to completion, as a client
 * may send them. What is refused must say why; a candidate must begin as the last word does.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/reg.h>

#include "../../src/ctl/cmd.h"
#include "../../src/ctl/describe/complete.h"
#include "../../src/ctl/table/schema.h"

#define WORDS_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void parse(const char *const *words, unsigned n)
{
	json_t *list = json_array();
	struct sw_err err = { 0 };
	struct cmd_line line;

	for (unsigned i = 0; i < n; i++)
		if (json_array_append_new(list, json_string(words[i])))
			goto out; /* not UTF-8: a client cannot send it */
	if (cmd_parse(&line, list, &err)) {
		require(err.text[0]);
	} else {
		require(line.cmd && line.n_args <= n);
		cmd_line_free(&line);
	}
out:
	json_decref(list);
}

static void complete(const char *const *words, unsigned n)
{
	json_t *all = complete_words(words, n, false), *one;
	size_t i;

	require(json_array_size(all) <= COMPLETE_MAX);
	json_array_foreach (all, i, one) {
		const char *word = json_string_value(json_object_get(one, "word"));

		require(word && !strncmp(word, words[n - 1], strlen(words[n - 1])));
	}
	json_decref(all);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *words[WORDS_MAX];
	struct sw_err err = { 0 };
	char *text, *p;
	unsigned n = 0;

	if (sw_reg_seal(&err) || schema_build(&err))
		return 0;
	p = text = strndup((const char *)data, size);
	while (p && n < WORDS_MAX)
		words[n++] = strsep(&p, "\n");
	parse(words, n);
	complete(words, n);
	free(text);
	return 0;
}
