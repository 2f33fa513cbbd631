/* SPDX-License-Identifier: BSD-3-Clause */
/* Rules that come and go: see oracle_store.h. */
#include "oracle_store.h"

#include <stdlib.h>
#include <string.h>

#include <sw/learn.h>
#include <sw/mem.h>

unsigned oracle_store_find(const struct oracle_store *s, const struct sw_rule_conf *conf)
{
	unsigned i = 0;

	while (i < s->n &&
		!(s->conf[i].table == conf->table && s->conf[i].priority == conf->priority &&
			!memcmp(&s->conf[i].match, &conf->match, sizeof(conf->match))))
		i++;
	return i;
}

unsigned oracle_store_count(const struct oracle_store *s, uint8_t table, uint64_t cookie)
{
	unsigned n = 0;

	for (unsigned i = 0; i < s->n; i++)
		n += s->conf[i].table == table && s->conf[i].cookie == cookie;
	return n;
}

bool oracle_store_has(const struct oracle_store *s, const struct sw_rule_conf *conf)
{
	unsigned i = oracle_store_find(s, conf);

	return i < s->n && s->conf[i].cookie == conf->cookie;
}

void oracle_store_tell(struct oracle_store *s, unsigned i, enum sw_rule_news news)
{
	struct oracle_news *n;

	s->news = sw_xrealloc(s->news, s->n_news + 1, sizeof(*s->news));
	n = &s->news[s->n_news++];
	*n = (struct oracle_news){ news, s->conf[i], s->hits[i] };
	memset(&n->conf.does, 0, sizeof(n->conf.does));
}

/* --- who learns --- */

static void keep(struct oracle_store *s, const struct sw_actions *list)
{
	for (unsigned i = 0; list && i < list->n; i++) {
		const struct sw_action *a = &list->a[i];

		if (!strcmp(a->type->name, "clone"))
			keep(s, a->nested.list);
		if (strcmp(a->type->name, "learn") || !a->learn->delete_learned)
			continue;
		s->kept = sw_xrealloc(s->kept, s->n_kept + 1, sizeof(*s->kept));
		s->kept[s->n_kept++] = (struct oracle_kept){ a->learn->table, a->learn->cookie };
	}
}

static bool keeps(const struct sw_actions *list, const struct oracle_kept *k)
{
	bool yes = false;

	for (unsigned i = 0; list && i < list->n; i++) {
		const struct sw_action *a = &list->a[i];

		if (!strcmp(a->type->name, "clone"))
			yes |= keeps(a->nested.list, k);
		if (!strcmp(a->type->name, "learn"))
			yes |= a->learn->delete_learned && a->learn->table == k->table &&
			       a->learn->cookie == k->cookie;
	}
	return yes;
}

static bool is_kept(const struct oracle_store *s, const struct oracle_kept *k)
{
	for (unsigned i = 0; i < s->n; i++)
		if (keeps(s->conf[i].does.apply, k))
			return true;
	return false;
}

static void end(struct oracle_store *s, unsigned i, enum sw_rule_news news)
{
	oracle_store_tell(s, i, news);
	sw_instructions_fini(&s->conf[i].does);
	s->n--;
	s->conf[i] = s->conf[s->n];
	s->life[i] = s->life[s->n];
	s->hits[i] = s->hits[s->n];
}

static void end_all(struct oracle_store *s, const struct oracle_kept *k)
{
	for (unsigned i = s->n; i-- > 0;)
		if (s->conf[i].table == k->table && s->conf[i].cookie == k->cookie)
			end(s, i, SW_RULE_DELETED);
}

/* What nobody learns any more goes, and that may have learned itself. */
void oracle_store_settle(struct oracle_store *s)
{
	for (unsigned i = 0; i < s->n_kept;) {
		struct oracle_kept k = s->kept[i];

		if (is_kept(s, &k)) {
			i++;
			continue;
		}
		s->kept[i] = s->kept[--s->n_kept];
		end_all(s, &k);
		i = 0;
	}
}

