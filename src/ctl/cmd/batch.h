/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A command whose arguments behind the bridge are changes of one kind: all of them are made, or none. Each is read; then, with
 * nobody else changing the bridge, each is staged behind those before it (`check`); and if all are right, all are committed at
 * once (`end`). All but that in slices of the control loop.
 *
 * Changes may also come as the lines of a file, in the call's input: as ovs-ofctl(8) reads them, with # comments and, at the
 * beginning of a line, what it asks for ("add", "delete", ...). A file may have millions: of its lines nothing is kept but the
 * text, and each is read anew when it is staged.
 *
 * Thread: control.
 */
#ifndef CTL_CMD_BATCH_H
#define CTL_CMD_BATCH_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include <jansson.h>

#include <sw/err.h>

struct batch;
struct slice;
struct sw_bridge;
struct sw_call;

/* What a line of a file may begin with; ended by name NULL. */
struct batch_word {
	const char *name;
	int verb;
};

struct batch_kind {
	size_t size;			/* of an item, zeroed at first */
	const struct batch_word *words; /* NULL: `read` knows them where there is b->lines */
	/* 0, or an error, then there is nothing in the item to be freed. Names of ports are those of the bridge. */
	int (*read)(struct batch *b, const char *text, void *item, struct sw_err *err);
	void (*fini)(void *item);
	void (*begin)(struct batch *b);
	/* 0, SW_CMD_MORE (a piece of it, call it again) or an error. */
	int (*check)(struct batch *b, void *item, struct sw_err *err);
	/* Behind all checks, in slices; NULL: nothing. SLICE_MORE, 0 or an error. */
	int (*rest)(struct batch *b, const struct slice *slice, struct sw_err *err);
	/* Something was wrong: what checks did, undone in slices before the end; NULL: end does it. SLICE_MORE or 0. */
	int (*undo)(struct batch *b, const struct slice *slice);
	void (*end)(struct batch *b, bool commit); /* commit: all were right */
};

/* Where among the items. */
struct batch_at {
	size_t byte; /* of b->lines */
	unsigned line, item;
};

struct batch {
	LIST_ENTRY(batch) all;
	const struct batch_kind *kind;
	struct sw_bridge *bridge;
	const struct sw_call *call; /* in a step */
	int verb;	       /* the command's; of a line that says its own, while it is read */
	bool option;	       /* likewise */
	void *arg;	       /* the kind's, from begin to end */
	json_t *result, *next; /* the command's, by the kind's end */
	unsigned n;	       /* items, from begin on */
	bool held, began, ended;
	bool gone; /* the bridge is, in the middle of it */
	enum { BATCH_READ, BATCH_CHECK, BATCH_REST, BATCH_MADE, BATCH_UNDO } stage;
	struct sw_err fault; /* UNDO: because of it */
	struct batch_at at;  /* the next, in this stage */
	uint64_t ticket;     /* of what was made, on its way to the disk where rules persist */
	const char *lines;   /* of the file; NULL: the items are arguments */
	const char *end;     /* of the lines */
	char *line;	     /* a copy of the one at hand */
	size_t line_size;
	void *item; /* the one at hand */
};

/* In the descriptor of a command: `least` arguments with the bridge; or the bridge and a file. */
#define BATCH_COMMAND(least)                                                                      \
	.kind = SW_CMD_ACTION, .role = SW_ROLE_OPERATE, .output = SW_OUT_NONE, .min_args = least, \
	.max_args = UINT_MAX
#define BATCH_FILE_COMMAND                                                                       \
	.usage = "BRIDGE FILE|-", .kind = SW_CMD_ACTION, .role = SW_ROLE_OPERATE, .min_args = 2, \
	.max_args = 2

/* A step of the command: call->args[0] is the bridge, the others are items; without any there is one, of "". A single "-" are
 * the lines that come along. Returns what the command returns. */
int batch_run(struct sw_call *call, const struct batch_kind *kind, int verb, bool option,
	struct sw_err *err);

/* The same of a file: call->args[1] is its name, for errors, and call->input what is in it. */
int batch_run_file(
	struct sw_call *call, const struct batch_kind *kind, int verb, struct sw_err *err);

#endif
