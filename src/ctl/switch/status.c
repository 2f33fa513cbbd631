/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The columns of Interface that tell what the device says: computed when they are read, never stored,
 * under OVS's names and meanings. A port that could not be opened has ofport -1 and the reason in error.
 */
#include <string.h>

#include <sw/port.h>
#include <sw/table.h>
#include <sw/text.h>

#include "../columns.h"
#include "../db.h"
#include "../statistics.h"
#include "live.h"

static struct sw_port *port_of(const struct row *row)
{
	struct live_port *lp = live_port(row_name(row));

	return lp ? lp->port : NULL;
}

static bool ask(const struct row *row, struct sw_port_status *status)
{
	struct sw_port *port = port_of(row);

	memset(status, 0, sizeof(*status));
	if (port)
		port->cls->status(port, status);
	return port != NULL;
}

static struct value *get_ofport(const struct draft *draft, const struct row *row)
{
	const struct value *kept = ROW(row, interface_ofport_kept);
	struct live_port *lp = live_port(row_name(row));

	if (lp && !lp->port && lp->error.text[0])
		return value_integer(-1);
	return value_ref(kept);
}

static struct value *get_error(const struct draft *draft, const struct row *row)
{
	struct live_port *lp = live_port(row_name(row));
	struct sw_port_status status;

	if (lp && !lp->port && lp->error.text[0])
		return value_string(lp->error.text);
	return ask(row, &status) && status.error[0] ? value_string(status.error) : NULL;
}

static struct value *get_mac(const struct draft *draft, const struct row *row)
{
	struct sw_port *port = port_of(row);
	char text[SW_MAC_SIZE];

	return port ? value_string(sw_format_mac(text, &port->mac)) : NULL;
}

static struct value *get_mtu(const struct draft *draft, const struct row *row)
{
	struct sw_port *port = port_of(row);

	return port ? value_integer(port->mtu) : NULL;
}

static struct value *get_link(const struct draft *draft, const struct row *row)
{
	struct sw_port_status status;

	return ask(row, &status) ? value_string(status.link_up ? "up" : "down") : NULL;
}

static struct value *get_admin(const struct draft *draft, const struct row *row)
{
	struct sw_port_status status;

	return ask(row, &status) ? value_string(status.admin_up ? "up" : "down") : NULL;
}

static struct value *get_speed(const struct draft *draft, const struct row *row)
{
	struct sw_port_status status;

	return ask(row, &status) && status.link_speed ? value_integer(status.link_speed) : NULL;
}

static struct value *get_duplex(const struct draft *draft, const struct row *row)
{
	struct sw_port_status status;

	if (!ask(row, &status) || !status.link_up)
		return NULL;
	return value_string(status.full_duplex ? "full" : "half");
}

static struct value *get_resets(const struct draft *draft, const struct row *row)
{
	struct sw_port_status status;

	return ask(row, &status) ? value_integer(status.link_resets) : NULL;
}

static struct value *get_ifindex(const struct draft *draft, const struct row *row)
{
	struct sw_port_status status;

	return ask(row, &status) && status.ifindex ? value_integer(status.ifindex) : NULL;
}

static void add_key(void *arg, const char *key, const char *text)
{
	value_add_pair(arg, key, text);
}

static struct value *get_status(const struct draft *draft, const struct row *row)
{
	struct value *v = value_new((struct sw_type)SW_MAP);
	struct sw_port *port = port_of(row);
	struct sw_port_status status = { .add = add_key, .arg = v };

	if (port)
		port->cls->status(port, &status);
	return value_seal(v);
}

static void add_count(void *arg, const char *name, uint64_t count)
{
	value_add(arg, &(union atom){ .string = (char *)name },
		&(union atom){ .integer = count > INT64_MAX ? INT64_MAX : count });
}

static struct value *get_statistics(const struct draft *draft, const struct row *row)
{
	struct value *v = value_new((struct sw_type)SW_COUNT_MAP);
	struct sw_port *port = port_of(row);

	if (port)
		port_statistics(port, add_count, v);
	return value_seal(v);
}

static const char *const up_down[] = { "up", "down", NULL };
static const char *const full_half[] = { "full", "half", NULL };

/* What follows the help are further members of the descriptor. */
#define STATUS_COLUMN(ident, of_type, fn, text, ...)                            \
	SW_REGISTER(column, interface_##ident) = { .name = "Interface." #ident, \
		.help = text,                                                   \
		.type = of_type,                                                \
		.flags = SW_COL_STATUS,                                         \
		.status = fn,                                                   \
		__VA_ARGS__ }

STATUS_COLUMN(ofport, SW_OPTIONAL(INTEGER), get_ofport,
	"number of the port in its bridge; -1: it could not be opened", .min = -1, .max = 65534);
STATUS_COLUMN(error, SW_OPTIONAL(STRING), get_error, "what is wrong with the port");
STATUS_COLUMN(mac_in_use, SW_OPTIONAL(STRING), get_mac, "MAC address of the port");
STATUS_COLUMN(mtu, SW_OPTIONAL(INTEGER), get_mtu, "MTU in force, in bytes");
STATUS_COLUMN(link_state, SW_OPTIONAL(STRING), get_link,
	"whether the link is up; of a vhost-user port, whether a guest is connected",
	.words = up_down);
STATUS_COLUMN(admin_state, SW_OPTIONAL(STRING), get_admin, "whether the interface is switched on",
	.words = up_down);
STATUS_COLUMN(link_speed, SW_OPTIONAL(INTEGER), get_speed, "speed of the link, in bits per second");
STATUS_COLUMN(duplex, SW_OPTIONAL(STRING), get_duplex, "duplex of the link", .words = full_half);
STATUS_COLUMN(link_resets, SW_OPTIONAL(INTEGER), get_resets,
	"times the link changed its state since the port was opened");
STATUS_COLUMN(ifindex, SW_OPTIONAL(INTEGER), get_ifindex, "number of the kernel's interface",
	.max = UINT32_MAX);
STATUS_COLUMN(status, SW_MAP, get_status, "what the device tells beyond the other columns, by key");
SW_REGISTER(column, interface_statistics) = {
	.name = "Interface.statistics",
	.help = "packets, bytes and losses since the port was opened, by counter; of a DPDK port "
		"also the device's own counters. port drops tells why packets were lost",
	.type = SW_COUNT_MAP,
	.flags = SW_COL_STATUS | SW_COL_ANY_KEY,
	.status = get_statistics,
};
