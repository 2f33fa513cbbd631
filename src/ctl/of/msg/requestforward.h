/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What one controller changes of groups and meters, told to others who asked for it (OFPT_REQUESTFORWARD; 1.4.1, 7.4.6).
 *
 * Thread: control.
 */
#ifndef CTL_OF_REQUESTFORWARD_H
#define CTL_OF_REQUESTFORWARD_H

struct of_conn;
struct of_msg;

/* The reasons, as the message has them in its own form and set-async as bits. */
enum { OFPRFR_GROUP_MOD, OFPRFR_METER_MOD };

/* The message, which is done, as it came, to all of its bridge but `from` whose version says it in the same bytes. */
void of_forward_request(struct of_conn *from, const struct of_msg *msg, unsigned reason);

#endif
