/* SPDX-License-Identifier: BSD-3-Clause */
/* See rule_model.h. */
#include "rule_model.h"

#include <stdlib.h>
#include <string.h>

#include <sw/clock.h>
#include <sw/mem.h>

uint64_t model_news(const struct sw_rule_conf *conf, enum sw_rule_news news)
{
	uint64_t h = conf->cookie * 0x9e3779b97f4a7c15ull + news * 0xc2b2ae3d27d4eb4full +
		     conf->does.meter * 0x165667b19e3779f9ull + conf->priority +
		     conf->table * 65536ull;

	h ^= h >> 29;
	h *= 0xbf58476d1ce4e5b9ull;
	return h ^ h >> 32;
}

void model_copy(struct model *to, const struct model *from)
{
	model_free(to);
	*to = *from;
	to->size = from->n;
	to->rule = sw_xcalloc(from->n, sizeof(to->rule[0]));
	if (from->n)
		memcpy(to->rule, from->rule, from->n * sizeof(to->rule[0]));
}

void model_free(struct model *m)
{
	free(m->rule);
	memset(m, 0, sizeof(*m));
}

static bool same_match(const struct sw_match *a, const struct sw_match *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/* Every packet that `in` takes, `of` takes, too. */
static bool within(const struct sw_match *in, const struct sw_match *of)
{
	const uint8_t *im = (const uint8_t *)&in->mask, *om = (const uint8_t *)&of->mask;
	const uint8_t *iv = (const uint8_t *)&in->value, *ov = (const uint8_t *)&of->value;

	for (unsigned i = 0; i < sizeof(in->mask); i++)
		if ((om[i] & ~im[i]) || ((iv[i] ^ ov[i]) & om[i]))
			return false;
	return true;
}

static bool overlap(const struct sw_match *a, const struct sw_match *b)
{
	const uint8_t *am = (const uint8_t *)&a->mask, *bm = (const uint8_t *)&b->mask;
	const uint8_t *av = (const uint8_t *)&a->value, *bv = (const uint8_t *)&b->value;

	for (unsigned i = 0; i < sizeof(a->mask); i++)
		if ((av[i] ^ bv[i]) & am[i] & bm[i])
			return false;
	return true;
}

bool model_takes(const struct sw_match *match, const struct sw_fields *key)
{
	const uint8_t *m = (const uint8_t *)&match->mask, *v = (const uint8_t *)&match->value;
	const uint8_t *k = (const uint8_t *)key;

	for (unsigned i = 0; i < sizeof(*key); i++)
		if ((k[i] & m[i]) != v[i])
			return false;
	return true;
}

int model_lookup(const struct model *m, unsigned table, const struct sw_fields *key)
{
	int best = -1;

	for (unsigned i = 0; i < m->n; i++) {
		const struct sw_rule_conf *conf = &m->rule[i].conf;

		if (conf->table == table && conf->priority > best && model_takes(&conf->match, key))
			best = conf->priority;
	}
	return best;
}

struct model_rule *model_find(const struct model *m, const struct sw_rule_conf *conf)
{
	for (unsigned i = 0; i < m->n; i++) {
		struct model_rule *r = &m->rule[i];

		if (r->conf.table == conf->table && r->conf.priority == conf->priority &&
			same_match(&r->conf.match, &conf->match))
			return r;
	}
	return NULL;
}

bool model_means(const struct sw_rule_change *change, const struct sw_rule_conf *conf)
{
	bool strict =
		change->verb == SW_RULE_MODIFY_STRICT || change->verb == SW_RULE_DELETE_STRICT;

	if (change->conf.table != SW_TABLE_ALL && change->conf.table != conf->table)
		return false;
	if ((change->cookie ^ conf->cookie) & change->cookie_mask)
		return false;
	if (strict)
		return conf->priority == change->conf.priority &&
		       same_match(&conf->match, &change->conf.match);
	return within(&conf->match, &change->conf.match);
}

static enum sw_rule_fault add(struct model *m, const struct sw_rule_change *change)
{
	const struct sw_rule_conf *conf = &change->conf;
	struct model_rule *same = model_find(m, conf);
	unsigned n = 0;

	for (unsigned i = 0; i < m->n; i++) {
		const struct sw_rule_conf *r = &m->rule[i].conf;

		n += r->table == conf->table;
		if (change->check_overlap && r->table == conf->table &&
			r->priority == conf->priority && overlap(&r->match, &conf->match))
			return SW_RULE_OVERLAPS;
	}
	if (!same && n >= m->limit)
		return SW_RULE_TABLE_FULL;
	if (!same && m->n == m->size) {
		m->size = m->size ? m->size * 2 : 64;
		m->rule = sw_xrealloc(m->rule, m->size, sizeof(m->rule[0]));
	}
	m->heard += model_news(conf, same ? SW_RULE_CHANGED : SW_RULE_ADDED);
	if (!same)
		same = &m->rule[m->n++];
	same->conf = *conf;
	same->created_ms = same->modified_ms = sw_clock_ms();
	return SW_RULE_FINE;
}

static unsigned modify(struct model *m, const struct sw_rule_change *change)
{
	unsigned n = 0;

	for (unsigned i = 0; i < m->n; i++) {
		struct model_rule *r = &m->rule[i];

		if (!model_means(change, &r->conf))
			continue;
		n++;
		r->conf.does = change->conf.does;
		r->modified_ms = sw_clock_ms();
		if (change->set_cookie)
			r->conf.cookie = change->conf.cookie;
		m->heard += model_news(&r->conf, SW_RULE_CHANGED);
	}
	return n;
}

static void take_out(struct model *m, unsigned i, enum sw_rule_news news)
{
	m->heard += model_news(&m->rule[i].conf, news);
	m->rule[i] = m->rule[--m->n];
}

enum sw_rule_fault model_change(struct model *m, const struct sw_rule_change *change)
{
	switch (change->verb) {
	case SW_RULE_ADD:
		return add(m, change);
	case SW_RULE_MODIFY:
	case SW_RULE_MODIFY_STRICT:
		return modify(m, change) || !change->or_add ? SW_RULE_FINE : add(m, change);
	default:
		for (unsigned i = 0; i < m->n;)
			if (model_means(change, &m->rule[i].conf))
				take_out(m, i, SW_RULE_DELETED);
			else
				i++;
		return SW_RULE_FINE;
	}
}

void model_expire(struct model *m, uint64_t now_ms)
{
	for (unsigned i = 0; i < m->n;) {
		const struct model_rule *r = &m->rule[i];

		if (r->conf.hard_timeout &&
			r->created_ms + r->conf.hard_timeout * 1000ull <= now_ms)
			take_out(m, i, SW_RULE_HARD);
		else
			i++;
	}
}
