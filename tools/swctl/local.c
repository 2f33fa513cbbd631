/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Finding and running the commands that are swctl's own.
 */
#include "local.h"

#include <stdlib.h>

#include <sw/err.h>
#include <sw/mem.h>

SW_REG_KIND_DEFINE(local);

static void split(struct sw_words *w, const json_t *words)
{
	const char **strings = sw_xcalloc(json_array_size(words) + 1, sizeof(*strings));
	json_t *word;
	size_t i;

	json_array_foreach (words, i, word)
		strings[i] = json_string_value(word);
	sw_words_init(w, strings, json_array_size(words));
	free(strings);
}

const struct sw_local *local_find(const json_t *words)
{
	const struct sw_local *local;
	struct sw_words w;
	unsigned used;

	split(&w, words);
	local = sw_words_find(&w, &sw_reg_kind_local, &used);
	sw_words_fini(&w);
	return local;
}

/* Commands of the switch are one transaction; one of ours has no place in it. */
static int refuse_chain(const json_t *commands, size_t at, const struct sw_local *local)
{
	struct sw_err err;

	sw_err_set(&err, SW_CODE_USAGE,
		"%s runs in swctl itself, so it cannot be in one transaction with other commands",
		local->name);
	sw_err_given(&err, "%s", local->name);
	sw_err_hint(&err, "give it in a call of its own, without --");
	return fault_show_err(&err, commands, at);
}

static int run(const struct args *global, const struct sw_local *local, FILE *out)
{
	const struct sw_syntax syntax = { local->name, local->usage, local->options,
		local->min_args, local->max_args };
	struct local_call call = {
		.global = global, .words = json_array_get(global->commands, 0), .out = out
	};
	const char **option = sw_xcalloc(sw_syntax_options(&syntax) + 1, sizeof(*option));
	struct sw_err err = { 0 };
	struct sw_words w;
	unsigned used = 0;
	int status;

	split(&w, call.words);
	sw_words_find(&w, &sw_reg_kind_local, &used);
	if (sw_words_take(&w, used, &syntax, option, &err)) {
		status = fault_show_err(&err, global->commands, 0);
	} else {
		call.n_args = w.n_plain - used;
		call.args = w.plain + used;
		call.option = option;
		status = local->run(&call);
	}
	sw_words_fini(&w);
	free(option);
	return status;
}

bool local_run(const struct args *global, FILE *out, int *status)
{
	const json_t *commands = global->commands;
	size_t i;
	json_t *words;

	json_array_foreach (commands, i, words) {
		const struct sw_local *local = local_find(words);

		if (!local)
			continue;
		*status = json_array_size(commands) > 1 ? refuse_chain(commands, i, local)
							: run(global, local, out);
		return true;
	}
	return false;
}
