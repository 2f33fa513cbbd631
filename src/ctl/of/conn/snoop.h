/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * BRIDGE.snoop, where ovs-ofctl(8) snoop comes: what the bridge and the controllers of its rows of Controller say to each other, message
 * by message. A snooper is a connection that is told these, and refused whatever it asks. It never slows them: what it does not
 * take in time is lost to it, and counted. A connection speaks one version of OpenFlow, so a snooper is told what is
 * said in its own: it is offered the versions that are spoken on the bridge when it comes.
 *
 * Who may: the role operate. Packets to controllers are other people's, and so is what controllers mean to do with them.
 *
 * Thread: control.
 */
#ifndef CTL_OF_SNOOP_H
#define CTL_OF_SNOOP_H

#include "../bridge.h"
#include "conn.h"

/* A whole message that c has received or is to be sent. One look where nobody snoops. */
void of_snoop_add(const struct of_conn *c, const void *bytes, size_t len);
static inline void of_snoop(const struct of_conn *c, const void *bytes, size_t len)
{
	if (c->bridge->n_snoopers && c->controller)
		of_snoop_add(c, bytes, len);
}

/* Versions to offer a snooper that comes: OF_BIT of each. */
uint32_t of_snoop_versions(const struct of_bridge *of);

#endif
