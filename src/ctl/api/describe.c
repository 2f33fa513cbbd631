/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Methods that tell what the switch knows: schema, and two parts of it that clients ask for often.
 * Control thread.
 */
#include "method.h"

#include <sw/err.h>

#include "../describe/complete.h"
#include "../describe/describe.h"

#define WORDS_MAX 256

static int run_schema(struct api_call *call, struct sw_err *err)
{
	call->result = describe_all();
	return 0;
}

static int run_commands(struct api_call *call, struct sw_err *err)
{
	call->result = describe_commands();
	return 0;
}

static int run_methods(struct api_call *call, struct sw_err *err)
{
	call->result = describe_methods();
	return 0;
}

static int not_words(struct sw_err *err)
{
	int rc = sw_err_set(err, SW_CODE_INVALID, "parameter \"words\" holds no words");

	sw_err_path(err, "params.words");
	sw_err_allowed(err, "1 to %d strings, the last one half-typed or empty", WORDS_MAX);
	return rc;
}

static int run_complete(struct api_call *call, struct sw_err *err)
{
	const char *words[WORDS_MAX];
	size_t n = json_array_size(api_param(call, "words")), i;
	json_t *word;

	if (!n || n > WORDS_MAX)
		return not_words(err);
	json_array_foreach (api_param(call, "words"), i, word) {
		words[i] = json_string_value(word);
		if (!words[i])
			return not_words(err);
	}
	call->result = complete_words(words, n, true);
	return 0;
}

static const struct api_param complete_params[] = {
	{ "words", API_ARRAY, true,
		"words of one command; the last is half-typed, or empty: [\"set\", \"port\", \"\"]" },
	{ 0 },
};

SW_REGISTER(method, complete) = {
	.name = "complete",
	.help = "what may stand at the end of a half-typed command: array of word and help",
	.role = SW_ROLE_READ,
	.params = complete_params,
	.run = run_complete,
};

SW_REGISTER(method, schema) = {
	.name = "schema",
	.help = "tables, commands, methods, errors, drop reasons, events, options: all of it",
	.role = SW_ROLE_READ,
	.run = run_schema,
};

SW_REGISTER(method, commands) = {
	.name = "commands",
	.help = "every command with its usage, options and help",
	.role = SW_ROLE_READ,
	.run = run_commands,
};

SW_REGISTER(method, methods) = {
	.name = "methods",
	.help = "every method with its parameters",
	.role = SW_ROLE_READ,
	.run = run_methods,
};
