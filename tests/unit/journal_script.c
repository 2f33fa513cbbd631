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
#include "../../src/ctl/request.h"
#include "fault_shim.h"

#define REWRITE_EVERY 23
#define BRIDGES	      3
#define PORTS	      12
#define USER	      "test"

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

static struct draft *make_change(struct db *base, uint64_t *seed)
{
	struct draft *draft = draft_new(base);
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

static bool has_id(unsigned n)
{
	return n % 3 != 0;
}

static void id_of(char id[16], unsigned n)
{
	snprintf(id, 16, "r%u", n);
}

/* As a transaction that will have this generation when it is stored. */
static struct request *make_request(unsigned n, uint64_t generation)
{
	json_t *commands = json_pack("[[s, i]]", "change", n), *values = json_pack("[i]", n);
	struct request *request;
	char id[16];

	id_of(id, n);
	request = request_new(USER, id, commands);
	request_set_answer(request, generation, 0, values);
	json_decref(commands);
	json_decref(values);
	return request;
}

/* Store transaction n as txn_run.c does. The configuration that it makes, or NULL. */
static struct db *store(struct journal *journal, struct draft *draft, unsigned n)
{
	struct request *request = has_id(n) ? make_request(n, draft->base->generation + 1) : NULL;
	struct record_note note = { .user = USER, .request = request };
	struct db *next;

	if (journal_append(journal, draft, &note, NULL)) {
		request_free(request);
		return NULL;
	}
	next = draft_store(draft);
	if (request)
		requests_add(next->requests, request);
	return next;
}

static void forget_maybe(struct script *s)
{
	db_unref(s->maybe);
	s->maybe = NULL;
	s->maybe_n = 0;
}

static void acknowledge(struct script *s, struct db *db, unsigned n)
{
	s->generation[n] = db->generation;
	db_unref(s->db);
	s->db = db;
	s->died = false;
}

/* One more transaction. */
static bool change(struct script *s)
{
	struct draft *draft;
	struct db *next;

	s->before_last = s->seed;
	draft = make_change(s->db, &s->seed);
	s->n++;
	if (!s->died) {
		forget_maybe(s);
		s->maybe = draft_store(draft);
		s->maybe_n = s->n;
	}
	next = store(s->journal, draft, s->n);
	draft_free(draft);
	if (next) {
		s->acked++;
		acknowledge(s, next, s->n);
	} else {
		s->refused++;
		/* the first of its refusals is in doubt: nothing worked that could take it back */
		s->died |= shim.fault == FAULT_DEAD && shim.struck;
	}
	if (!s->died)
		forget_maybe(s);
	return next != NULL;
}

/* The generation with which transaction n is in a configuration; 0: it is not. */
static uint64_t expected_in(const struct script *s, const struct db *db, unsigned n)
{
	bool has_maybe = s->maybe && db->generation == s->maybe->generation;

	return has_maybe && n == s->maybe_n ? db->generation : s->generation[n];
}

/* Only the last few whole: each is written once and never again. */
static bool is_answer(const struct request *found, unsigned n, unsigned newest)
{
	struct request *wanted;
	bool same;

	if (n + 3 < newest)
		return true;
	wanted = make_request(n, found->generation);
	same = found->hash == wanted->hash && json_equal(found->values, wanted->values);
	request_free(wanted);
	return same;
}

const char *script_check_ids(const struct script *s, const struct db *db)
{
	for (unsigned n = 1; n <= s->n; n++) {
		uint64_t generation = expected_in(s, db, n);
		const struct request *found;
		char id[16];

		if (!has_id(n))
			continue;
		id_of(id, n);
		found = requests_find(db->requests, USER, id);
		if (generation && !found)
			return "the id of a transaction that is there is not known";
		if (!generation && found)
			return "an id is known whose transaction is not there";
		if (found && (found->generation != generation || !is_answer(found, n, s->n)))
			return "an id is known with another answer";
	}
	return NULL;
}

int script_ask_again(const struct script *s, struct journal *journal, struct db **db)
{
	uint64_t seed = s->before_last;
	struct draft *draft;
	struct db *next;
	char id[16];

	id_of(id, s->n);
	if (!s->n || !has_id(s->n) || requests_find((*db)->requests, USER, id))
		return 0;
	draft = make_change(*db, &seed);
	next = store(journal, draft, s->n);
	draft_free(draft);
	if (!next)
		return -1;
	db_unref(*db);
	*db = next;
	return 1;
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

static void go_on(struct script *s, unsigned changes)
{
	for (unsigned i = 0; i < changes; i++) {
		if (i && s->n % SCRIPT_PART == 0 && !reopen(s))
			return;
		change(s);
		if (s->n % REWRITE_EVERY == 0)
			s->rewritten += !journal_compact(s->journal, s->db, NULL);
	}
}

static bool is_same(const struct db *a, const struct db *b)
{
	char *x = journal_describe(a), *y = journal_describe(b);
	bool same = !strcmp(x, y);

	free(x);
	free(y);
	return same;
}

bool script_run(struct script *s, unsigned changes)
{
	struct db *was = s->db ? db_ref(s->db) : NULL;
	bool good = open_journal(s);

	if (good && s->maybe && is_same(s->db, s->maybe))
		s->generation[s->maybe_n] = s->db->generation;
	else if (good)
		good = was ? is_same(s->db, was) : !s->db->generation;
	db_unref(was);
	if (!good)
		return false;
	forget_maybe(s);
	go_on(s, changes);
	return true;
}

bool script_one_more(struct script *s)
{
	return change(s);
}

void script_end(struct script *s)
{
	journal_close(s->journal);
	db_unref(s->db);
	forget_maybe(s);
	s->journal = NULL;
	s->db = NULL;
}
