/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Port numbers: 32 bits inside and from 1.1 on, 16 bits in 1.0 and in Nicira's messages, where the reserved ports
 * are the same below 0x10000 (1.0, 5.2.1; 1.3.5, 7.2.1).
 */
#ifndef CTL_OF_PORT_H
#define CTL_OF_PORT_H

#include <stdbool.h>
#include <stdint.h>

#include <sw/action.h>

#define OF10_PORT_MAX	   0xff00
#define OF10_PORT_RESERVED 0xfff8 /* IN_PORT, the first of them */

/* All queues of a port, which only who asks for statistics may say (1.3.5, 7.3.5.8). */
#define OFPQ_ALL 0xffffffffu

/* False: neither a port nor a reserved one; *out is a port that is not there. */
static inline bool of_port_from16(uint16_t port, uint32_t *out)
{
	*out = port < OF10_PORT_MAX ? port : 0xffff0000u | port;
	return port < OF10_PORT_MAX || port >= OF10_PORT_RESERVED;
}

/* ANY (OFPP_NONE) for a port that 16 bits cannot say. */
static inline uint16_t of_port_to16(uint32_t port)
{
	return port < OF10_PORT_MAX || port >= SW_OFPP_IN_PORT ? port : SW_OFPP_ANY & 0xffff;
}

#endif
