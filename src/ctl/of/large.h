/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A message that has to look at many rules: it is made in slices while nobody else changes the bridge, seen by packets at once, and over
 * when all are told of it; then what its kind does `after` a commit follows, as in bundles, and the next message of the
 * connection. What goes wrong, and a peer that goes in the middle, leaves all as it was.
 *
 * Thread: control.
 */
#ifndef CTL_OF_LARGE_H
#define CTL_OF_LARGE_H

#include "codec/error.h"

struct of_bridge;
struct of_conn;
struct of_msg;

struct of_large_kind {
	/* Stage a piece of it, within a staging of groups, meters and rules. OF_MORE: there is more. */
	enum of_error (*piece)(struct of_bridge *of, void *arg);
	void (*free)(void *arg);
};

/* It becomes the connection's work, and arg goes with it. What the connection staged before is committed. */
void of_large_begin(
	struct of_conn *c, const struct of_msg *msg, const struct of_large_kind *kind, void *arg);

#endif
