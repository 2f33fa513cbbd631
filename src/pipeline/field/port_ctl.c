/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * OpenFlow ports as text: reserved names, numbers, and names of ports where control has told them
 * (OpenFlow 1.3.5, 7.2.1). 65527 to 65535 are the reserved ports of OpenFlow 1.0, as for ovs-ofctl; the
 * numbers themselves are written in hexadecimal.
 *
 * Any thread but workers. The names in use are the thread's own.
 */
#include <sw/field_text.h>

#include <string.h>
#include <strings.h>

#include <sw/action.h>
#include <sw/err.h>
#include <sw/text.h>

#include "text.h"
#include "wide.h"

#define SHORT_RESERVED 65527 /* UNSET; 65535 is ANY */

static __thread const struct sw_port_names *names;

static const struct {
	const char *name;
	uint32_t port;
} reserved[] = {
	{ "UNSET", SW_OFPP_UNSET },
	{ "IN_PORT", SW_OFPP_IN_PORT },
	{ "TABLE", SW_OFPP_TABLE },
	{ "NORMAL", SW_OFPP_NORMAL },
	{ "FLOOD", SW_OFPP_FLOOD },
	{ "ALL", SW_OFPP_ALL },
	{ "CONTROLLER", SW_OFPP_CONTROLLER },
	{ "LOCAL", SW_OFPP_LOCAL },
	{ "ANY", SW_OFPP_ANY },
	{ "NONE", SW_OFPP_ANY },
};
#define N_RESERVED (sizeof(reserved) / sizeof(reserved[0]))

void sw_port_names_use(const struct sw_port_names *use)
{
	names = use;
}

static bool find_reserved(const char *s, uint32_t *port)
{
	for (unsigned i = 0; i < N_RESERVED; i++) {
		if (strcasecmp(s, reserved[i].name))
			continue;
		*port = reserved[i].port;
		return true;
	}
	return false;
}

/* Reserved or a number. */
static bool plain_port(const char *s, uint32_t *port)
{
	uint64_t v;

	if (find_reserved(s, port))
		return true;
	if (sw_parse_u64(s, 0, UINT32_MAX, &v) ||
		(s[0] == '0' && s[1] && s[1] != 'x' && s[1] != 'X'))
		return false;
	*port = (uint32_t)v;
	if (s[0] != '0' && v >= SHORT_RESERVED && v <= UINT16_MAX)
		*port = (uint32_t)v | 0xffff0000u;
	return true;
}

int text_port(const struct sw_field *f, const char *s, uint8_t *value, struct sw_err *err)
{
	uint32_t port = SW_OFPP_ANY;
	int rc;

	if (plain_port(s, &port)) {
		wide_store(value, sw_field_bytes(f), port);
		return 0;
	}
	if (names)
		port = names->port_of(names->arg, s);
	if (port != SW_OFPP_ANY) {
		wide_store(value, sw_field_bytes(f), port);
		return 0;
	}
	rc = sw_err_set(err, SW_CODE_INVALID, "%s: \"%.60s\" is no port", f->name, s);
	sw_err_given(err, "%.100s", s);
	sw_err_allowed(err, "a number, %sLOCAL, IN_PORT, CONTROLLER, ANY, ...",
		names ? "the name of a port of the bridge, " : "");
	return rc;
}

void text_put_port(uint32_t port, struct sw_str *out)
{
	const char *name = names ? names->name_of(names->arg, port) : NULL;
	uint32_t other;

	for (unsigned i = 0; i < N_RESERVED; i++) {
		if (reserved[i].port != port)
			continue;
		sw_str_add(out, "%s", reserved[i].name);
		return;
	}
	/* A name that would be read as something else is not used. */
	if (name && !sw_name_fault(name) && !plain_port(name, &other))
		sw_str_add(out, "%s", name);
	else
		sw_str_add(out, port >= SHORT_RESERVED && port <= UINT16_MAX ? "0x%x" : "%u", port);
}
