/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Meters: how they are configured, what they counted, what they may be (1.3.5, 7.3.5.12 to 7.3.5.14; 1.5.1, 7.3.5.13 to 7.3.5.15). In
 * 1.5 the features have 8 bytes more, which controllers are told; who comes by itself is taken for ovs-ofctl, which wants those of 1.3 there.
 *
 * Thread: control.
 */
#include "../bridge.h"
#include "../controller/controller.h"
#include "../meter/meter.h"
#include "entries.h"

SW_USE(action_type, controller);
SW_USE(action_type, meter);

#define BAND_TYPES (1u << SW_METER_DROP | 1u << SW_METER_DSCP_REMARK)

static const void *next(struct of_conn *c, const struct of_entries *e, int64_t last)
{
	if (e->asked == SW_METER_ALL)
		return sw_meters_next(c->bridge->meters, last);
	return last < 0 ? sw_meters_find(c->bridge->meters, e->asked) : NULL;
}

static uint32_t id_of(const void *meter)
{
	return sw_meter_conf(meter)->id;
}

static void put_conf(const struct of_entries *e, struct of_buf *out, const void *meter)
{
	of_put_meter_conf(out, sw_meter_conf(meter));
}

static void put_stats(const struct of_entries *e, struct of_buf *out, const void *meter)
{
	of_put_meter_stats(out, meter, of_users_of(&e->users, id_of(meter)));
}

static void count(struct of_users *users, const struct sw_action *a)
{
	if (a->type == &sw_action_type_meter)
		of_users_count(users, a->id);
	else if (a->type == &sw_action_type_controller)
		of_users_count(users, a->controller.meter);
}

static const struct of_entries_kind confs = { next, id_of, put_conf, NULL };
static const struct of_entries_kind stats = { next, id_of, put_stats, count };

static enum of_error begin(
	struct of_conn *c, const struct of_msg *msg, const struct of_entries_kind *kind)
{
	struct of_cursor body = msg->body;
	uint32_t id = of_u32(&body);

	if (id != SW_METER_ALL && !sw_meters_find(c->bridge->meters, id))
		return OFPMMFC_UNKNOWN_METER;
	of_entries_begin(c, msg, kind, id);
	return OF_FINE;
}

static enum of_error meter_config(struct of_conn *c, const struct of_msg *msg)
{
	return begin(c, msg, &confs);
}

static enum of_error meter_stats(struct of_conn *c, const struct of_msg *msg)
{
	return begin(c, msg, &stats);
}

/* Of 1.5: meters may be in action sets, anywhere in lists, and several in one. */
enum { OFPMFF_ACTION_SET = 1, OFPMFF_ANY_POSITION = 2, OFPMFF_MULTI_LIST = 4 };

static enum of_error meter_features(struct of_conn *c, const struct of_msg *msg)
{
	struct of_buf *out = of_reply_multipart(msg);

	of_put_u32(out, SW_METERS_MAX);
	of_put_u32(out, BAND_TYPES);
	of_put_u32(out, OF_METER_FLAGS);
	of_put_u8(out, SW_METER_BANDS_MAX);
	of_put_u8(out, 0); /* colours */
	of_put_u16(out, 0);
	if (c->version == OF15 && of_controller_is_primary(c->controller)) {
		of_put_u32(out, OFPMFF_ACTION_SET | OFPMFF_ANY_POSITION | OFPMFF_MULTI_LIST);
		of_put_u32(out, 0);
	}
	of_send(c, out);
	return OF_FINE;
}

SW_REGISTER(of_message, meter_stats) = {
	.name = "meter_stats",
	.help = "what meters and their bands counted",
	.ids = { { OF_V13_UP, OF_MULTIPART, 0, 9, 8, 0 } },
	.handle = meter_stats,
};
SW_REGISTER(of_message, meter_config) = {
	.name = "meter_config",
	.help = "meters and their bands",
	.ids = { { OF_V13_UP, OF_MULTIPART, 0, 10, 8, 0 } },
	.handle = meter_config,
};
SW_REGISTER(of_message, meter_features) = {
	.name = "meter_features",
	.help = "which meters there can be",
	.ids = { { OF_V13_UP, OF_MULTIPART, 0, 11, 0, 0 } },
	.handle = meter_features,
};
