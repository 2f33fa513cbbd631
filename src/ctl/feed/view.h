/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What all subscribers of the same topics see, made once for all of them: the rows as last told, each with
 * the sequence number of its last change, and the last updates as text, in a bounded ring.
 *
 * A reader is a place in it. One that keeps up takes updates from the ring. One that does not (or is new)
 * catches up from a number c: it is given each row whose number is above c, whole and as it is now, in the
 * order of the numbers, until there is none left; c = 0 is a snapshot. So a reader costs nothing but its
 * place, however far behind it is, and what it is given is bounded by the rows there are. Rows that went
 * are remembered (VIEW_GONE of them): who is behind those gets a snapshot.
 *
 * room: ctl. Thread: control.
 */
#ifndef CTL_FEED_VIEW_H
#define CTL_FEED_VIEW_H

#include <sys/queue.h>

#include <sw/text.h>

#include "../db.h"
#include "topics.h"

#define VIEW_RING	4096	      /* updates */
#define VIEW_RING_BYTES (1024 * 1024) /* of their texts */
#define VIEW_GONE	4096	      /* rows that went */
#define VIEW_PART	(16 * 1024)   /* bytes of one update, about */
#define VIEW_EPOCH_SIZE UUID_TEXT_SIZE

struct draft;
struct sw_event_told;

struct view_row {
	struct uuid uuid;
	const struct topic_table *topic;
	uint64_t seq;	 /* of its last change */
	struct row *row; /* NULL: gone */
	char *text;	 /* whole, as it is given to one who catches up; NULL: not made yet */
	struct view_row *chain;
	TAILQ_ENTRY(view_row) order; /* by seq */
	TAILQ_ENTRY(view_row) there; /* rows that are not gone */
	struct value *status[];	     /* of the computed columns, as last told */
};
TAILQ_HEAD(view_rows, view_row);

/* What follows `"subscription":N,` of an update, with its newline. */
struct view_update {
	uint64_t seq, events; /* after it */
	size_t len;
	char text[];
};

struct view {
	LIST_ENTRY(view) all;
	struct topics topics;
	char epoch[VIEW_EPOCH_SIZE];
	unsigned readers;
	uint64_t idle_since_ms;

	uint64_t seq;	     /* last given out */
	uint64_t events;     /* told so far */
	uint64_t bytes;	     /* of updates so far */
	uint64_t gone_up_to; /* a row that went with this number may be forgotten */
	bool unsettled;	     /* the rows are those of no one moment: filling, or amid a change */

	unsigned n_slots, n_rows, n_gone;
	struct view_row **slots;
	struct view_rows order, there;

	struct view_update *ring[VIEW_RING];
	uint64_t n_updates, oldest;	/* ring[i % VIEW_RING] for oldest <= i < n_updates */
	uint64_t ring_seq, ring_events; /* before the oldest */
	size_t ring_bytes;

	/* The update being made. */
	struct sw_str rows;
	uint64_t generation;

	/* sample.c: where the look at computed columns is; due when. */
	struct view_row *sample_next;
	bool sampling;
	uint64_t sample_due_ms;
	/* feed.c: comparing all rows with the configuration. */
	struct db *compare_db; /* NULL: not under way */
	unsigned compare_table, compare_at;
	uint64_t told; /* generation it is whole up to, at least */
};

struct view *view_new(struct topics *topics); /* takes them */
void view_free(struct view *v);

/* The row is `is` now (NULL: gone), its computed columns looked at, too. Part of the update being made. */
void view_put(struct view *v, const struct draft *draft, const struct topic_table *topic,
	const struct uuid *uuid, struct row *is);
/* Look at the computed columns of a row again. */
void view_look(struct view *v, const struct draft *draft, struct view_row *vr);
/* End the update being made: into the ring, when there is something in it. */
void view_publish(struct view *v, bool more);
void view_event(struct view *v, const struct sw_event_told *told);

struct view_row *view_find(const struct view *v, const struct uuid *uuid);

/* The first update behind seq; NULL when there is none or the ring no longer has it: see view_has. */
const struct view_update *view_next(const struct view *v, uint64_t seq);
bool view_has(const struct view *v, uint64_t seq);

/* Where someone is who catches up. */
struct view_place {
	uint64_t from;	/* had all up to here; 0: nothing, this is a snapshot */
	uint64_t began; /* the view's number when it began */
	uint64_t at;	/* has all rows whose number is not above */
	unsigned parts;
};
struct view_place view_place(const struct view *v, uint64_t from);

/* The next part. Adds what follows `"subscription":N,` to out, up to its last members. VIEW_LAST: place->at
 * is the number to go on from; VIEW_WAIT: nothing now. */
enum view_part { VIEW_WAIT, VIEW_MORE, VIEW_LAST };
enum view_part view_catch_up(struct view *v, struct view_place *place, struct sw_str *out);

#endif
