/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Hashes of a packet's fields for actions that choose by one (Open vSwitch's nx_hash_fields, ovs-actions(7)). They are the
 * same on each run and on each switch, so that a connection keeps its link after a restart; who must not be able to
 * aim is a select group's hash (../group/select.h).
 *
 * room: pipeline (private). Thread: any; pure.
 */
#ifndef PIPELINE_EXEC_FLOW_HASH_H
#define PIPELINE_EXEC_FLOW_HASH_H

#include <stdint.h>

#include <sw/field.h>
#include <sw/multipath.h>

/* Where the name says symmetric, both directions of a connection come to the same. Ports of fragments are not taken: the
 * others of the packet have none. What is neither IPv4 nor IPv6 comes to one number for all but eth_src and symmetric_l4. */
uint32_t flow_hash(const struct sw_fields *f, enum sw_hash_fields what, uint16_t basis);

/* Another number from a hash, for each i. */
uint32_t flow_hash_again(uint32_t hash, uint32_t i);

/* All that flow_hash looks at, as a mask. */
void flow_hash_reads(struct sw_fields *mask, enum sw_hash_fields what);

#endif