/* --- changes --- */

static unsigned grow(struct oracle_store *s)
{
	if (s->n == s->room) {
		s->room = 2 * s->room + 64;
		s->conf = sw_xrealloc(s->conf, s->room, sizeof(*s->conf));
		s->life = sw_xrealloc(s->life, s->room, sizeof(*s->life));
		s->hits = sw_xrealloc(s->hits, s->room, sizeof(*s->hits));
		s->life_before = sw_xrealloc(s->life_before, s->room, sizeof(*s->life));
		s->hits_before = sw_xrealloc(s->hits_before, s->room, sizeof(*s->hits));
	}
	s->hits[s->n] = 0;
	s->life[s->n] = (struct oracle_life){ .serial = ++s->serials };
	memset(&s->conf[s->n], 0, sizeof(s->conf[0]));
	return s->n++;
}

void oracle_store_put(struct oracle_store *s, struct sw_rule_conf *conf, bool learned)
{
	unsigned i = oracle_store_find(s, conf);
	bool is_new = i == s->n;

	if (is_new)
		i = grow(s);
	sw_instructions_fini(&s->conf[i].does);
	s->conf[i] = *conf;
	s->life[i].created_ms = s->life[i].modified_ms = s->now_ms;
	s->life[i].learned = s->life[i].renewed = learned;
	memset(&conf->does, 0, sizeof(conf->does));
	keep(s, s->conf[i].does.apply);
	oracle_store_tell(s, i, is_new ? SW_RULE_ADDED : SW_RULE_CHANGED);
}

void oracle_store_add(struct oracle_store *s, struct sw_rule_conf *conf)
{
	oracle_store_put(s, conf, false);
	oracle_store_settle(s);
}

void oracle_store_delete(struct oracle_store *s, unsigned i)
{
	end(s, i, SW_RULE_DELETED);
	oracle_store_settle(s);
}

void oracle_store_delete_cookie(struct oracle_store *s, uint8_t table, uint64_t cookie)
{
	end_all(s, &(struct oracle_kept){ table, cookie });
	oracle_store_settle(s);
}

/* --- time --- */

/* 0: it has time; 1: it is over; -1: it was over just now. */
static int is_over(const struct oracle_store *s, uint64_t from_ms, unsigned seconds)
{
	uint64_t end_ms = from_ms + seconds * 1000ull;

	if (!seconds || s->now_ms <= end_ms)
		return 0;
	return s->now_ms < end_ms + ORACLE_LATE_MS ? -1 : 1;
}

bool oracle_store_expire(struct oracle_store *s)
{
	bool clear = true;

	for (unsigned i = s->n; i-- > 0;) {
		const struct oracle_life *l = &s->life[i];
		uint64_t from = l->renewed ? l->modified_ms : l->created_ms;
		uint64_t used = l->used_ms > l->created_ms ? l->used_ms : l->created_ms;
		int hard = is_over(s, from, s->conf[i].hard_timeout);
		int idle = is_over(s, used, s->conf[i].idle_timeout);

		clear &= hard >= 0 && idle >= 0;
		if (hard > 0 || idle > 0)
			end(s, i, hard > 0 ? SW_RULE_HARD : SW_RULE_IDLE);
	}
	oracle_store_settle(s);
	return clear;
}

void oracle_store_clear(struct oracle_store *s)
{
	oracle_store_do(s);
	oracle_store_second(s);
	while (s->n)
		end(s, s->n - 1, SW_RULE_DELETED);
	free(s->conf);
	free(s->life);
	free(s->hits);
	free(s->life_before);
	free(s->hits_before);
	free(s->kept);
	free(s->news);
	free(s->wish);
	free(s->asked);
	*s = (struct oracle_store){ .now_ms = s->now_ms, .serials = s->serials };
}
