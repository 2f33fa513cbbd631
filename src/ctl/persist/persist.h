/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bridges whose rules, groups, meters and settings of tables persist (Bridge.other_config:persist-rules): each change of them is written to the
 * bridge's file (file.h) on the job thread, and who wants to know waits until it is synced. All that one turn of the loop
 * brought is one batch, and while somebody holds the bridge (of_bridge_lock) none ends: so a bundle, and a command, is
 * all there or not at all. While a batch is on its way the next one gathers: many changes share a sync.
 *
 * What persists is what people and controllers put in, as the tables have it: rules that ended for whatever
 * reason, by time, eviction or fail_mode too, end in the file. What packets asked for (learn) does not, they ask again, and packets write on no
 * disk; nor does the rule of fail_mode standalone. Counters begin at 0, idle timeouts anew; hard ones go on (age.h).
 *
 * The file is written anew, beside the old one, in slices, while changes go on: when it has grown to twice what it was, after a
 * change of more than PERSIST_BURST entries at once, after each start, since nobody knows how the last sync before that
 * ended, and after each failure. Until it is, nothing is acknowledged in the last two cases.
 *
 * A disk that does not take it: changes are in force, and who waits for one gets an error; traffic goes on. It is tried again, and
 * what is in force by then is stored.
 *
 * Thread: control.
 */
#ifndef CTL_PERSIST_H
#define CTL_PERSIST_H

#include <stdbool.h>
#include <stdint.h>

struct persist;
struct sw_bridge;
struct sw_err;
struct sw_rules;
struct uuid;

#define PERSIST_BURST 8192 /* entries of one turn of the loop that are written as they come */
#define PERSIST_FULL \
	(32u << 20) /* bytes on their way to the disk: above, who changes the bridge waits */

/* NULL: the bridge does not persist. */
struct persist *persist_of(const struct sw_bridge *bridge);

typedef void persist_done(void *arg, int rc, const struct sw_err *err);

/* From now on it persists, with what it has. done comes later, once: all is on the disk, or err says why not. */
void persist_begin(
	struct sw_bridge *bridge, const struct uuid *uuid, persist_done *done, void *arg);

/* A new bridge, before anybody hears of it: it persists and is loading, so nobody changes it and nothing is acknowledged, until
 * it was loaded: its tables become what its file says, if there is one. done comes later, once. must: as of persist_begin, and
 * after an error all stays as it is: the bridge must go. Else rc is 0, come what may, and what did is in the log. */
void persist_make(struct sw_bridge *bridge, const struct uuid *uuid);
void persist_load(struct persist *p, bool must, persist_done *done, void *arg);
bool persist_is_loading(const struct persist *p);
/* Was its file there before it was loaded? Then that is not ours to remove when the bridge is not made after all. */
bool persist_found(const struct persist *p);

/* The row it is of. Another: the file is written anew, and is of both until the next time, done as of persist_begin; or the change
 * is taken back, which needs no writing. */
const struct uuid *persist_uuid(const struct persist *p);
void persist_rename(struct persist *p, const struct uuid *uuid, persist_done *done, void *arg);
void persist_rename_back(struct persist *p, const struct uuid *uuid);

/* No more, and its file goes; done comes later. */
void persist_end(struct sw_bridge *bridge, void (*done)(void *arg), void *arg);

/* A controller has asked something else of a table (sw_rules_table_set); of any rules. */
void persist_table(const struct sw_rules *rules, unsigned table);

/* All that changed until now. */
uint64_t persist_ticket(const struct persist *p);
/* Is what the ticket stands for on the disk? 0: yes; an error: in force, but not stored; PERSIST_LATER: connections of the
 * bridge are woken (of_bridge_unpark), others come again when the job thread has done what was given to it. */
#define PERSIST_LATER 1
int persist_check(struct persist *p, uint64_t ticket, struct sw_err *err);

/* Too much is on its way: who wants to change the bridge comes later. */
bool persist_is_full(const struct persist *p);

/* Nobody holds the bridge any more. */
void persist_let_go(struct sw_bridge *bridge);

/* Each second: try again what failed, and note that the time of day was set. */
void persist_sweep(void);

/* Before the first begins: files of bridges that do not persist (any more) go; is it one that does? */
int persist_start(bool (*persists)(const char *bridge), struct sw_err *err);

/* The switch stops, and nobody changes a bridge any more: what is on its way goes to the disk, then it is idle. */
void persist_stop(void);
bool persist_idle(void);

enum persist_state { PERSIST_LOADING, PERSIST_STORING, PERSIST_STORED, PERSIST_FAILED };
struct persist_health {
	enum persist_state state;
	uint64_t bytes;	   /* of the file */
	const char *fault; /* FAILED: why; until control returns to its loop */
};
void persist_health(const struct persist *p, struct persist_health *health);

#endif
