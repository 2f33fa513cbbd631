/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Journal records: one transaction, or a whole configuration, as one line of JSON behind its length and
 * checksum, and back.
 *
 *	LLLLLLLL CCCCCCCC {"gen":12,"time":"...","user":"...","commands":[...],"rows":[...]}\n
 *
 * L: bytes of the JSON text, C: CRC-32C of them, both as 8 hex digits. A record with "snapshot": true
 * starts from nothing; others change what is there. Sets and maps are recorded as what was added and
 * removed, so that a record's size follows the change and not the size of the bridge.
 *
 * Thread: writing on the job thread while control waits; reading on control at start-up, on the job thread
 * for history.
 */
#ifndef CTL_RECORD_H
#define CTL_RECORD_H

#include <jansson.h>

#include <sw/text.h>

#include "db.h"

struct draft;
struct request;

#define RECORD_HEAD 18		 /* two times 8 digits and a blank */
#define RECORD_MAX  (256u << 20) /* bytes of one record */

/* Who did it and what was said, for the history. */
struct record_note {
	const char *user;
	const json_t *commands;	       /* or NULL */
	const struct request *request; /* that a retry may ask for again, or NULL */
};

/* Append the record of a draft, which becomes generation base + 1, or of a whole db, to a string. */
void record_add_draft(
	struct sw_str *out, const struct draft *draft, const struct record_note *note);
void record_add_snapshot(struct sw_str *out, const struct db *db);

enum record_state {
	RECORD_GOOD,
	RECORD_END,  /* no bytes are left */
	RECORD_TORN, /* what is left is the beginning of a record whose writing was cut off */
	RECORD_BAD,  /* anything else */
};

/* Look at the record at *at of bytes[len]; a good one gives its JSON (to be released) and moves *at. */
enum record_state record_read(const char *bytes, size_t len, size_t *at, json_t **json);

/* Where the record at `at` ends, by its length alone; 0 when there is no whole one. */
size_t record_skip(const char *bytes, size_t len, size_t at);

/* Apply a record to *db, in place; a snapshot replaces it. After an error *db is neither old nor new, to
 * be thrown away: whoever wants the state before reads again up to there. */
int record_apply(struct db **db, const json_t *json, struct sw_err *err);

uint32_t record_crc(const void *bytes, size_t len);

#endif
