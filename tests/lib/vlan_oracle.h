/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a VLAN switch must do with one frame, said a second time and in another way than the switch does
 * it: by rules on one frame, from OVS's description of vlan_mode and priority-tags, without tables.
 */
#ifndef VLAN_ORACLE_H
#define VLAN_ORACLE_H

#include <stdbool.h>

#include <sw/bridge.h>

#define ORACLE_DROP	(-2)
#define ORACLE_UNTAGGED (-1) /* as a tag: none */

/* tag: the 16 bits after 0x8100, or ORACLE_UNTAGGED. The VLAN the frame is in, or ORACLE_DROP. */
int oracle_enters(const struct sw_member_conf *port, int tag);

/* The tag with which a frame of this VLAN, that came with `tag`, leaves, or ORACLE_DROP. */
int oracle_leaves(const struct sw_member_conf *port, int vlan, int tag);

/* Every configuration worth distinguishing, around VLANs 10, 20 and 30; returns how many. */
unsigned oracle_ports(struct sw_member_conf *out, unsigned max);

/* Every tag worth distinguishing. */
unsigned oracle_tags(int *out, unsigned max);

/* "native-untagged 10 [20,30] if-nonzero" */
const char *oracle_name(const struct sw_member_conf *port, char *text, unsigned size);

#endif
