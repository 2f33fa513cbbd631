/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bridges made equal to a configuration: settings, membership, static stations. The whole membership is
 * built anew from the rows and given to the bridge at once, which publishes it without stopping a worker;
 * static stations are compared with what the FDB got before, by a merge of two sorted lists.
 */
#include "live.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include <sw/action.h>
#include <sw/fdb.h>
#include <sw/mem.h>
#include <sw/text.h>

#include "../columns.h"
#include "../draft.h"
#include "../persist/persist.h"
#include "../table/format.h"
#include "news.h"
#include "switch.h"

static int64_t key_number(const struct value *map, const char *key, int64_t otherwise)
{
	const char *text = value_get_key(map, key);
	int64_t n;

	return text && !sw_parse_i64(text, INT64_MIN, INT64_MAX, &n) ? n : otherwise;
}

static bool key_flag(const struct value *map, const char *key)
{
	const char *text = value_get_key(map, key);

	return text && !strcmp(text, "true");
}

static bool is_evicting(const char *policy)
{
	return policy && !strcmp(policy, "evict");
}

static void set_bits(uint8_t *bits, const struct value *vlans)
{
	for (unsigned i = 0; i < vlans->n; i++)
		bits[vlans->keys[i].integer / 8] |= 1u << vlans->keys[i].integer % 8;
}

static void read_bridge(struct sw_bridge_conf *conf, const struct row *bridge)
{
	const struct value *other = ROW(bridge, bridge_other_config);

	memset(conf, 0, sizeof(*conf));
	conf->mac_table_size = key_number(other, "mac-table-size", 8192);
	conf->mac_aging_time = key_number(other, "mac-aging-time", 300);
	conf->rules_max = key_number(other, "rules-max", 4000000);
	conf->table_rules_max = key_number(other, "table-rules-max", 1000000);
	conf->evict = is_evicting(value_get_key(other, "overflow-policy"));
	conf->forward_bpdu = key_flag(other, "forward-bpdu");
	conf->cross_connect = key_flag(other, "cross-connect");
	set_bits(conf->no_learn, ROW(bridge, bridge_flood_vlans));
	conf->no_rules = !strcmp(value_get_string(ROW(bridge, bridge_fail_mode), ""), "secure");
}

static enum sw_vlan_mode read_mode(const struct row *port)
{
	const char *mode = value_get_string(ROW(port, port_vlan_mode), NULL);

	if (!mode)
		return ROW(port, port_tag)->n ? SW_VLAN_ACCESS : SW_VLAN_TRUNK;
	return !strcmp(mode, "access")		  ? SW_VLAN_ACCESS
	       : !strcmp(mode, "native-tagged")	  ? SW_VLAN_NATIVE_TAGGED
	       : !strcmp(mode, "native-untagged") ? SW_VLAN_NATIVE_UNTAGGED
						  : SW_VLAN_TRUNK;
}

static enum sw_priority_tags read_priority_tags(const struct value *other)
{
	const char *text = value_get_key(other, "priority-tags");

	return !text || !strcmp(text, "never") ? SW_PTAGS_NEVER
	       : !strcmp(text, "always")       ? SW_PTAGS_ALWAYS
					       : SW_PTAGS_IF_NONZERO;
}

static void read_member(struct sw_member_conf *conf, const struct row *port)
{
	const struct value *trunks = ROW(port, port_trunks);
	const struct value *other = ROW(port, port_other_config);

	memset(conf, 0, sizeof(*conf));
	conf->mode = read_mode(port);
	conf->tag = value_get_integer(ROW(port, port_tag), 0);
	conf->priority_tags = read_priority_tags(other);
	conf->all_vlans = !trunks->n;
	set_bits(conf->trunks, trunks);
	conf->mac_limit = key_number(other, "mac-limit", 0);
	conf->flood = true;
	conf->protect = value_get_boolean(ROW(port, port_protected), false);
}

/* What a bridge is to become. */
struct wanted {
	struct sw_bridge_conf conf;
	unsigned n, n_stations, size_stations;
	struct live_port **members;
	struct sw_member_conf *confs;
	struct live_station *stations;
};

static void want_stations(struct wanted *w, const struct live_port *lp, const struct row *port)
{
	const struct value *macs = ROW(port, port_static_macs);

	for (unsigned i = 0; i < macs->n; i++) {
		struct live_station *s;

		if (w->n_stations == w->size_stations) {
			w->size_stations = w->size_stations ? 2 * w->size_stations : 16;
			w->stations =
				sw_xrealloc(w->stations, w->size_stations, sizeof(*w->stations));
		}
		s = &w->stations[w->n_stations];
		s->port = lp->port->index;
		w->n_stations += !format_read_station(macs->keys[i].string, &s->vid, &s->mac);
	}
}

