/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What controllers are told of each other in OpenFlow 1.5 (1.5.1, 7.3.5.19 and 7.4.8): who is configured, who is
 * connected, in which role and under which id of its own choice.
 *
 * Thread: control.
 */
#ifndef CTL_OF_CONTROLLER_NEWS_H
#define CTL_OF_CONTROLLER_NEWS_H

#include <stdint.h>

#include "../conn/conn.h"

struct of_controller;

/* enum ofp_controller_status_reason */
enum of_controller_reason {
	OF_CONTROLLER_REQUEST, /* an answer says so, no news */
	OF_CONTROLLER_CHANNEL, /* it was connected, or is no more */
	OF_CONTROLLER_ROLE,
	OF_CONTROLLER_ADDED,
	OF_CONTROLLER_REMOVED,
	OF_CONTROLLER_SHORT_ID,
};

/* OFPCR_ROLE_* */
uint32_t of_role_number(enum of_role role);

/* Of a configured one, without a connection of its own: to all that ask for such news. */
void of_controller_news(const struct of_controller *ctl, enum of_controller_reason reason);

/* Of a connection, which is up or just was; nothing is told of one by no row. */
void of_conn_news(const struct of_conn *c, enum of_controller_reason reason);

#endif
