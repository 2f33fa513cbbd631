/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See numbers_of.h. Control thread only.
 */
#include "numbers_of.h"

#include <string.h>

#include <sw/action.h>
#include <sw/bridge.h>
#include <sw/field_text.h>
#include <sw/port.h>

#include "switch.h"

static bool is_in(const struct sw_bridge *bridge, const struct sw_port *port)
{
	const char *name = switch_bridge_of(port);

	return name && !strcmp(name, sw_bridge_name(bridge));
}

static uint32_t number_of(const struct sw_port *port)
{
	int32_t n = switch_ofport(port);

	return n == SWITCH_OFPORT_LOCAL ? SW_OFPP_LOCAL : n > 0 ? (uint32_t)n : SW_OFPP_ANY;
}

static uint32_t port_of(void *arg, const char *name)
{
	struct sw_port *port = sw_port_by_name(name);

	return port && is_in(arg, port) ? number_of(port) : SW_OFPP_ANY;
}

struct sought {
	uint32_t number;
	const char *name;
};

static void look(void *arg, struct sw_port *port)
{
	struct sought *s = arg;

	if (number_of(port) == s->number)
		s->name = port->name;
}

static const char *name_of(void *arg, uint32_t number)
{
	struct sought s = { .number = number };

	if (number != SW_OFPP_LOCAL)
		switch_each_port(arg, look, &s);
	return s.name;
}

void numbers_of(struct sw_bridge *bridge)
{
	static struct sw_port_names names = { .name_of = name_of, .port_of = port_of };

	names.arg = bridge;
	sw_port_names_use(bridge ? &names : NULL);
}