static int by_station(const void *a, const void *b)
{
	const struct live_station *x = a, *y = b;

	if (x->vid != y->vid)
		return x->vid < y->vid ? -1 : 1;
	return memcmp(&x->mac, &y->mac, sizeof(x->mac));
}

/* The local port is no end of a cross-connect. */
static bool is_aside(const struct wanted *w, const struct row *bridge, const struct row *iface)
{
	return w->conf.cross_connect && !strcmp(row_name(bridge), row_name(iface));
}

/* As rules call it. */
static uint32_t rule_number(const struct row *iface)
{
	int64_t number = value_get_integer(ROW(iface, interface_ofport_kept), 0);

	return number == SWITCH_OFPORT_LOCAL ? SW_OFPP_LOCAL : number;
}

static void want(struct wanted *w, const struct draft *draft, const struct row *bridge)
{
	const struct value *ports = ROW(bridge, bridge_ports);

	memset(w, 0, sizeof(*w));
	read_bridge(&w->conf, bridge);
	w->members = sw_xcalloc(ports->n, sizeof(*w->members));
	w->confs = sw_xcalloc(ports->n, sizeof(*w->confs));
	for (unsigned i = 0; i < ports->n; i++) {
		const struct row *port = draft_find(draft, TABLE(port), &ports->keys[i].uuid);
		const struct value *ifs = ROW(port, port_interfaces);
		const struct row *iface = draft_find(draft, TABLE(interface), &ifs->keys[0].uuid);
		struct live_port *lp = live_port(row_name(iface));

		if (!lp || !lp->port || is_aside(w, bridge, iface))
			continue;
		read_member(&w->confs[w->n], port);
		w->confs[w->n].port = lp->port;
		w->confs[w->n].number = rule_number(iface);
		w->members[w->n++] = lp;
		want_stations(w, lp, port);
	}
	if (w->n_stations)
		qsort(w->stations, w->n_stations, sizeof(*w->stations), by_station);
}

static void want_fini(struct wanted *w)
{
	free(w->members);
	free(w->confs);
	free(w->stations);
}

/* Take the stations of a port that leaves out of the FDB, and out of what we know to be there. */
void live_forget_stations(struct live_bridge *lb, const struct live_port *lp)
{
	struct sw_fdb *fdb = sw_bridge_fdb(lb->bridge);
	unsigned n = 0;

	for (unsigned i = 0; i < lb->n_stations; i++) {
		struct live_station *s = &lb->stations[i];

		if (lp->port && s->port == lp->port->index)
			sw_fdb_del(fdb, s->vid, &s->mac, NULL);
		else
			lb->stations[n++] = *s;
	}
	lb->n_stations = n;
}

static int publish(struct live_bridge *lb, const struct sw_bridge_conf *conf,
	const struct sw_member_conf *members, unsigned n, struct sw_err *err)
{
	int rc = sw_bridge_set(lb->bridge, conf, members, n, err);

	if (!rc)
		news_bridge_changed(lb->bridge);
	return rc;
}

/* Publish what the bridge has and keeps. */
static int shrink(struct live_bridge *lb, struct sw_err *err)
{
	unsigned n = 0;

	for (unsigned i = 0; i < lb->n_members; i++) {
		struct live_port *lp = lb->members[i];

		if (lp->wanted == lb) {
			lb->members[n] = lp;
			lb->confs[n++] = lb->confs[i];
			continue;
		}
		live_forget_stations(lb, lp);
		lp->bridge = NULL;
	}
	if (n == lb->n_members)
		return 0;
	lb->n_members = n;
	return publish(lb, &lb->conf, lb->confs, n, err);
}

/* Is it published already? What other programs keep in external_ids needs no publication. Both were
 * zeroed before they were filled, so that bytes can be compared. */
static bool is_published(const struct live_bridge *lb, const struct wanted *w)
{
	return lb->n_members == w->n && !memcmp(&lb->conf, &w->conf, sizeof(w->conf)) &&
	       (!w->n || !memcmp(lb->confs, w->confs, w->n * sizeof(*w->confs)));
}

static int grow(struct live_bridge *lb, struct wanted *w, struct sw_err *err)
{
	int rc;

	if (is_published(lb, w))
		return 0;
	rc = publish(lb, &w->conf, w->confs, w->n, err);
	if (rc)
		return rc;
	free(lb->members);
	free(lb->confs);
	lb->conf = w->conf;
	lb->n_members = w->n;
	lb->members = w->members;
	lb->confs = w->confs;
	w->members = NULL;
	w->confs = NULL;
	for (unsigned i = 0; i < lb->n_members; i++)
		lb->members[i]->bridge = lb;
	return 0;
}

