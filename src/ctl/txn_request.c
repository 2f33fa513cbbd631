/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a request says besides its commands. if_generation: it begins on that configuration or not at all.
 * request_id: whoever asks again, because the answer was lost, gets the answer of the first and nothing
 * is done twice.
 *
 * Three places know an id. While its transaction waits or runs, this file's line of them: a retry becomes
 * its twin and is answered with it. When it changed the configuration, the configuration's list, which
 * the journal keeps. When there was nothing to store (an action, or all was so already), the list here:
 * a kill of the switch forgets it, but then what it did is gone too.
 */
#include "txn_run.h"

#include <string.h>

#include <sw/err.h>
#include <sw/mem.h>

#include "cmd.h"
#include "draft.h"
#include "input.h"
#include "journal.h"
#include "request.h"
#include "store.h"

static LIST_HEAD(, txn) under_way = LIST_HEAD_INITIALIZER(under_way);
static struct requests *unstored;

int txn_request_take(struct txn *t, const struct txn_request *req, struct sw_err *err)
{
	json_t *asked;
	int rc;

	t->has_generation = req->has_generation;
	t->if_generation = req->if_generation;
	if (!req->request_id)
		return 0;
	rc = request_check_id(req->request_id, err);
	if (rc)
		return rc;
	if (req->dry_run) {
		rc = sw_err_set(err, SW_CODE_USAGE, "a dry run has no use for a request_id");
		sw_err_hint(err, "leave it out: a dry run may be repeated as it is");
		return rc;
	}
	asked = json_pack("[O, O*]", t->commands, t->input);
	if (t->parts)
		json_array_append_new(asked, json_integer((json_int_t)t->parts->hash));
	t->request = request_new(t->user, req->request_id, asked);
	json_decref(asked);
	return 0;
}

static bool same_request(const struct request *a, const struct request *b)
{
	return !strcmp(a->id, b->id) && !strcmp(a->user, b->user);
}

/* A program that gives one id to two things would lose the second. */
static bool refuse_other(struct txn *t, const struct request *before)
{
	struct sw_err err;

	if (t->request->hash == before->hash)
		return false;
	sw_err_set(&err, SW_CODE_CONFLICT, "request_id \"%s\" was used before, for other commands",
		before->id);
	sw_err_path(&err, "params.request_id");
	sw_err_given(&err, "%s", before->id);
	sw_err_hint(&err, "take a new id for each change, and the same only to ask again");
	txn_blame(t, &err, -1);
	txn_finish(t);
	return true;
}

/* What was read at the start need not be on the disk, so "done" cannot be said of it. */
static void refuse_unproven(struct txn *t, const struct request *done)
{
	struct sw_err err = { 0 };

	sw_err_set(&err, SW_CODE_DEVICE,
		"request_id \"%s\" was applied before this start, but the journal cannot be written, so "
		"it is not certain to be on the disk",
		done->id);
	sw_err_path(&err, "params.request_id");
	sw_err_given(&err, "%s", done->id);
	sw_err_hint(&err, "mend what \"swctl journal show\" tells of, then ask again");
	txn_blame(t, &err, -1);
	txn_finish(t);
}

static void replay(struct txn *t, const struct request *r)
{
	t->reply.generation = r->generation;
	t->reply.exit_status = r->exit_status;
	t->reply.replayed = true;
	for (unsigned i = 0; i < t->n && !json_is_null(r->values); i++)
		txn_add_result(t, i, json_incref(json_array_get(r->values, i)));
	if (json_is_null(r->values)) {
		json_decref(t->reply.results);
		t->reply.results = NULL;
	}
	txn_finish(t);
}

static const struct request *find_done(const struct request *r)
{
	const struct request *found = requests_find(store_db()->requests, r->user, r->id);

	return found || !unstored ? found : requests_find(unstored, r->user, r->id);
}

bool txn_request_again(struct txn *t)
{
	const struct request *done;
	struct txn *first;

	if (!t->request)
		return false;
	LIST_FOREACH(first, &under_way, same_line)
	{
		if (!same_request(first->request, t->request))
			continue;
		if (!refuse_other(t, first->request))
			LIST_INSERT_HEAD(&first->twins, t, twin);
		return true;
	}
	done = find_done(t->request);
	if (done && !refuse_other(t, done)) {
		if (journal_is_proven(store_journal()))
			replay(t, done);
		else
			refuse_unproven(t, done);
	}
	if (done)
		return true;
	LIST_INSERT_HEAD(&under_way, t, same_line);
	t->in_line = true;
	return false;
}

int txn_request_check(const struct txn *t, struct sw_err *err)
{
	const struct db *db = t->draft->base;
	unsigned long long is = db->generation, want = t->if_generation;
	int rc;

	if (!t->has_generation || is == want)
		return 0;
	rc = sw_err_set(err, SW_CODE_CONFLICT,
		"the configuration is at generation %llu, not at %llu%s%s", is, want,
		db->user ? ": last changed by " : "", db->user ? db->user : "");
	sw_err_path(err, "params.if_generation");
	sw_err_given(err, "%llu", want);
	sw_err_allowed(err, "%llu", is);
	sw_err_hint(err, "read the configuration again, and decide on what it is now");
	return rc;
}

void txn_request_fill(struct txn *t, uint64_t generation)
{
	json_t *values, *result;
	size_t i;

	if (!t->request)
		return;
	values = json_array();
	json_array_foreach (t->reply.results, i, result)
		json_array_append(values, json_object_get(result, "value"));
	request_set_answer(t->request, generation, t->reply.exit_status, values);
	json_decref(values);
}

void txn_request_keep(struct txn *t, bool stored)
{
	if (!t->request)
		return;
	if (!stored && !unstored)
		unstored = requests_new();
	requests_add(stored ? store_db()->requests : unstored, t->request);
	t->request_kept = true;
}

static void leave(struct txn *t)
{
	if (t->in_line)
		LIST_REMOVE(t, same_line);
	if (!t->request_kept)
		request_free(t->request);
	t->in_line = false;
	t->request = NULL;
}

void txn_request_end(struct txn *t)
{
	struct txn *twin;

	leave(t);
	while ((twin = LIST_FIRST(&t->twins))) {
		LIST_REMOVE(twin, twin);
		json_decref(twin->reply.results);
		twin->reply = t->reply;
		twin->reply.replayed = true;
		json_incref(twin->reply.results);
		txn_finish(twin);
	}
}

void txn_request_drop(struct txn *t)
{
	struct txn *twin;

	leave(t);
	while ((twin = LIST_FIRST(&t->twins))) {
		LIST_REMOVE(twin, twin);
		txn_free(twin);
	}
}

bool txn_request_wanted(const struct txn *t)
{
	const struct txn *twin;
	bool wanted = t->done != NULL;

	LIST_FOREACH(twin, &t->twins, twin)
	wanted |= twin->done != NULL;
	return wanted;
}

void txn_request_forget(void)
{
	requests_unref(unstored);
	unstored = NULL;
}
