/* SPDX-License-Identifier: BSD-3-Clause */
/* See rules_random_learned.h. */
#include "testswitch.h"

#include "rules_random_learned.h"

#include <sw/mem.h>
#include <sw/packet_in.h>
#include <sw/rule_mark.h>
#include <sw/rule_text.h>
#include <sw/text.h>

#include "oracle_store.h"

static struct sw_rules *rules;
static struct oracle_store *store;
static struct oracle_news *heard;
static unsigned n_heard;
static struct learned_counts counts;

static void hear(struct sw_rules *of, const struct sw_rule *rule, enum sw_rule_news news)
{
	struct sw_rule_stats stats;
	struct oracle_news *n;

	if (of != rules || !store)
		return;
	heard = sw_xrealloc(heard, n_heard + 1, sizeof(*heard));
	n = &heard[n_heard++];
	sw_rule_get(rule, &n->conf);
	sw_rule_stats(rule, &stats);
	n->news = news;
	n->packets = stats.packets;
	counts.over += news == SW_RULE_IDLE || news == SW_RULE_HARD;
	counts.made += news == SW_RULE_ADDED && sw_rule_is_learned(rule);
}

SW_REGISTER(rule_listener, rules_random) = {
	.name = "rules_random",
	.help = "compares with the oracle",
	.heard = hear,
};

void learned_start(struct sw_rules *of, struct oracle_store *with)
{
	rules = of;
	store = with;
	store->now_ms = sw_clock_ms();
}

void learned_forget(void)
{
	free(heard);
	heard = NULL;
	n_heard = store->n_news = 0;
}

struct learned_counts learned_counts(void)
{
	return counts;
}

/* --- what came and went --- */

static bool stays(enum sw_rule_news news)
{
	return news == SW_RULE_ADDED || news == SW_RULE_CHANGED;
}

/* The cookie and times of one that stays are those of the rule itself: more may have changed at once. */
static bool same_news(const struct oracle_news *a, const struct oracle_news *b)
{
	if (a->news != b->news || a->conf.table != b->conf.table ||
		a->conf.priority != b->conf.priority ||
		memcmp(&a->conf.match, &b->conf.match, sizeof(a->conf.match)))
		return false;
	return stays(a->news) || (a->packets == b->packets && a->conf.cookie == b->conf.cookie &&
					 a->conf.flags == b->conf.flags &&
					 a->conf.idle_timeout == b->conf.idle_timeout &&
					 a->conf.hard_timeout == b->conf.hard_timeout);
}

static void show(const char *what, const struct sw_rule_conf *conf)
{
	struct sw_str text = { 0 };

	sw_rule_print(conf, NULL, 0, SW_RULE_SHOW_RULE, &text);
	print_message("%s: %s\n", what, text.s);
	free(text.s);
}

static bool expect_news(void)
{
	bool good = true;

	for (unsigned i = 0; i < n_heard; i++) {
		unsigned k = 0;

		while (k < store->n_news && !same_news(&heard[i], &store->news[k]))
			k++;
		if (k < store->n_news) {
			store->news[k] = store->news[--store->n_news];
			continue;
		}
		memset(&heard[i].conf.does, 0, sizeof(heard[i].conf.does));
		print_message("news %u, %llu packets\n", heard[i].news,
			(unsigned long long)heard[i].packets);
		show("not expected", &heard[i].conf);
		good = false;
	}
	for (unsigned k = 0; k < store->n_news; k++) {
		print_message("news %u, %llu packets\n", store->news[k].news,
			(unsigned long long)store->news[k].packets);
		show("not told", &store->news[k].conf);
		good = false;
	}
	learned_forget();
	return good;
}

/* --- what is there --- */

static bool same_conf(const struct sw_rule_conf *a, const struct sw_rule_conf *b)
{
	return a->cookie == b->cookie && a->flags == b->flags &&
	       a->idle_timeout == b->idle_timeout && a->hard_timeout == b->hard_timeout &&
	       a->importance == b->importance && sw_instructions_equal(&a->does, &b->does);
}

static bool is_right(const struct sw_rule *rule)
{
	const struct oracle_life *life;
	struct sw_rule_stats stats;
	struct sw_rule_conf conf;
	unsigned i;

	sw_rule_get(rule, &conf);
	sw_rule_stats(rule, &stats);
	i = oracle_store_find(store, &conf);
	if (i == store->n) {
		show("a rule that is not expected", &conf);
		return false;
	}
	life = &store->life[i];
	if (same_conf(&conf, &store->conf[i]) && stats.packets == store->hits[i] &&
		stats.created_ms == life->created_ms && stats.modified_ms == life->modified_ms &&
		sw_rule_is_learned(rule) == life->learned)
		return true;
	show("a rule that is otherwise", &conf);
	show("expected", &store->conf[i]);
	print_message(
		"packets %llu, expected %llu; created %llu, %llu; modified %llu, %llu; learned %d, %d\n",
		(unsigned long long)stats.packets, (unsigned long long)store->hits[i],
		(unsigned long long)stats.created_ms, (unsigned long long)life->created_ms,
		(unsigned long long)stats.modified_ms, (unsigned long long)life->modified_ms,
		sw_rule_is_learned(rule), life->learned);
	return false;
}

bool learned_expect(void)
{
	struct sw_rule_cursor cursor = { 0 };
	const struct sw_rule *rule;
	bool good = expect_news();
	unsigned n = 0;

	while ((rule = sw_rules_next(rules, &cursor, NULL))) {
		good &= is_right(rule);
		n++;
	}
	if (n != store->n)
		print_message("%u rules, expected %u\n", n, store->n);
	return good && n == store->n;
}

/* --- control, and time --- */

bool learned_do(void)
{
	while (sw_packet_in_run(100000))
		;
	for (unsigned i = 0; i < store->n_wishes; i++)
		counts.shortened += !store->wish[i].learn;
	oracle_store_do(store);
	return learned_expect();
}

static void warp(unsigned ms)
{
	sw_clock_warp(ms);
	store->now_ms = sw_clock_ms();
}

bool learned_later(unsigned seconds)
{
	warp(seconds * 1000 - 500);
	while (sw_rules_expire(rules, 10000))
		;
	if (!oracle_store_expire(store))
		fail_msg("the test looks when a rule's time is just over");
	warp(500);
	oracle_store_second(store);
	ts_turn();
	return learned_expect();
}
