/* SPDX-License-Identifier: BSD-3-Clause */
/* See kept.h. Control thread. */
#include "kept.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include <rte_random.h>

#include <sw/clock.h>
#include <sw/err.h>
#include <sw/mem.h>

#include "../job.h"

#define LINE_OWN 48 /* bytes that a line takes beside its text */

struct kept {
	TAILQ_ENTRY(kept) list;
	char name[24];
	json_t *pieces; /* array of arrays */
	size_t at;	/* the next of them */
	size_t bytes, piece_bytes;
	uint64_t since_ms;
};

static TAILQ_HEAD(, kept) waiting = TAILQ_HEAD_INITIALIZER(waiting);
static size_t all_bytes; /* of all, until they are free */

struct kept *kept_new(void)
{
	struct kept *k = sw_xcalloc(1, sizeof(*k));

	k->pieces = json_array();
	json_array_append_new(k->pieces, json_array());
	return k;
}

static int refuse(size_t most, const char *of, struct sw_err *err)
{
	int rc = sw_err_set(err, SW_CODE_LIMIT, "the answer is too long");

	sw_err_allowed(err, "at most %zu MiB%s", most >> 20, of);
	return rc;
}

int kept_add(struct kept *k, char sign, const char *text, struct sw_err *err)
{
	size_t size = strlen(text) + 1 + LINE_OWN;

	if (size > KEPT_MAX - k->bytes)
		return refuse(KEPT_MAX, "", err);
	if (size > KEPT_ALL_MAX - all_bytes)
		return refuse(KEPT_ALL_MAX, " in those that wait for all clients", err);
	if (k->piece_bytes + size > KEPT_PIECE) {
		json_array_append_new(k->pieces, json_array());
		k->piece_bytes = 0;
	}
	k->piece_bytes += size;
	k->bytes += size;
	all_bytes += size;
	json_array_append_new(json_array_get(k->pieces, json_array_size(k->pieces) - 1),
		json_sprintf("%c%s", sign, text));
	return 0;
}

/* --- the end of it --- */

static void free_pieces(void *arg)
{
	struct kept *k = arg;

	json_decref(k->pieces);
}

static void is_free(void *arg)
{
	struct kept *k = arg;

	all_bytes -= k->bytes;
	free(k);
}

/* A million lines are a step too long for control. */
void kept_free(struct kept *k)
{
	job_run(free_pieces, is_free, k);
}

static void forget(uint64_t age_ms)
{
	uint64_t now = sw_clock_ms();
	struct kept *k;

	while ((k = TAILQ_FIRST(&waiting)) && now - k->since_ms >= age_ms) {
		TAILQ_REMOVE(&waiting, k, list);
		kept_free(k);
	}
}

void kept_sweep(void)
{
	forget(KEPT_MS);
}

void kept_stop(void)
{
	forget(0);
}

/* --- pieces --- */

/* Its lines are the caller's alone; what is left gets a name of its own, so that a piece is given out once. */
static json_t *take_piece(struct kept *k, json_t **next)
{
	json_t *piece = json_incref(json_array_get(k->pieces, k->at));

	json_array_set_new(k->pieces, k->at++, json_null());
	if (k->at == json_array_size(k->pieces)) {
		*next = NULL;
		kept_free(k);
		return piece;
	}
	snprintf(k->name, sizeof(k->name), "%016llx", (unsigned long long)rte_rand());
	k->since_ms = sw_clock_ms();
	TAILQ_INSERT_TAIL(&waiting, k, list);
	*next = json_string(k->name);
	return piece;
}

json_t *kept_begin(struct kept *k, json_t **next)
{
	return take_piece(k, next);
}

json_t *kept_go_on(const char *from, json_t **next, struct sw_err *err)
{
	struct kept *k;

	TAILQ_FOREACH (k, &waiting, list) {
		if (strcmp(k->name, from))
			continue;
		TAILQ_REMOVE(&waiting, k, list);
		return take_piece(k, next);
	}
	sw_err_set(err, SW_CODE_NOT_FOUND, "there is no answer \"%s\" that goes on", from);
	sw_err_given(err, "%s", from);
	sw_err_path(err, "--from");
	sw_err_hint(err,
		"each piece of an answer names the next one, which is kept for %d s and given once; ask again "
		"without --from",
		KEPT_MS / 1000);
	return NULL;
}
