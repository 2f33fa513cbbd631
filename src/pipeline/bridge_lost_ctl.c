/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See bridge_lost.h. Stations are forgotten at once, and once more after the grace period, because a worker may still have
 * learned one by the old rules in between.
 *
 * Control thread only.
 */
#include "bridge_lost.h"

#include <stdlib.h>

#include <sw/fdb.h>
#include <sw/mem.h>
#include <sw/rcu.h>

#include "fdb_ctl.h"
#include "vlan.h"

/* What stations are to be forgotten for: VLANs a port lost. */
struct lost {
	struct sw_fdb *fdb;
	unsigned n;
	uint16_t left[SW_PORT_MAX]; /* ports that left, n of them */
	bool is_left[SW_PORT_MAX];  /* the same by port index */
	unsigned n_vlans;
	uint8_t *vlans[SW_PORT_MAX]; /* by port index: bitmap, or NULL */
};

/* VLANs `was` carried and `is` does not, or that are learned no more; NULL when there is none. */
static uint8_t *vlans_lost(
	const struct sw_member_conf *was, const struct sw_member_conf *is, const uint8_t *unlearn)
{
	uint8_t had[SW_VID_COUNT / 8], has[SW_VID_COUNT / 8];
	uint8_t *bitmap, any = 0;

	if (vlan_conf_equal(was, is) && !unlearn)
		return NULL;
	vlan_carried(was, had);
	vlan_carried(is, has);
	for (unsigned i = 0; i < sizeof(had); i++) {
		had[i] &= ~has[i] | (unlearn ? unlearn[i] : 0);
		any |= had[i];
	}
	if (!any)
		return NULL;
	bitmap = sw_xcalloc(1, sizeof(had));
	memcpy(bitmap, had, sizeof(had));
	return bitmap;
}

struct lost *lost_find(struct sw_fdb *fdb, const struct lost_side *was, const struct lost_side *is)
{
	const uint8_t *no_learn = is->conf->no_learn;
	bool unlearns = memcmp(was->conf->no_learn, no_learn, sizeof(is->conf->no_learn));
	struct lost *lost = sw_xcalloc(1, sizeof(*lost));
	struct by_port now;

	by_port_init(&now, is->members, is->n);
	lost->fdb = fdb;
	for (unsigned i = 0; i < was->n; i++) {
		const struct sw_member_conf *before = &was->members[i];
		unsigned index = before->port->index;
		const struct sw_member_conf *after = now.at[index];

		if (!after) {
			lost->left[lost->n++] = index;
			lost->is_left[index] = true;
			continue;
		}
		lost->vlans[index] = vlans_lost(before, after, unlearns ? no_learn : NULL);
		lost->n_vlans += lost->vlans[index] != NULL;
	}
	return lost;
}

static bool is_lost(const void *arg, uint16_t vid, uint16_t port)
{
	const struct lost *lost = arg;

	return lost->vlans[port] && vlan_bit(lost->vlans[port], vid);
}

static bool has_left(const void *arg, uint16_t vid, uint16_t port)
{
	return ((const struct lost *)arg)->is_left[port];
}

static void forget_lost(const struct lost *lost)
{
	for (unsigned i = 0; i < lost->n; i++)
		sw_fdb_flush_port(lost->fdb, lost->left[i]);
	if (lost->n_vlans)
		fdb_forget(lost->fdb, false, is_lost, lost);
}

/* Of ports that left: their indices may come back as other ports. */
static void forget_statics(const struct lost *lost)
{
	struct sw_fdb_stats stats;

	sw_fdb_stats(lost->fdb, &stats);
	if (lost->n && stats.statics)
		fdb_forget(lost->fdb, true, has_left, lost);
}

static void forget_again(void *arg)
{
	struct lost *lost = arg;

	forget_lost(lost);
	for (unsigned i = 0; i < SW_PORT_MAX; i++)
		free(lost->vlans[i]);
	free(lost);
}

void lost_forget(struct lost *lost)
{
	forget_lost(lost);
	forget_statics(lost);
	sw_rcu_defer(forget_again, lost);
}
