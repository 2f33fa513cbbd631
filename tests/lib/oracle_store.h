/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rules as they are installed, said a second time and naively: a list. What comes, what goes and why, how old each is; and what
 * packets ask for (learn, fin_timeout), which is done when the switch's control does it.
 *
 * OpenFlow 1.3.5, 5.5 and 6.4; ovs-actions(7), "learn" and "fin_timeout"; <sw/learn.h>.
 */
#ifndef ORACLE_STORE_H
#define ORACLE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include <sw/rule.h>

struct sw_learn;

/* After the end of its time a rule may be there for so long (src/pipeline/README.md, "Timeouts"). */
#define ORACLE_LATE_MS 300

struct oracle_life {
	uint64_t created_ms, modified_ms, used_ms; /* used: 0, or its last packet */
	uint64_t serial;			   /* the same as long as it is there */
	bool learned;				   /* a packet made it what it is */
	bool renewed;				   /* its hard timeout is from modified_ms on */
};

/* A rule that came, was changed, or went. */
struct oracle_news {
	enum sw_rule_news news;
	struct sw_rule_conf conf; /* without what it does */
	uint64_t packets;
};

/* A rule that learns: its instructions, and which of the learn actions in them. */
struct oracle_learner {
	struct sw_instructions does; /* a holder of it */
	unsigned at;
};

/* What a packet asks for. */
struct oracle_wish {
	const struct sw_learn *learn; /* NULL: shorter timeouts; of does */
	struct oracle_learner by;
	struct sw_rule_conf made; /* that is to be there */
	bool place;		  /* one below the limit is taken for it */
	uint64_t serial;	  /* whose timeouts, and how long they are at most */
	uint16_t idle, hard;
};

/* What was asked in this second: the switch asks for the same no more. */
struct oracle_asked {
	struct oracle_learner by;
	struct sw_fields fields; /* those that the rule takes bits of; others 0 */
	struct sw_rule_conf made;
	bool told;
	uint64_t serial; /* else of fin_timeout: not 0 */
	uint16_t idle, hard;
};

/* Somebody learns for the table with the cookie, and what was learned goes with the last who does. */
struct oracle_kept {
	uint8_t table;
	uint64_t cookie;
};

struct oracle_store {
	uint64_t now_ms, serials;
	unsigned n, room;
	struct sw_rule_conf *conf;
	struct oracle_life *life;
	uint64_t *hits; /* packets */
	unsigned n_kept, n_news, n_wishes, n_asked;
	struct oracle_kept *kept;
	struct oracle_news *news; /* who looks at them sets n_news to 0 */
	struct oracle_wish *wish;
	struct oracle_asked *asked;
	/* As it was before the last walk. */
	unsigned wishes_before, asked_before;
	struct oracle_life *life_before;
	uint64_t *hits_before;
};

/* The one of the table, priority and match, or s->n. */
unsigned oracle_store_find(const struct oracle_store *s, const struct sw_rule_conf *conf);
unsigned oracle_store_count(const struct oracle_store *s, uint8_t table, uint64_t cookie);

/* Each takes what is learned along, when nobody learns it any more. ADD: conf->does is taken over. */
void oracle_store_add(struct oracle_store *s, struct sw_rule_conf *conf);
void oracle_store_delete(struct oracle_store *s, unsigned i);
void oracle_store_delete_cookie(struct oracle_store *s, uint8_t table, uint64_t cookie);
/* What has timed out at s->now_ms. False: that depends on who looks, as some rule's time is over since less than ORACLE_LATE_MS. */
bool oracle_store_expire(struct oracle_store *s);
void oracle_store_clear(struct oracle_store *s);

/* Control comes to what packets asked for. */
void oracle_store_do(struct oracle_store *s);
/* Packets ask anew. */
void oracle_store_second(struct oracle_store *s);

/* Around a walk: what it counted and asked for can be taken back. */
void oracle_store_mark(struct oracle_store *s);
void oracle_store_undo(struct oracle_store *s);

/* For the two files of it. Is the rule of the match, priority and cookie there? */
bool oracle_store_has(const struct oracle_store *s, const struct sw_rule_conf *conf);
void oracle_store_settle(struct oracle_store *s);
void oracle_store_tell(struct oracle_store *s, unsigned i, enum sw_rule_news news);
void oracle_store_put(struct oracle_store *s, struct sw_rule_conf *conf, bool learned);

#endif
