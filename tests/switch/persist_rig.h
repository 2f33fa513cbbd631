/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the tests of bridges that persist share: a bridge br0 with two ports, all that its tables say as one text, and a crash.
 */
#ifndef PERSIST_RIG_H
#define PERSIST_RIG_H

#include <stdbool.h>
#include <stddef.h>

#include "../../src/ctl/persist/persist.h"

/* cmocka's ends of a test; br0 persists. */
int rig_setup(void **state);
int rig_teardown(void **state);

/* Rules, groups and meters, sorted, a line each; free() it. */
char *rig_tables(void);
void rig_expect(const char *tables);
bool rig_has(const char *part);

/* The process dies now, with what the file holds at this moment, or held when that was noted, and starts again. */
void rig_crash(void);
void rig_note_disk(void);

/* Bytes of a file of the state folder; -1: there is none. */
long rig_file(const char *name);

unsigned rig_count_rules(void); /* of table 0 */
enum persist_state rig_health(void);

/* Until br0's rules are stored. */
void rig_stored(void);

#endif
