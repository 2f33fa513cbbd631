/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A bridge of many rules and controllers that change them, for tests of what is done in slices. Peers speak OpenFlow 1.3.
 */
#ifndef OF_LARGES_H
#define OF_LARGES_H

#include "of_peer.h"

#include <sw/rule.h>

#define OL_RULES   20000
#define OL_TICK_NS 400000 /* a look at the clock takes so long: a slice is a few pieces */

int ol_setup(void **state);
int ol_teardown(void **state);
struct sw_bridge *ol_bridge(void); /* br0 */
struct sw_rules *ol_rules(void);
unsigned ol_count(void); /* rules in table 0 */

/* OL_RULES rules of an address each, with the cookies from 1 on, which send to port 1, a group 7 or by a meter 7: these are there. Who made them. */
int ol_fill(const char *does);

void ol_packet_out(int fd, const char *actions);
void ol_barrier(int fd);
void ol_hear_barrier(int fd);

/* Until the change of it is under way, but not over; until packets see it, but not all who listen have heard of it. Time goes on fast, so that
 * slices end, to the end of the case or to ol_at_once(). Until it is over. */
void ol_until_busy(void);
void ol_until_told(void);
void ol_at_once(void);
void ol_until_idle(void);
/* It is cut off: with an answer that it did not read, where a peer that only says no more would have all done that it asked for. */
void ol_cut_off(int fd);

#endif
