/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Asking for a transaction. Each question has an id of its own, so that it can be asked again when the
 * switch went away with the answer (killed, upgraded): it applies a request once, however often it hears
 * of it.
 */
#include "swctl.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define ID_BYTES	12
#define ENVELOPE	96 /* bytes of a question around its parameters: names, id, the newline */
#define ENVELOPE_VALUES 4
#define PART		(128 * 1024) /* bytes of a text in one message, six times as much as JSON at most */

static void make_id(char id[2 * ID_BYTES + 1])
{
	uint8_t bytes[ID_BYTES];

	while (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		;
	for (int i = 0; i < ID_BYTES; i++)
		snprintf(id + 2 * i, 3, "%02x", bytes[i]);
}

/* Values of a message as the switch counts them: each array and object, and each member of one. */
static size_t count_values(const char *text)
{
	size_t n = 1;
	bool quoted = false;

	for (; *text; text++) {
		if (quoted && *text == '\\')
			text++;
		else if (*text == '"')
			quoted = !quoted;
		else if (!quoted)
			n += strchr("[{,", *text) != NULL;
	}
	return n;
}

/* What is too large for one message is refused here, before anything is sent: the switch would tell its limit
 * only, when it has read that much. */
static int check_fits(const struct args *args, const json_t *params)
{
	char *text = json_dumps(params, JSON_COMPACT);
	const struct {
		const char *what;
		size_t is, most;
	} limits[] = {
		{ "commands", json_array_size(json_object_get(params, "commands")), COMMANDS_MAX },
		{ "bytes", strlen(text) + ENVELOPE, MESSAGE_MAX },
		{ "words and lists", count_values(text) + ENVELOPE_VALUES, VALUES_MAX },
	};
	const char *hint =
		args->atomic
			? "cut the file into parts, or leave --atomic out; swctl apply takes a "
			  "configuration as a document, which is smaller"
			: "give the commands in several calls";

	free(text);
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		if (limits[i].is > limits[i].most)
			return fault_show(EXIT_REFUSED, hint,
				"the transaction has %zu %s, and the switch takes %zu in one; nothing was "
				"sent",
				limits[i].is, limits[i].what, limits[i].most);
	return 0;
}

/* One message more that nobody answers. */
static void add_part(struct sw_bytes *out, const char *part, size_t len)
{
	json_t *message = json_pack("{s:s, s:s, s:{s:s%}}", "jsonrpc", "2.0", "method", "input",
		"params", "text", part, len);
	char *text = json_dumps(message, JSON_COMPACT);

	sw_bytes_add(out, text, strlen(text));
	sw_bytes_add(out, "\n", 1);
	free(text);
	json_decref(message);
}

/* The text as messages, cut between characters; returns how many. */
static unsigned add_parts(struct sw_bytes *out, const json_t *text)
{
	const char *p = json_string_value(text), *end = p + json_string_length(text);
	unsigned n = 0;

	for (; p < end; n++) {
		size_t len = end - p < PART ? end - p : PART;

		while (p + len < end && (p[len] & 0xc0) == 0x80)
			len--;
		add_part(out, p, len);
		p += len;
	}
	return n;
}

/* The text goes in the question, or ahead of it. */
static void add_input(const struct args *args, json_t *params, struct sw_bytes *ahead)
{
	if (!args->input)
		return;
	if (args->input_in_parts && json_string_length(args->input) > PART)
		json_object_set_new(
			params, "input_parts", json_integer(add_parts(ahead, args->input)));
	else
		json_object_set(params, "input", args->input);
}

/* A command that waits for packets is told how long we wait. */
static bool is_live(const json_t *commands)
{
	const json_t *words = json_array_get(commands, 0);
	json_t *word;
	size_t i;

	json_array_foreach (words, i, word)
		if (!strcmp(json_string_value(word), "--live"))
			return true;
	return false;
}

json_t *ask_transact(struct link *link, const struct args *args, json_t *commands, int *status)
{
	json_t *error = NULL, *result = NULL, *params = json_pack("{s:O}", "commands", commands);
	char own_id[2 * ID_BYTES + 1];
	struct sw_bytes ahead = { 0 };
	const char *id = args->request_id;

	make_id(own_id);
	if (!id && !args->dry_run)
		id = own_id;
	if (args->dry_run)
		json_object_set_new(params, "dry_run", json_true());
	if (args->has_generation)
		json_object_set_new(params, "if_generation", json_integer(args->if_generation));
	if (is_live(commands) && args->timeout_s)
		json_object_set_new(params, "patience", json_integer(args->timeout_s));
	add_input(args, params, &ahead);
	if (id)
		json_object_set_new(params, "request_id", json_string(id));
	*status = check_fits(args, params);
	if (*status) {
		json_decref(params);
		sw_bytes_fini(&ahead);
		return NULL;
	}
	link->request_id = id;
	link->ahead = &ahead;
	result = link_ask(link, "transact", params, &error, status);
	link->request_id = NULL;
	link->ahead = NULL;
	sw_bytes_fini(&ahead);
	if (error)
		*status = fault_show_error(error, commands);
	json_decref(error);
	if (result && json_is_null(json_object_get(result, "results")))
		fprintf(fault_stream(),
			"swctl: this was applied before; what it printed then is not kept\n");
	return result;
}
