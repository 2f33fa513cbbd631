/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * History: the files of the state folder, one of them in memory at a time with the offsets of its records.
 * Records have their length in front, so that finding one parses none of the others.
 */
#include "history.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/mem.h>
#include <sw/text.h>

#include "journal.h"
#include "journal_io.h"
#include "record.h"

#define PREFIX	   "journal."
#define CURRENT	   "journal"
#define NAME_SIZE  40
#define FILE_MAX   (1ull << 30)
#define NOT_LOADED UINT_MAX

struct file {
	uint64_t first, bytes;
};

struct list {
	struct file *files;
	unsigned n;
};

struct history {
	struct journal_view view;
	struct list list; /* oldest first; the last is the journal itself */
	unsigned loaded;  /* which of them is in memory */
	char *text;
	size_t len;
	size_t *at; /* of record i in text; 0 is the snapshot */
	unsigned n;
};

static char *file_name(char name[NAME_SIZE], uint64_t first)
{
	snprintf(name, NAME_SIZE, PREFIX "%llu", (unsigned long long)first);
	return name;
}

static void add_file(void *arg, const char *name, uint64_t bytes)
{
	struct list *list = arg;
	const char *digits = name + strlen(PREFIX);
	char again[NAME_SIZE];
	uint64_t first;

	if (sw_parse_u64(digits, 0, UINT64_MAX, &first) || strcmp(file_name(again, first), name))
		return; /* journal.new, journal.damaged-1 */
	list->files = sw_xrealloc(list->files, list->n + 1, sizeof(*list->files));
	list->files[list->n++] = (struct file){ first, bytes };
}

static int by_first(const void *a, const void *b)
{
	const struct file *x = a, *y = b;

	return x->first < y->first ? -1 : x->first > y->first;
}

static int read_list(struct list *list, int dir)
{
	int rc = jio_list(dir, PREFIX, add_file, list);

	if (list->n)
		qsort(list->files, list->n, sizeof(*list->files), by_first);
	return rc;
}

int history_keep(int dir, uint64_t first)
{
	char name[NAME_SIZE];
	int rc = jio_unlink(dir, file_name(name, first)); /* of an attempt that was cut off */

	return rc ? rc : jio_link(dir, CURRENT, name);
}

int history_trim(int dir, uint64_t max, struct history_use *use)
{
	struct list list = { 0 };
	char name[NAME_SIZE];
	unsigned gone = 0;
	int rc = read_list(&list, dir);

	*use = (struct history_use){ .oldest = UINT64_MAX };
	for (unsigned i = 0; i < list.n; i++)
		use->bytes += list.files[i].bytes;
	while (!rc && gone < list.n && use->bytes > max) {
		rc = jio_unlink(dir, file_name(name, list.files[gone].first));
		use->bytes -= rc ? 0 : list.files[gone].bytes;
		gone += !rc;
	}
	use->files = list.n - gone;
	if (use->files)
		use->oldest = list.files[gone].first;
	free(list.files);
	return rc;
}

int history_open(const struct journal *journal, struct history **history, struct sw_err *err)
{
	struct history *h = sw_xcalloc(1, sizeof(*h));
	unsigned n = 0;
	int rc;

	h->view = journal_view(journal);
	h->loaded = NOT_LOADED;
	rc = read_list(&h->list, h->view.dir);
	if (rc) {
		history_close(h);
		return sw_err_set(
			err, SW_CODE_DEVICE, "the history cannot be listed: %s", strerror(-rc));
	}
	while (n < h->list.n && h->list.files[n].first < h->view.first)
		n++; /* what begins later is of a journal that was replaced by an older one */
	h->list.n = n;
	h->list.files = sw_xrealloc(h->list.files, n + 1, sizeof(*h->list.files));
	h->list.files[h->list.n++] = (struct file){ h->view.first, h->view.bytes };
	*history = h;
	return 0;
}

static void unload(struct history *h)
{
	free(h->text);
	free(h->at);
	h->text = NULL;
	h->at = NULL;
	h->n = 0;
	h->loaded = NOT_LOADED;
}

void history_close(struct history *h)
{
	if (!h)
		return;
	unload(h);
	free(h->list.files);
	free(h);
}

uint64_t history_oldest(const struct history *h)
{
	return h->list.files[0].first;
}

uint64_t history_newest(const struct history *h)
{
	return h->view.last;
}

