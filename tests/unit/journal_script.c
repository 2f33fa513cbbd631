/* SPDX-License-Identifier: BSD-3-Clause */
/* See journal_script.h. */
#include "swtest.h"

#include "journal_script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sw/err.h>

#include "../../src/ctl/columns.h"
#include "../../src/ctl/record.h"
#include "fault_shim.h"

#define SEED	      0x5eed
#define REWRITE_EVERY 23
#define REOPEN_EVERY  50
#define BRIDGES	      3
#define PORTS	      12

char *journal_describe(const struct db *db)
{
	struct draft *draft = draft_new((struct db *)db);
	struct sw_str out = { 0 };

	sw_str_add(&out, "%llu\n", (unsigned long long)db->generation);
	for (unsigned t = 0; t < schema_tables(); t++) {
		unsigned n;
		const struct row **rows = draft_sorted(draft, schema_table_at(t), &n);

		for (unsigned i = 0; i < n; i++) {
			char uuid[UUID_TEXT_SIZE];

			sw_str_add(&out, "%s %s", rows[i]->table->name,
				uuid_format(uuid, &rows[i]->uuid));
			for (unsigned s = 0; s < rows[i]->table->n_slots; s++) {
				char *text = value_to_text(rows[i]->values[s]);

				sw_str_add(&out, " %s", text);
				free(text);
			}
			sw_str_add(&out, "\n");
		}
		free(rows);
	}
	draft_free(draft);
	return out.s;
}

static const struct row *find(
	struct draft *d, const struct table *table, const char *kind, unsigned n)
{
	char name[16];

	snprintf(name, sizeof(name), "%s%u", kind, n);
	return draft_find_name(d, table, name);
}

static void set_key(struct draft *d, const struct row *row, const char *column, unsigned n)
{
	const struct column *c = schema_column(row->table, column, NULL);
	struct value *pair = value_new(c->desc->type);
	char key[16], text[40];

	snprintf(key, sizeof(key), "k%u", n % 5);
	snprintf(text, sizeof(text), "value %u", n);
	value_add_pair(pair, key, text);
	draft_set(d, row, c, value_plus(row_get(row, c), pair));
	value_unref(pair);
}

static void set_text(
	struct draft *d, const struct row *row, const struct column *c, const char *text)
{
	struct value *v;

	if (value_from_text(c->desc->type, text, &v, NULL))
		abort();
	draft_set(d, row, c, v);
}

static void change_bridge(struct draft *d, unsigned n)
{
	const struct row *bridge = find(d, TABLE(bridge), "br", n % BRIDGES);
	char name[16];

	snprintf(name, sizeof(name), "br%u", n % BRIDGES);
	if (!bridge) {
		bridge = draft_insert(d, TABLE(bridge), name);
		draft_refer(d, draft_root(d), COLUMN(open_bridges), bridge);
	} else if (n % 7 == 0) {
		draft_unrefer(d, draft_root(d), COLUMN(open_bridges), bridge);
	} else {
		set_key(d, bridge, "external_ids", n);
	}
}

static void change_port(struct draft *d, unsigned n)
{
	const struct row *port = find(d, TABLE(port), "p", n % PORTS);
	const struct row *bridge = find(d, TABLE(bridge), "br", n / PORTS % BRIDGES);
	char name[16], text[40];

	snprintf(name, sizeof(name), "p%u", n % PORTS);
	if (!port && bridge) {
		port = draft_insert(d, TABLE(port), name);
		port = draft_refer(
			d, port, COLUMN(port_interfaces), draft_insert(d, TABLE(interface), name));
		draft_refer(d, bridge, COLUMN(bridge_ports), port);
	} else if (port && n % 4 == 0) {
		draft_unrefer(d, draft_referrer(d, COLUMN(bridge_ports), port),
			COLUMN(bridge_ports), port);
	} else if (port && n % 4 == 1) {
		snprintf(text, sizeof(text), "%u,%u-%u", n % 50, 100 + n % 3, 104 + n % 2);
		set_text(d, port, COLUMN(port_trunks), text);
	} else if (port) {
		snprintf(text, sizeof(text), "%u", n % 4094);
		set_text(d, port, COLUMN(port_tag), text);
	}
}

static struct draft *make_change(struct script *s, uint64_t *seed)
{
	struct draft *draft = draft_new(s->db);
	unsigned n = swtest_rand(seed) % 100000;
	int command;

	if (n % 3)
		change_port(draft, n / 3);
	else
		change_bridge(draft, n / 3);
	set_key(draft, draft_root(draft), "external_ids", n); /* each changes something */
	draft_collect(draft, &command, NULL);
	return draft;
}

/* Store a change as a transaction does. */
static bool change(struct script *s, uint64_t *seed)
{
	struct draft *draft = make_change(s, seed);
	struct record_note note = { .user = "test" };
	struct db *next = draft_store(draft);
	bool good;

	if (!s->died) {
		db_unref(s->maybe);
		s->maybe = db_ref(next);
	}
	good = !journal_append(s->journal, draft, &note, NULL);
	draft_free(draft);
	if (good) {
		s->acked++;
		db_unref(s->db);
		s->db = db_ref(next);
		s->died = false;
	} else {
		s->refused++;
		/* the first of its refusals is in doubt: nothing worked that could take it back */
		s->died |= shim.fault == FAULT_DEAD && shim.struck;
	}
	if (!s->died) {
		db_unref(s->maybe);
		s->maybe = NULL;
	}
	db_unref(next);
	return good;
}

static bool open_journal(struct script *s)
{
	struct db *db;

	for (int attempt = 0; attempt < 2; attempt++) {
		if (!journal_open(s->dir, &s->journal, &db, NULL)) {
			db_unref(s->db);
			s->db = db;
			journal_limit_history(s->journal, SCRIPT_HISTORY);
			return true;
		}
		s->journal = NULL;
		s->failed_opens++;
	}
	return false;
}

/* As a restart of the switch. What is read back is compared by who runs the script. */
static bool reopen(struct script *s)
{
	char *before = journal_describe(s->db), *after;
	bool same;

	journal_close(s->journal);
	s->journal = NULL;
	if (!open_journal(s)) {
		free(before);
		return false;
	}
	after = journal_describe(s->db);
	same = !strcmp(before, after);
	free(before);
	free(after);
	if (!same && !s->died) {
		fprintf(stderr, "a restart in the middle of the script finds something else\n");
		_exit(1);
	}
	return true;
}

void script_run(struct script *s)
{
	uint64_t seed = SEED;

	if (!open_journal(s))
		return;
	for (unsigned n = 1; n <= SCRIPT_CHANGES; n++) {
		change(s, &seed);
		if (n % REWRITE_EVERY == 0)
			s->rewritten += !journal_compact(s->journal, s->db, NULL);
		if (n % REOPEN_EVERY == 0 && !reopen(s))
			return;
	}
}

bool script_one_more(struct script *s)
{
	uint64_t seed = SEED + 1;

	return change(s, &seed);
}

void script_end(struct script *s)
{
	journal_close(s->journal);
	db_unref(s->db);
	db_unref(s->maybe);
	s->journal = NULL;
	s->db = s->maybe = NULL;
}
