/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Checks of ports, by what the switch says of them.
 */
#include "doctor.h"

#include <stdlib.h>
#include <string.h>

static void check_errors(struct exam *e)
{
	const json_t *ifaces = exam_ask(e, "list interface");
	json_t *iface;
	size_t i;

	json_array_foreach (ifaces, i, iface) {
		const char *error = exam_text(iface, "error"), *name = exam_text(iface, "name");

		if (!*error)
			continue;
		check_fail(e, "port %s: %s", name, error);
		check_fix(e, "swctl list interface %s (what is asked of it), swctl log show", name);
	}
	if (!check_found(e))
		check_pass(e, "none of %zu ports is in error", json_array_size(ifaces));
}

SW_REGISTER(check, ports_error) = {
	.name = "port-errors",
	.help = "every port is open",
	.group = CHECK_SWITCH,
	.asks = true,
	.run = check_errors,
};

static bool is_guest(const json_t *iface)
{
	return !strncmp(exam_text(iface, "type"), "dpdkvhostuser", 13);
}

static void check_links(struct exam *e)
{
	json_t *iface;
	unsigned n = 0;
	size_t i;

	json_array_foreach (exam_ask(e, "list interface"), i, iface) {
		const char *name = exam_text(iface, "name"), *type = exam_text(iface, "type");

		if (is_guest(iface) || *exam_text(iface, "error"))
			continue;
		n++;
		if (strcmp(exam_text(iface, "link_state"), "down"))
			continue;
		if (!strcmp(exam_text(iface, "admin_state"), "down")) {
			check_warn(e, "port %s is switched off", name);
			check_fix(e, "ip link set %s up", name);
		} else {
			check_warn(e, "port %s has no link", name);
			check_fix(e,
				!strcmp(type, "dpdk") ? "check cable and transceiver of %s"
						      : "bring up the other end of %s (ip link)",
				name);
		}
	}
	if (!check_found(e))
		check_pass(e, "%u ports have a link", n);
}

SW_REGISTER(check, links) = {
	.name = "links",
	.help = "every port but guests' has a link",
	.group = CHECK_SWITCH,
	.asks = true,
	.run = check_links,
};

static void check_guests(struct exam *e)
{
	json_t *iface;
	unsigned n = 0;
	size_t i;

	json_array_foreach (exam_ask(e, "list interface"), i, iface) {
		const json_t *status = json_object_get(iface, "status");
		bool client = !strcmp(exam_text(status, "mode"), "client");

		n += is_guest(iface);
		if (!is_guest(iface) || strcmp(exam_text(iface, "link_state"), "down"))
			continue;
		check_warn(e, "no guest is ready on port %s (%s)", exam_text(iface, "name"),
			exam_text(status, "status"));
		check_fix(e,
			client ? "start the guest with -chardev socket,path=%s,server=on,wait=off"
			       : "start the guest with -chardev socket,path=%s,reconnect=1",
			exam_text(status, "socket"));
	}
	if (!n)
		check_skip(e, "no port is a guest's");
	else if (!check_found(e))
		check_pass(e, "%u guests are connected", n);
}

SW_REGISTER(check, guests) = {
	.name = "guests",
	.help = "a guest is connected to every vhost-user port",
	.group = CHECK_SWITCH,
	.asks = true,
	.run = check_guests,
};

/* The interface of a port's row. */
static const json_t *iface_of(struct exam *e, const json_t *port)
{
	const json_t *uuid = json_array_get(json_object_get(port, "interfaces"), 0);

	return uuid ? exam_record(exam_ask(e, "list interface"), json_string_value(uuid)) : NULL;
}

/* The local port follows the smallest of the others, so it says nothing of its own. */
static void check_bridge_mtu(struct exam *e, const json_t *bridge)
{
	const json_t *least = NULL, *most = NULL;
	json_t *uuid;
	size_t i;

	json_array_foreach (json_object_get(bridge, "ports"), i, uuid) {
		const json_t *port = exam_record(exam_ask(e, "list port"), json_string_value(uuid));
		const json_t *iface = iface_of(e, port);
		json_int_t mtu = json_integer_value(json_object_get(iface, "mtu"));

		if (!mtu || !strcmp(exam_text(iface, "name"), exam_text(bridge, "name")) ||
			!strcmp(exam_text(iface, "type"), "patch"))
			continue;
		if (!least || mtu < json_integer_value(json_object_get(least, "mtu")))
			least = iface;
		if (!most || mtu > json_integer_value(json_object_get(most, "mtu")))
			most = iface;
	}
	if (!least || json_equal(json_object_get(least, "mtu"), json_object_get(most, "mtu")))
		return;
	check_warn(e, "bridge %s: frames that %s takes (MTU %lld) are too long for %s (MTU %lld)",
		exam_text(bridge, "name"), exam_text(most, "name"),
		(long long)json_integer_value(json_object_get(most, "mtu")),
		exam_text(least, "name"),
		(long long)json_integer_value(json_object_get(least, "mtu")));
	check_fix(e, "swctl set interface %s mtu_request=%lld", exam_text(least, "name"),
		(long long)json_integer_value(json_object_get(most, "mtu")));
}

static void check_mtu(struct exam *e)
{
	const json_t *bridges = exam_ask(e, "list bridge");
	json_t *bridge;
	size_t i;

	json_array_foreach (bridges, i, bridge)
		check_bridge_mtu(e, bridge);
	if (!check_found(e))
		check_pass(e, "the ports of each of %zu bridges agree", json_array_size(bridges));
}

SW_REGISTER(check, mtu) = {
	.name = "mtu",
	.help = "the ports of a bridge have one MTU",
	.group = CHECK_SWITCH,
	.asks = true,
	.run = check_mtu,
};

/* What was asked for is not always what a device can. */
static void check_mtu_request(struct exam *e)
{
	json_t *iface;
	unsigned n = 0;
	size_t i;

	json_array_foreach (exam_ask(e, "list interface"), i, iface) {
		json_int_t want = json_integer_value(json_object_get(iface, "mtu_request"));
		json_int_t have = json_integer_value(json_object_get(iface, "mtu"));

		if (!want || !have)
			continue;
		n++;
		if (want == have)
			continue;
		check_warn(e, "port %s has the MTU %lld, but %lld is asked for",
			exam_text(iface, "name"), (long long)have, (long long)want);
		check_fix(e, "swctl set interface %s mtu_request=%lld (asks again)",
			exam_text(iface, "name"), (long long)want);
	}
	if (!n)
		check_skip(e, "no port asks for an MTU");
	else if (!check_found(e))
		check_pass(e, "%u ports have the MTU they ask for", n);
}

SW_REGISTER(check, mtu_request) = {
	.name = "mtu-request",
	.help = "every port has the MTU that is asked of it",
	.group = CHECK_SWITCH,
	.asks = true,
	.run = check_mtu_request,
};
