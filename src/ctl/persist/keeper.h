/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Inside of persist.h: what is kept of a bridge that persists.
 *
 * Entries wait in `change` to be appended to the file, and in `fresh` to be written to the new one that is on its way: there
 * the tables as the walk finds them and the changes since it began stand in the order of time. One job at a time has the file.
 *
 * Thread: control; a job's part of it is the job thread's while `busy`.
 */
#ifndef CTL_PERSIST_KEEPER_H
#define CTL_PERSIST_KEEPER_H

#include <sw/err.h>
#include <sw/groups.h>
#include <sw/meters.h>
#include <sw/rule.h>
#include <sw/text.h>

#include "../slice.h"
#include "file.h"
#include "persist.h"

struct persist_load;

enum persist_stage { WALK_TABLES, WALK_METERS, WALK_GROUPS, WALK_RULES, WALK_DONE };

struct persist_list {
	struct persist_chunks chunks;
	size_t bytes;
};

struct persist {
	LIST_ENTRY(persist) chain;
	struct sw_bridge *bridge; /* NULL: it is gone, and so is this when no job has it */
	char name[SW_NAME_SIZE];
	struct sw_rules *rules;
	struct sw_groups *groups;
	struct sw_meters *meters;
	struct persist_file *file;
	struct persist_load *load; /* until it is loaded */
	bool found;		   /* its file was there before it was */
	struct uuid uuid, former;  /* of its row; of the one before, or the same */
	bool busy, soon;	   /* a job has it; a turn comes */
	bool ending;

	uint64_t heard, stored; /* entries: how many there were; of these, on the disk */
	struct persist_list change, fresh;
	bool torn;	/* somebody holds the bridge, and these end in the middle of what they do */
	unsigned burst; /* entries since the last turn that was not in the middle of something */
	bool sound;	/* as the file says, like the next two, when no job had it last */
	uint64_t bytes, base;
	bool stale;	   /* entries were left out of the file: only a new one helps */
	bool lost;	   /* likewise, since the job began */
	bool reset;	   /* the time of day was set, and the file has not heard of it */
	int64_t clocks_ms; /* the time of day less the time of the machine, as of its last batch */

	bool rewriting, begun; /* begun: the new file is there */
	uint64_t began_ms,
		compact_ms; /* when; before this it is not tried to make the file smaller */
	enum persist_stage walk;
	int64_t id;
	struct sw_rule_cursor cursor;

	struct {
		struct persist_list change, fresh;
		bool append, begin, swap;
		uint64_t ticket;
		int append_rc, rc;
		struct sw_err append_err, err;
	} job;

	bool failed, asked; /* asked: somebody waits, so it is tried again */
	struct sw_err fault;
	uint64_t failed_ms, took_ms, wait_ms;

	persist_done *done;
	void (*ended)(void *arg);
	void *arg;
};

struct persist *persist_next(const struct persist *p); /* NULL: the first */
int64_t persist_clocks(void);			       /* p->clocks_ms, as of now */
void persist_wake(struct persist *p);		       /* connections that wait for it */
bool persist_is_over(struct persist *p);	       /* it ends; perhaps it is gone now */
void persist_tell(
	struct persist *p, int rc, const struct sw_err *err); /* done, if it was not called */

/* store.c: give the job thread what there is; _soon: once this step of the loop is over. */
void persist_turn(struct persist *p);
void persist_turn_soon(struct persist *p);
bool persist_may_append(const struct persist *p);
void persist_look(struct persist *p); /* at the file, which no job has */
/* Entries are left out from here on: what is there must be written anew. */
void persist_leave_out(struct persist *p);

/* An entry is put between the two. */
struct of_buf *persist_entry_begin(struct persist_list *list);
void persist_entry_end(struct persist_list *list, const struct of_buf *buf);
void persist_drop(struct persist_list *list);
void persist_move(struct persist_list *to, struct persist_list *from); /* behind what is there */

/* walk.c: entries of the tables into `fresh`, until the slice is over. */
void persist_walk(struct persist *p, const struct slice *slice);
void persist_walk_begin(struct persist *p);
bool persist_keeps(const struct sw_rule *rule); /* does it persist? */
void persist_keep_rule(struct of_buf *out, const struct sw_rule *rule);

/* load.c: what is loaded, before it is; NULL may be freed. */
struct persist_load *persist_load_new(void);
void persist_load_free(struct persist_load *l);

#endif
