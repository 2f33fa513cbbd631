/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * swctl apply: a file with the configuration, or a part of it, goes to the switch as the text that its
 * command "config apply" reads. What is no JSON is found here, with the line it is on.
 */
#include "file.h"
#include "local.h"

#include <stdlib.h>
#include <string.h>

enum { PRUNE, MAY_WAIT };

/* The document without what is blank, as a JSON string; NULL with the fault shown. */
static json_t *read_document(const char *name, int *status)
{
	struct sw_bytes text = { 0 };
	json_error_t error;
	json_t *document, *input;
	char *compact;

	*status = file_read(name,
		"name a file as swctl config export writes it, or - for standard input", &text);
	if (*status) {
		sw_bytes_fini(&text);
		return NULL;
	}
	document = json_loadb(
		text.len ? text.buf + text.start : "", text.len, JSON_REJECT_DUPLICATES, &error);
	sw_bytes_fini(&text);
	if (!document) {
		*status = fault_show(EXIT_REFUSED, "swctl config export shows how it must look",
			"%s: line %d, column %d: %s", name, error.line, error.column, error.text);
		return NULL;
	}
	compact = json_dumps(document, JSON_COMPACT);
	input = json_string(compact);
	free(compact);
	json_decref(document);
	return input;
}

/* What the switch would refuse is told before it is sent. */
static int check_length(const char *name, const json_t *document)
{
	size_t len = json_string_length(document);

	if (len <= SW_DOCUMENT_MAX)
		return EXIT_DONE;
	return fault_show(EXIT_REFUSED, "apply it in several documents, without --prune",
		"%s has %zu bytes without blanks; the switch takes %d at once", name, len,
		SW_DOCUMENT_MAX);
}

static json_t *command_words(const struct local_call *call)
{
	json_t *words = json_pack("[s, s]", "config", "apply");

	if (call->option[PRUNE])
		json_array_append_new(words, json_string("--prune"));
	if (call->option[MAY_WAIT])
		json_array_append_new(words, json_string("--may-wait"));
	if (!strncmp(call->args[0], "--", 2))
		json_array_append_new(words, json_string("--"));
	json_array_append_new(words, json_string(call->args[0]));
	return words;
}

static int run(const struct local_call *call)
{
	struct session session = { 0 };
	struct args args = *call->global;
	int status;

	args.input = read_document(call->args[0], &status);
	if (!args.input)
		return status;
	args.input_in_parts = true;
	status = check_length(call->args[0], args.input);
	if (!status) {
		args.commands = json_pack("[o]", command_words(call));
		status = session_transact(&session, &args, NULL, stdout);
		json_decref(args.commands);
		session_close(&session);
	}
	json_decref(args.input);
	return status;
}

static const struct sw_cmd_option options[] = {
	[PRUNE] = { "prune", NULL,
		"what the file does not have goes: it is the whole configuration" },
	[MAY_WAIT] = { "may-wait", NULL, "devices that are not there yet are waited for" },
	{ NULL },
};

SW_REGISTER(local, apply) = {
	.name = "apply",
	.help = "make the configuration what a file says; with --dry-run tell what that would change",
	.usage = "FILE|-",
	.min_args = 1,
	.max_args = 1,
	.options = options,
	.run = run,
};
