/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The configuration in force, and the module "store" that brings it up: journal, then ports and bridges.
 *
 * Thread: control.
 */
#ifndef CTL_STORE_H
#define CTL_STORE_H

#include "db.h"
#include "journal.h"

struct db *store_db(void);
struct journal *store_journal(void);

/* Put another configuration in force; takes it. By txn alone. */
void store_replace(struct db *db);

/* Read the journal of a folder and queue the opening of all that it holds; the way back closes all
 * ports, which calls sw_post_run and sw_rcu_poll until it is done. Used by the module and by tests. */
int store_open(const char *state_dir, struct sw_err *err);
void store_close(void);

#endif
