/* SPDX-License-Identifier: BSD-3-Clause */
/* Shared by the tests of dpdk ports: virtual devices, capture files, a folder that goes in the end. */
#ifndef DPDK_HAND_H
#define DPDK_HAND_H

#include "../lib/swtest.h"

#include <rte_ethdev.h>

#include <sw/err.h>
#include <sw/pool.h>
#include <sw/port.h>

extern struct sw_err err;
extern char dir[];

/* A port on the device of these words, not open yet: plain, with an MTU, with one more option. */
struct sw_port *make(const char *name, const char *devargs);
struct sw_port *make_mtu(const char *name, const char *devargs, uint16_t mtu);
struct sw_port *make_opt(const char *devargs, const char *key, const char *value);

struct sw_port *must_open(const char *name, const char *devargs);
void drop(struct sw_port *port);

/* Opening fails with this code and text, and no device stays. The port is freed. */
void refused(struct sw_port *port, enum sw_code code, const char *text);

/* Packet buffers in use. */
unsigned in_use(void);

/* The path of a capture file, written now, of frames whose bytes are their number. */
char *capture(const char *name, unsigned frames, uint32_t len);

int setup(void **state);
int clear(void **state);
int teardown(void **state);

#define DPDK_TEST(test) cmocka_unit_test_teardown(test, clear)

#endif
