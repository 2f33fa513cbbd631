/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What OVS has and we have not: found by the name its users type, and refused with the feature it is
 * part of. Names are compared as those of tables and columns are: case does not count, '-' is '_'.
 *
 * Thread: built once on control; read-only afterwards.
 */
#ifndef CTL_UNSUPPORTED_H
#define CTL_UNSUPPORTED_H

#include <sw/table.h>

struct sw_err;

/* Sort what is registered; after sw_reg_seal(). Again is harmless. An error names what stands there
 * twice. */
int unsupported_build(struct sw_err *err);

/* The feature that a name belongs to, or NULL: of a table (name, 0, NULL), of what a table or column has
 * below it: ("Bridge", '.', "mirrors"), ("Bridge.other_config", ':', "stp-priority"),
 * ("Port.vlan_mode", '=', "dot1q-tunnel"). */
const struct sw_unsupported *unsupported_find(const char *name, char sep, const char *below);

/* The feature that a command of ovs-vsctl belongs to, or NULL. */
const struct sw_unsupported *unsupported_command(const char *name);

/* Refuse "column x of table y", with the feature and what to do instead. 0 when feature is NULL. */
int unsupported_refuse(struct sw_err *err, const struct sw_unsupported *feature, const char *fmt,
	...) __attribute__((format(printf, 3, 4)));

/* Compares two names that people type. */
int unsupported_cmp(const char *a, const char *b);

#endif
