/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Requests that were applied, by the id their sender gave them: what a retry is answered with. They belong
 * to the configuration they changed: an id goes into the journal with the change, and a snapshot has the
 * ids of the last changes before it, so that a retry after kill -9 finds what it asks for.
 *
 * Values are JSON that is never changed once it is in a request.
 *
 * Thread: control; the job thread reads a request while control waits for it.
 */
#ifndef CTL_REQUEST_H
#define CTL_REQUEST_H

#include <stdint.h>

#include <jansson.h>

#define REQUEST_ID_MAX	   64	/* printable characters */
#define REQUESTS_KEPT	   1024 /* the oldest goes when one more comes */
#define REQUEST_VALUES_MAX 2048 /* bytes of JSON; an answer of more is not kept */

struct sw_err;

struct request {
	char *user, *id;
	uint64_t hash; /* of the commands */
	uint64_t generation;
	int exit_status;
	json_t *values; /* of the results; NULL: all null; JSON's null: too long to keep */
};

/* 0, or why it cannot be an id. */
int request_check_id(const char *id, struct sw_err *err);

/* FNV-1a, of what is asked: what was hashed so far, and more. */
#define REQUEST_HASH_BEGIN 14695981039346656037u
uint64_t request_hash(uint64_t hash, const char *s, size_t len);

struct request *request_new(const char *user, const char *id, const json_t *asked);
void request_free(struct request *request);

/* What the answer was. `values` is an array; it is copied as far as it is kept. */
void request_set_answer(
	struct request *request, uint64_t generation, int exit_status, const json_t *values);

/* The last REQUESTS_KEPT of them; counted. One list goes on from a configuration to the next. */
struct requests;
struct requests *requests_new(void);
struct requests *requests_ref(struct requests *list);
void requests_unref(struct requests *list);

/* Takes the request. */
void requests_add(struct requests *list, struct request *request);
const struct request *requests_find(const struct requests *list, const char *user, const char *id);

/* In a journal record, "request"; in a snapshot, "requests". What cannot be read is left out: it was
 * never written by us. */
json_t *request_to_json(const struct request *request);
json_t *requests_to_json(const struct requests *list);
void requests_read(struct requests *list, const json_t *record);

#endif
