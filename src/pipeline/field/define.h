/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How a file of this folder registers fields: SW_REGISTER, and a line in the index of OXM and NXM headers.
 *
 *	FIELD(tcp_dst) = { .name = "tcp_dst", .help = "...", .aliases = NAMES("tp_dst"),
 *		AT(tp_dst), LOW(16), .prereq = SW_PRE_TCP, OXM(14, 2), NXM(0, 10, 2) };
 *
 * Numbers are of OpenFlow 1.3.5, 7.2.3.7, of 1.5 beyond 39, and of ovs-fields(7) for NXM.
 *
 * room: pipeline (private). Thread: none, constructors before main.
 */
#ifndef PIPELINE_FIELD_DEFINE_H
#define PIPELINE_FIELD_DEFINE_H

#include <stddef.h>

#include <sw/field.h>

/* All bits of the fields that have the same prerequisites. */
extern struct sw_fields field_bits_of[SW_PRE_ND_ADVERT + 1];

/* Make it known to sw_field_by_oxm() and field_bits_of. */
void field_index(const struct sw_field *f);

#define FIELD(ident)                                                       \
	extern const struct sw_field sw_field_##ident;                     \
	__attribute__((constructor)) static void field_index_##ident(void) \
	{                                                                  \
		field_index(&sw_field_##ident);                            \
	}                                                                  \
	SW_REGISTER(field, ident)

#define NAMES(...)                \
	(const char *const[])     \
	{                         \
		__VA_ARGS__, NULL \
	}

/* The bytes that hold it: a member, or the first n of one. */
#define AT(member)                                    \
	.offset = offsetof(struct sw_fields, member), \
	.size = sizeof(((struct sw_fields *)0)->member)
#define AT_FIRST(member, n) .offset = offsetof(struct sw_fields, member), .size = (n)
/* Its bits of them. */
#define LOW(n)		    .shift = 0, .bits = (n)
#define BITS(from, n)	    .shift = (from), .bits = (n)

#define OXM_CLASS_BASIC 0x8000u
#define OXM_CLASS_REGS	0x8001u

#define FIELD_HEADER(class, number, bytes) ((class) << 16 | (number) << 9 | (bytes))
#define OXM(number, bytes)		   .oxm = FIELD_HEADER(OXM_CLASS_BASIC, number, bytes)
#define NXM(class, number, bytes)	   .nxm = FIELD_HEADER(class##u, number, bytes)

#endif
