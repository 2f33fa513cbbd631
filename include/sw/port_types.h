/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which types of port may be used: all, unless the boot file names some. From these follow the
 * capabilities the daemon keeps.
 *
 * room: port. Thread: control, before any other runs; the question on any.
 */
#ifndef SW_PORT_TYPES_H
#define SW_PORT_TYPES_H

#include <stdbool.h>
#include <stdint.h>

struct sw_err;

/* Allow the types of a list "dpdkvhostuser,patch" and no others; NULL: all. */
int sw_port_types_allow(const char *list, struct sw_err *err);

bool sw_port_type_allowed(const char *type);

/* Bits of <linux/capability.h> that the allowed types need. */
uint64_t sw_port_types_caps(void);

#endif
