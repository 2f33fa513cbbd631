/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the tests share of bridges that persist, as controllers see them: barriers, bundles, and a disk that stands still.
 */
#ifndef PERSIST_PEER_H
#define PERSIST_PEER_H

#include "of_rules.h"
#include "persist_rig.h"

struct of_buf;

/* cmocka's ends of a test: a bridge that persists, with its sockets. */
int pp_setup(void **state);
int pp_teardown(void **state);

/* All is stored; from then on the job thread does nothing, until it is let go. */
void pp_stop_disk(void);
void pp_start_disk(void);

/* By OpenFlow 1.3. */
void pp_barrier(int fd, uint32_t xid);
void pp_hear_barrier(int fd, uint32_t xid);

/* By OpenFlow 1.5: a bundle of n rules, "FIELD=1" and so on, and before them the end of all that was there. Opened with what is in
 * it; and its commit, whose answer pp_hear_commit hears. */
void pp_open_bundle(int fd, unsigned n, const char *field);
void pp_commit_bundle(int fd);
void pp_hear_commit(int fd);

#endif
