/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Asking for a transaction. Each question has an id of its own, so that it can be asked again when the
 * switch went away with the answer (killed, upgraded): it applies a request once, however often it hears
 * of it.
 */
#include "swctl.h"

#include <stdlib.h>
#include <sys/random.h>

#define ID_BYTES 12

static void make_id(char id[2 * ID_BYTES + 1])
{
	uint8_t bytes[ID_BYTES];

	while (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		;
	for (int i = 0; i < ID_BYTES; i++)
		snprintf(id + 2 * i, 3, "%02x", bytes[i]);
}

json_t *ask_transact(struct link *link, const struct args *args, json_t *commands, int *status)
{
	json_t *error, *result, *params = json_pack("{s:O}", "commands", commands);
	char own_id[2 * ID_BYTES + 1];
	const char *id = args->request_id;

	make_id(own_id);
	if (!id && !args->dry_run)
		id = own_id;
	if (args->dry_run)
		json_object_set_new(params, "dry_run", json_true());
	if (args->has_generation)
		json_object_set_new(params, "if_generation", json_integer(args->if_generation));
	if (args->input)
		json_object_set(params, "input", args->input);
	if (id)
		json_object_set_new(params, "request_id", json_string(id));
	link->request_id = id;
	result = link_ask(link, "transact", params, &error, status);
	link->request_id = NULL;
	if (error)
		*status = fault_show_error(error, commands);
	json_decref(error);
	if (result && json_is_null(json_object_get(result, "results")))
		fprintf(fault_stream(),
			"swctl: this was applied before; what it printed then is not kept\n");
	return result;
}
