/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The commit of a bundle, asked for now or scheduled before (../conn/schedule.h).
 *
 * Thread: control.
 */
#ifndef CTL_OF_MSG_BUNDLE_H
#define CTL_OF_MSG_BUNDLE_H

struct of_bundle;
struct of_conn;
struct of_msg;

/* Flags of a bundle (1.5.1, 7.3.9.2); TIME is of 1.5. */
enum { OFPBF_ATOMIC = 1 << 0, OFPBF_ORDERED = 1 << 1, OFPBF_TIME = 1 << 2 };

/* Begin it: it becomes the connection's work, which has none, and answers the request, or says why not. Nobody else may be in the
 * middle of a change of the bridge. The bundle goes at the end. */
void of_bundle_commit(struct of_conn *c, struct of_bundle *bundle, const struct of_msg *msg);

#endif
