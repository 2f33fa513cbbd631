/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See meter.h. A meter that says neither kbps nor pktps is one of kbps. Control thread.
 */
#include "meter.h"

#include <string.h>

#include <sw/clock.h>
#include <sw/err.h>
#include <sw/log.h>
#include <sw/mem.h>

SW_LOG_USE(openflow);

#define BAND_SIZE      16
#define PREC_LEVEL_MAX 3

enum { OFPMC_ADD, OFPMC_MODIFY, OFPMC_DELETE };

static bool is_meter(uint32_t id)
{
	return (id && id <= SW_METER_MAX) || id == SW_METER_SLOWPATH || id == SW_METER_CONTROLLER;
}

static enum of_error take_flags(uint16_t flags, struct sw_meter_conf *conf)
{
	if (flags & ~OF_METER_FLAGS)
		return OFPMMFC_BAD_FLAGS;
	if (flags & OFPMF_KBPS && flags & OFPMF_PKTPS)
		return OFPMMFC_BAD_FLAGS;
	conf->packets = flags & OFPMF_PKTPS;
	conf->burst = flags & OFPMF_BURST;
	conf->stats = flags & OFPMF_STATS;
	return OF_FINE;
}

static enum of_error get_band(struct of_cursor *c, struct sw_meter_conf *conf)
{
	uint16_t type = of_u16(c), len = of_u16(c);
	struct sw_meter_band *b;

	if (c->over || len < BAND_SIZE || (type != SW_METER_DROP && type != SW_METER_DSCP_REMARK))
		return c->over ? OFPBRC_BAD_LEN : OFPMMFC_BAD_BAND;
	if (len != BAND_SIZE)
		return OFPMMFC_BAD_BAND;
	if (conf->n_bands == SW_METER_BANDS_MAX)
		return OFPMMFC_OUT_OF_BANDS;
	conf->bands = sw_xrealloc(conf->bands, conf->n_bands + 1, sizeof(*b));
	b = &conf->bands[conf->n_bands++];
	memset(b, 0, sizeof(*b));
	b->type = type;
	b->rate = of_u32(c);
	b->burst = of_u32(c);
	if (type == SW_METER_DSCP_REMARK)
		b->prec_level = of_u8(c);
	of_skip(c, type == SW_METER_DSCP_REMARK ? 3 : 4);
	return c->over ? OFPBRC_BAD_LEN : OF_FINE;
}

static enum of_error check_band(const struct sw_meter_conf *conf, struct sw_meter_band *b)
{
	if (!b->rate)
		return OFPMMFC_BAD_RATE;
	if (conf->burst && !b->burst)
		return OFPMMFC_BAD_BURST;
	if (!conf->burst)
		b->burst = 0; /* says nothing then */
	if (b->type == SW_METER_DSCP_REMARK && (!b->prec_level || b->prec_level > PREC_LEVEL_MAX))
		return OFPMMFC_BAD_BAND_VALUE;
	return OF_FINE;
}

static enum of_error get_bands(struct of_cursor *c, struct sw_meter_conf *conf)
{
	enum of_error error = OF_FINE;

	while (of_left(c) && !error) {
		error = get_band(c, conf);
		if (!error)
			error = check_band(conf, &conf->bands[conf->n_bands - 1]);
	}
	return error || conf->n_bands ? error : OFPMMFC_INVALID_METER;
}

enum of_error of_get_meter_mod(struct of_cursor c, struct of_meter_mod *out)
{
	static const enum sw_meter_verb verbs[] = {
		[OFPMC_ADD] = SW_METER_ADD,
		[OFPMC_MODIFY] = SW_METER_MODIFY,
		[OFPMC_DELETE] = SW_METER_DELETE,
	};
	uint16_t command = of_u16(&c), flags = of_u16(&c);
	enum of_error error;

	memset(out, 0, sizeof(*out));
	out->conf.id = of_u32(&c);
	if (command > OFPMC_DELETE)
		return OFPMMFC_BAD_COMMAND;
	out->verb = verbs[command];
	if (out->verb == SW_METER_DELETE)
		return is_meter(out->conf.id) || out->conf.id == SW_METER_ALL
			       ? OF_FINE
			       : OFPMMFC_INVALID_METER;
	if (!is_meter(out->conf.id))
		return OFPMMFC_INVALID_METER;
	error = take_flags(flags, &out->conf);
	return error ? error : get_bands(&c, &out->conf);
}

static enum of_error error_of(enum sw_meter_fault fault)
{
	switch (fault) {
	case SW_METER_FINE:
		return OF_FINE;
	case SW_METER_EXISTS:
		return OFPMMFC_METER_EXISTS;
	case SW_METER_UNKNOWN:
		return OFPMMFC_UNKNOWN_METER;
	case SW_METER_INVALID:
		return OFPMMFC_INVALID_METER;
	case SW_METER_OUT_OF_METERS:
		return OFPMMFC_OUT_OF_METERS;
	}
	return OFPMMFC_UNKNOWN;
}

enum of_error of_change_meter(struct sw_meters *meters, const struct of_meter_mod *mod, bool staged)
{
	struct sw_err err = { 0 };
	enum sw_meter_fault fault =
		(staged ? sw_meters_stage : sw_meters_change)(meters, mod->verb, &mod->conf, &err);

	if (fault)
		sw_debug("meter %u: %s", mod->conf.id, err.text);
	return error_of(fault);
}

/* --- writing ---------------------------------------------------------------------------------------------------------- */

static void put_band(struct of_buf *out, const struct sw_meter_band *b)
{
	of_put_u16(out, b->type);
	of_put_u16(out, BAND_SIZE);
	of_put_u32(out, b->rate);
	of_put_u32(out, b->burst);
	of_put_u8(out, b->prec_level);
	of_room(out, 3);
}

void of_put_meter_conf(struct of_buf *out, const struct sw_meter_conf *conf)
{
	size_t at = out->len;

	of_put_u16(out, 0);
	of_put_u16(out, (conf->packets ? OFPMF_PKTPS : OFPMF_KBPS) |
				(conf->burst ? OFPMF_BURST : 0) | (conf->stats ? OFPMF_STATS : 0));
	of_put_u32(out, conf->id);
	for (unsigned i = 0; i < conf->n_bands; i++)
		put_band(out, &conf->bands[i]);
	of_patch_u16(out, at, out->len - at);
}

void of_put_meter_stats(struct of_buf *out, const struct sw_meter *meter, uint32_t users)
{
	const struct sw_meter_conf *conf = sw_meter_conf(meter);
	struct sw_meter_stats stats;
	size_t at = out->len;

	sw_meter_stats(meter, &stats);
	of_put_u32(out, conf->id);
	of_put_u16(out, 0);
	of_room(out, 6);
	of_put_u32(out, users);
	of_put_u64(out, stats.packets);
	of_put_u64(out, stats.bytes);
	of_put_duration(out, sw_clock_ms() - stats.made_ms);
	for (unsigned i = 0; i < conf->n_bands; i++) {
		of_put_u64(out, stats.band[i].packets);
		of_put_u64(out, stats.band[i].bytes);
	}
	of_patch_u16(out, at + 4, out->len - at);
}
