/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Static stations: one of a VLAN is behind one port of a bridge. All of the bridge's are put into a hash
 * of (VLAN, MAC), so that a thousand ports cost no more than their stations (0.1 us each).
 *
 * Thread: control.
 */
#include "check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/mem.h>

#include "columns.h"
#include "draft.h"
#include "table/format.h"

struct place {
	const struct row *port; /* NULL: the place is free */
	const char *text;
	uint64_t key;
};

struct stations {
	unsigned mask;
	struct place *places; /* a power of two, at most half of them taken */
};

static const struct value *macs_of(const struct draft *draft, const struct uuid *port)
{
	return ROW(draft_find(draft, TABLE(port), port), port_static_macs);
}

static uint64_t key_of(const char *text)
{
	struct rte_ether_addr mac;
	uint64_t key = 0;
	uint16_t vid;

	if (format_read_station(text, &vid, &mac))
		return 0; /* it was checked when it was set */
	memcpy(&key, &mac, sizeof(mac));
	return key | (uint64_t)vid << 48;
}

/* The place of a station: its own, or a free one. */
static struct place *find(const struct stations *s, uint64_t key)
{
	unsigned at = (key * 0x9e3779b97f4a7c15ull) >> 32;

	while (s->places[at & s->mask].port && s->places[at & s->mask].key != key)
		at++;
	return &s->places[at & s->mask];
}

/* Whoever came last is at fault. */
static int refuse(const struct draft *draft, const struct row *a, const struct row *b,
	const char *text, int *command, struct sw_err *err)
{
	bool first = draft_touched(draft, a) > draft_touched(draft, b);
	const struct row *port = first ? a : b, *other = first ? b : a;

	*command = draft_touched(draft, port);
	sw_err_set(err, SW_CODE_CONFLICT, "station %s would be behind port %s and port %s", text,
		row_name(port), row_name(other));
	sw_err_path(err, "Port.static_macs");
	sw_err_given(err, "%s", text);
	sw_err_hint(err, "swctl remove port %s static_macs %s takes it from there", row_name(other),
		text);
	return -EBUSY;
}

static int add_port(struct stations *s, const struct draft *draft, const struct row *port,
	int *command, struct sw_err *err)
{
	const struct value *macs = ROW(port, port_static_macs);

	for (unsigned i = 0; i < macs->n; i++) {
		const char *text = macs->keys[i].string;
		uint64_t key = key_of(text);
		struct place *place = find(s, key);

		if (place->port && place->port != port)
			return refuse(draft, place->port, port, text, command, err);
		*place = (struct place){ port, text, key };
	}
	return 0;
}

int check_stations(struct draft *draft, const char *bridge, int *command, struct sw_err *err)
{
	const struct row *row = draft_find_name(draft, TABLE(bridge), bridge);
	const struct value *ports = ROW(row, bridge_ports);
	struct stations s = { .mask = 1 };
	size_t n = 0;
	int rc = 0;

	for (unsigned i = 0; i < ports->n; i++)
		n += macs_of(draft, &ports->keys[i].uuid)->n;
	if (!n)
		return 0;
	while (s.mask < 2 * n)
		s.mask = 2 * s.mask + 1;
	s.places = sw_xcalloc(s.mask + 1, sizeof(*s.places));
	for (unsigned i = 0; i < ports->n && !rc; i++)
		rc = add_port(&s, draft, draft_find(draft, TABLE(port), &ports->keys[i].uuid),
			command, err);
	free(s.places);
	if (rc && *command < 0) { /* the ports are as they were: one came from another bridge */
		*command = draft_touched(draft, row);
		sw_err_path(err, "Bridge.ports");
	}
	return rc;
}
