/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Checks of strings that more than one table uses, for .check of columns and keys.
 */
#ifndef CTL_FORMAT_H
#define CTL_FORMAT_H

#include <stdint.h>

#include <rte_ether.h>

struct sw_err;

/* A name of a bridge, port or interface. */
int format_name(const char *text, struct sw_err *err);

/* A MAC address of one station: neither multicast nor all zero. */
int format_mac(const char *text, struct sw_err *err);

/* "VLAN/MAC" of a static station; the second gives what it says, and is sure of a checked text. */
int format_station(const char *text, struct sw_err *err);
int format_read_station(const char *text, uint16_t *vid, struct rte_ether_addr *mac);

#endif