/* Where the records of the text begin; a broken one ends it. */
static void index_text(struct history *h)
{
	size_t at = 0, next;

	while (h->n <= UINT_MAX / 2 && (next = record_skip(h->text, h->len, at))) {
		if (!(h->n & (h->n + 1))) /* 0, 1, 3, 7...: twice the room */
			h->at = sw_xrealloc(h->at, 2 * (h->n + 1), sizeof(*h->at));
		h->at[h->n++] = at;
		at = next;
	}
}

static int load(struct history *h, unsigned i)
{
	bool current = i == h->list.n - 1;
	char name[NAME_SIZE];
	int fd, rc;

	if (h->loaded == i)
		return 0;
	unload(h);
	fd = jio_open_to_read(
		h->view.dir, current ? CURRENT : file_name(name, h->list.files[i].first));
	rc = fd < 0 ? fd : jio_read(fd, FILE_MAX, &h->text, &h->len);
	jio_close(fd);
	if (rc)
		return rc;
	if (current && h->len > h->view.bytes)
		h->len = h->view.bytes;
	h->loaded = i;
	index_text(h);
	return 0;
}

/* The file that has a generation, or 0. */
static unsigned file_of(const struct history *h, uint64_t generation)
{
	unsigned i = h->list.n - 1;

	while (i && h->list.files[i].first > generation)
		i--;
	return i;
}

/* Record n of the file in memory, when it says that it is of that generation. */
static json_t *parse(const struct history *h, uint64_t n, uint64_t generation)
{
	size_t at = n < h->n ? h->at[n] : 0;
	json_t *json = NULL;

	if (n >= h->n || record_read(h->text, h->len, &at, &json) != RECORD_GOOD)
		return NULL;
	if ((uint64_t)json_integer_value(json_object_get(json, "gen")) == generation)
		return json;
	json_decref(json);
	return NULL;
}

json_t *history_record(struct history *h, uint64_t generation)
{
	unsigned i;

	if (!generation || generation > h->view.last)
		return NULL;
	i = file_of(h, generation - 1); /* a file's first generation is a snapshot: no record */
	if (generation <= h->list.files[i].first || load(h, i))
		return NULL;
	return parse(h, generation - h->list.files[i].first, generation);
}

static int refuse(const struct history *h, uint64_t generation, struct sw_err *err)
{
	int rc = sw_err_set(err, SW_CODE_NOT_FOUND, "generation %llu is not kept%s",
		(unsigned long long)generation,
		generation > h->view.last ? ": it has not been yet" : " any more");

	sw_err_given(err, "%llu", (unsigned long long)generation);
	sw_err_allowed(err, "generations %llu to %llu", (unsigned long long)history_oldest(h),
		(unsigned long long)h->view.last);
	sw_err_hint(err, "swctl config log lists them; history-mb in swd's boot file says how much "
			 "is kept");
	return rc;
}

static int apply(
	struct history *h, uint64_t first, uint64_t generation, struct db **db, struct sw_err *err)
{
	struct sw_err why = { 0 };

	for (uint64_t g = first; g <= generation; g++) {
		json_t *json = parse(h, g - first, g);
		int rc = json ? record_apply(db, json, &why)
			      : sw_err_set(&why, SW_CODE_INVALID, "its record cannot be read");

		json_decref(json);
		if (rc)
			return sw_err_set(err, SW_CODE_NOT_FOUND,
				"generation %llu cannot be rebuilt: generation %llu: %s",
				(unsigned long long)generation, (unsigned long long)g, why.text);
	}
	return 0;
}

int history_db(struct history *h, uint64_t generation, struct db **db, struct sw_err *err)
{
	unsigned i;
	int rc;

	if (generation < history_oldest(h) || generation > h->view.last)
		return refuse(h, generation, err);
	i = file_of(h, generation);
	rc = load(h, i);
	if (rc)
		return sw_err_set(
			err, SW_CODE_DEVICE, "the history cannot be read: %s", strerror(-rc));
	*db = NULL;
	rc = apply(h, h->list.files[i].first, generation, db, err);
	if (rc) {
		db_unref(*db);
		*db = NULL;
	}
	return rc;
}

int history_parse(const char *text, uint64_t *generation, struct sw_err *err)
{
	int rc;

	if (!sw_parse_u64(text, 0, INT64_MAX, generation))
		return 0;
	rc = sw_err_set(err, SW_CODE_INVALID, "\"%s\" is not a generation", text);
	sw_err_given(err, "%s", text);
	sw_err_allowed(err, "a number, as swctl config log shows it");
	return rc;
}
