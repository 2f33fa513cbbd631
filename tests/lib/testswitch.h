/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A whole switch in the test's own thread: dummy ports as the wire, workers stepped by hand, a clock that
 * stands until it is warped. Frames are described, sent into a port, and expected out of others.
 *
 *	ts_start(1);
 *	struct ts_bridge *br = ts_bridge("br0");
 *	struct sw_port *a = ts_member(br, "a", "trunk"), *b = ts_member(br, "b", "access 10");
 *	ts_apply(br);
 *	ts_send(a, ts_frame(MAC(1), MAC(2), 10));
 *	ts_turn();
 *	ts_expect(b, ts_frame(MAC(1), MAC(2), UNTAGGED));
 *	ts_quiet();	nothing else came out anywhere
 *	ts_stop();	and every packet buffer is back
 */
#ifndef TESTSWITCH_H
#define TESTSWITCH_H

#include "swtest.h"

#include <stdbool.h>

#include <sw/bridge.h>
#include <sw/clock.h>
#include <sw/dummy.h>
#include <sw/err.h>
#include <sw/fdb.h>
#include <sw/pmd.h>
#include <sw/pool.h>
#include <sw/port.h>

#define UNTAGGED	 (-1)
#define TS_BROADCAST	 0xffffffffffffull
#define MAC(n)		 (0x020000000000ull + (n)) /* as read: 02:00:00:00:00:nn */
#define TS_TCI(pcp, vid) ((pcp) << 13 | (vid))
#define TS_BUFFERS	 4095

/* A frame: addresses as numbers, first byte highest; tci or UNTAGGED; length in bytes. */
struct ts_frame {
	uint64_t dst, src;
	int tci;
	unsigned len;
	uint32_t mark; /* in the payload, so that frames can be told apart */
};
struct ts_frame ts_frame(uint64_t dst, uint64_t src, int tci);

struct ts_bridge {
	struct sw_bridge *bridge;
	struct sw_bridge_conf conf;
	struct sw_member_conf *members;
	unsigned n;
};

/* Bring up EAL (once), buffers, n stepped workers; take all down, and fail if a buffer is missing. */
void ts_start(unsigned workers);
void ts_stop(void);
int ts_teardown(void **state); /* the same for cmocka */

/* A bridge of defaults, without members; gone at ts_stop, or before. */
struct ts_bridge *ts_bridge(const char *name);
void ts_bridge_gone(struct ts_bridge *br);

/* A dummy port, open and polled; gone at ts_stop, or before by ts_port_gone (which takes turns). */
struct sw_port *ts_port(const char *name);
struct sw_port *ts_patch(const char *name, const char *peer);
void ts_port_gone(struct sw_port *port);

/* Put a port into a bridge's draft: mode is "trunk", "trunk 10,20", "access 10", "native-tagged 10",
 * "native-untagged 10 20,30" (native VLAN, then trunks). ts_apply publishes. */
struct sw_port *ts_member(struct ts_bridge *br, const char *name, const char *mode);
struct sw_member_conf *ts_conf(struct ts_bridge *br, const struct sw_port *port);
void ts_add(struct ts_bridge *br, struct sw_port *port, const char *mode);
void ts_leave(struct ts_bridge *br, const struct sw_port *port);
void ts_apply(struct ts_bridge *br);

/* Bytes of a frame; returns the length. size must be enough. */
unsigned ts_bytes(uint8_t *bytes, struct ts_frame f);

/* Packets arrive. */
void ts_send(struct sw_port *port, struct ts_frame f);
void ts_send_bytes(struct sw_port *port, const void *bytes, unsigned len);

/* Let every worker turn until nothing waits, run grace periods. ts_warp moves the clock, too, and gives
 * housekeeping the turns to see all of a table of the default size. */
void ts_turn(void);
void ts_warp(unsigned seconds);

/* The oldest frame sent out of the port is f; nothing more was sent by any port. */
#define ts_expect(port, f) ts_expect_at(port, f, __FILE__, __LINE__)
#define ts_quiet()	   ts_quiet_at(__FILE__, __LINE__)
void ts_expect_at(struct sw_port *port, struct ts_frame f, const char *file, int line);
void ts_quiet_at(const char *file, int line);

/* Packets lost on a port for a reason since it came; statistics. */
uint64_t ts_drops(const struct sw_port *port, const char *reason);
struct sw_lane_stats ts_stats(const struct sw_port *port);

/* The port index a station is on, or -1; and with its age and kind. */
int ts_where(struct ts_bridge *br, uint16_t vid, uint64_t mac);
bool ts_station(struct ts_bridge *br, uint16_t vid, uint64_t mac, struct sw_fdb_entry *out);
struct rte_ether_addr ts_ether(uint64_t mac);

#endif
