/* SPDX-License-Identifier: BSD-3-Clause */
/* What is asked of a port; see conf_ctl.c. */
#ifndef PORT_CONF_H
#define PORT_CONF_H

#include <sw/port.h>

/* The class of that type, "" being "system"; NULL with err. */
const struct sw_port_class *conf_class(const char *type, struct sw_err *err);

/* 0, or an error that names the first thing the class does not take. */
int conf_check(
	const struct sw_port_class *cls, const struct sw_port_conf *conf, struct sw_err *err);

/* A copy of everything, with the class's own name for the type; and its end. */
void conf_copy(
	struct sw_port_conf *to, const struct sw_port_conf *from, const struct sw_port_class *cls);
void conf_fini(struct sw_port_conf *conf);

/* Is the same asked? Name and type apart; options in any order. */
bool conf_equal(const struct sw_port_conf *a, const struct sw_port_conf *b);

#endif
