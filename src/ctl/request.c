/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Requests that were applied; see request.h. A ring: looking for an id compares it with all of them, which is
 * less work than the transaction that asks.
 */
#include "request.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/mem.h>
#include <sw/text.h>

struct requests {
	unsigned refs, n, next; /* next: where the next one goes */
	struct request *ring[REQUESTS_KEPT];
};

uint64_t request_hash(uint64_t h, const char *s, size_t len)
{
	while (len--)
		h = (h ^ (unsigned char)*s++) * 1099511628211u;
	return h;
}

static uint64_t hash_commands(const json_t *commands)
{
	char *text = json_dumps(commands, JSON_COMPACT);
	uint64_t h = request_hash(REQUEST_HASH_BEGIN, text, strlen(text));

	free(text);
	return h;
}

int request_check_id(const char *id, struct sw_err *err)
{
	size_t len = strlen(id), n = 0;
	int rc;

	while (id[n] > ' ' && id[n] < 0x7f)
		n++;
	if (n == len && len && len <= REQUEST_ID_MAX)
		return 0;
	rc = sw_err_set(err, SW_CODE_INVALID, "a request_id cannot be \"%s\"", id);
	sw_err_path(err, "params.request_id");
	sw_err_given(err, "%s", id);
	sw_err_allowed(err, "1 to %d printable ASCII characters without blanks", REQUEST_ID_MAX);
	return rc;
}

struct request *request_new(const char *user, const char *id, const json_t *commands)
{
	struct request *r = sw_xcalloc(1, sizeof(*r));

	r->user = sw_xstrdup(user);
	r->id = sw_xstrdup(id);
	r->hash = hash_commands(commands);
	return r;
}

void request_free(struct request *r)
{
	if (!r)
		return;
	json_decref(r->values);
	free(r->user);
	free(r->id);
	free(r);
}

static bool all_null(const json_t *values)
{
	json_t *value;
	size_t i;

	json_array_foreach ((json_t *)values, i, value)
		if (!json_is_null(value))
			return false;
	return true;
}

void request_set_answer(
	struct request *r, uint64_t generation, int exit_status, const json_t *values)
{
	r->generation = generation;
	r->exit_status = exit_status;
	json_decref(r->values);
	r->values = NULL;
	if (all_null(values))
		return;
	if (json_dumpb(values, NULL, 0, JSON_COMPACT) > REQUEST_VALUES_MAX)
		r->values = json_null();
	else
		r->values = json_deep_copy(values);
}

struct requests *requests_new(void)
{
	struct requests *list = sw_xcalloc(1, sizeof(*list));

	list->refs = 1;
	return list;
}

struct requests *requests_ref(struct requests *list)
{
	list->refs++;
	return list;
}

void requests_unref(struct requests *list)
{
	if (!list || --list->refs)
		return;
	for (unsigned i = 0; i < REQUESTS_KEPT; i++)
		request_free(list->ring[i]);
	free(list);
}

void requests_add(struct requests *list, struct request *request)
{
	request_free(list->ring[list->next]);
	list->ring[list->next] = request;
	list->next = (list->next + 1) % REQUESTS_KEPT;
	list->n += list->n < REQUESTS_KEPT;
}

/* The newest is number 0. */
static const struct request *nth(const struct requests *list, unsigned n)
{
	return list->ring[(list->next + REQUESTS_KEPT - 1 - n) % REQUESTS_KEPT];
}

const struct request *requests_find(const struct requests *list, const char *user, const char *id)
{
	for (unsigned i = 0; i < list->n; i++) {
		const struct request *r = nth(list, i);

		if (!strcmp(r->id, id) && !strcmp(r->user, user))
			return r;
	}
	return NULL;
}

json_t *request_to_json(const struct request *r)
{
	char hash[17];

	snprintf(hash, sizeof(hash), "%016llx", (unsigned long long)r->hash);
	return json_pack("{s:s, s:s, s:i, s:O*}", "id", r->id, "hash", hash, "exit_status",
		r->exit_status, "values", r->values);
}

json_t *requests_to_json(const struct requests *list)
{
	json_t *all = json_array();

	for (unsigned i = list->n; i-- > 0;) {
		const struct request *r = nth(list, i);
		json_t *json = request_to_json(r);

		json_object_set_new(json, "user", json_string(r->user));
		json_object_set_new(json, "gen", json_integer(r->generation));
		json_array_append_new(all, json);
	}
	return all;
}

/* `from` has the user and the generation: the record, or the request itself in a snapshot. */
static void read_one(struct requests *list, const json_t *json, const json_t *from)
{
	const char *id = json_string_value(json_object_get(json, "id"));
	const char *hash = json_string_value(json_object_get(json, "hash"));
	const char *user = json_string_value(json_object_get(from, "user"));
	struct request *r;

	if (!id || !hash || !user)
		return;
	r = sw_xcalloc(1, sizeof(*r));
	r->user = sw_xstrdup(user);
	r->id = sw_xstrdup(id);
	r->hash = strtoull(hash, NULL, 16);
	r->generation = json_integer_value(json_object_get(from, "gen"));
	r->exit_status = json_integer_value(json_object_get(json, "exit_status"));
	r->values = json_incref(json_object_get(json, "values"));
	requests_add(list, r);
}

void requests_read(struct requests *list, const json_t *record)
{
	json_t *json;
	size_t i;

	read_one(list, json_object_get(record, "request"), record);
	json_array_foreach (json_object_get(record, "requests"), i, json)
		read_one(list, json, json);
}
