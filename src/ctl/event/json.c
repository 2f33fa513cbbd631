/* SPDX-License-Identifier: BSD-3-Clause */
/* See json.h. Control thread. */
#include "json.h"

#include <sw/event.h>

#include "../api/rpc.h"
#include "../time_text.h"

json_t *event_json(const struct sw_event_told *told)
{
	json_t *fields = json_object();
	char time[TIME_TEXT_SIZE];

	for (unsigned i = 0; i < told->n; i++)
		json_object_set_new(fields, told->fields[i].name,
			told->fields[i].text ? rpc_text(told->fields[i].text)
					     : json_integer(told->fields[i].number));
	return json_pack("{s:I, s:s, s:s, s:o, s:o}", "number", (json_int_t)told->number, "time",
		time_text(time, &told->time), "kind", told->kind->name, "text",
		rpc_text(told->text), "fields", fields);
}
