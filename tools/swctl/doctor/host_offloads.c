/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Check offloads: of the interfaces behind ports of type system, and of the other ends of veths that are
 * here to be seen. Such a port takes what the kernel has merged (GRO) or not cut yet (TSO, begun checksums)
 * by the header of each packet, and gives it back that way: so most of them are to stay on, and to switch
 * them off costs a system call a frame. What the header cannot say is lost.
 */
#include "doctor.h"

#include <stdlib.h>
#include <string.h>

#include <sw/mem.h>

#define NET "/sys/class/net"

static bool has(const char *features, const char *name, const char *state)
{
	char value[16];

	return fact_line(features, name, value, sizeof(value)) && !strcmp(value, state);
}

/* LRO forgets the headers of what it merges: it cannot be cut again as it was. The kernel switches it off
 * below its own bridges, not below a packet socket. */
static void check_lro(struct exam *e, const char *port, const char *iface)
{
	char *features = fact_features(&e->facts, iface);

	if (has(features, "rx-lro", "on")) {
		check_fail(e,
			"port %s: %s merges frames by LRO, which forgets their headers: they "
			"leave swd as others, or are lost",
			port, iface);
		check_fix(e, "ethtool -K %s lro off", iface);
	}
	free(features);
}

/* UDP that was merged has a kind of its own in the header from Linux 6.2 on; before, it is lost. */
static bool can_tell_udp(const struct exam *e)
{
	char *text = fact_read(&e->facts, "/proc/sys/kernel/osrelease");
	unsigned major = 0, minor = 0;
	bool can = !text || sscanf(text, "%u.%u", &major, &minor) != 2 || major > 6 ||
		   (major == 6 && minor >= 2);

	free(text);
	return can;
}

static void check_udp(struct exam *e, const char *port, const char *features)
{
	static const char *const names[] = { "rx-udp-gro-forwarding", "rx-gro-list" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!has(features, names[i], "on") || can_tell_udp(e))
			continue;
		check_fail(e,
			"port %s: this kernel merges UDP (%s) and cannot tell swd so: such "
			"packets are lost",
			port, names[i]);
		check_fix(e, "ethtool -K %s %s off", port, names[i]);
	}
}

/* The frames of a card, one by one, or as GRO makes them: up to 64 KiB for one system call. */
static void check_gro(struct exam *e, const char *port, const char *features)
{
	char *device = sw_xasprintf(NET "/%s/device", port);
	struct stat st;

	if (!fact_stat(&e->facts, &st, device) && has(features, "rx-gro", "off")) {
		check_warn(e, "port %s: GRO is off, so each frame costs a system call", port);
		check_fix(e, "ethtool -K %s gro on", port);
	}
	free(device);
}

/* Is cutting or the checksum of TCP switched off where an interface sends? A tap's are what its guest takes. */
static const char *find_off(const struct exam *e, const char *iface, const char *features)
{
	char *tap = sw_xasprintf(NET "/%s/tun_flags", iface);
	const char *off = NULL;
	struct stat st;

	if (fact_stat(&e->facts, &st, tap)) {
		if (has(features, "tx-checksum-ip-generic", "off") ||
			has(features, "tx-checksum-ipv4", "off"))
			off = "checksum offload (tx)";
		else if (has(features, "tx-tcp-segmentation", "off"))
			off = "TSO";
	}
	free(tap);
	return off;
}

static void check_sending(struct exam *e, const char *port, const char *features)
{
	const char *off = find_off(e, port, features);

	if (!off)
		return;
	check_warn(e, "port %s: %s is off, so the kernel cuts what swd sends there in one piece",
		port, off);
	check_fix(e, "ethtool -K %s tx on tso on", port);
}

static void check_other_end(struct exam *e, const char *port, const char *iface)
{
	char *features = fact_features(&e->facts, iface);
	const char *off = features ? find_off(e, iface, features) : NULL;

	if (off) {
		check_warn(e,
			"port %s: %s of its other end %s is off, so TCP comes from there in "
			"single frames, each for a system call",
			port, off, iface);
		check_fix(e, "ethtool -K %s tx on tso on", iface);
	}
	free(features);
}

static bool read_index(const struct exam *e, const char *iface, const char *what, uint64_t *index)
{
	return fact_number(&e->facts, index, NET "/%s/%s", iface, what);
}

/* The interface that another one is joined to: below it (a VLAN), or its other end (a veth, when it says
 * the same of us). False when it has none here; in another namespace the number means something else. */
static bool find_joined(const struct exam *e, const char *iface, char joined[32], bool *is_end)
{
	json_t *names = fact_list(&e->facts, NET), *name;
	uint64_t mine, link, index, back;
	bool found = false;
	size_t i;

	if (read_index(e, iface, "ifindex", &mine) && read_index(e, iface, "iflink", &link) &&
		mine != link)
		json_array_foreach (names, i, name) {
			const char *text = json_string_value(name);

			if (found || !read_index(e, text, "ifindex", &index) || index != link)
				continue;
			snprintf(joined, 32, "%s", text);
			found = read_index(e, text, "iflink", &back);
			*is_end = back == mine;
		}
	json_decref(names);
	return found;
}

static void check_port(struct exam *e, const char *port, const char *features)
{
	char joined[32];
	bool is_end;

	check_lro(e, port, port);
	check_udp(e, port, features);
	check_gro(e, port, features);
	check_sending(e, port, features);
	if (!find_joined(e, port, joined, &is_end))
		return;
	if (is_end)
		check_other_end(e, port, joined);
	else
		check_lro(e, port, joined);
}

static void check_offloads(struct exam *e)
{
	json_t *iface;
	unsigned n = 0;
	size_t i;

	json_array_foreach (exam_ask(e, "list interface"), i, iface) {
		const char *name = exam_text(iface, "name"), *type = exam_text(iface, "type");
		char *features = NULL;

		if (!*type || !strcmp(type, "system"))
			features = fact_features(&e->facts, name);
		n += features != NULL;
		if (features)
			check_port(e, name, features);
		free(features);
	}
	if (!n)
		check_skip(e, "no port is a kernel interface that can be seen here");
	else if (!check_found(e))
		check_pass(e, "%u kernel interfaces merge and cut as swd can use it", n);
}

SW_REGISTER(check, offloads) = {
	.name = "offloads",
	.help = "no offload of a port's interface loses frames, none that spares work is off",
	.group = CHECK_DEVICES,
	.asks = true,
	.run = check_offloads,
};
