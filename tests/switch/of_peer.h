/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Controllers made by hand for tests of OpenFlow connections: real sockets, the loop turned by whoever waits. Use
 * after ct_start() and ct_bridge(): op_start() opens the sockets of the bridges.
 *
 *	int fd = op_dial_as("br0", OF13);
 *	op_say(fd, OF13, 5, 0x77, "");			features request, body in hexadecimal
 *	const struct op_message *m = op_hear(fd);	the next message
 *	op_hear_error(fd, 1, 1);			an error of type 1, code 1
 */
#ifndef OF_PEER_H
#define OF_PEER_H

#include "../lib/swtest.h"

#include <stdbool.h>

#include "../../src/ctl/of/codec/version.h"

struct op_message {
	uint8_t version, type;
	uint32_t xid;
	size_t len; /* of the body */
	uint8_t body[65536];
};

void op_start(void);
void op_stop(void);
/* For cmocka: a switch and its control side with bridge br0, and the sockets. */
int op_setup(void **state);
int op_teardown(void **state);
/* With ports p1 to pN of br0 that have these numbers; port[0] is the local one. What they sent goes in the end. */
struct sw_port;
void op_setup_ports(struct sw_port **port, unsigned n);
void op_teardown_ports(struct sw_port **port, unsigned n);
void op_turn(unsigned n);

/* Connected; the switch's HELLO is heard. op_dial_as has said HELLO of the version, too. */
int op_dial(const char *bridge);
int op_dial_as(const char *bridge, uint8_t version);
/* The same of a socket in the folder, by its name; the switch offers these versions. */
int op_dial_to(const char *name, uint32_t versions);

/* One message; a body in hexadecimal text. Raw bytes, as far as the switch takes them. */
void op_say(int fd, uint8_t version, uint8_t type, uint32_t xid, const char *body);
void op_say_raw(int fd, const void *bytes, size_t len);
void op_say_hex(int fd, const char *bytes);

/* The next message, or NULL: the switch closed. Valid until the next call. */
const struct op_message *op_hear(int fd);
/* The next message is of that type. */
const struct op_message *op_hear_type(int fd, uint8_t type);
void op_hear_error(int fd, uint16_t type, uint16_t code);
/* Nothing has been sent that was not heard. */
void op_hear_nothing(int fd);
/* An echo comes back: the connection lives, and all before it was handled. */
void op_echo(int fd, uint8_t version);
void op_hear_end(int fd);
/* It wants no news: packet-ins, ports, rules that went. */
void op_hush(int fd, uint8_t version);
/* Hang up; the switch notices. */
void op_close(int fd);

uint16_t op_u16(const struct op_message *m, size_t at);
uint32_t op_u32(const struct op_message *m, size_t at);

#endif