/* One step of the merge: below 0 an old station goes, above 0 a new one comes, 0 both have it. */
static int compare(const struct live_bridge *lb, unsigned i, const struct wanted *w, unsigned j)
{
	if (i == lb->n_stations)
		return 1;
	if (j == w->n_stations)
		return -1;
	return by_station(&lb->stations[i], &w->stations[j]);
}

/* On an error what is in the FDB is known all the same. */
static int sync_stations(struct live_bridge *lb, const struct wanted *w, struct sw_err *err)
{
	struct sw_fdb *fdb = sw_bridge_fdb(lb->bridge);
	struct live_station *have = sw_xcalloc(lb->n_stations + w->n_stations, sizeof(*have));
	unsigned i = 0, j = 0, n = 0;
	int rc = 0;

	while (!rc && (i < lb->n_stations || j < w->n_stations)) {
		int cmp = compare(lb, i, w, j);
		const struct live_station *old = cmp <= 0 ? &lb->stations[i] : NULL;
		const struct live_station *now = cmp >= 0 ? &w->stations[j] : NULL;

		if (!now)
			sw_fdb_del(fdb, old->vid, &old->mac, NULL);
		else if (!old || old->port != now->port)
			rc = sw_fdb_add_static(fdb, now->vid, &now->mac, now->port, err);
		if (now && !rc)
			have[n++] = *now;
		i += cmp <= 0 && !rc;
		j += cmp >= 0;
	}
	while (i < lb->n_stations)
		have[n++] = lb->stations[i++];
	free(lb->stations);
	lb->stations = have;
	lb->n_stations = n;
	return rc;
}

static void want_all(
	struct wanted *w, const struct draft *draft, const char *const *names, unsigned n)
{
	for (unsigned k = 0; k < n; k++) {
		const struct row *row = draft_find_name(draft, TABLE(bridge), names[k]);
		struct live_bridge *lb = live_bridge(names[k]);

		for (unsigned i = 0; lb && i < lb->n_members; i++)
			lb->members[i]->wanted = NULL;
		if (lb && row)
			want(&w[k], draft, row);
		else if (lb)
			w[k].conf = lb->conf;
		w[k].conf.name = lb ? lb->name : NULL;
	}
	for (unsigned k = 0; k < n; k++)
		for (unsigned i = 0; i < w[k].n; i++)
			w[k].members[i]->wanted = live_bridge(names[k]);
}

int live_sync(const struct draft *draft, const char *const *names, unsigned n, unsigned *at,
	struct sw_err *err)
{
	struct wanted *w = sw_xcalloc(n, sizeof(*w));
	struct live_bridge *lb;
	int rc = 0;

	want_all(w, draft, names, n);
	for (unsigned k = 0; k < n && !rc; k++) {
		*at = k;
		lb = live_bridge(names[k]);
		rc = lb ? shrink(lb, err) : 0;
	}
	for (unsigned k = 0; k < n && !rc; k++) {
		*at = k;
		lb = live_bridge(names[k]);
		rc = lb ? grow(lb, &w[k], err) : 0;
		if (!rc && lb)
			rc = sync_stations(lb, &w[k], err);
	}
	for (unsigned k = 0; k < n; k++)
		want_fini(&w[k]);
	free(w);
	return rc;
}

bool live_keeps_rules(const struct row *bridge)
{
	return key_flag(ROW(bridge, bridge_other_config), "persist-rules");
}

uint32_t live_table_size(const struct row *bridge)
{
	struct sw_bridge_conf conf;

	read_bridge(&conf, bridge);
	return conf.mac_table_size;
}

int live_bridge_make(const struct row *bridge, struct sw_err *err)
{
	struct live_bridge *lb = sw_xcalloc(1, sizeof(*lb));

	snprintf(lb->name, sizeof(lb->name), "%s", row_name(bridge));
	read_bridge(&lb->conf, bridge);
	lb->conf.mac_table_size = RTE_MIN(lb->conf.mac_table_size, (uint32_t)SW_BRIDGE_SMALL);
	lb->conf.name = lb->name;
	lb->bridge = sw_bridge_create(&lb->conf, err);
	if (!lb->bridge) {
		free(lb);
		return sw_err_errno(err ? err->code : SW_CODE_INTERNAL);
	}
	live_bridge_link(lb);
	if (live_keeps_rules(bridge))
		persist_make(lb->bridge, &bridge->uuid);
	news_bridge_made(lb->bridge);
	return 0;
}

void live_bridge_destroy(struct live_bridge *lb)
{
	for (unsigned i = 0; i < lb->n_members; i++)
		lb->members[i]->bridge = NULL;
	news_bridge_gone(lb->bridge);
	sw_bridge_destroy(lb->bridge);
	LIST_REMOVE(lb, chain);
	free(lb->members);
	free(lb->confs);
	free(lb->stations);
	free(lb);
}
