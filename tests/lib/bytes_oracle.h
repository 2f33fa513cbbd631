/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A packet's bytes changed by actions, naively: where headers are is what fields_oracle says; a checksum is corrected by
 * the difference of the sums over all that it covers, before and after.
 */
#ifndef BYTES_ORACLE_H
#define BYTES_ORACLE_H

#include <stdbool.h>
#include <stdint.h>

struct oracle_bytes;
struct sw_field;

/* The whole field becomes `value`; nothing where the packet does not have it. */
void oracle_write(struct oracle_bytes *p, const struct sw_field *field, const uint8_t *value);
void oracle_push_vlan(struct oracle_bytes *p, uint16_t type);
void oracle_pop_vlan(struct oracle_bytes *p);
void oracle_push_mpls(struct oracle_bytes *p, uint16_t type);
void oracle_pop_mpls(struct oracle_bytes *p, uint16_t type);
void oracle_push_pbb(struct oracle_bytes *p, uint16_t type);
void oracle_pop_pbb(struct oracle_bytes *p);
/* false: it is lost. */
bool oracle_dec_ttl(struct oracle_bytes *p, bool mpls);

/* A bit of a value of so many bytes, from the lowest. */
bool oracle_bit(const uint8_t *value, unsigned bytes, unsigned bit);
void oracle_bit_set(uint8_t *value, unsigned bytes, unsigned bit, bool one);

#endif
