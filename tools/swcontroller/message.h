/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Messages of a switch once its version is known, and how a switch is set up: it is asked who it is, told to send
 * whole packets, given the rule for packets that no other rule matches and the rules of --with-flows, and has
 * answered a barrier when all of it is done.
 */
#ifndef SWCONTROLLER_MESSAGE_H
#define SWCONTROLLER_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct peer;
struct sw_rule_change;

/* The version is agreed: begin. */
void message_begin(struct peer *p);

/* One message of at least a head, of the version. It may end the switch. */
void message_take(struct peer *p, const uint8_t *bytes, size_t len);

/* Ask for an echo. */
void message_echo(struct peer *p);

/* Change rules. False: the version cannot say it. buffer: the packet to send on by the rule, or NO_BUFFER. */
bool message_flow_mod(struct peer *p, const struct sw_rule_change *change, uint32_t buffer);

#endif
