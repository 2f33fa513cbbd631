/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Acknowledgements of a bridge whose rules persist (persist/persist.h): a barrier and the commit of a bundle are answered when what
 * came before is on the disk. Where it cannot be stored it is in force all the same, and they are answered by an error; as some
 * peers do not look at an error of a barrier, the last change before it gets one, too: OFPFMFC_UNKNOWN.
 *
 * Thread: control.
 */
#ifndef CTL_OF_STORED_H
#define CTL_OF_STORED_H

#include <stdbool.h>
#include <stdint.h>

#include "codec/message.h"

struct of_conn;

/* What is to be waited for: all changes until now. */
uint64_t of_stored_ticket(const struct of_conn *c);

enum of_stored { OF_STORED, OF_STORED_LATER, OF_STORED_NOT };
/* Is it stored? LATER: the connection is parked, and its work is called again. */
enum of_stored of_stored_check(struct of_conn *c, uint64_t ticket);

/* A message that changes the bridge was taken; it may be the one to be blamed. */
void of_stored_note(struct of_conn *c, const struct of_msg *msg);
/* The barrier's changes are stored; or not, and the last is told so. */
void of_stored_end(struct of_conn *c, bool stored);

/* Must who wants to change the bridge wait, as too much is on its way to the disk? It is woken. */
bool of_stored_is_full(const struct of_conn *c);

#endif
