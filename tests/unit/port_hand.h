/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One worker and its lanes made by hand, for tests of send buffers without pmd. Each test is run between
 * hand_begin and hand_end, which takes ports away that a failed test left, and fails when packet buffers
 * are lost.
 */
#ifndef PORT_HAND_H
#define PORT_HAND_H

#include "../lib/swtest.h"

#include <sw/dummy.h>
#include <sw/err.h>
#include <sw/pool.h>
#include <sw/port.h>

extern struct sw_worker hand_worker;
extern struct sw_err hand_err;

/* A port that is open and has a lane, with one option or key NULL; and its end. */
struct sw_port *hand_add(const char *name, const char *type, const char *key, const char *value);
void hand_del(struct sw_port *port);

struct sw_lane *hand_lane(const struct sw_port *port);
uint64_t hand_drops(const struct sw_port *port, unsigned reason);

/* A packet of len bytes; n of them sent to a port. */
struct rte_mbuf *hand_packet(unsigned len);
void hand_send(struct sw_port *port, unsigned n, unsigned len);

int hand_setup(void **state);
int hand_begin(void **state);
int hand_end(void **state);

#define HAND_TEST(test) cmocka_unit_test_setup_teardown(test, hand_begin, hand_end)

#endif
