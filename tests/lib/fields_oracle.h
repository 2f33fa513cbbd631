/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The fields of a packet, read a second time and in another way than the switch does it: byte by byte from
 * one cursor, each field put in its place by its descriptor, the order of IPv6 extension headers judged by
 * a regular expression over their initials.
 */
#ifndef FIELDS_ORACLE_H
#define FIELDS_ORACLE_H

#include <stddef.h>
#include <stdint.h>

#include <sw/field.h>

/* Offsets, 0 for none; see src/pipeline/field/extract.h. */
struct oracle_at {
	uint32_t end;
	uint32_t payload, l3, proto, l4, nd_sll, nd_tll, tags;
};

/* Registration must be sealed. */
void oracle_fields(const uint8_t *packet, size_t len, uint32_t in_port, struct sw_fields *f,
	struct oracle_at *at);

#endif
