/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Looking back. A journal that was rewritten stays as `journal.N`, N being the generation of the snapshot
 * it begins with, until the files of history have more bytes than they may; then the oldest go. The names
 * are the index: generation G is in the last file whose N is not above it, G - N records behind the
 * snapshot.
 *
 * A file counts up to where the next one begins: a record behind that was refused or is another future.
 *
 * Thread: keep, trim and everything else on the job thread (control at start-up). What it gives belongs to
 * the caller and is shared with nobody.
 */
#ifndef CTL_HISTORY_H
#define CTL_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

struct db;
struct history;
struct journal;
struct sw_err;

/* What the files take. */
struct history_use {
	uint64_t files, bytes, oldest; /* oldest generation, UINT64_MAX without files */
};

/* Give the file `journal`, which begins with generation `first`, its second name. */
int history_keep(int dir, uint64_t first);

/* Remove the oldest until `max` bytes are left. */
int history_trim(int dir, uint64_t max, struct history_use *use);

/* The files as they are now. */
int history_open(const struct journal *journal, struct history **history, struct sw_err *err);
void history_close(struct history *history);
uint64_t history_oldest(const struct history *history); /* generation that can still be rebuilt */
uint64_t history_newest(const struct history *history);

/* The record that made a generation; NULL when it is not kept. What is above stands in the file just
 * read: walking down or up is cheap. */
json_t *history_record(struct history *history, uint64_t generation);

/* The configuration as it was. SW_CODE_NOT_FOUND names what is kept. */
int history_db(struct history *history, uint64_t generation, struct db **db, struct sw_err *err);

/* A generation as a person types it. */
int history_parse(const char *text, uint64_t *generation, struct sw_err *err);

#endif
