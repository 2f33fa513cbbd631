/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A controller's side of packets that pause, for tests: they are heard in Nicira's second form, and sent on. In the first bridge, br0,
 * with rp_port[1..RP_PORTS].
 */
#ifndef OF_PAUSED_H
#define OF_PAUSED_H

#include "of_rules.h"

#include "../lib/testswitch.h"

#define RP_PORTS	3
#define RP_XID		0x66
#define RP_TABLE	3 /* properties */
#define RP_COOKIE	4
#define RP_METADATA	6
#define RP_CONTINUATION 8

extern struct sw_port *rp_port[RP_PORTS + 1];

/* A packet that is paused: the properties that it came with. */
struct paused {
	size_t len;
	uint8_t b[2048];
};

int rp_setup(void **state);
int rp_teardown(void **state);

int rp_dial(uint8_t version); /* wants packets */
void rp_rule(int fd, uint8_t version, const char *text);
struct ts_frame rp_frame(uint32_t mark);

void rp_hear(int fd, struct paused *p);
/* It comes in by port 1, and one is told. */
void rp_stop(int fd, struct ts_frame f, struct paused *p);

void rp_put_resume(struct of_buf *out, uint8_t version, const void *bytes, size_t len);
void rp_say_resume(int fd, uint8_t version, const void *bytes, size_t len);
/* The same, and it is sent on by then. */
void rp_go_on(int fd, uint8_t version, const struct paused *p);
void rp_hear_stale(int fd, uint8_t version); /* NXR_STALE */
/* Where the head of a property is. */
uint8_t *rp_find(struct paused *p, unsigned type);

#endif
