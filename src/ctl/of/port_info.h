/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A port of a bridge as OpenFlow tells of it: its description, and its statistics. The numbers are those of the
 * configuration (switch_ofport), the states what its class says now.
 *
 * Thread: control.
 */
#ifndef CTL_OF_PORT_INFO_H
#define CTL_OF_PORT_INFO_H

#include <stdbool.h>
#include <stdint.h>

#include <sw/text.h>

#include "codec/error.h"

struct of_bridge;
struct of_buf;
struct sw_port;

enum { /* config, of 1.0 and in part of later versions */
	OFPPC_PORT_DOWN = 1 << 0,
	OFPPC_NO_RECV = 1 << 2,
	OFPPC_NO_FLOOD = 1 << 4, /* 1.0 alone */
	OFPPC_NO_FWD = 1 << 5,
	OFPPC_NO_PACKET_IN = 1 << 6,
};
enum { OFPPS_LINK_DOWN = 1 << 0, OFPPS_LIVE = 1 << 2 /* from 1.1 on */ };

struct of_port {
	uint32_t number; /* SW_OFPP_LOCAL for the local one */
	uint8_t hw[6];
	char name[SW_NAME_SIZE];
	uint32_t config, state;
	bool full_duplex;
	uint64_t speed; /* bit/s, 0 unknown */
};

/* False: it has no number, so it is none that OpenFlow knows. */
bool of_port_of(struct sw_port *port, struct of_port *out);

/* struct ofp_phy_port (1.0), ofp_port of 1.1 to 1.3, that with properties of 1.4 and later. */
void of_put_port(struct of_buf *out, const struct of_port *port, uint8_t version);

/* All ports of a bridge by number; free() the list. Indices, since ports may go before a long answer is done. */
struct of_port_ref {
	uint64_t serial;
	uint16_t index;
	uint32_t number;
};
struct of_port_ref *of_ports_list(const struct of_bridge *of, unsigned *n);
/* The port still, or NULL. */
struct sw_port *of_port_ref_get(const struct of_port_ref *ref);

/* The port of a number in the bridge, or NULL. */
struct sw_port *of_port_find(const struct of_bridge *of, uint32_t number);

/* May the bits of `mask` in its config be set so? BAD_CONFIG: a bit of 1.0 that there is no spanning tree for; EPERM: it is to
 * be up, and its device was not put down here. Then set them. */
enum of_error of_port_may(struct sw_port *port, uint32_t config, uint32_t mask);
void of_port_configure(struct sw_port *port, uint32_t config, uint32_t mask);

/* What OpenFlow counts of a port; UINT64_MAX: not known. */
struct of_port_stats {
	uint64_t rx_packets, tx_packets, rx_bytes, tx_bytes, rx_dropped, tx_dropped, rx_errors,
		tx_errors;
	uint64_t rx_frame_err, rx_over_err, rx_crc_err, collisions;
};
void of_port_stats_of(const struct sw_port *port, struct of_port_stats *out);

#endif
