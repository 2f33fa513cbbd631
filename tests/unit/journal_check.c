/* SPDX-License-Identifier: BSD-3-Clause */
/* See journal_check.h. */
#include "swtest.h"

#include "journal_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sw/err.h>

#include "../../src/ctl/history.h"
#include "fault_shim.h"

void complain(const char *what, const char *detail)
{
	fprintf(stderr, "%s at call %lu (and EIO at %lu): %s%s\n", fault_names[shim.fault], shim.at,
		shim.eio_at, what, detail);
	_exit(1);
}

static bool is(const struct db *db, const char *have)
{
	char *wanted = db ? journal_describe(db) : NULL;
	bool same = wanted && !strcmp(wanted, have);

	free(wanted);
	return same;
}

/* Between the oldest and the newest every generation has its record. */
static void check_history(const struct journal *j)
{
	struct history *h;

	if (history_open(j, &h, NULL))
		complain("history cannot be opened", "");
	for (uint64_t g = history_newest(h); g > history_oldest(h); g--) {
		json_t *record = history_record(h, g);

		if (!record)
			complain("a generation is missing in history", "");
		json_decref(record);
	}
	history_close(h);
}

/* Is it what was acknowledged, or that and what was being written? */
static void check_db(const struct script *s, const struct db *db)
{
	char *have = journal_describe(db);
	const char *wrong = script_check_ids(s, db);
	bool good = s->db ? is(s->db, have) : !db->generation;

	if (!good && !is(s->maybe, have))
		complain(
			"what is there is neither what was acknowledged nor what was being written",
			"");
	if (wrong)
		complain(wrong, "");
	free(have);
}

static struct journal *open_folder(const char *path, struct db **db)
{
	struct sw_err err = { 0 };
	struct journal *j;

	if (journal_open(path, &j, db, &err))
		complain("it cannot be opened again: ", err.text);
	return j;
}

void check_folder(const struct script *s, const char *path)
{
	struct db *db;
	struct journal *j = open_folder(path, &db);

	check_db(s, db);
	check_history(j);
	journal_close(j);
	db_unref(db);
}

/* What was applied when it was asked again is there once, after one more start too. */
static void check_applied(const struct script *s, const char *path, const struct db *db)
{
	struct script then = *s;

	if (db->generation != (s->db ? s->db->generation : 0) + 1)
		complain("what is asked again is applied to something else", "");
	then.db = (struct db *)db;
	then.maybe = NULL;
	then.generation[s->n] = db->generation;
	check_folder(&then, path);
}

unsigned check_again(const struct script *s, const char *path)
{
	struct db *db;
	struct journal *j = open_folder(path, &db);
	int rc;

	check_db(s, db);
	check_history(j);
	rc = script_ask_again(s, j, &db);
	journal_close(j);
	if (rc < 0)
		complain("what is asked again is refused", "");
	if (rc > 0)
		check_applied(s, path, db);
	db_unref(db);
	return rc;
}
