/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The meters of a bridge (OpenFlow 1.3.5, 5.7, 6.8): token buckets that packets pass one after another. Each band is a
 * bucket of its own; of the bands that a packet exceeds the one with the highest rate acts on it.
 *
 * room: pipeline. Thread: control.
 */
#ifndef SW_METERS_H
#define SW_METERS_H

#include <stdbool.h>
#include <stdint.h>

#include <sw/meter.h>
#include <sw/reg.h>

struct sw_bridge;
struct sw_err;
struct sw_meters; /* of a bridge */

#define SW_METERS_MAX 65536 /* of a bridge */

struct sw_meters *sw_bridge_meters(struct sw_bridge *bridge);

enum sw_meter_verb { SW_METER_ADD, SW_METER_MODIFY, SW_METER_DELETE };
enum sw_meter_fault { /* why a change was refused, beside err's sentence */
	SW_METER_FINE,
	SW_METER_EXISTS,
	SW_METER_UNKNOWN,
	SW_METER_INVALID,
	SW_METER_OUT_OF_METERS,
};

/* Make a change; the conf stays the caller's. DELETE takes conf->id (SW_METER_ALL: every one), also ends the rules that use
 * the meter, and is fine where there is none. Nothing changes on error. */
enum sw_meter_fault sw_meters_change(struct sw_meters *meters, enum sw_meter_verb verb,
	const struct sw_meter_conf *conf, struct sw_err *err);

/* The same within a staging of groups and rules (sw_groups_begin), by whose commit packets meet it. Rules may name a meter that was
 * staged before them. Who looks at meters sees those that are in force. */
enum sw_meter_fault sw_meters_stage(struct sw_meters *meters, enum sw_meter_verb verb,
	const struct sw_meter_conf *conf, struct sw_err *err);
/* Is it there, as staged? */
bool sw_meters_has(const struct sw_meters *meters, uint32_t id);

/* Who hears of each meter that came, changed or went: it is as sw_meters_find has it. Rules that went with it are seen by nobody before. */
struct sw_meter_listener {
	const char *name;
	const char *help;
	void (*heard)(const struct sw_meters *meters, uint32_t id);
};
SW_REG_KIND_DECLARE(meter_listener);

/* Are the meters there that the instructions name, as sw_groups_known has it? */
struct sw_instructions;
bool sw_meters_known(const struct sw_meters *meters, const struct sw_instructions *does,
	bool staged, uint32_t *missing);

/* All of them, in order of ids: the one after `id` (first: -1), or NULL; good until control returns to its loop. */
struct sw_meter;
const struct sw_meter *sw_meters_next(const struct sw_meters *meters, int64_t id);
const struct sw_meter *sw_meters_find(const struct sw_meters *meters, uint32_t id);
const struct sw_meter_conf *sw_meter_conf(const struct sw_meter *meter);

struct sw_meter_stats {
	uint64_t packets, bytes, made_ms; /* that came in; made: sw_clock_ms() */
	unsigned users;			  /* rules */
	struct sw_band_stats {
		uint64_t packets, bytes; /* that it acted on */
	} band[SW_METER_BANDS_MAX];	 /* as many as the conf has */
};
unsigned sw_meters_count(const struct sw_meters *meters);
void sw_meter_stats(const struct sw_meter *meter, struct sw_meter_stats *out);

#endif
